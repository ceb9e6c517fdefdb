/** A record of the topic of usage events as it is offered to a ledger in this very process: not rated before. */
import { originalOf, traceparentOf } from '@drawdown/adapters/kafka';
import type { QueueRecord, UsageOffer } from '@drawdown/engine/usage-pipeline';
import { parseKafkaRecord } from '@drawdown/domain/usage';

/** Never throws: what cannot be parsed is an offer that is rejected. */
export function offerOfUsage(record: QueueRecord): UsageOffer {
  const traceparent = traceparentOf(record.headers);
  const { parsed } = parseKafkaRecord(record.headers, record.value, record.at);
  return { parsed, record, original: () => originalOf(record), transport: 'kafka', ...(traceparent !== undefined && { traceparent }) };
}
