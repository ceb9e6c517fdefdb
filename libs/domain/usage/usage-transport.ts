/**
 * Which content mode a Kafka record or an HTTP request is in, by its headers, and its attributes where they are headers.
 * Sources: CloudEvents 1.0.2 Kafka binding 3.1-3.3 and HTTP binding 3.1-3.3.
 */
import { isUtf8 } from 'node:buffer';
import type { Instant } from '@drawdown/domain/amounts';
import { reject, type Rejection } from './rejection-reasons';
import { namedBy, type ParsedUsage } from './usage-event';
import {
  BATCH_CONTENT_TYPE,
  type BatchEntry,
  bodyText,
  parseBatch,
  parseBinary,
  parseStructured,
  STRUCTURED_CONTENT_TYPE,
} from './usage-message';

/** As kafkajs and node:http give them: a list when a header came more than once. */
export type HeaderValue = string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
export type Headers = Readonly<Record<string, HeaderValue>>;

/** `bare`: JSON without a header that says it is a CloudEvent. Taken, and worth counting. */
type ContentMode = 'structured' | 'binary' | 'batch' | 'bare';

export interface UsageRecord {
  readonly mode: ContentMode;
  readonly parsed: ParsedUsage;
}

interface UsageRequest {
  readonly mode: ContentMode;
  /** One entry unless the body was a batch. */
  readonly entries: readonly BatchEntry[];
}

/** Headers of a Kafka record, and the UTF-8 bytes of their names and values. They are carried from topic to topic, and judged at each. */
export const HEADERS_MAX = 256;
export const HEADER_BYTES_MAX = 32 * 1024;

/** The value of one Kafka record. Kafka has no batch mode. Never throws. */
export function parseKafkaRecord(headers: Headers, value: Uint8Array | null, receivedAt: Instant): UsageRecord {
  const tooLarge = headersRejection(headers);
  if (tooLarge) return { mode: hasPrefix(headers, 'ce_') ? 'binary' : 'structured', parsed: tooLarge };
  const contentType = first(headers['content-type']);
  const body = bodyText(value ?? NOTHING);
  if (isMedia(contentType, BATCH_CONTENT_TYPE)) return { mode: 'batch', parsed: batchInKafka };
  if (isMedia(contentType, STRUCTURED_CONTENT_TYPE))
    return { mode: 'structured', parsed: 'rejection' in body ? body : parseStructured(body.text, receivedAt, value ?? NOTHING) };
  if (!hasPrefix(headers, 'ce_'))
    return { mode: 'bare', parsed: 'rejection' in body ? body : parseStructured(body.text, receivedAt, value ?? NOTHING) };
  return { mode: 'binary', parsed: binaryUsage(headers, 'ce_', textOf, body, receivedAt) };
}

function headersRejection(headers: Headers): { readonly rejection: Rejection } | undefined {
  let count = 0;
  let bytes = 0;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    for (const one of isList(value) ? value : [value]) {
      count += 1;
      bytes += Buffer.byteLength(name) + (typeof one === 'string' ? Buffer.byteLength(one) : one.byteLength);
    }
  }
  if (count > HEADERS_MAX) return reject('headers_too_large', `the record has more than ${HEADERS_MAX} headers; send what usage needs`);
  if (bytes > HEADER_BYTES_MAX)
    return reject('headers_too_large', `the headers of the record have more than ${HEADER_BYTES_MAX} bytes; send what usage needs`);
  return undefined;
}

const NOTHING = new Uint8Array();

const batchInKafka = reject(
  'unsupported_content_type',
  'a Kafka record carries one event; send each event of the batch as its own record',
  'content-type',
);

function binaryUsage(
  headers: Headers,
  prefix: string,
  decode: (value: string | Uint8Array) => string | undefined,
  body: ReturnType<typeof bodyText>,
  receivedAt: Instant,
): ParsedUsage {
  const attributes = attributesOf(headers, prefix, decode);
  if ('rejection' in attributes) return attributes;
  const contentType = first(headers['content-type']);
  if (!('rejection' in body)) return parseBinary(attributes.found, contentType, body.text, receivedAt);
  const withoutData = parseBinary(attributes.found, contentType, '', receivedAt);
  return body.rejection.reason === 'payload_empty' ? withoutData : { ...body, named: namedBy(withoutData) };
}

/** The body of an HTTP request: one event in either mode, or a batch. Header names in lower case. Never throws. */
export function parseHttpRequest(
  headers: Headers,
  body: Uint8Array,
  receivedAt: Instant,
): UsageRequest | { readonly rejection: Rejection } {
  const contentType = first(headers['content-type']);
  const mode = httpMode(headers, contentType);
  if (!mode)
    return reject(
      'unsupported_content_type',
      `the content type must be ${STRUCTURED_CONTENT_TYPE}, ${BATCH_CONTENT_TYPE} or application/json`,
      'content-type',
    );
  const decoded = bodyText(body);
  if (mode === 'binary') {
    const parsed = binaryUsage(headers, 'ce-', httpTextOf, decoded, receivedAt);
    return 'rejection' in decoded && decoded.rejection.reason === 'not_utf8'
      ? decoded
      : { mode, entries: [{ text: 'text' in decoded ? decoded.text : '', parsed }] };
  }
  if ('rejection' in decoded) return decoded;
  const { text } = decoded;
  if (mode === 'batch' || (mode === 'bare' && beginsWithBracket(text))) {
    const batch = parseBatch(text, receivedAt, body);
    return 'rejection' in batch ? batch : { mode, entries: batch.entries };
  }
  return { mode, entries: [{ text, parsed: parseStructured(text, receivedAt, body) }] };
}

function httpMode(headers: Headers, contentType: string | undefined): ContentMode | undefined {
  if (isMedia(contentType, STRUCTURED_CONTENT_TYPE)) return 'structured';
  if (isMedia(contentType, BATCH_CONTENT_TYPE)) return 'batch';
  if (hasPrefix(headers, 'ce-')) return 'binary';
  return isMedia(contentType, 'application/json') ? 'bare' : undefined;
}

const isMedia = (contentType: string | undefined, media: string): boolean =>
  contentType !== undefined && contentType.split(';', 1)[0]?.trim().toLowerCase() === media;

const beginsWithBracket = (text: string): boolean => /^[ \t\r\n]*\[/.test(text);

function hasPrefix(headers: Headers, prefix: string): boolean {
  for (const name in headers) if (name.startsWith(prefix)) return true;
  return false;
}

function first(value: HeaderValue): string | undefined {
  const one = isList(value) ? value[0] : value;
  return one === undefined ? undefined : textOf(one);
}

const isList = (value: HeaderValue): value is readonly (string | Uint8Array)[] => Array.isArray(value);

/** A header that came twice stands in the result twice, so that the parser can refuse it. */
function attributesOf(
  headers: Headers,
  prefix: string,
  decode: (value: string | Uint8Array) => string | undefined,
): { readonly found: readonly [string, string][] } | { readonly rejection: Rejection } {
  const found: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    for (const one of isList(value) ? value : [value]) {
      const text = decode(one);
      if (text === undefined)
        return reject('not_utf8', `the header ${name} is not UTF-8; send its value in UTF-8`, name.slice(prefix.length));
      found.push([name.slice(prefix.length), text]);
    }
  }
  return { found };
}

const textOf = (value: string | Uint8Array): string | undefined =>
  typeof value === 'string' ? value : isUtf8(value) ? Buffer.from(value).toString('utf8') : undefined;

/** HTTP binding 3.1.3.2: a quoted string is unquoted, then one round of percent-decoding, then it is UTF-8. */
function httpTextOf(value: string | Uint8Array): string | undefined {
  const raw = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  const plain = /^".*"$/s.test(raw) ? raw.slice(1, -1).replace(/\\(.)/gs, '$1') : raw;
  if (!/[%\x80-\xff]/.test(plain)) return plain;
  const bytes = Buffer.from(
    plain.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
