/** What a benchmark is, and how much effort a run makes. */
import type { Result } from './measure/figures';

export interface Effort {
  /** Rounds of a load; the systems take turns in each. The figures are medians of the rounds. */
  readonly rounds: number;
  /** At the begin of a round, not counted. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Numbers of customers that growth is measured at, the smallest first. */
  readonly customers: readonly number[];
  /** Lines of usage in a log that is verified and rebuilt from. */
  readonly historyLines: number;
  /** Balances whose heap is measured. */
  readonly cachedBalances: number;
}

export const FULL: Effort = {
  rounds: 5,
  warmUpMs: 1_500,
  windowMs: 4_000,
  customers: [1_000, 10_000, 100_000],
  historyLines: 1_000_000,
  cachedBalances: 50_000,
};
/** To see that it works and in which order of magnitude. */
export const QUICK: Effort = {
  rounds: 1,
  warmUpMs: 500,
  windowMs: 1_500,
  customers: [1_000, 10_000],
  historyLines: 100_000,
  cachedBalances: 5_000,
};

export interface Run {
  readonly bare: Result;
  readonly effort: Effort;
  /** Folder that the services of the full stack write processor profiles to. */
  readonly profiles?: string;
}

/** Yields each result as soon as it is there: what was measured stands, whatever fails after it. */
export type Benchmark = (run: Run) => AsyncIterable<Result>;
