/**
 * Derived state follows the log: what this process appends is in memory at once and saved in batches; a catch-up
 * subscription meets every event in order, repairs what was missed, and alone moves the checkpoint.
 */
import type { Document, Projections } from '@drawdown/balances';
import type { EventLog, Subscription } from './event-log';
import { Fault } from './faults';
import { MARK, type Mark } from './projection-mark';
import type { StreamState, StreamStates } from './stream-states';

export const SAVE_EVERY_MS = 50;
/** Streams changed before they are saved without waiting for the interval. */
export const DIRTY_MAX = 5_000;
const SAVE_AGAIN_AFTER_MS = 1_000;

export class Projector {
  private dirty = new Map<string, StreamState>();
  private met = -1n;
  /** The checkpoint as it was last saved. */
  private savedTo = -1n;
  private eventsMet = 0;
  /** Id of the event at `met`. */
  private metId = '';
  private marks = 0;
  private saving: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private subscription: Subscription | undefined;
  private stopped = false;
  private readonly following = new Following();
  /** The last failure to save, until a save works again. Readers are served from memory meanwhile. */
  failure: unknown;

  constructor(
    private readonly log: EventLog,
    private readonly projections: Projections,
    private readonly states: StreamStates,
  ) {
    states.follow(({ entry }) => this.changed(entry));
  }

  /** Follows the log from the checkpoint. Resolves when everything that was in it at the start has been met. */
  async start(): Promise<void> {
    await this.projections.attach();
    if (!(await this.isOfThisLog())) await this.projections.clear();
    this.met = this.savedTo = await this.projections.checkpoint();
    const subscription = this.log.subscribe(this.met, async (events) => {
      for (const event of events) {
        await this.states.meet(event);
        this.met = event.position;
        this.metId = event.id;
        this.eventsMet += 1;
      }
      // A save that fails is tried again by the clock. Thrown here it would end the following for good.
      if (this.dirty.size >= DIRTY_MAX) await this.save().catch(() => undefined);
    });
    this.subscription = subscription;
    subscription.ended.catch(this.following.failed);
    await Promise.race([subscription.caughtUp, subscription.ended]);
  }

  /** Position of the last event met: the figures of all events up to it are in memory or saved. */
  get position(): bigint {
    return this.met;
  }

  /** Settles when following the log has ended: resolved by `stop`, rejected when it can go on no longer. A rebuild goes on. */
  get ended(): Promise<void> {
    return this.following.ended;
  }

  /** Saves what has changed. Everything met before the call is saved when it resolves. */
  save(): Promise<void> {
    return this.oneByOne(() => this.saveNow());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.subscription?.close();
    this.following.stopped();
    await this.save();
  }

  /** Throws all derived state away and folds the streams anew; returns how many events were read. Nothing may be appended meanwhile. */
  async rebuild(progress: (position: bigint) => void = () => undefined): Promise<number> {
    await this.subscription?.close();
    try {
      await this.oneByOne(() => this.clear());
    } catch (fault) {
      // What is there is as good as before: go on with it.
      await this.start();
      throw fault;
    }
    const started = this.start();
    const ticker = setInterval(() => progress(this.met), 250);
    await started.finally(() => clearInterval(ticker));
    await this.save();
    progress(this.met);
    return this.eventsMet;
  }

  private changed(entry: StreamState): void {
    this.dirty.set(entry.stream, entry);
    if (this.dirty.size >= DIRTY_MAX && this.failure === undefined) void this.save().catch(() => undefined);
    else this.schedule(SAVE_EVERY_MS);
  }

  private schedule(afterMs: number): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.save().catch(() => undefined);
    }, afterMs).unref();
  }

  private oneByOne(work: () => Promise<void>): Promise<void> {
    this.saving = this.saving.then(work, work);
    return this.saving;
  }

  /** A save that waits behind this one must not find the old checkpoint: it would say that what is cleared has been saved. */
  private async clear(): Promise<void> {
    await this.projections.clear();
    this.met = this.savedTo = -1n;
    this.states.clear();
    this.states.keys.clear();
    this.dirty.clear();
    this.eventsMet = 0;
  }

  /**
   * Derived state belongs to one log and one dedupe window. It is of this log when the event at its checkpoint is the very event
   * that it met there; and keys that a shorter window let go cannot be missed only by reading the log again.
   */
  private async isOfThisLog(): Promise<boolean> {
    const checkpoint = await this.projections.checkpoint();
    const saved = await this.projections.load(MARK);
    if (saved === undefined) return checkpoint < 0n;
    const { event, windowMs } = JSON.parse(saved.json) as Mark;
    this.marks = saved.revision;
    this.metId = event;
    if (windowMs < this.states.keys.windowMs) return false;
    if (checkpoint < 0n) return true;
    return (await this.log.readAt(checkpoint))?.id === event;
  }

  private mark(checkpoint: bigint): Document {
    this.marks += 1;
    const mark: Mark = { event: this.metId, position: `${checkpoint}`, windowMs: this.states.keys.windowMs };
    return { stream: MARK, revision: this.marks, json: JSON.stringify(mark) };
  }

  private async saveNow(): Promise<void> {
    const entries = this.dirty;
    const checkpoint = this.met;
    // All that is saved is of one moment: a document without its keys would let a key be applied again after a crash.
    const { keys, saved } = this.states.keys.take();
    if (entries.size === 0 && keys.length === 0 && checkpoint <= this.savedTo) return;
    this.dirty = new Map();
    const documents = [...entries.values()].map((entry) => {
      entry.dirty = false;
      return this.states.document(entry);
    });
    const mark = this.mark(checkpoint);
    try {
      await this.projections.save({ documents: [...documents, mark], keys, checkpoint });
      saved();
      this.savedTo = checkpoint;
      this.failure = undefined;
      this.states.trim();
    } catch (fault) {
      this.failure = fault;
      for (const entry of entries.values()) {
        entry.dirty = true;
        this.dirty.set(entry.stream, entry);
      }
      this.states.keys.giveBack(keys);
      this.schedule(SAVE_AGAIN_AFTER_MS);
      throw new Fault('projection_unavailable', 'derived state could not be saved; it is kept in memory and tried again', true, { cause: fault });
    }
  }
}

/** One end for all subscriptions that follow each other. */
class Following {
  stopped: () => void = () => undefined;
  failed: (fault: unknown) => void = () => undefined;
  readonly ended = new Promise<void>((resolve, reject) => {
    this.stopped = resolve;
    this.failed = reject;
  });

  constructor() {
    // Nobody may be listening: `start` and `failure` tell of it too.
    this.ended.catch(() => undefined);
  }
}
