/** The whole of Drawdown in one process. `--validate` says what the configuration means, and exits. */
import { TestClock } from '@drawdown/engine/process-managers';
import {
  DAY_MS,
  LogWatch,
  openTransports,
  openPayments,
  type ServiceRuntime,
  serve,
  type Started,
  storeMetrics,
  systemClock,
  usageMetrics,
  watchProjection,
  webhookLease,
  webhookMetrics,
} from '@drawdown/runtime/bootstrap';
import { composeStandalone } from './compose';
import { config, explain, SERVICE } from './config';
import { kafkaSide } from './kafka-side';
import { openStores } from './stores';

async function start(runtime: ServiceRuntime<typeof config.groups>): Promise<Started> {
  const { config, log: logger, health, metrics, failed, withRetry } = runtime;
  const testClock = config.testClock.TEST_CLOCK ? new TestClock(systemClock()) : undefined;
  const payments = openPayments(config.stripe);
  const [kafka, { log, derived }] = await Promise.all([kafkaSide(runtime), openStores(runtime, testClock?.now ?? systemClock)]);
  const shared = log.awaited !== undefined && derived.server !== undefined;
  const lease = shared ? webhookLease(config.redis) : undefined;
  const standalone = await composeStandalone({
    dataDirectory: config.data.DATA_DIR,
    log,
    derived,
    dedupeWindowMs: config.ledger.DEDUPE_WINDOW_DAYS * DAY_MS,
    webhookAllowedNetworks: config.webhooks.WEBHOOK_ALLOWED_NETWORKS,
    webhookSchedule: config.webhooks.WEBHOOK_SCHEDULE,
    ...(lease && { webhookLease: lease }),
    payments: payments.providers,
    ...(testClock && { testClock }),
    ...(kafka && { publisher: kafka.publisher }),
    failed,
    withRetry,
  });
  const { parts } = standalone;
  const watch = new LogWatch(log.log, () => parts.projector.position).show(metrics).start();
  health.watch(log.name, log.condition ?? (() => watch.health()));
  if (derived.server) health.watch(derived.server.awaited.name, derived.server.condition);
  watchProjection(health, parts);
  if (testClock) health.watch('test_clock', () => ({ ready: true, detail: 'the time is that of a test clock' }));
  usageMetrics(metrics, () => parts.intake.figures());
  webhookMetrics(metrics, standalone.webhooks);
  storeMetrics(metrics, log, derived);

  const transports = await openTransports(config.transports, parts, { health, log: logger });
  await kafka?.consume(parts.intake);
  return {
    says: { http: transports.httpUrl, grpc: transports.grpcAddress, data: config.data.DATA_DIR, ...log.says },
    ended: standalone.ended,
    steps: [
      { name: 'transports', stop: (signal) => transports.close(signal) },
      { name: 'kafka', stop: async () => kafka?.stop() },
      {
        name: 'ledger',
        stop: async () => {
          watch.stop();
          await standalone.stop();
          await payments.close();
          await lease?.close();
        },
      },
    ],
  };
}

serve({ name: SERVICE, config, explain, start });
