/**
 * Writes records, acknowledged by all replicas in sync. Whatever is sent at the same time shares few requests.
 *
 * Not idempotent in Kafka's sense, on purpose: docs/decisions says why. A fault therefore leaves open whether records were written;
 * sent again they may stand there twice, and every reader of our topics recognizes repeats.
 */
import type { Fault } from '@drawdown/engine/event-store';
import { Partitioners, type Producer } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection';
import { KafkaUnavailable, RecordTooLarge, rootOf, WriteOverloaded, WriteUnknown } from '../connection/kafka-fault';
import { messageOf, type OutgoingRecord, recordBytes } from '../record/records';
import { DERIVED_MESSAGE_BYTES_MAX } from '../connection/topics';
import { withTimeout } from '@drawdown/engine/async';

/** Of one request. A broker's limit holds for all records of a partition in it together, so it stays below the usual 1 MiB. */
const REQUEST_BYTES_MAX = 900 * 1024;
/** kafkajs sorts the records of a request into partitions in a time that grows with their square. */
const REQUEST_RECORDS_MAX = 1_000;
/** Requests on their way at once: one travels while the next gathers. Two and four wrote as much per second here; four waited longer. */
const REQUESTS_MAX = 2;
const WAITING_BYTES_MAX_DEFAULT = 32 * 1024 * 1024;
/** From `send` to the acknowledgement. */
const WRITE_TIMEOUT_MS_DEFAULT = 30_000;
/** The broker's own wait for its replicas. */
const ACKNOWLEDGE_TIMEOUT_MS = 8_000;
const CONNECT_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 10_000;

interface KafkaProducerSettings {
  readonly connection: KafkaConnection;
  readonly waitingBytesMax?: number;
  readonly writeTimeoutMs?: number;
}

interface ProducerFigures {
  readonly records: number;
  readonly requests: number;
  readonly faults: number;
  readonly waitingBytes: number;
}

/** Of one `send`, as much as fits in a request. */
interface Part {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

export class KafkaProducer {
  private readonly queue: Part[] = [];
  private inFlight = 0;
  private scheduled = false;
  private connecting: Promise<Producer> | undefined;
  private readonly count = { records: 0, requests: 0, faults: 0 };
  private waitingBytes = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly settings: KafkaProducerSettings) {}

  /**
   * Resolves when all records are acknowledged by all replicas in sync. Records of one call and one key keep their order unless a
   * request has to be repeated.
   * @throws WriteOverloaded nothing was taken; WriteUnknown, KafkaUnavailable some may be written: send all again; RecordTooLarge
   */
  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const { waitingBytesMax = WAITING_BYTES_MAX_DEFAULT, writeTimeoutMs = WRITE_TIMEOUT_MS_DEFAULT } = this.settings;
    const parts = partsOf(topic, records);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    // One call alone may be larger than the bound: it would never fit otherwise.
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > waitingBytesMax) throw new WriteOverloaded(waitingBytesMax);
    this.waitingBytes += bytes;
    const written = Promise.all(parts.map((part) => this.enqueue(part)));
    // The memory is free only when the last request is over, which may be later than the caller waits.
    void written.catch(() => undefined).finally(() => this.release(bytes));
    try {
      await withTimeout(
        writeTimeoutMs,
        written,
        () =>
          new WriteUnknown(
            `${records.length} records for ${topic} were not acknowledged within ${writeTimeoutMs} ms; they may or may not be written`,
          ),
      );
      this.count.records += records.length;
    } catch (fault) {
      this.count.faults += 1;
      throw fault;
    }
  }

  figures(): ProducerFigures {
    return { ...this.count, waitingBytes: this.waitingBytes };
  }

  /** Waits, within a bound, for what is on its way. */
  async close(): Promise<void> {
    if (this.waitingBytes > 0)
      await withTimeout(CLOSE_WITHIN_MS, new Promise<void>((resolve) => this.idle.push(resolve)), () => new Error('late')).catch(
        () => undefined,
      );
    const { connecting } = this;
    this.connecting = undefined;
    const closed = connecting?.then((producer) => producer.disconnect()) ?? Promise.resolve();
    await withTimeout(CLOSE_WITHIN_MS, closed, () => new Error('late')).catch(() => undefined);
  }

  private enqueue({ topic, records, bytes }: Pick<Part, 'topic' | 'records' | 'bytes'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ topic, records, bytes, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      // What is sent in the same turn of the event loop goes together.
      setImmediate(() => {
        this.scheduled = false;
        this.pump();
      });
    });
  }

  private pump(): void {
    while (this.inFlight < REQUESTS_MAX && this.queue.length > 0) {
      const parts = this.take();
      this.inFlight += 1;
      void this.write(parts).finally(() => {
        this.inFlight -= 1;
        this.pump();
      });
    }
  }

  private take(): readonly Part[] {
    let bytes = 0;
    let records = 0;
    let count = 0;
    for (; count < this.queue.length; count++) {
      const part = this.queue[count]!;
      bytes += part.bytes;
      records += part.records.length;
      if (count > 0 && (bytes > REQUEST_BYTES_MAX || records > REQUEST_RECORDS_MAX)) break;
    }
    return this.queue.splice(0, count);
  }

  private async write(parts: readonly Part[]): Promise<void> {
    try {
      await this.request(parts);
      for (const { resolve } of parts) resolve();
    } catch (error) {
      if (isTooLarge(error)) return this.writeApart(parts);
      const { connection } = this.settings;
      const fault = connection.fault(`write to ${[...new Set(parts.map(({ topic }) => topic))].join(', ')}`, error);
      for (const { reject } of parts) reject(fault);
    }
  }

  /** A batch was too large for its topic: each half alone, down to the one record that is. Some are written twice by this. */
  private async writeApart(parts: readonly Part[]): Promise<void> {
    if (parts.length > 1) for (const part of parts) await this.write([part]);
    else for (const part of parts) await this.writeHalves(part);
  }

  private async writeHalves(part: Part): Promise<void> {
    const { topic, records, bytes, resolve, reject } = part;
    if (records.length === 1) return reject(new RecordTooLarge(topic, bytes, 'less'));
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)].map((half) => ({ topic, records: half, bytes: bytesOf(half) }));
    try {
      for (const half of halves)
        await new Promise<void>((halfDone, halfFailed) => void this.write([{ ...half, resolve: halfDone, reject: halfFailed }]));
      resolve();
    } catch (fault) {
      reject(this.settings.connection.fault(`write to ${topic}`, fault));
    }
  }

  private async request(parts: readonly Part[]): Promise<void> {
    const producer = await this.connected();
    const messages = new Map<string, OutgoingRecord[]>();
    for (const { topic, records } of parts) {
      const same = messages.get(topic);
      if (same) same.push(...records);
      else messages.set(topic, [...records]);
    }
    this.count.requests += 1;
    await producer.sendBatch({
      acks: -1,
      timeout: ACKNOWLEDGE_TIMEOUT_MS,
      topicMessages: [...messages].map(([topic, records]) => ({ topic, messages: records.map(messageOf) })),
    });
  }

  /** Connects when something is to be written, and anew after a failure. */
  private async connected(): Promise<Producer> {
    const connecting = (this.connecting ??= this.connect());
    try {
      return await withTimeout(CONNECT_WITHIN_MS, connecting, () => new KafkaUnavailable(`no connection within ${CONNECT_WITHIN_MS} ms`));
    } catch (error) {
      if (this.connecting === connecting) this.connecting = undefined;
      void connecting.then((producer) => producer.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.settings.connection.client().producer({
      allowAutoTopicCreation: false,
      maxInFlightRequests: REQUESTS_MAX,
      // As Java's: the same key leads to the same partition whoever writes.
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  private release(bytes: number): void {
    this.waitingBytes -= bytes;
    if (this.waitingBytes > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}

const bytesOf = (records: readonly OutgoingRecord[]): number => records.reduce((bytes, record) => bytes + recordBytes(record), 0);

const isTooLarge = (error: unknown): boolean => ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(rootOf(error).type);

/** @throws RecordTooLarge before anything is sent */
function partsOf(topic: string, records: readonly OutgoingRecord[]): readonly Pick<Part, 'topic' | 'records' | 'bytes'>[] {
  const parts: Pick<Part, 'topic' | 'records' | 'bytes'>[] = [];
  let part: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordBytes(record);
    if (size > DERIVED_MESSAGE_BYTES_MAX) throw new RecordTooLarge(topic, size, `at most ${DERIVED_MESSAGE_BYTES_MAX} from this service`);
    if (part.length > 0 && (bytes + size > REQUEST_BYTES_MAX || part.length === REQUEST_RECORDS_MAX)) {
      parts.push({ topic, records: part, bytes });
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) parts.push({ topic, records: part, bytes });
  return parts;
}
