/** How much of a topic one service has in hand, so that memory stays bounded and the transports keep their room. */
import { type KafkaConnection, KafkaConsumer } from '@drawdown/adapters/kafka';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import type { Health, Log, Metrics } from '@drawdown/runtime/server';
import { watchConsumer } from './kafka';
import { consumerMetrics } from '../metrics/kafka-metrics';

/** Records of one partition that are handled together: those of a few partitions fill a round of the ledger. */
export const CHUNK_RECORDS_MAX = 2_000;
/** Of a chunk of rated usage, which is about a kilobyte each: records are to be its bound, and not bytes. */
export const RATED_CHUNK_BYTES_MAX = 2 * 1024 * 1024;
/** Partitions handled at the same time. Times CHUNK_RECORDS_MAX it stays below half of QUEUED_USAGE_MAX. */
export const CHUNKS_AT_ONCE = 16;

interface UsageConsumerSettings {
  readonly connection: KafkaConnection;
  readonly group: string;
  readonly topic: string;
  readonly sessionTimeoutMs: number;
  /** Resolves when all of them are durably handled. */
  readonly handle: (records: readonly QueueRecord[]) => Promise<void>;
  /** Of one chunk. Absent: a megabyte. */
  readonly bytesMax?: number;
  /** Whether the service is not ready while Kafka is away. A service with transports answers commands and questions without it. */
  readonly needed: boolean;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
}

/** A consumer that says in log, health and metrics how it is. It has not begun. */
export function usageConsumer({
  connection,
  group,
  topic,
  sessionTimeoutMs,
  handle,
  bytesMax,
  needed,
  log,
  health,
  metrics,
}: UsageConsumerSettings): KafkaConsumer {
  const consumer = new KafkaConsumer({
    connection,
    groupId: group,
    topic,
    sessionTimeoutMs,
    handle,
    recordsMax: CHUNK_RECORDS_MAX,
    ...(bytesMax !== undefined && { bytesMax }),
    partitionsConcurrently: CHUNKS_AT_ONCE,
    fromBeginning: true,
    fault: ({ code, message, retriable }, partition) =>
      log[retriable ? 'warn' : 'error'](
        { server: 'kafka', topic, ...(partition !== undefined && { partition }), code, reason: message },
        'reading is held up',
      ),
  });
  watchConsumer(health, consumer, { needed });
  consumerMetrics(metrics, consumer, { topic, group });
  return consumer;
}
