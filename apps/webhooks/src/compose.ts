/** What the webhooks service is made of: it follows the log and sends. Of several instances one is active. */
import { AppliedKeys, streamDefinitionOf, Ledger, StreamStates, followerPosition } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import {
  composeWebhooks,
  CountedLog,
  eventStoreDbLog,
  LogWatch,
  readDocuments,
  redisProjections,
  type ServiceRuntime,
  type Started,
  storeMetrics,
  systemClock,
  webhookLease,
  webhookMetrics,
} from '@drawdown/runtime/bootstrap';
import { deliveries, webhookEndpoint } from '@drawdown/engine/webhooks';
import type { config as shape } from './config';

export async function startWebhooks({
  config,
  log,
  health,
  metrics,
  available,
  failed,
}: ServiceRuntime<typeof shape.groups>): Promise<Started> {
  const store = eventStoreDbLog(config.eventStore, log);
  const derived = redisProjections(config.redis, log);
  await Promise.all([available(store.awaited), available(derived.server.awaited)]);

  const events = new CountedLog(store.log).show(metrics);
  // The ledger service projects. Here its documents save folding long streams from their beginning, and nothing rests on them.
  const documents = readDocuments(derived.projections);
  const streamDefinitions = [streamDefinitionOf(webhookEndpoint), streamDefinitionOf(deliveries), streamDefinitionOf(followerPosition)];
  const states = new StreamStates(events, documents, new AppliedKeys(documents, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions);
  const lease = webhookLease(config.redis);
  const webhooks = await composeWebhooks({
    log: events,
    ledger: new Ledger(events, states),
    projections: documents,
    clock: systemClock,
    allowedNetworks: config.webhooks.WEBHOOK_ALLOWED_NETWORKS,
    schedule: config.webhooks.WEBHOOK_SCHEDULE,
    lease,
    failed,
  });

  // Where another instance sends, this one follows nothing.
  const watch = new LogWatch(events, () => webhooks.figures()?.position ?? FOLLOWS_NOTHING).show(metrics).start();
  health.watch(store.name, () => watch.health());
  health.watch(derived.server.awaited.name, derived.server.condition);
  webhookMetrics(metrics, webhooks.figures);
  storeMetrics(metrics, store, derived);

  return {
    says: { networks: config.webhooks.WEBHOOK_ALLOWED_NETWORKS },
    ended: store.broken,
    steps: [
      { name: 'webhooks', stop: () => webhooks.stop() },
      {
        name: 'servers',
        stop: async () => {
          watch.stop();
          await Promise.all([store.close(), derived.close(), lease.close()]);
        },
      },
    ],
  };
}

/** After every position: nothing is waited for. */
const FOLLOWS_NOTHING = 2n ** 64n;
