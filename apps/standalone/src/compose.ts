/** What a standalone service is made of, and in which order it starts and stops. No Nest here: doors are put in front by main.ts. */
import { randomBytes } from 'node:crypto';
import type { Instant } from '@drawdown/amounts';
import { foldings, type Parts } from '@drawdown/application';
import { EmbeddedLog, EmbeddedProjections, type Recovered } from '@drawdown/embedded';
import { HttpWebhookSender } from '@drawdown/http';
import { AppliedKeys, CatalogFollower, DEDUPE_WINDOW_MS_DEFAULT, Ledger, Projector, StreamStates, Sweeper, UsageIntake } from '@drawdown/ledger';
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
  readonly recovered: Recovered;
  readonly webhooks: () => DispatcherFigures;
  /** Why the log takes nothing until the service is started anew, if so. */
  readonly logFailure: () => Error | undefined;
  /** Rejected when the service can no longer follow its log or append to it, and has to be started anew. Nobody has to listen. */
  readonly ended: Promise<void>;
  /** Ends in order: no new work, what is in flight, derived state, files. */
  stop(): Promise<void>;
}

const systemClock = (): Instant => Date.now() as Instant;

/**
 * @throws DirectoryLocked another process has the data directory.
 * @throws LogCorrupt stored bytes are damaged; nothing was changed.
 */
export async function composeStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { dataDirectory, clock = systemClock, failed = () => undefined } = options;
  const log = await EmbeddedLog.open({ directory: dataDirectory, clock });
  const projections = await EmbeddedProjections.open({ directory: dataDirectory });
  const keys = new AppliedKeys(projections, options.dedupeWindowMs ?? DEDUPE_WINDOW_MS_DEFAULT);
  const states = new StreamStates(log, projections, keys, foldings);
  const ledger = new Ledger(log, states);
  const projector = new Projector(log, projections, states);
  const catalog = new CatalogFollower(states);
  const intake = new UsageIntake(ledger, catalog, clock);
  const sweeper = new Sweeper(ledger, projections, projector, clock, (fault) => failed('sweeper', fault));
  const sender = new HttpWebhookSender({ allowedNetworks: options.webhookAllowedNetworks ?? [] });
  const dispatcher = new WebhookDispatcher({
    log,
    ledger,
    sender,
    clock: { now: clock },
    timers: systemTimers,
    directory: projectedEndpoints(projections),
    ...(options.webhookSchedule !== undefined && { schedule: parseSchedule(options.webhookSchedule) }),
  });

  // Before any command or usage: everything in the log is known, so no key applied before can be missed.
  await projector.start();
  await catalog.start(projections);
  sweeper.start();
  await dispatcher.start();

  const ended = Promise.race([projector.ended, log.broken]);
  ended.catch(() => undefined);
  return {
    parts: { log, ledger, projections, projector, intake, catalog, foldings, clock, randomBytes },
    recovered: log.recovered,
    webhooks: () => dispatcher.figures(),
    logFailure: () => log.failure,
    ended,
    stop: async () => {
      await sweeper.stop();
      await dispatcher.stop();
      await sender.close();
      await projector.stop();
      await log.close();
      await projections.close();
    },
  };
}
