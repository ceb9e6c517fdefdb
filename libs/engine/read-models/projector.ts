/**
 * Derived state follows the log: what this process appends is in memory at once and saved in batches; a catch-up
 * subscription handles every event in order, repairs what was missed, and alone moves the checkpoint.
 *
 * Where derived state is lost apart from this process, memory is emptied before anything else is asked of it, and the following begins
 * anew at what is left. Streams that are asked for meanwhile are folded at once (decision 0014).
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { Document, Projections } from '@drawdown/engine/derived-state';
import {
  DerivedStateLost,
  type EventLog,
  Fault,
  isRetriable,
  type RecordedEvent,
  type StreamState,
  type StreamStates,
  SubscriptionRunner,
} from '@drawdown/engine/event-store';
import { backOffMs, pause, Progress, withRetry } from '@drawdown/engine/async';
import { Settled } from './settled';
import { MARK, type Mark, projected } from './projection-mark';

/** A document that changes all the time is written once in it. A crash costs as much of the log to be folded again. */
const SAVE_EVERY_MS = 1_000;
/** Streams changed before they are saved without waiting for the interval. */
export const DIRTY_MAX = 5_000;
/** Streams changed and not yet saved. Beyond it the following waits until saving works: memory is bounded while it does not. */
const UNSAVED_STREAMS_MAX = 100_000;
const SAVE_AGAIN_AFTER_MS = 1_000;
/** While derived state cannot be read or written. */
const BACK_OFF = { minMs: 20, maxMs: 1_000 };

interface ProjectorFigures {
  readonly position: bigint;
  readonly savedTo: bigint;
  readonly unsavedStreams: number;
  /** How often derived state was lost and begun anew since the start. */
  readonly recoveries: number;
  /** Streams are being folded anew: lists and what is due are not complete. */
  readonly refolding: boolean;
}

export class Projector {
  private dirty = new Map<string, StreamState>();
  private readonly progress = new Progress();
  /** The checkpoint as it was last saved. */
  private savedTo = -1n;
  private eventsProcessed = 0;
  private newestRecordedAt = -Infinity as Instant;
  /** Id of the last event processed. */
  private processedId = '';
  private saving: Promise<void> = Promise.resolve();
  /** Beginning, recovering and rebuilding, one after another. */
  private turn: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private runner: SubscriptionRunner | undefined;
  private readonly stopping = new AbortController();
  private isLost = false;
  private complete = false;
  private recoveries = 0;
  private caughtUp = new Settled();
  private readonly following = new Settled();
  /** The last failure to save or to follow, until it works again. Readers are served from memory meanwhile. */
  failure: unknown;

  constructor(
    private readonly log: EventLog,
    private readonly projections: Projections,
    private readonly states: StreamStates,
  ) {
    states.follow(({ entry }) => this.changed(entry));
  }

  /**
   * Follows the log from the checkpoint. Resolves when everything that was in it at the start has been processed.
   * @throws DerivedStateUnavailable it cannot be reached; call it again. Once following, it waits for that by itself.
   */
  async start(): Promise<void> {
    await this.inTurn(() => this.begin(false));
    await this.caughtUp.promise;
  }

  /** Position of the last event processed: the figures of all events up to it are in memory or saved. */
  get position(): bigint {
    return this.progress.position;
  }

  /** False: it was not reached within the bound. Derived state may be lost and begun anew meanwhile. */
  awaitPosition(position: bigint, withinMs: number): Promise<boolean> {
    return this.progress.awaitPosition(position, { withinMs });
  }

  /** Whether derived state, once saved, holds every stream that was in the log when following began. Before that a list lacks some. */
  get isWhole(): boolean {
    return this.complete;
  }

  /** When the newest event was recorded that this process handled in the log; -Infinity where it handled none. */
  get recordedUntil(): Instant {
    return this.newestRecordedAt;
  }

  figures(): ProjectorFigures {
    const { position, savedTo, recoveries } = this;
    return { position, savedTo, unsavedStreams: this.dirty.size, recoveries, refolding: this.states.isRefolding };
  }

  /** Settles when following the log has ended: resolved by `stop`, rejected when it can go on no longer. A rebuild or a loss goes on. */
  get ended(): Promise<void> {
    return this.following.promise;
  }

  /** Saves what has changed. Everything processed before the call is saved when it resolves. */
  save(): Promise<void> {
    return this.oneByOne(() => this.saveNow());
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.turn;
    await this.leave();
    this.caughtUp.resolve();
    this.following.resolve();
    // Kept back by a store that is down, it is no loss: the log has it all.
    await this.save().catch(() => undefined);
  }

  /** Throws all derived state away and folds the streams anew; returns how many events were read. Nothing may be appended meanwhile. */
  async rebuild(progress: (position: bigint) => void = () => undefined): Promise<number> {
    await this.inTurn(async () => {
      await this.leave();
      try {
        await this.oneByOne(() => this.clearAll());
      } finally {
        // What a failure has left is as good as any other state to begin at, and better than none.
        await this.begin(true);
      }
    });
    const ticker = setInterval(() => progress(this.position), 250);
    await this.caughtUp.promise.finally(() => clearInterval(ticker));
    await this.save();
    progress(this.position);
    return this.eventsProcessed;
  }

  /** Begins to follow at what is saved, with an empty memory. Patient: waits until that can be read. */
  private async begin(patient: boolean): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    try {
      await withRetry(() => this.beginOnce(), {
        backOff: BACK_OFF,
        // Lost again meanwhile, by another process that clears it, say.
        mayPass: (fault) => fault instanceof DerivedStateLost || (patient && isRetriable(fault)),
        onRetry: (fault) => (this.failure = fault),
        signal,
      });
    } catch (fault) {
      if (!signal.aborted) throw fault;
    }
  }

  private async beginOnce(): Promise<void> {
    this.isLost = this.complete = false;
    // Memory before the store: until it is attached anew, nothing can be looked up in it beside what memory held.
    await this.oneByOne(() => this.forgetAll());
    await this.projections.attach(() => this.lost());
    let found = await projected(this.log, this.projections);
    // Every process uses it: it is not thrown away on a single answer.
    if (!found.ofThisLog) {
      await pause(backOffMs(0, BACK_OFF));
      found = await projected(this.log, this.projections);
    }
    // Keys that a shorter window let go cannot be missed only by reading the log again.
    if (!found.ofThisLog || (found.windowMs !== undefined && found.windowMs < this.states.keys.windowMs)) {
      await this.oneByOne(() => this.clearAll());
    } else {
      this.savedTo = found.through;
      this.progress.advance(found.through);
      this.processedId = found.event;
    }
    this.failure = undefined;
    this.follow();
  }

  private follow(): void {
    if (this.caughtUp.isSettled) this.caughtUp = new Settled();
    const { caughtUp } = this;
    const runner = new SubscriptionRunner(this.log, this.position, {
      ready: () => this.ready(),
      handle: (event) => this.handle(event),
      mayPass: isRetriable,
      failed: (fault) => (this.failure = fault),
      recovered: () => (this.failure = undefined),
    });
    this.runner = runner;
    runner.start();
    runner.ended.catch((fault: unknown) => this.fail(fault));
    void runner.caughtUp.then(
      () => {
        if (this.runner !== runner) return;
        this.states.refolded();
        this.complete = !this.isLost;
        caughtUp.resolve();
      },
      // The log was closed, or a fault that cannot pass. One that was left for another beginning says nothing.
      (fault: unknown) => this.runner === runner && caughtUp.reject(fault),
    );
  }

  /** Ends the following of the log, for another beginning or for good. */
  private async leave(): Promise<void> {
    const { runner } = this;
    this.runner = undefined;
    await runner?.stop();
  }

  private fail(fault: unknown): void {
    this.caughtUp.reject(fault);
    this.following.reject(fault);
  }

  private handle(event: RecordedEvent): Promise<void> | undefined {
    // Its own appends are nothing new to this process, and most events are its own.
    if (!this.states.knows(event)) return this.states.handle(event).then(() => this.advance(event));
    this.advance(event);
    return undefined;
  }

  private advance(event: RecordedEvent): void {
    this.progress.advance(event.position);
    this.processedId = event.id;
    if (event.recordedAt > this.newestRecordedAt) this.newestRecordedAt = event.recordedAt;
    this.eventsProcessed += 1;
  }

  private async ready(): Promise<void> {
    // A save that fails is tried again by the clock, and following goes on.
    if (this.dirty.size >= DIRTY_MAX) await this.save().catch(() => undefined);
    // Memory is bounded while derived state cannot be saved: nothing more is handled until it can.
    if (this.isFull) await this.save();
  }

  private get isFull(): boolean {
    return this.dirty.size >= UNSAVED_STREAMS_MAX || this.states.keys.isFull;
  }

  /** The store reports this in the middle of another call. */
  private lost(): void {
    this.isLost = true;
    this.complete = false;
    void this.inTurn(async () => {
      if (!this.isLost || this.stopping.signal.aborted) return;
      await this.leave();
      await this.begin(true);
      this.recoveries += 1;
    }).catch((fault: unknown) => this.fail(fault));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private changed(entry: StreamState): void {
    this.dirty.set(entry.stream, entry);
    if (this.dirty.size >= DIRTY_MAX && this.failure === undefined) void this.save().catch(() => undefined);
    else this.schedule(SAVE_EVERY_MS);
  }

  private schedule(afterMs: number): void {
    if (this.timer || this.stopping.signal.aborted) return;
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
  private async clearAll(): Promise<void> {
    await this.projections.clear();
    await this.forgetAll();
  }

  /** Not while something is being saved: a save that failed would put back what is forgotten here. */
  private forgetAll(): Promise<void> {
    this.savedTo = -1n;
    this.progress.advance(-1n);
    this.processedId = '';
    this.states.clear();
    this.dirty.clear();
    this.eventsProcessed = 0;
    this.newestRecordedAt = -Infinity as Instant;
    return Promise.resolve();
  }

  /** Its revision is its place in the log, so that of several processes the one that is furthest says how far they are. */
  private mark(checkpoint: bigint): Document {
    const mark: Mark = { event: this.processedId, position: `${checkpoint}`, windowMs: this.states.keys.windowMs };
    return { stream: MARK, revision: Number(checkpoint) + 1, json: JSON.stringify(mark) };
  }

  private async saveNow(): Promise<void> {
    const entries = this.dirty;
    const checkpoint = this.position;
    // All that is saved is of one moment: a document without its keys would let a key be applied again after a crash.
    const { keys, saved } = this.states.keys.take();
    if (entries.size === 0 && keys.size === 0 && checkpoint <= this.savedTo) return;
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
      this.schedule(SAVE_AGAIN_AFTER_MS);
      throw new Fault('projection_unavailable', 'derived state could not be saved; it is kept in memory and tried again', true, {
        cause: fault,
      });
    }
  }
}
