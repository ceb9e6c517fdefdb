/** Records of Kafka as the ledger's port knows them, and as they are sent. */
import type { Instant } from '@drawdown/domain/amounts';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import type { Headers, HeaderValue } from '@drawdown/domain/usage';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** What is sent. Without a key the records spread over all partitions. */
export interface OutgoingRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** A header that came more than once is a list, in order. One without a value is as good as absent, and is left out. */
export function queueRecord(topic: string, partition: number, { offset, key, value, headers, timestamp }: KafkaMessage): QueueRecord {
  // Kafka counts in milliseconds, as instants do.
  const at = Number(timestamp) as Instant;
  return { topic, partition, offset, key, value, headers: headers ? presentHeaders(headers) : NO_HEADERS, at };
}

const NO_HEADERS: Headers = {};

function presentHeaders(headers: IHeaders): Headers {
  for (const name in headers)
    // kafkajs gives null for a header without a value, which its types do not say, and cannot write one.
    if (isNothing(headers[name]) || Array.isArray(headers[name])) return withoutNothing(headers);
  return headers;
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

function withoutNothing(headers: IHeaders): Headers {
  const present = Object.entries(headers).map(([name, value]): [string, HeaderValue] => {
    if (!Array.isArray(value)) return [name, value];
    const values = value.filter((one) => !isNothing(one));
    return [name, values.length > 1 ? values : values[0]];
  });
  return Object.fromEntries(present.filter(([, value]) => !isNothing(value)));
}

export function messageOf({ key, value, headers }: OutgoingRecord): Message {
  return { key, value, headers: wireHeaders(headers) };
}

function wireHeaders(headers: Headers): IHeaders {
  const wire: IHeaders = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    wire[name] = isList(value) ? value.map(wireValue) : wireValue(value);
  }
  return wire;
}

const isList = (value: HeaderValue): value is readonly (string | Uint8Array)[] => Array.isArray(value);

const wireValue = (value: string | Uint8Array): string | Buffer =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** Beside key, value and headers: lengths, offset, time, the record's place in its batch. */
const RECORD_BYTES_BESIDE = 64;
const HEADER_BYTES_BESIDE = 8;

/** An estimate from above, of one on its way in either direction. */
export function recordBytes({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): number {
  let bytes = RECORD_BYTES_BESIDE + byteLength(key) + byteLength(value);
  for (const name in headers) {
    const found = headers[name];
    // Three bytes at most for each UTF-16 unit of a name.
    for (const one of isList(found) ? found : [found]) bytes += HEADER_BYTES_BESIDE + name.length * 3 + byteLength(one);
  }
  return bytes;
}

const byteLength = (value: string | Uint8Array | null | undefined): number =>
  value === null || value === undefined ? 0 : typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;

/** The texts of a header, in order, with broken UTF-8 replaced. */
export const headerTexts = (headers: Headers, name: string): readonly string[] => headerBytes(headers, name).map(String);

export function headerBytes(headers: Headers, name: string): readonly Buffer[] {
  const value = headers[name];
  if (value === undefined) return [];
  return (isList(value) ? value : [value]).map((one) =>
    typeof one === 'string' ? Buffer.from(one) : Buffer.from(one.buffer, one.byteOffset, one.byteLength),
  );
}

/** Undefined as well when it came more than once: nobody knows which was meant. */
export function headerText(headers: Headers, name: string): string | undefined {
  const [text, ...others] = headerTexts(headers, name);
  return others.length > 0 ? undefined : text;
}

/** W3C trace context, version 00 and what later versions keep of it. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Undefined: none, or not legal, which is as good as none. */
export function traceparentOf(headers: Headers): string | undefined {
  const text = headerText(headers, 'traceparent');
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined;
}
