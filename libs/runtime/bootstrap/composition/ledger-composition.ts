/** The ledger over any log and any derived state: what a service that appends is made of, and in which order it starts and stops. */
import { randomBytes } from 'node:crypto';
import type { Instant } from '@drawdown/domain/amounts';
import { assertRealTime, AutoTopUpRunner, Rehearsal, Sweeper, type TestClock } from '@drawdown/engine/process-managers';
import { type ApiParts, streamDefinitions } from '@drawdown/api/resources';
import type { Projections } from '@drawdown/engine/derived-state';
import { AppliedKeys, type EventLog, Ledger, StreamStates } from '@drawdown/engine/event-store';
import { CatalogFollower, type Clock, type RejectionPublisher, UsageIntake } from '@drawdown/engine/usage-pipeline';
import { Projector } from '@drawdown/engine/read-models';
import type { Health } from '@drawdown/runtime/server';
import { ManualPayments, type PaymentProvider } from '@drawdown/engine/payments';

interface LedgerSettings {
  readonly log: EventLog;
  readonly projections: Projections;
  readonly dedupeWindowMs: number;
  readonly clock?: Clock;
  /** Instead of `clock`, for a rehearsal. */
  readonly testClock?: TestClock;
  /** Who collects the money for purchases. Absent: by hand. */
  readonly payments?: readonly PaymentProvider[];
  /** Where usage that came by a queue is published when it is rejected. */
  readonly publisher?: RejectionPublisher;
  /** Called with each fault in the background; the work is retried. */
  readonly failed?: (part: string, fault: unknown) => void;
  /** Carries out what a server that has gone away again can fail, until it is there. Absent: the fault is thrown. */
  readonly withRetry?: (work: () => Promise<void>) => Promise<void>;
}

interface LedgerComposition {
  /** Usage goes straight to the intake. */
  readonly parts: ApiParts;
  /** Rejected when the log can be followed no longer. Nobody has to listen. */
  readonly ended: Promise<void>;
  stopSweeping(): Promise<void>;
  /** Saves what has changed and follows the log no longer. The log and the derived state stay open. */
  stopProjecting(): Promise<void>;
}

export const systemClock = (): Instant => Date.now() as Instant;

/** Resolves when everything that was in the log is known, so that no key applied before can be missed. */
export async function composeLedger(settings: LedgerSettings): Promise<LedgerComposition> {
  const {
    log,
    projections,
    dedupeWindowMs,
    testClock,
    clock = testClock?.now ?? systemClock,
    publisher,
    failed = () => undefined,
    withRetry = (work) => work(),
  } = settings;
  const { payments = [new ManualPayments()] } = settings;
  await (testClock ? testClock.openOn(log) : withRetry(() => assertRealTime(log)));
  const keys = new AppliedKeys(projections, dedupeWindowMs);
  const states = new StreamStates(log, projections, keys, streamDefinitions);
  const ledger = new Ledger(log, states);
  const projector = new Projector(log, projections, states);
  const catalog = new CatalogFollower(states);
  const intake = new UsageIntake(ledger, catalog, clock, publisher);
  const parts: ApiParts = {
    log,
    ledger,
    projections,
    projector,
    usage: intake,
    intake,
    catalog,
    streamDefinitions,
    payments,
    clock,
    ...(testClock && { realClock: systemClock }),
    randomBytes,
  };
  const autoTopUps = new AutoTopUpRunner(parts, (fault) => failed('auto top-ups', fault));
  const sweeper = new Sweeper(ledger, projections, projector, clock, (fault) => failed('sweeper', fault), autoTopUps.due);
  await withRetry(() => projector.start());
  await withRetry(() => catalog.start(projections));
  await withRetry(() => autoTopUps.start());
  const rehearsal = testClock && new Rehearsal(testClock, parts, sweeper, autoTopUps);
  await rehearsal?.begin();
  sweeper.start();
  return {
    parts: { ...parts, ...(rehearsal && { rehearsal }) },
    ended: projector.ended,
    stopSweeping: async () => {
      await sweeper.stop();
      await autoTopUps.stop();
    },
    stopProjecting: () => projector.stop(),
  };
}

/** Derived state as /readyz reports it. */
export function watchProjection(health: Health, { projector }: Pick<ApiParts, 'projector'>): void {
  health.watch('projection', () => ({
    ready: projector.failure === undefined,
    detail: projector.failure === undefined ? 'saved' : 'derived state cannot be saved; it is kept in memory',
  }));
}
