/** What became of usage since the process began, for metrics. */
import type { RejectionReason } from '@drawdown/domain/usage';
import type { Taken } from './usage-outcome';

type CountedOutcome = Exclude<Taken['status'], 'rejected'>;

export interface UsageFigures {
  /** Usage events by outcome; those that were rejected are in `rejected`, by reason. */
  readonly outcomes: Readonly<Partial<Record<CountedOutcome, number>>>;
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Usage events whose outcome nobody could settle: they are sent again. */
  readonly faulted: number;
  /** Usage events that wait, those of the round under way included. */
  readonly waiting: number;
  readonly rounds: number;
  /** Milliseconds that rounds have spent in each stage, waiting included. */
  readonly stages: Readonly<Partial<Record<string, number>>>;
}

export class UsageCounts {
  private readonly outcomes: Partial<Record<CountedOutcome, number>> = {};
  private readonly rejected: Partial<Record<RejectionReason, number>> = {};
  private faulted = 0;
  private rounds = 0;

  count(taken: readonly (Taken | { readonly status: 'faulted' })[]): void {
    for (const one of taken)
      if (one.status === 'rejected') this.rejected[one.rejection.reason] = (this.rejected[one.rejection.reason] ?? 0) + 1;
      else if (one.status === 'faulted') this.faulted += 1;
      else this.outcomes[one.status] = (this.outcomes[one.status] ?? 0) + 1;
  }

  /** @param faulted usage events of a round that failed as a whole */
  round(faulted = 0): void {
    this.rounds += 1;
    this.faulted += faulted;
  }

  figures(waiting: number, stages: UsageFigures['stages'] = {}): UsageFigures {
    const { outcomes, rejected, faulted, rounds } = this;
    return { outcomes: { ...outcomes }, rejected: { ...rejected }, faulted, waiting, rounds, stages };
  }
}
