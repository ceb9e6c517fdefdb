/** One follower of the log. It reads page by page, so a slow handler delays no other and needs no queue. */
import { LogUnavailable, READ_LIMIT_MAX, type RecordedEvent, type Subscription } from '@drawdown/engine/event-store';

interface Source {
  readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]>;
}

export class LogSubscription implements Subscription {
  readonly caughtUp: Promise<void>;
  readonly ended: Promise<void>;
  private closing = false;
  private behind = true;
  private wakeUp: (() => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly headAtStart: bigint,
    private after: bigint,
    private readonly handler: (events: readonly RecordedEvent[]) => Promise<void>,
    onEnd: () => void,
  ) {
    let reached = (): void => undefined;
    let missed = (_: unknown): void => undefined;
    this.caughtUp = new Promise((resolve, reject) => {
      reached = resolve;
      missed = reject;
    });
    this.caughtUp.catch(() => undefined); // `ended` tells of it; this one may go unheard
    // A caller that waits to catch up gets the fault that ended it, such as the name of a damaged file.
    this.ended = this.run(reached)
      .then(() => missed(new LogUnavailable('the subscription was closed before it had caught up')))
      .catch((fault: unknown) => {
        missed(fault);
        throw fault;
      })
      .finally(onEnd);
  }

  /** There may be something new. */
  wake(): void {
    this.behind = true;
    this.wakeUp?.();
    this.wakeUp = undefined;
  }

  /** Waits for a running handler; so it must not be awaited in one. */
  async close(): Promise<void> {
    this.closing = true;
    this.wake();
    await this.ended.catch(() => undefined); // who wants to know how it ended asks `ended`
  }

  private async run(reached: () => void): Promise<void> {
    await Promise.resolve(); // the handler is never called before `subscribe` has returned
    while (!this.closing) {
      if (this.after >= this.headAtStart) reached();
      if (!this.behind) await new Promise<void>((resolve) => (this.wakeUp = resolve));
      if (this.closing) break;
      this.behind = false;
      const events = await this.source.readAll(this.after, READ_LIMIT_MAX);
      if (this.closing || events.length === 0) continue;
      this.behind = true;
      await this.handler(events);
      this.after = events.at(-1)!.position;
    }
    if (this.after >= this.headAtStart) reached();
  }
}
