/**
 * The records of the rated topic: those of the usage topic with what rating found and where they came from added as headers. So a
 * reader applies the small header, and has the original for a rejection. Header names are stable.
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { QueueRecord, UsageOffer } from '@drawdown/engine/usage-pipeline';
import { type Headers, type ParsedUsage, readRated, reject } from '@drawdown/domain/usage';
import { originalOf } from './original-of-record';
import { headerBytes, headerText, type OutgoingRecord, traceparentOf } from './records';

const RATED = 'rated';
/**
 * Where it came from: topic, partition, offset and time in milliseconds, between slashes, which no topic's name may hold. One header,
 * because with kafkajs each costs about a microsecond to write.
 */
const PLACE = 'usage-record';
/** Absent: the usage event came without a key, or with one of more than KEY_BYTES_MAX. */
const KEY = 'usage-key';
/** A longer one is not carried on: a key has no bound, and it may have come compressed. */
const KEY_BYTES_MAX = 4 * 1024;
const OURS: ReadonlySet<string> = new Set([RATED, PLACE, KEY]);

/** A record may have any time at all, as far as Kafka's 64 bits go. */
const PLACE_TEXT = /^([a-zA-Z0-9._-]{1,249})\/(\d{1,9})\/(\d{1,19})\/(-?\d{1,19})$/;

/** @param subject the customer: usage of one customer is in one partition, in the order in which it was rated. */
export function ratedRecord(record: QueueRecord, subject: string, ratedText: string): OutgoingRecord {
  return {
    key: subject,
    value: record.value,
    headers: {
      ...record.headers,
      [RATED]: ratedText,
      [PLACE]: `${record.topic}/${record.partition}/${record.offset}/${record.at}`,
      ...(record.key !== null && record.key.length <= KEY_BYTES_MAX && { [KEY]: record.key }),
    },
  };
}

/**
 * What a record of the rated topic offers to the ledger. A record that ingestion did not write is an offer too: one that is
 * rejected, as `not_rated`, with the record itself as what it came from. Never throws.
 */
export function offerOfRated(record: QueueRecord): UsageOffer {
  const traceparent = traceparentOf(record.headers);
  const traced = traceparent === undefined ? {} : { traceparent };
  const source = usageRecordOf(record);
  const ratedText = headerText(record.headers, RATED);
  const rated = source === undefined || ratedText === undefined ? undefined : readRated(ratedText);
  if (source === undefined || rated === undefined)
    return {
      parsed: notRated(source === undefined ? PLACE : RATED),
      original: () => originalOf(record),
      record,
      transport: 'kafka',
      ...traced,
    };
  return { parsed: rated.parsed, rating: rated.rating, original: () => originalOf(source), record: source, transport: 'kafka', ...traced };
}

const notRated = (header: string): ParsedUsage =>
  reject(
    'not_rated',
    `the header ${header} is missing or not legal; send usage to the topic of usage events, not to that of rated usage`,
    RATED,
  );

/** The record of the usage topic that this one was made of. Undefined: the header does not say. */
export function usageRecordOf({ headers, value }: QueueRecord): QueueRecord | undefined {
  const [, topic, partition, offset, at] = PLACE_TEXT.exec(headerText(headers, PLACE) ?? '') ?? [];
  if (topic === undefined || offset === undefined) return undefined;
  const [key = null] = headerBytes(headers, KEY);
  return { topic, partition: Number(partition), offset, key, value, headers: withoutOurs(headers), at: Number(at) as Instant };
}

function withoutOurs(headers: Headers): Headers {
  const others: { [name: string]: Headers[string] } = {};
  for (const name in headers) if (!OURS.has(name)) others[name] = headers[name];
  return others;
}
