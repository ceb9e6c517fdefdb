import { remarksOn, type TopicSpec } from './topics';

const spec: TopicSpec = { name: 'usage.v1', partitions: 8, replication: 1, retentionMs: 1_000, messageBytesMax: 2_000 };
const found = (partitions: number, settings: Record<string, string> = {}) => ({
  partitions,
  settings: new Map(Object.entries({ 'cleanup.policy': 'delete', 'retention.ms': '1000', 'max.message.bytes': '2000', ...settings })),
});

describe('a topic that exists', () => {
  it('is not remarked on where it is as stated', () => expect(remarksOn(spec, found(8))).toEqual([]));

  it('may have more partitions, which is told', () => expect(remarksOn(spec, found(9))).toEqual([expect.stringContaining('9 partitions')]));

  it('may have another retention, policy or size of records, which is told', () =>
    expect(remarksOn(spec, found(8, { 'retention.ms': '999', 'cleanup.policy': 'compact', 'max.message.bytes': '1' }))).toEqual([
      expect.stringContaining('cleanup.policy=compact where delete is stated'),
      expect.stringContaining('retention.ms=999 where 1000 is stated'),
      expect.stringContaining('max.message.bytes=1 where 2000 is stated'),
    ]));
});
