/**
 * The records of the rated topic: those of the usage topic with what rating found and where they came from added as headers. So a
 * reader applies the small header, and has the original for a rejection. Header names are stable.
 */
import type { Instant } from '@drawdown/amounts';
import type { QueueRecord, UsageOffer } from '@drawdown/ledger';
import { type Headers, type ParsedUsage, readRated, reject } from '@drawdown/usage';
import { originalOf } from './original-of-record';
import { headerBytes, headerText, type OutgoingRecord, traceparentOf } from './records';

const RATED = 'rated';
const TOPIC = 'usage-topic';
const PARTITION = 'usage-partition';
const OFFSET = 'usage-offset';
const AT = 'usage-at';
/** Absent: the usage event came without a key. */
const KEY = 'usage-key';
const OURS: ReadonlySet<string> = new Set([RATED, TOPIC, PARTITION, OFFSET, AT, KEY]);

const PARTITION_DIGITS = /^\d{1,9}$/;
const OFFSET_DIGITS = /^\d{1,19}$/;
const MILLISECONDS_DIGITS = /^\d{1,15}$/;
/** Of a topic's name, in Kafka. */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** @param subject the customer: usage of one customer is in one partition, in the order in which it was rated. */
export function ratedRecord(record: QueueRecord, subject: string, ratedText: string): OutgoingRecord {
  return {
    key: subject,
    value: record.value,
    headers: {
      ...record.headers,
      [RATED]: ratedText,
      [TOPIC]: record.topic,
      [PARTITION]: String(record.partition),
      [OFFSET]: record.offset,
      [AT]: String(record.at),
      ...(record.key !== null && { [KEY]: record.key }),
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
    return { parsed: notRated(source === undefined ? `${TOPIC}, ${PARTITION}, ${OFFSET}, ${AT}` : RATED), original: () => originalOf(record), record, door: 'kafka', ...traced };
  return { parsed: rated.parsed, rating: rated.rating, original: () => originalOf(source), record: source, door: 'kafka', ...traced };
}

const notRated = (headers: string): ParsedUsage =>
  reject('not_rated', `the headers ${headers} are missing or not legal; send usage to the topic of usage events, not to that of rated usage`, RATED);

/** The record of the usage topic that this one was made of. Undefined: the headers do not say. */
export function usageRecordOf({ headers, value }: QueueRecord): QueueRecord | undefined {
  const topic = headerText(headers, TOPIC);
  const partition = headerText(headers, PARTITION);
  const offset = headerText(headers, OFFSET);
  const at = headerText(headers, AT);
  if (topic === undefined || partition === undefined || offset === undefined || at === undefined) return undefined;
  const legal = TOPIC_NAME.test(topic) && PARTITION_DIGITS.test(partition) && OFFSET_DIGITS.test(offset) && MILLISECONDS_DIGITS.test(at);
  if (!legal) return undefined;
  const [key = null] = headerBytes(headers, KEY);
  return { topic, partition: Number(partition), offset, key, value, headers: withoutOurs(headers), at: Number(at) as Instant };
}

const withoutOurs = (headers: Headers): Headers => Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.has(name)));
