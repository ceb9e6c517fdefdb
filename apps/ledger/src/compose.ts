/** What the ledger service is made of: rated-usage.v1 and both transports -> events in EventStoreDB -> balances in Redis. */
import { KafkaProducer, KafkaRejectedTopic, KafkaUsageQueue, offerOfRated } from '@drawdown/adapters/kafka';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import {
  awaitedKafka,
  composeLedger,
  consumerGroup,
  CountedLog,
  DAY_MS,
  eventStoreDbLog,
  kafkaConnection,
  LogWatch,
  openTransports,
  openPayments,
  producerMetrics,
  RATED_CHUNK_BYTES_MAX,
  redisProjections,
  type ServiceRuntime,
  type Started,
  storeMetrics,
  usageConsumer,
  usageMetrics,
  watchProjection,
} from '@drawdown/runtime/bootstrap';
import { type config as shape, SERVICE } from './config';

export async function startLedger({
  config,
  log,
  health,
  metrics,
  available,
  withRetry,
  failed,
}: ServiceRuntime<typeof shape.groups>): Promise<Started> {
  const { kafka } = config;
  const payments = openPayments(config.stripe);
  const connection = kafkaConnection(kafka, SERVICE, log);
  const store = eventStoreDbLog(config.eventStore, log);
  const derived = redisProjections(config.redis, log);
  await Promise.all([
    available(awaitedKafka(connection, kafka, ['usage', 'rated', 'rejected'], log)),
    available(store.awaited),
    available(derived.server.awaited),
  ]);

  const events = new CountedLog(store.log).show(metrics);
  const producer = new KafkaProducer({ connection });
  const ledger = await composeLedger({
    log: events,
    projections: derived.projections,
    dedupeWindowMs: config.ledger.DEDUPE_WINDOW_DAYS * DAY_MS,
    publisher: new KafkaRejectedTopic(producer, kafka.KAFKA_REJECTED_TOPIC),
    payments: payments.providers,
    failed,
    withRetry,
  });
  const { intake, projector } = ledger.parts;
  // Usage of a transport goes the way of all usage: one customer's is decided in one place, in the order of the topic.
  const parts = { ...ledger.parts, usage: new KafkaUsageQueue(producer, kafka.KAFKA_USAGE_TOPIC) };
  const handle = async (records: readonly QueueRecord[]): Promise<void> => void (await intake.submit(records.map(offerOfRated)));
  const group = consumerGroup(kafka, SERVICE);
  const consumer = usageConsumer({
    connection,
    group,
    topic: kafka.KAFKA_RATED_TOPIC,
    sessionTimeoutMs: kafka.KAFKA_SESSION_TIMEOUT_MS,
    handle,
    bytesMax: RATED_CHUNK_BYTES_MAX,
    needed: false,
    log,
    health,
    metrics,
  });

  const watch = new LogWatch(events, () => projector.position).show(metrics).start();
  health.watch(store.name, () => watch.health());
  health.watch(derived.server.awaited.name, derived.server.condition);
  watchProjection(health, ledger.parts);
  usageMetrics(metrics, () => intake.figures());
  producerMetrics(metrics, producer);
  storeMetrics(metrics, store, derived);

  const transports = await openTransports(config.transports, parts, { health, log });
  await consumer.start();

  return {
    says: { http: transports.httpUrl, grpc: transports.grpcAddress, from: kafka.KAFKA_RATED_TOPIC, group },
    ended: Promise.race([ledger.ended, store.broken]),
    steps: [
      { name: 'transports', stop: (signal) => transports.close(signal) },
      { name: 'consumer', stop: () => consumer.stop() },
      { name: 'payments', stop: () => payments.close() },
      { name: 'producer', stop: () => producer.close() },
      { name: 'sweeper', stop: () => ledger.stopSweeping() },
      { name: 'projector', stop: () => ledger.stopProjecting() },
      {
        name: 'servers',
        stop: async () => {
          watch.stop();
          await Promise.all([store.close(), derived.close(), connection.close()]);
        },
      },
    ],
  };
}
