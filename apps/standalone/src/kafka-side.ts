/** Kafka in front of a standalone service: usage.v1 straight into its own intake, rejected usage to its topic. No rated topic. */
import { type KafkaConsumer, KafkaProducer, KafkaRejectedTopic } from '@drawdown/adapters/kafka';
import type { QueueRecord, RejectionPublisher, UsageIntake } from '@drawdown/engine/usage-pipeline';
import {
  awaitedKafka,
  consumerGroup,
  kafkaConnection,
  offerOfUsage,
  producerMetrics,
  type ServiceRuntime,
  usageConsumer,
} from '@drawdown/runtime/bootstrap';
import { type config as shape, SERVICE } from './config';

interface KafkaSide {
  readonly publisher: RejectionPublisher;
  /** Begins to read. */
  consume(intake: UsageIntake): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when Kafka is there. Undefined: none is configured. */
export async function kafkaSide({
  config,
  log,
  health,
  metrics,
  available,
}: ServiceRuntime<typeof shape.groups>): Promise<KafkaSide | undefined> {
  const { kafka } = config;
  if (kafka.KAFKA_BROKERS.length === 0) return undefined;
  const connection = kafkaConnection(kafka, SERVICE, log);
  await available(awaitedKafka(connection, kafka, ['usage', 'rejected'], log));
  const producer = new KafkaProducer({ connection });
  producerMetrics(metrics, producer);
  let consumer: KafkaConsumer | undefined;
  return {
    publisher: new KafkaRejectedTopic(producer, kafka.KAFKA_REJECTED_TOPIC),
    consume: async (intake) => {
      const handle = async (records: readonly QueueRecord[]): Promise<void> => void (await intake.submit(records.map(offerOfUsage)));
      consumer = usageConsumer({
        connection,
        group: consumerGroup(kafka, SERVICE),
        topic: kafka.KAFKA_USAGE_TOPIC,
        sessionTimeoutMs: kafka.KAFKA_SESSION_TIMEOUT_MS,
        handle,
        needed: false,
        log,
        health,
        metrics,
      });
      await consumer.start();
    },
    stop: async () => {
      await consumer?.stop();
      await producer.close();
      await connection.close();
    },
  };
}
