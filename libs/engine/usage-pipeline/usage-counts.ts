/** What became of usage since the process began, for metrics. */
import type { RejectionReason } from '@drawdown/domain/usage';
import type { Taken } from './usage-fate';

export type CountedFate = Exclude<Taken['fate'], 'rejected'>;

export interface UsageFigures {
  /** Usage events by fate; those that were rejected are in `rejected`, by reason. */
  readonly fates: Readonly<Partial<Record<CountedFate, number>>>;
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Usage events whose fate nobody could settle: they are sent again. */
  readonly faulted: number;
  /** Usage events that wait, those of the round under way included. */
  readonly waiting: number;
  readonly rounds: number;
}

export class UsageCounts {
  private readonly fates: Partial<Record<CountedFate, number>> = {};
  private readonly rejected: Partial<Record<RejectionReason, number>> = {};
  private faulted = 0;
  private rounds = 0;

  count(taken: readonly (Taken | { readonly fate: 'faulted' })[]): void {
    for (const one of taken)
      if (one.fate === 'rejected') this.rejected[one.rejection.reason] = (this.rejected[one.rejection.reason] ?? 0) + 1;
      else if (one.fate === 'faulted') this.faulted += 1;
      else this.fates[one.fate] = (this.fates[one.fate] ?? 0) + 1;
  }

  /** @param faulted usage events of a round that failed as a whole */
  round(faulted = 0): void {
    this.rounds += 1;
    this.faulted += faulted;
  }

  figures(waiting: number): UsageFigures {
    const { fates, rejected, faulted, rounds } = this;
    return { fates: { ...fates }, rejected: { ...rejected }, faulted, waiting, rounds };
  }
}
