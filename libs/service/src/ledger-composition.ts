/** The ledger over any log and any derived state: what a service that appends is made of, and in which order it starts and stops. */
import { randomBytes } from 'node:crypto';
import type { Instant } from '@drawdown/amounts';
import { foldings, type Parts } from '@drawdown/application';
import type { Projections } from '@drawdown/balances';
import { AppliedKeys, CatalogFollower, type Clock, type EventLog, Ledger, Projector, StreamStates, Sweeper, UsageIntake } from '@drawdown/ledger';

export interface LedgerSettings {
  readonly log: EventLog;
  readonly projections: Projections;
  readonly dedupeWindowMs: number;
  readonly clock?: Clock;
  /** Told of what goes wrong in the background; it is tried again. */
  readonly failed?: (part: string, fault: unknown) => void;
}

export interface LedgerComposition {
  readonly parts: Parts;
  /** Rejected when the log can be followed no longer. Nobody has to listen. */
  readonly ended: Promise<void>;
  /** No more sweeping. */
  stopSweeping(): Promise<void>;
  /** Saves what has changed; follows the log no longer. The log and the derived state are still open. */
  stopProjecting(): Promise<void>;
}

export const systemClock = (): Instant => Date.now() as Instant;

/** Resolves when everything that was in the log is known, so that no key applied before can be missed. */
export async function composeLedger({ log, projections, dedupeWindowMs, clock = systemClock, failed = () => undefined }: LedgerSettings): Promise<LedgerComposition> {
  const keys = new AppliedKeys(projections, dedupeWindowMs);
  const states = new StreamStates(log, projections, keys, foldings);
  const ledger = new Ledger(log, states);
  const projector = new Projector(log, projections, states);
  const catalog = new CatalogFollower(states);
  const intake = new UsageIntake(ledger, catalog, clock);
  const sweeper = new Sweeper(ledger, projections, projector, clock, (fault) => failed('sweeper', fault));
  await projector.start();
  await catalog.start(projections);
  sweeper.start();
  return {
    parts: { log, ledger, projections, projector, intake, catalog, foldings, clock, randomBytes },
    ended: projector.ended,
    stopSweeping: () => sweeper.stop(),
    stopProjecting: () => projector.stop(),
  };
}
