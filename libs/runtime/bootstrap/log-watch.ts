/**
 * Looks at the end of the log every second: whether it answers, and how long an event has been waiting to be met. Positions have gaps
 * and say nothing about time, so each end that was seen is remembered until the follower has come as far.
 */
import type { EventLog } from '@drawdown/engine/event-store';
import type { Metrics, PartHealth } from '@drawdown/runtime/server';
import { METRICS } from './metrics/metric-list';

const LOOK_EVERY_MS = 1_000;
/** Ends remembered; older ones go first, so a lag of more than so many looks is said too small until it has shrunk. */
const ENDS_MAX = 3_600;

export class LogWatch {
  private ends: { readonly position: bigint; readonly seenAt: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private fault: unknown;

  constructor(
    private readonly log: Pick<EventLog, 'head'>,
    /** Position of the last event met. Absent: nothing is followed. */
    private readonly processed?: () => bigint,
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): this {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return this;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Asks once. A log that has not answered yet is not asked again meanwhile; what is known already goes on ageing. */
  look(): Promise<void> {
    return (this.looking ??= this.ask().finally(() => (this.looking = undefined)));
  }

  /** How the log was when it was last asked. */
  health(): Omit<PartHealth, 'name'> {
    const { fault } = this;
    return fault === undefined
      ? { ready: true, detail: 'answers' }
      : { ready: false, detail: fault instanceof Error ? fault.message : String(fault) };
  }

  /** For which the oldest event that is not met has been waiting. */
  get lagSeconds(): number {
    const processed = this.processed?.() ?? -1n;
    const waiting = this.ends.findIndex(({ position }) => position > processed);
    // The newest is kept: it says which ends have been seen.
    this.ends = waiting < 0 ? this.ends.slice(-1) : this.ends.slice(waiting);
    return waiting < 0 ? 0 : Math.max(0, this.now() - this.ends[0]!.seenAt) / 1_000;
  }

  show(metrics: Metrics): this {
    metrics.follow(METRICS.projectionLag, () => [{ value: this.lagSeconds }]);
    return this;
  }

  private async ask(): Promise<void> {
    const seenAt = this.now();
    try {
      const position = await this.log.head();
      this.fault = undefined;
      if (position > (this.ends.at(-1)?.position ?? -1n)) this.ends.push({ position, seenAt });
      if (this.ends.length > ENDS_MAX) this.ends.shift();
    } catch (fault) {
      this.fault = fault;
    }
  }
}
