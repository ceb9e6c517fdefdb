/** Where rejected usage is published: the record as it was, and why. Header names are stable. */
import { formatInstant } from '@drawdown/domain/amounts';
import type { PublishedRejection, RejectionPublisher } from '@drawdown/engine/usage-pipeline';
import { RecordTooLarge } from '../connection/kafka-fault';
import type { KafkaProducer } from './kafka-producer';
import type { OutgoingRecord } from '../record/records';

/** UTF-16 code units of the sentence of a rejection where everything else is left out. */
const SHORT_DETAIL_LENGTH = 1_000;

export class KafkaRejectedTopic implements RejectionPublisher {
  constructor(
    private readonly producer: Pick<KafkaProducer, 'send'>,
    private readonly topic: string,
  ) {}

  /**
   * At least once each: readers tell repeats by `rejection-id`. A record that the topic cannot take goes without its value, and if need
   * be without its key and headers: it may have come compressed, and is kept in the log as far as it can be. @throws Fault
   */
  async publish(rejections: readonly PublishedRejection[]): Promise<void> {
    if (rejections.length === 0) return;
    try {
      await this.producer.send(this.topic, rejections.map(rejectedRecord));
    } catch (fault) {
      if (!(fault instanceof RecordTooLarge)) throw fault;
      await Promise.all(
        rejections.map((rejection) => this.publishSmaller([rejectedRecord(rejection), withoutValue(rejection), placeOnly(rejection)])),
      );
    }
  }

  /** The first of the forms that the topic takes. */
  private async publishSmaller([form, ...smaller]: readonly OutgoingRecord[]): Promise<void> {
    try {
      if (form) await this.producer.send(this.topic, [form]);
    } catch (fault) {
      if (!(fault instanceof RecordTooLarge) || smaller.length === 0) throw fault;
      await this.publishSmaller(smaller);
    }
  }
}

/** The same key, value and headers, so that whoever fixes the cause can send it again as it was. */
export function rejectedRecord(rejected: PublishedRejection): OutgoingRecord {
  const { record, traceparent } = rejected;
  return {
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      ...(traceparent !== undefined && record.headers.traceparent === undefined && { traceparent }),
      ...placeOf(rejected),
    },
  };
}

const withoutValue = (rejected: PublishedRejection): OutgoingRecord => {
  const { key, headers } = rejectedRecord(rejected);
  return { key, value: null, headers: { ...headers, ...truncated(rejected) } };
};

function placeOnly(rejected: PublishedRejection): OutgoingRecord {
  const place = placeOf(rejected);
  return {
    key: null,
    value: null,
    headers: { ...place, 'rejected-detail': place['rejected-detail'].slice(0, SHORT_DETAIL_LENGTH), ...truncated(rejected) },
  };
}

/** How many bytes of value are not there. */
const truncated = ({ record }: PublishedRejection) => ({ 'rejected-truncated': String(record.value?.length ?? 0) });

const placeOf = ({ rejection, rejectionId, record, at }: PublishedRejection) => ({
  'rejected-reason': rejection.reason,
  'rejected-detail': rejection.detail,
  'rejected-topic': record.topic,
  'rejected-partition': String(record.partition),
  'rejected-offset': record.offset,
  'rejected-at': formatInstant(at),
  'rejection-id': rejectionId,
});
