/** Kafka as the configuration means it. */
import {
  DERIVED_MESSAGE_BYTES_MAX,
  ensureTopics,
  KafkaConnection,
  type KafkaConsumer,
  REJECTED_RETENTION_MS,
  type TopicSpec,
  USAGE_MESSAGE_BYTES_MAX,
  USAGE_RETENTION_MS,
} from '@drawdown/adapters/kafka';
import type { Health, Log, PartWatched } from '@drawdown/runtime/server';
import type { Condition } from '../stores/stores';
import type { Awaited } from '../until-available';
import type { KafkaVariables } from '../variables/kafka-variables';

export type Topic = 'usage' | 'rated' | 'rejected';

/** A part in /readyz, and what metrics call it. */
const KAFKA = 'kafka';

const GROUP_DEFAULT = 'drawdown';

/** Always with the service's name: two services that read different topics in one group would take partitions from each other unread. */
export const consumerGroup = ({ KAFKA_GROUP }: Pick<KafkaVariables, 'KAFKA_GROUP'>, service: string): string =>
  `${KAFKA_GROUP || GROUP_DEFAULT}-${service}`;

/** @param service what brokers call this service in their logs and quotas */
export function kafkaConnection(config: KafkaVariables, service: string, log: Log): KafkaConnection {
  const {
    KAFKA_TLS,
    KAFKA_TLS_CA_FILE: caFile,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = config;
  return new KafkaConnection({
    brokers: config.KAFKA_BROKERS,
    clientId: `drawdown-${service}`,
    tls: KAFKA_TLS && caFile !== '' ? { caFile } : KAFKA_TLS,
    ...(mechanism !== '' && { sasl: { mechanism, username, password } }),
    // The consumer and the producer report what matters as faults.
    log: (_, message, fields) => log.debug({ part: 'kafkajs', ...fields }, message),
  });
}

/** As they are stated, for those of the topics that a service uses. */
export function topicSpecs(config: KafkaVariables, topics: readonly Topic[]): readonly TopicSpec[] {
  const { KAFKA_PARTITIONS: partitions, KAFKA_REPLICATION: replication } = config;
  const specs: Readonly<Record<Topic, TopicSpec>> = {
    usage: {
      name: config.KAFKA_USAGE_TOPIC,
      partitions,
      replication,
      retentionMs: USAGE_RETENTION_MS,
      messageBytesMax: USAGE_MESSAGE_BYTES_MAX,
    },
    rated: {
      name: config.KAFKA_RATED_TOPIC,
      partitions,
      replication,
      retentionMs: USAGE_RETENTION_MS,
      messageBytesMax: DERIVED_MESSAGE_BYTES_MAX,
    },
    rejected: {
      name: config.KAFKA_REJECTED_TOPIC,
      partitions,
      replication,
      retentionMs: REJECTED_RETENTION_MS,
      messageBytesMax: DERIVED_MESSAGE_BYTES_MAX,
    },
  };
  return topics.map((topic) => specs[topic]);
}

/** Kafka with the topics that a service uses: there when the broker lets us in and the topics are as stated. */
export function awaitedKafka(connection: KafkaConnection, config: KafkaVariables, topics: readonly Topic[], log: Log): Awaited {
  return {
    name: KAFKA,
    variable: 'KAFKA_BROKERS',
    probe: async () => {
      await connection.probe();
      const reports = await ensureTopics(connection, topicSpecs(config, topics), { create: config.KAFKA_CREATE_TOPICS });
      for (const { name, created, partitions, remarks } of reports) {
        if (created) log.info({ topic: name, partitions }, 'the topic was created');
        for (const remark of remarks) log.warn({ topic: name }, remark);
      }
    },
  };
}

/** A partition that waits for something to come back, and a member that joins, are worth no alarm for so long. */
export const HELD_UP_MS_MAX = 30_000;

/** From now on the part is as ready as the consumer is: what holds it up stands in /readyz. */
export function watchConsumer(
  health: Health,
  consumer: Pick<KafkaConsumer, 'figures'>,
  watched: PartWatched,
  now: () => number = Date.now,
): void {
  let joiningSince: number | undefined;
  const condition: Condition = () => {
    const { fault, joined, partitions } = consumer.figures();
    joiningSince = joined ? undefined : (joiningSince ?? now());
    if (fault) return { ready: false, detail: fault.message };
    const held = partitions.flatMap(({ partition, reason }) => (reason ? [{ partition, ...reason }] : []));
    const [worst] = held.toSorted((a, b) => Number(a.retriable) - Number(b.retriable) || a.sinceMs - b.sinceMs);
    if (worst)
      return {
        // Where a person is needed waiting does not help.
        ready: worst.retriable && now() - worst.sinceMs < HELD_UP_MS_MAX,
        detail: `${held.length} of ${partitions.length} partitions are held up; partition ${worst.partition} since ${new Date(worst.sinceMs).toISOString()}: ${worst.code}: ${worst.message}`,
      };
    if (joiningSince !== undefined)
      return { ready: now() - joiningSince < HELD_UP_MS_MAX, detail: `joining its group since ${new Date(joiningSince).toISOString()}` };
    return { ready: true, detail: `a member of its group, with ${partitions.length} partitions` };
  };
  health.watch(KAFKA, condition, watched);
}
