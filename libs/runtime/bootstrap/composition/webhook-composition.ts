/** Webhooks over any log: a dispatcher, or the turn of one among several processes. */
import type { Projections } from '@drawdown/engine/derived-state';
import { HttpWebhookSender } from '@drawdown/adapters/webhook-http';
import type { Clock } from '@drawdown/engine/usage-pipeline';
import type { EventLog } from '@drawdown/engine/event-store';
import {
  ActiveDispatcher,
  type DispatcherFigures,
  type Lease,
  parseSchedule,
  projectedEndpoints,
  systemTimers,
  WebhookDispatcher,
  type WebhookLedger,
} from '@drawdown/engine/webhooks';

interface WebhookSettings {
  readonly log: EventLog;
  readonly ledger: WebhookLedger;
  /** Where the list of endpoints is. */
  readonly projections: Pick<Projections, 'list' | 'checkpoint'>;
  readonly clock: Clock;
  /** CIDR networks that webhooks may go to although they are not public, such as 127.0.0.0/8. */
  readonly allowedNetworks?: readonly string[];
  /** Such as `5s 5m 30m`. */
  readonly schedule?: string;
  /** Of the one that sends, where several processes could. Absent: this one does. */
  readonly lease?: Lease;
  readonly failed?: (part: string, fault: unknown) => void;
}

interface WebhookComposition {
  /** Undefined while another process sends. */
  readonly figures: () => DispatcherFigures | undefined;
  /** Ends what is in flight, within a bound, and records it. */
  stop(): Promise<void>;
}

/** Resolves when this process sends, or asks for its turn. */
export async function composeWebhooks(settings: WebhookSettings): Promise<WebhookComposition> {
  const { log, ledger, projections, clock, allowedNetworks = [], schedule, lease, failed = () => undefined } = settings;
  const sender = new HttpWebhookSender({ allowedNetworks });
  const dispatcher = (): WebhookDispatcher =>
    new WebhookDispatcher({
      log,
      ledger,
      sender,
      clock: { now: clock },
      timers: systemTimers,
      directory: projectedEndpoints(projections),
      ...(schedule !== undefined && { schedule: parseSchedule(schedule) }),
    });
  if (!lease) {
    const only = dispatcher();
    await only.start();
    return {
      figures: () => only.figures(),
      stop: async () => {
        await only.stop();
        await sender.close();
      },
    };
  }
  const active = new ActiveDispatcher({ lease, dispatcher, timers: systemTimers, failed: (fault) => failed('webhooks', fault) });
  active.start();
  return {
    figures: () => active.figures().dispatcher,
    stop: async () => {
      await active.stop();
      await sender.close();
    },
  };
}
