/** What a standalone service is made of, and in which order it starts and stops. No Nest here: transports are put in front by main.ts. */
import type { Instant } from '@drawdown/domain/amounts';
import type { ApiParts } from '@drawdown/api/resources';
import type { TestClock } from '@drawdown/engine/process-managers';
import { DEDUPE_WINDOW_MS_DEFAULT, type RejectionPublisher } from '@drawdown/engine/usage-pipeline';
import type { PaymentProvider } from '@drawdown/engine/payments';
import {
  composeLedger,
  composeWebhooks,
  type DerivedInUse,
  embeddedLog,
  embeddedProjections,
  type LogInUse,
  systemClock,
} from '@drawdown/runtime/bootstrap';
import type { DispatcherFigures, Lease } from '@drawdown/engine/webhooks';

interface StandaloneOptions {
  readonly dataDirectory: string;
  /** Instead of the embedded ones in `dataDirectory`. */
  readonly log?: LogInUse;
  readonly derived?: DerivedInUse;
  readonly dedupeWindowMs?: number;
  /** CIDR networks that webhooks may go to although they are not public, such as 127.0.0.0/8. */
  readonly webhookAllowedNetworks?: readonly string[];
  /** Such as `5s 5m 30m`. */
  readonly webhookSchedule?: string;
  /** Who collects the money for purchases. Absent: by hand. */
  readonly payments?: readonly PaymentProvider[];
  /** Where several services share a log: which of them sends webhooks. */
  readonly webhookLease?: Lease;
  /** Where usage that came by a queue is published when it is rejected. */
  readonly publisher?: RejectionPublisher;
  readonly clock?: () => Instant;
  /** Instead of `clock`, for a rehearsal. Webhooks go by the real time: receivers compare the time of a signature with theirs. */
  readonly testClock?: TestClock;
  /** Called with each fault in the background; the work is retried. */
  readonly failed?: (part: string, fault: unknown) => void;
  /** See LedgerSettings. */
  readonly withRetry?: (work: () => Promise<void>) => Promise<void>;
}

export interface Standalone {
  readonly parts: ApiParts;
  readonly log: LogInUse;
  readonly derived: DerivedInUse;
  /** Undefined while another service sends. */
  readonly webhooks: () => DispatcherFigures | undefined;
  /** Rejected when the service can no longer follow its log or append to it, and has to be started anew. Nobody has to listen. */
  readonly ended: Promise<void>;
  /** Ends in order: no new work, what is in flight, derived state, files. */
  stop(): Promise<void>;
}

/**
 * @throws DirectoryLocked another process has the data directory.
 * @throws LogCorrupt stored bytes are damaged; nothing was changed.
 */
export async function composeStandalone(options: StandaloneOptions): Promise<Standalone> {
  const {
    dataDirectory,
    testClock,
    clock = testClock?.now ?? systemClock,
    publisher,
    payments,
    webhookLease: lease,
    withRetry,
    failed = () => undefined,
  } = options;
  const log = options.log ?? (await embeddedLog(dataDirectory, clock));
  const derived = options.derived ?? (await embeddedProjections(dataDirectory, log.name === 'log'));
  const { projections } = derived;
  const dedupeWindowMs = options.dedupeWindowMs ?? DEDUPE_WINDOW_MS_DEFAULT;
  const ledger = await composeLedger({
    log: log.log,
    projections,
    dedupeWindowMs,
    clock,
    failed,
    ...(testClock && { testClock }),
    ...(publisher && { publisher }),
    ...(payments && { payments }),
    ...(withRetry && { withRetry }),
  });
  const webhooks = await composeWebhooks({
    log: log.log,
    ledger: ledger.parts.ledger,
    projections,
    clock: testClock ? systemClock : clock,
    failed,
    ...(options.webhookAllowedNetworks && { allowedNetworks: options.webhookAllowedNetworks }),
    ...(options.webhookSchedule !== undefined && { schedule: options.webhookSchedule }),
    ...(lease && { lease }),
  });

  const ended = Promise.race([ledger.ended, log.broken]);
  ended.catch(() => undefined);
  return {
    parts: ledger.parts,
    log,
    derived,
    webhooks: webhooks.figures,
    ended,
    stop: async () => {
      await ledger.stopSweeping();
      await webhooks.stop();
      await ledger.stopProjecting();
      await log.close();
      await derived.close();
    },
  };
}
