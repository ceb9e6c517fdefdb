/** What ingestion is made of: usage.v1 -> parse, rate by a catalog as new as the store -> rated-usage.v1. No state of its own. */
import { KafkaProducer, KafkaRejectedTopic, originalOf, ratedRecord, traceparentOf } from '@drawdown/adapters/kafka';
import { CatalogFeed, type QueueRecord, RejectedUsageStore, UsageIngestion } from '@drawdown/engine/usage-pipeline';
import type { Log } from '@drawdown/runtime/server';
import {
  awaitedKafka,
  consumerGroup,
  CountedLog,
  type DerivedInUse,
  eventStoreDbLog,
  ingestionMetrics,
  kafkaConnection,
  LogWatch,
  producerMetrics,
  redisProjections,
  type RedisVariables,
  type ServiceRuntime,
  type Started,
  storeMetrics,
  systemClock,
  usageConsumer,
} from '@drawdown/runtime/bootstrap';
import { type config as shape, SERVICE } from './config';

/** What the ledger has saved, for a faster start: it spares reading the whole log for the catalog, and nothing rests on it. */
async function savedCatalog(config: RedisVariables, log: Log): Promise<DerivedInUse | undefined> {
  if (config.REDIS_URL === '') return undefined;
  const derived = redisProjections(config, log);
  try {
    await derived.server.awaited.probe();
    return derived;
  } catch (fault) {
    log.warn(
      { server: 'redis', reason: fault instanceof Error ? fault.message : String(fault) },
      'starting without: the catalog is read from the log',
    );
    await derived.close();
    return undefined;
  }
}

export async function startIngestion({
  config,
  log,
  health,
  metrics,
  available,
  withRetry,
}: ServiceRuntime<typeof shape.groups>): Promise<Started> {
  const { kafka } = config;
  const connection = kafkaConnection(kafka, SERVICE, log);
  const store = eventStoreDbLog(config.eventStore, log);
  await Promise.all([available(awaitedKafka(connection, kafka, ['usage', 'rated', 'rejected'], log)), available(store.awaited)]);

  const events = new CountedLog(store.log).show(metrics);
  const producer = new KafkaProducer({ connection });
  const saved = await savedCatalog(config.redis, log);
  const unfollowed = (fault: unknown): void =>
    log.error(
      { reason: fault instanceof Error ? fault.message : String(fault) },
      'the catalog cannot be followed; usage waits, and it is tried again',
    );
  const catalog = new CatalogFeed(events, saved?.projections, undefined, unfollowed);
  const rejectedUsageStore = RejectedUsageStore.over(events, new KafkaRejectedTopic(producer, kafka.KAFKA_REJECTED_TOPIC));
  const ingestion = new UsageIngestion({
    catalog,
    rejectedUsageStore,
    clock: systemClock,
    originalOf,
    traceparentOf: ({ headers }) => traceparentOf(headers),
  });
  await withRetry(() => catalog.start());
  await saved?.close();

  // The offset is committed when this has resolved: rejected usage is kept and published by then, the rest acknowledged by all replicas.
  const handle = async (records: readonly QueueRecord[]): Promise<void> => {
    await ingestion.handle(records, (rated) =>
      producer.send(
        kafka.KAFKA_RATED_TOPIC,
        rated.map(({ record, subject, text }) => ratedRecord(record, subject, text)),
      ),
    );
  };
  const consumer = usageConsumer({
    connection,
    group: consumerGroup(kafka, SERVICE),
    topic: kafka.KAFKA_USAGE_TOPIC,
    sessionTimeoutMs: kafka.KAFKA_SESSION_TIMEOUT_MS,
    handle,
    needed: true,
    log,
    health,
    metrics,
  });
  const watch = new LogWatch(events, () => catalog.position).show(metrics).start();
  health.watch(store.name, () => watch.health());
  ingestionMetrics(metrics, () => ingestion.figures());
  producerMetrics(metrics, producer);
  storeMetrics(metrics, store);
  await consumer.start();

  return {
    says: { from: kafka.KAFKA_USAGE_TOPIC, to: kafka.KAFKA_RATED_TOPIC, group: consumerGroup(kafka, SERVICE) },
    ended: store.broken,
    steps: [
      { name: 'consumer', stop: () => consumer.stop() },
      { name: 'producer', stop: () => producer.close() },
      {
        name: 'catalog',
        stop: async () => {
          watch.stop();
          await catalog.stop();
        },
      },
      { name: 'servers', stop: async () => void (await Promise.all([store.close(), connection.close()])) },
    ],
  };
}
