/** The log and the derived state that the variables mean, each embedded or on its server, alone or together. */
import type { Clock } from '@drawdown/engine/usage-pipeline';
import {
  CountedLog,
  type DerivedInUse,
  embeddedLog,
  embeddedProjections,
  eventStoreDbLog,
  type LogInUse,
  redisProjections,
  type ServiceRuntime,
} from '@drawdown/runtime/bootstrap';
import type { config as shape } from './config';

/** Resolves when the servers among them are there. */
export async function openStores(
  { config, log: logger, metrics, available }: ServiceRuntime<typeof shape.groups>,
  clock: Clock,
): Promise<{ readonly log: LogInUse; readonly derived: DerivedInUse }> {
  const { DATA_DIR: folder } = config.data;
  const inFiles = config.eventStore.EVENTSTORE_URL === '';
  const opened = inFiles ? await embeddedLog(folder, clock) : eventStoreDbLog(config.eventStore, logger);
  const derived = config.redis.REDIS_URL === '' ? await embeddedProjections(folder, inFiles) : redisProjections(config.redis, logger);
  const servers = [opened.awaited, derived.server?.awaited].filter((server) => server !== undefined);
  await Promise.all(servers.map(available));
  return { log: { ...opened, log: new CountedLog(opened.log).show(metrics) }, derived };
}
