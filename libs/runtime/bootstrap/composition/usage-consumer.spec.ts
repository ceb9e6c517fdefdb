import { QUEUED_USAGE_MAX, ROUND_USAGE_MAX } from '@drawdown/engine/usage-pipeline';
import { CHUNK_RECORDS_MAX, CHUNKS_AT_ONCE } from './usage-consumer';

it('a consumer has less in hand than half of what the ledger lets wait, so that it is never refused and transports keep their room', () => {
  expect(CHUNK_RECORDS_MAX * CHUNKS_AT_ONCE).toBeLessThan(QUEUED_USAGE_MAX / 2);
  expect(CHUNK_RECORDS_MAX).toBeLessThanOrEqual(ROUND_USAGE_MAX);
});
