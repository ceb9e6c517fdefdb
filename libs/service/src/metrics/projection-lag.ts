/**
 * How long an event of the log has been waiting to be met. Positions have gaps and say nothing about time, so the head of the log is
 * looked at now and then, and remembered until the follower has come as far.
 */
import type { EventLog } from '@drawdown/ledger';
import type { Metrics } from '@drawdown/platform';
import { METRICS } from './metric-list';

export const LOOK_EVERY_MS = 1_000;
/** Heads remembered; older ones go first, so a lag of more than so many looks is said too small until it has shrunk. */
const HEADS_MAX = 3_600;

export class ProjectionLag {
  private heads: { readonly position: bigint; readonly seenAt: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly log: Pick<EventLog, 'head'>,
    private readonly met: () => bigint,
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): this {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return this;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Asks for the head once. A log that does not answer is not asked again meanwhile; what is known already goes on ageing. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const seenAt = this.now();
    try {
      const position = await this.log.head();
      if (position > (this.heads.at(-1)?.position ?? -1n)) this.heads.push({ position, seenAt });
      if (this.heads.length > HEADS_MAX) this.heads.shift();
    } catch {
      // The log being down shows elsewhere.
    } finally {
      this.looking = false;
    }
  }

  /** In seconds. */
  get seconds(): number {
    const met = this.met();
    const waiting = this.heads.findIndex(({ position }) => position > met);
    // The newest is kept: it says which heads have been seen.
    this.heads = waiting < 0 ? this.heads.slice(-1) : this.heads.slice(waiting);
    return waiting < 0 ? 0 : Math.max(0, this.now() - this.heads[0]!.seenAt) / 1_000;
  }

  show(metrics: Metrics): this {
    metrics.follow(METRICS.projectionLag, () => [{ value: this.seconds }]);
    return this;
  }
}
