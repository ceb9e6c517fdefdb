import { remarksOn, type TopicSpec } from './topics';

const spec: TopicSpec = { name: 'usage.v1', partitions: 8, replication: 1, retentionMs: 1_000, messageBytesMax: 2_000 };
const found = (partitions: number, settings: Record<string, string> = {}, copies = 1, brokers = 1) => ({
  partitions,
  copies,
  brokers,
  settings: new Map(Object.entries({ 'cleanup.policy': 'delete', 'retention.ms': '1000', 'max.message.bytes': '2000', ...settings })),
});

describe('a topic that exists', () => {
  it('is not remarked on where it is as stated', () => expect(remarksOn(spec, found(8))).toEqual([]));

  it('may have more partitions, which is reported', () =>
    expect(remarksOn(spec, found(9))).toEqual([expect.stringContaining('9 partitions')]));

  it('may have another retention, policy or size of records, which is reported', () =>
    expect(remarksOn(spec, found(8, { 'retention.ms': '999', 'cleanup.policy': 'compact', 'max.message.bytes': '1' }))).toEqual([
      expect.stringContaining('cleanup.policy=compact where delete is stated'),
      expect.stringContaining('retention.ms=999 where 1000 is stated'),
      expect.stringContaining('max.message.bytes=1 where 2000 is stated'),
    ]));

  it.each([
    ['one copy where there are more brokers', 1, 1, 3, ['one copy of each partition, and there are 3 brokers']],
    ['one copy on one broker, which is all there can be', 1, 1, 1, []],
    ['copies that need not be in sync', 3, 1, 3, ['min.insync.replicas=1: one broker alone acknowledges']],
    ['copies that all have to be in sync', 2, 2, 3, ['nothing can be written while one broker is away']],
    ['copies as they are best', 3, 2, 3, []],
  ])('may have %s, and is remarked on if that is a risk', (_, copies, minInSync, brokers, warning) =>
    expect(remarksOn({ ...spec, replication: -1 }, found(8, { 'min.insync.replicas': String(minInSync) }, copies, brokers))).toEqual(
      warning.map((one) => expect.stringContaining(one) as string),
    ),
  );

  it('may have fewer copies than are stated, which is reported', () =>
    expect(remarksOn({ ...spec, replication: 3 }, found(8, { 'min.insync.replicas': '2' }, 2, 3))).toContainEqual(
      expect.stringContaining('2 copies of a partition where 3 are stated'),
    ));
});
