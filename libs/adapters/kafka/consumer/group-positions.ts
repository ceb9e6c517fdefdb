/** Where a group stands in a topic and how far the topic goes, asked of the broker. */
import type { KafkaConnection } from '../connection/kafka-connection';

export interface Extent {
  /** The oldest offset that is still there. */
  readonly low: bigint;
  /** The offset that the next record will get. */
  readonly high: bigint;
}

export async function topicExtents(connection: KafkaConnection, topic: string): Promise<ReadonlyMap<number, Extent>> {
  const found = await connection.administrate(`ask for the offsets of ${topic}`, (admin) => admin.fetchTopicOffsets(topic));
  return new Map(found.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/** Of each partition, the committed offset. Partitions without one are absent. */
export async function committedOffsets(connection: KafkaConnection, groupId: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const found = await connection.administrate(`ask for the offsets of the group ${groupId}`, (admin) =>
    admin.fetchOffsets({ groupId, topics: [topic] }),
  );
  const offsets = new Map<number, bigint>();
  for (const { partitions } of found)
    for (const { partition, offset } of partitions)
      // Negative: none was committed, or kafkajs has marked the beginning.
      if (BigInt(offset) >= 0n) offsets.set(partition, BigInt(offset));
  return offsets;
}
