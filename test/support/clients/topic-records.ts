/** Reads a topic from its beginning to its end, as it is now. */
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { until } from '../waiting';

const READ_WITHIN_MS = 60_000;

export interface TopicRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param count how many records there have to be at least: they are waited for. */
export async function readTopic(brokers: string, topic: string, count: number): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'a-reader', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-${topic}-${process.pid}-${Date.now()}` });
  const records: TopicRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => void records.push(recordOf(partition, message)),
    });
    await until(`${count} records in ${topic}`, () => records.length >= count, READ_WITHIN_MS);
    return records;
  } finally {
    await consumer.disconnect();
  }
}

const recordOf = (partition: number, { offset, key, value, headers = {} }: KafkaMessage): TopicRecord => ({
  partition,
  offset,
  key,
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
});
