/** Usage that came by a door, put into the queue in front of the ledger: durable when it is answered, and its fate decided later. */
import type { Taken, UsageOffer, UsageTaker } from '@drawdown/ledger';
import { namedBy, STRUCTURED_CONTENT_TYPE } from '@drawdown/usage';
import type { KafkaProducer } from './kafka-producer';
import type { OutgoingRecord } from './records';

const QUEUED: Taken = { fate: 'queued' };

export class KafkaUsageQueue implements UsageTaker {
  constructor(
    private readonly producer: KafkaProducer,
    private readonly topic: string,
  ) {}

  /**
   * Malformed usage is queued like any other, so that it is rejected and kept where all usage is; its answer says so already.
   * @throws Fault some may be written: send the same again
   */
  async submit(offers: readonly UsageOffer[]): Promise<readonly Taken[]> {
    if (offers.length === 0) return [];
    await this.producer.send(this.topic, offers.map(usageRecord));
    return offers.map(({ parsed }) => ('rejection' in parsed ? { fate: 'queued', rejection: parsed.rejection } : QUEUED));
  }
}

export function usageRecord({ parsed, original, traceparent }: UsageOffer): OutgoingRecord {
  const { text, encoding } = original();
  return {
    // Usage of one customer in one partition. What names no customer may be anywhere.
    key: namedBy(parsed).subject ?? null,
    value: Buffer.from(text, encoding),
    // What came by a door is a whole event, whatever mode it came in.
    headers: { 'content-type': STRUCTURED_CONTENT_TYPE, ...(traceparent !== undefined && { traceparent }) },
  };
}
