/**
 * The one way to follow the log: every event after a checkpoint is handled in order, none is skipped, and following begins again at
 * what fails. At least once: after a crash the events since the last saved checkpoint are handled again.
 */
import { backOffMs, pause, Progress } from '@drawdown/engine/async';
import type { EventLog, RecordedEvent, Subscription } from './event-log';
import { LogClosed } from './faults';

/** Between a fault of the follower or of the log and the next subscription. */
const BACK_OFF = { minMs: 20, maxMs: 1_000 };

interface Checkpoint {
  /** So many events are handled again after a crash, at most. */
  readonly everyEvents: number;
  /** Saved positions are events too: a follower does not save one because of its own last one. */
  readonly counts: (event: RecordedEvent) => boolean;
  /** It only saves reading after a restart. A fault costs nothing else. */
  readonly save: (position: bigint) => Promise<void>;
}

export interface Follower {
  /** Called before every batch. While it fails, no event is handled. */
  readonly ready?: () => Promise<void> | void;
  /**
   * Called again while it fails: the second call for an event must change nothing that the first has done. It returns nothing where it
   * has nothing to wait for, which spares a promise per event.
   */
  readonly handle: (event: RecordedEvent) => Promise<void> | void;
  readonly checkpoint?: Checkpoint;
  /** Whether what failed may pass by itself. If not, following ends with it. Default: always. */
  readonly mayPass?: (fault: unknown) => boolean;
  /** Reports a fault. What failed is tried again. */
  readonly failed?: (fault: unknown) => void;
  /** Reports that what had failed has worked. */
  readonly recovered?: () => void;
}

export class SubscriptionRunner {
  private readonly stopping = new AbortController();
  private readonly progress: Progress;
  private subscription: Subscription | undefined;
  private sinceCheckpoint = 0;
  /** In a row. */
  private faults = 0;
  private reached = (): void => undefined;
  private missed = (_fault: unknown): void => undefined;
  /** Resolves when everything that was in the log at the start has been handled. Rejected when following ends before. */
  readonly caughtUp: Promise<void>;
  private following: Promise<void> = Promise.resolve();

  /** @param after the checkpoint: -1n, or the position of an event */
  constructor(
    private readonly log: Pick<EventLog, 'subscribe'>,
    after: bigint,
    private readonly follower: Follower,
  ) {
    this.progress = new Progress(after);
    this.caughtUp = new Promise((resolve, reject) => {
      this.reached = resolve;
      this.missed = reject;
    });
    this.caughtUp.catch(() => undefined);
  }

  start(): void {
    this.following = this.follow().finally(() => this.end());
    this.following.catch(() => undefined);
  }

  /** Settles when following has ended: resolved by `stop` or when the log was closed, rejected with a fault that cannot pass. */
  get ended(): Promise<void> {
    return this.following;
  }

  get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Of the last event handled. */
  get position(): bigint {
    return this.progress.position;
  }

  /** False: the position was not reached within the bound, or following has ended. */
  awaitPosition(position: bigint, withinMs?: number): Promise<boolean> {
    if (this.stopped) return Promise.resolve(this.position >= position);
    return this.progress.awaitPosition(position, withinMs === undefined ? {} : { withinMs });
  }

  /** Waits for the event that is being handled. Must not be awaited in `handle`. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.close();
    await this.following.catch(() => undefined);
    this.end();
    await this.saveCheckpoint();
  }

  private end(): void {
    this.missed(new LogClosed('following the log has ended before it had caught up'));
    this.stopping.abort();
    this.progress.end();
  }

  /** It waits between two subscriptions, never in a handler: a log that is being closed waits for the handler. */
  private async follow(): Promise<void> {
    const { failed, mayPass } = this.follower;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        return await this.followOnce();
      } catch (fault) {
        // A closed log stays closed.
        if (signal.aborted || fault instanceof LogClosed) return;
        if (mayPass && !mayPass(fault)) {
          this.missed(fault);
          throw fault;
        }
        failed?.(fault);
        await pause(backOffMs(this.faults++, BACK_OFF), signal);
      }
    }
  }

  private async followOnce(): Promise<void> {
    const subscription = this.log.subscribe(this.position, (events) => this.handle(events));
    this.subscription = subscription;
    void subscription.caughtUp.then(
      () => {
        this.works();
        this.reached();
      },
      () => undefined,
    );
    await subscription.ended;
  }

  /** Per event it makes no promise and no closure: to most followers most events are nothing new. */
  private async handle(events: readonly RecordedEvent[]): Promise<void> {
    const { ready, handle, checkpoint } = this.follower;
    const { signal } = this.stopping;
    if (signal.aborted) return;
    await ready?.();
    for (const event of events) {
      if (event.position <= this.position) continue;
      const pending = handle(event);
      if (pending) await pending;
      // A handler that was stopped may have left out a part of the event.
      if (signal.aborted) return;
      this.progress.advance(event.position);
      if (checkpoint?.counts(event)) this.sinceCheckpoint += 1;
      if (this.faults > 0) this.works();
    }
    if (checkpoint && this.sinceCheckpoint >= checkpoint.everyEvents) await this.saveCheckpoint();
  }

  private works(): void {
    if (this.faults === 0) return;
    this.faults = 0;
    this.follower.recovered?.();
  }

  /** A checkpoint that is not saved is no loss: the second call for an event changes nothing. */
  private async saveCheckpoint(): Promise<void> {
    const { checkpoint, failed } = this.follower;
    if (!checkpoint || this.sinceCheckpoint === 0) return;
    this.sinceCheckpoint = 0;
    await checkpoint.save(this.position).catch((fault: unknown) => this.stopped || failed?.(fault));
  }
}
