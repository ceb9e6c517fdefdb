/** A small language for tests of reading and writing on a real Kafka. */
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  ensureTopics,
  KafkaConnection,
  KafkaConsumer,
  type KafkaConsumerSettings,
  KafkaProducer,
  type OutgoingRecord,
} from '@drawdown/adapters/kafka';
import type { Fault } from '@drawdown/engine/event-store';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '../support/waiting';

export const named = (what: string): string => `${what}-${randomUUID()}`;

/** Longer than a session of a member that was killed. */
export const REJOIN_MS_MAX = 40_000;

export class KafkaBench {
  readonly connection: KafkaConnection;
  readonly producer: KafkaProducer;
  private readonly consumers: KafkaConsumer[] = [];

  constructor(readonly brokers: string) {
    this.connection = new KafkaConnection({ brokers: [brokers], clientId: 'test' });
    this.producer = new KafkaProducer({ connection: this.connection });
  }

  async topic(partitions: number, more: { readonly messageBytesMax?: number } = {}): Promise<string> {
    const name = named('topic');
    await ensureTopics(this.connection, [{ name, partitions, replication: 1, retentionMs: 3_600_000, ...more }], { create: true });
    return name;
  }

  /** Records with the values from `from` on, one key for each of them, spread over all partitions. */
  async produce(topic: string, from: number, count: number): Promise<void> {
    await this.producer.send(
      topic,
      Array.from({ length: count }, (_, i) => text(`k${from + i}`, String(from + i))),
    );
  }

  consumer(settings: Pick<KafkaConsumerSettings, 'topic' | 'groupId' | 'handle'> & Partial<KafkaConsumerSettings>): KafkaConsumer {
    const consumer = new KafkaConsumer({ connection: this.connection, fromBeginning: true, ...settings });
    this.consumers.push(consumer);
    return consumer;
  }

  /** A consumer that has begun and is a member of its group. */
  async reading(settings: Parameters<KafkaBench['consumer']>[0]): Promise<KafkaConsumer> {
    const consumer = this.consumer(settings);
    await consumer.start();
    await until('it to join', () => consumer.figures().joined, REJOIN_MS_MAX);
    return consumer;
  }

  /** What the broker says is committed, by partition; absent where nothing is. Asked for without the code under test. */
  async committed(groupId: string, topic: string): Promise<Record<number, number>> {
    const admin = new Kafka({ brokers: [this.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    const partitions = found.flatMap((topics) => topics.partitions).filter(({ offset }) => Number(offset) >= 0);
    return Object.fromEntries(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** Of all partitions together. */
  async committedInAll(groupId: string, topic: string): Promise<number> {
    return Object.values(await this.committed(groupId, topic)).reduce((sum, offset) => sum + offset, 0);
  }

  async membersOf(groupId: string): Promise<number> {
    const { groups } = await this.connection.administrate('describe groups', (admin) => admin.describeGroups([groupId]));
    return groups.flatMap(({ members }) => members).length;
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.producer.close();
    await this.connection.close();
  }
}

export const text = (key: string | null, value: string, headers: OutgoingRecord['headers'] = {}): OutgoingRecord => ({
  key,
  value: Buffer.from(value),
  headers,
});
export const valueOf = ({ value }: QueueRecord): string => value?.toString() ?? '';
export const numberOf = (record: QueueRecord): number => Number(valueOf(record));

/** What was durably handled: every record in the order of its partition, and which of them more than once. */
export class Handled {
  readonly seen = new Map<string, number>();
  private readonly next = new Map<number, number>();
  /** Records that came before the one in front of them in the same partition was ever handled. */
  readonly skips: string[] = [];

  take(records: readonly QueueRecord[]): void {
    for (const { partition, offset } of records) {
      const place = `${partition}/${offset}`;
      const next = this.next.get(partition) ?? 0;
      if (Number(offset) > next) this.skips.push(place);
      this.next.set(partition, Math.max(next, Number(offset) + 1));
      this.seen.set(place, (this.seen.get(place) ?? 0) + 1);
    }
  }

  get count(): number {
    return this.seen.size;
  }

  upTo(partition: number): number {
    return this.next.get(partition) ?? 0;
  }
}

/** Something that waits until it is let go. */
export class Latch {
  private open: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
  release(): void {
    this.open();
  }
}

export interface ReportedFault {
  readonly fault: Fault;
  readonly partition: number | undefined;
}

/** A client that is not ours. @throws Error with what it said */
export function kcat(brokers: string, args: readonly string[], input: string): string {
  return execFileSync('kcat', ['-b', brokers, ...args], { input, encoding: 'utf8', timeout: 30_000 });
}
