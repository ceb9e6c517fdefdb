/** Where rejected usage is published: the record as it was, and why. Header names are stable. */
import { formatInstant } from '@drawdown/amounts';
import type { PublishedRejection, RejectionPublisher } from '@drawdown/ledger';
import type { KafkaProducer } from './kafka-producer';
import type { OutgoingRecord } from './records';

export class KafkaRejectedTopic implements RejectionPublisher {
  constructor(
    private readonly producer: KafkaProducer,
    private readonly topic: string,
  ) {}

  /** At least once each: readers tell repeats by `rejection-id`. @throws Fault */
  async publish(rejections: readonly PublishedRejection[]): Promise<void> {
    if (rejections.length > 0) await this.producer.send(this.topic, rejections.map(rejectedRecord));
  }
}

/** The same key, value and headers, so that whoever mends the cause can send it again as it was. */
export function rejectedRecord({ rejection, rejectionId, record, at, traceparent }: PublishedRejection): OutgoingRecord {
  return {
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      ...(traceparent !== undefined && record.headers.traceparent === undefined && { traceparent }),
      'rejected-reason': rejection.reason,
      'rejected-detail': rejection.detail,
      'rejected-topic': record.topic,
      'rejected-partition': String(record.partition),
      'rejected-offset': record.offset,
      'rejected-at': formatInstant(at),
      'rejection-id': rejectionId,
    },
  };
}
