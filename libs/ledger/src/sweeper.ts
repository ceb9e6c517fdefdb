/** Posts what becomes due by itself: ended holds, expired grants, grants that begin. Its being late makes nothing spendable. */
import type { Instant } from '@drawdown/amounts';
import type { Projections } from '@drawdown/balances';
import { creditBalance } from '@drawdown/credit-balance';
import { wallet } from '@drawdown/wallet';
import { DerivedStateLost, DerivedStateUnavailable, LogUnavailable } from './faults';
import type { Ledger } from './ledger';
import type { Projector } from './projector';
import { categoryOf } from './streams';
import type { Clock } from './usage-fate';

export const SWEEP_EVERY_MS = 1_000;
export const SWEEP_STREAMS_MAX = 500;
/** How often keys outside the dedupe window are dropped from the index. */
export const FORGET_EVERY_MS = 3_600_000;

const balances = [wallet, creditBalance];
/** Of no single stream: the others would fail as well. */
const isDown = (fault: unknown): boolean =>
  fault instanceof LogUnavailable || fault instanceof DerivedStateUnavailable || fault instanceof DerivedStateLost;

export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private forgotten = 0;
  private stopping = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
    private readonly projector: Projector,
    private readonly clock: Clock,
    /** Told of a sweep that failed; the next one tries again. */
    private readonly failed: (fault: unknown) => void,
  ) {}

  start(): void {
    this.stopping = false;
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round()).catch(this.failed);
    }, SWEEP_EVERY_MS).unref();
  }

  /** Waits for the stream that is being swept, and for no other: what is due stays due. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    await this.sweep();
    if (this.stopping) return;
    const now = this.clock();
    if (now - this.forgotten < FORGET_EVERY_MS) return;
    this.forgotten = now;
    await this.projections.forget(now);
  }

  /**
   * Sweeps everything that is due now, unless it is stopped; returns how many streams were. One stream that fails keeps no other waiting.
   * @throws Fault of the first that failed, when the others have been swept.
   */
  async sweep(): Promise<number> {
    let swept = 0;
    const faults: unknown[] = [];
    while (!this.stopping) {
      const at = this.clock();
      const due = await this.projections.due(at, SWEEP_STREAMS_MAX);
      for (const { stream } of due) {
        if (this.stopping) return swept;
        try {
          await this.sweepStream(stream, at);
        } catch (fault) {
          if (isDown(fault)) throw fault;
          faults.push(fault);
        }
        swept += 1;
      }
      if (due.length === 0) return swept;
      // The index of what is due is derived: it has to be saved before it is asked again.
      await this.projector.save();
      if (faults.length > 0) throw faults[0];
      if (due.length < SWEEP_STREAMS_MAX) return swept;
    }
    return swept;
  }

  /** One sweep posts a bounded amount, so that it fits into an append: as many follow as there is something due. */
  private async sweepStream(stream: string, at: Instant): Promise<void> {
    const aggregate = balances.find(({ category }) => category === categoryOf(stream));
    while (aggregate && !this.stopping) {
      const done = await this.ledger.execute(aggregate, stream, { type: 'Sweep', at });
      if (done.outcome === 'refused' || done.events.length === 0) return;
      const dueAt = aggregate.dueAt?.(done.state) ?? Infinity;
      if (dueAt > at) return;
    }
  }
}
