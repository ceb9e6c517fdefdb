/** Usage that came by a transport, put into the queue in front of the ledger: durable when it is answered, and its outcome decided later. */
import type { Taken, UsageOffer, UsageTaker } from '@drawdown/engine/usage-pipeline';
import { namedBy, STRUCTURED_CONTENT_TYPE } from '@drawdown/domain/usage';
import { WriteUnknown } from '../connection/kafka-fault';
import type { KafkaProducer } from './kafka-producer';
import type { OutgoingRecord } from '../record/records';
import { withTimeout } from '@drawdown/engine/async';

const QUEUED: Taken = { status: 'queued' };
/** Somebody waits at a transport. If it is written later all the same, the ledger recognizes its repeat. */
const ANSWER_WITHIN_MS = 5_000;

export class KafkaUsageQueue implements UsageTaker {
  constructor(
    private readonly producer: Pick<KafkaProducer, 'send'>,
    private readonly topic: string,
    private readonly answerWithinMs = ANSWER_WITHIN_MS,
  ) {}

  /**
   * Malformed usage is queued like any other, so that it is rejected and kept where all usage is; its answer says so already.
   * @throws Fault some may be written: send the same again. Within ANSWER_WITHIN_MS, whatever Kafka does
   */
  async submit(offers: readonly UsageOffer[]): Promise<readonly Taken[]> {
    if (offers.length === 0) return [];
    const ms = this.answerWithinMs;
    await withTimeout(
      ms,
      this.producer.send(this.topic, offers.map(usageRecord)),
      () =>
        new WriteUnknown(
          `Kafka did not acknowledge ${offers.length} usage events within ${ms} ms; they may or may not be written: send the same again`,
        ),
    );
    return offers.map(({ parsed }) => ('rejection' in parsed ? { status: 'queued', rejection: parsed.rejection } : QUEUED));
  }
}

export function usageRecord({ parsed, original, traceparent }: UsageOffer): OutgoingRecord {
  const { text, encoding } = original();
  return {
    // Usage of one customer in one partition. What names no customer may be anywhere.
    key: namedBy(parsed).subject ?? null,
    value: Buffer.from(text, encoding),
    // What came by a transport is a whole event, whatever mode it came in.
    headers: { 'content-type': STRUCTURED_CONTENT_TYPE, ...(traceparent !== undefined && { traceparent }) },
  };
}
