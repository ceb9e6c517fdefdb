/** What a standalone service is made of, and in which order it starts and stops. No Nest here: doors are put in front by main.ts. */
import type { Instant } from '@drawdown/amounts';
import type { Parts } from '@drawdown/application';
import { HttpWebhookSender } from '@drawdown/http';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/ledger';
import { composeLedger, type DerivedInUse, embeddedLog, embeddedProjections, type LogInUse, systemClock } from '@drawdown/service';
import { type DispatcherFigures, parseSchedule, projectedEndpoints, systemTimers, WebhookDispatcher } from '@drawdown/webhooks';

export interface StandaloneOptions {
  readonly dataDirectory: string;
  readonly dedupeWindowMs?: number;
  /** CIDR networks that webhooks may go to although they are not public, such as 127.0.0.0/8. */
  readonly webhookAllowedNetworks?: readonly string[];
  /** Such as `5s 5m 30m`. */
  readonly webhookSchedule?: string;
  readonly clock?: () => Instant;
  /** Told of what goes wrong in the background; it is tried again. */
  readonly failed?: (part: string, fault: unknown) => void;
}

export interface Standalone {
  readonly parts: Parts;
  readonly log: LogInUse;
  readonly derived: DerivedInUse;
  readonly webhooks: () => DispatcherFigures;
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
  const { dataDirectory, clock = systemClock, failed = () => undefined } = options;
  const log = await embeddedLog(dataDirectory, clock);
  const derived = await embeddedProjections(dataDirectory, true);
  const { projections } = derived;
  const ledger = await composeLedger({
    log: log.log,
    projections,
    dedupeWindowMs: options.dedupeWindowMs ?? DEDUPE_WINDOW_MS_DEFAULT,
    clock,
    failed,
  });
  const sender = new HttpWebhookSender({ allowedNetworks: options.webhookAllowedNetworks ?? [] });
  const dispatcher = new WebhookDispatcher({
    log: log.log,
    ledger: ledger.parts.ledger,
    sender,
    clock: { now: clock },
    timers: systemTimers,
    directory: projectedEndpoints(projections),
    ...(options.webhookSchedule !== undefined && { schedule: parseSchedule(options.webhookSchedule) }),
  });
  await dispatcher.start();

  const ended = Promise.race([ledger.ended, log.broken.then(() => undefined)]);
  ended.catch(() => undefined);
  return {
    parts: ledger.parts,
    log,
    derived,
    webhooks: () => dispatcher.figures(),
    ended,
    stop: async () => {
      await ledger.stopSweeping();
      await dispatcher.stop();
      await sender.close();
      await ledger.stopProjecting();
      await log.close();
      await derived.close();
    },
  };
}
