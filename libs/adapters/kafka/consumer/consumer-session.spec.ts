/** A session on a double of kafkajs, which delivers what a broker with several nodes may: stray fetches, and marks before any record. */
import type { Fault } from '@drawdown/engine/event-store';
import type { Admin, Consumer, EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs';
import { double } from '../../../engine/event-store/ledger.fixtures';
import { until } from '../../../../test/support/waiting';
import { ConsumerSession } from './consumer-session';
import { KafkaConnection } from '../connection/kafka-connection';
import { Semaphore } from '@drawdown/engine/async';

const TOPIC = 'usage.v1';
const GROUP = 'readers';
type Listener = (event: { readonly payload: unknown }) => void;

/** A member that has partitions 0 and 1; the group has committed 300 of each, and both go on to 600. */
async function joined() {
  const handled: string[] = [];
  const onFault: Fault[] = [];
  const committed: string[] = [];
  const seeks: string[] = [];
  const listeners = new Map<string, Listener>();
  let eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined;
  const partitions = [0, 1];
  const admin = {
    fetchTopicOffsets: () => Promise.resolve(partitions.map((partition) => ({ partition, offset: '600', low: '0', high: '600' }))),
    fetchOffsets: () =>
      Promise.resolve([{ topic: TOPIC, partitions: partitions.map((partition) => ({ partition, offset: '300', metadata: null })) }]),
  } as unknown as Admin;
  const connection = double(new KafkaConnection({ brokers: ['127.0.0.1:1'], clientId: 'test' }), {
    administrate: (_, work) => work(admin),
  });
  const client = connection.client();
  const consumer = double<Consumer>(client.consumer({ groupId: GROUP }), {
    connect: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    run: (config) => Promise.resolve(void (eachBatch = config?.eachBatch)),
    on: ((name: string, listener: Listener) => listeners.set(name, listener)) as unknown as Consumer['on'],
    pause: () => undefined,
    resume: () => undefined,
    seek: ({ partition, offset }) => void seeks.push(`${partition}@${offset}`),
  });
  const session = new ConsumerSession(
    {
      connection,
      groupId: GROUP,
      topic: TOPIC,
      sessionTimeoutMs: 10_000,
      handle: (records) => Promise.resolve(void handled.push(...records.map(({ partition, offset }) => `${partition}@${offset}`))),
      recordsMax: 100,
      bytesMax: 1_000_000,
      slots: new Semaphore(1),
      running: new Map(),
      handled: () => undefined,
      stalled: () => undefined,
      onFault: (fault) => onFault.push(fault),
      joined: () => undefined,
      committed: () => undefined,
    },
    double(client, { consumer: () => consumer }),
  );
  const over = session.run();
  const emit = (name: string, payload: unknown) => listeners.get(name)?.({ payload });
  await until('the session to read', () => eachBatch !== undefined);
  emit('consumer.group_join', { memberId: 'm', memberAssignment: { [TOPIC]: partitions } });
  await until('both partitions to be sought', () => seeks.length === 2);
  return {
    handled,
    onFault: onFault,
    committed,
    seeks,
    session,
    /** A fetch from an offset on, with one record at that very place or further on. */
    fetched: (partition: number, from: number, at = from) =>
      eachBatch!({
        batch: {
          topic: TOPIC,
          partition,
          fetchedOffset: String(from),
          highWatermark: '600',
          messages: [{ key: null, value: Buffer.from('{}'), offset: String(at), timestamp: '0', attributes: 0, headers: {} }],
          lastOffset: () => String(at),
        },
        resolveOffset: () => undefined,
        heartbeat: () => Promise.resolve(),
        commitOffsetsIfNecessary: ({ topics }: OffsetsByTopicPartition) =>
          Promise.resolve(
            void committed.push(...topics.flatMap((topic) => topic.partitions.map((one) => `${one.partition}@${one.offset}`))),
          ),
      } as unknown as EachBatchPayload),
    /** A fetch that held only marks of transactions. */
    passed: (partition: number, first: number, last: number) =>
      emit('consumer.start_batch_process', { partition, batchSize: 0, firstOffset: String(first), lastOffset: String(last) }),
    end: async () => {
      await session.leave(1_000);
      await over;
      await connection.close();
    },
  };
}

let member: Awaited<ReturnType<typeof joined>>;
beforeEach(async () => {
  member = await joined();
});
afterEach(() => member.end());

describe('a fetch from further on than the group has committed', () => {
  it('is not handed out when it comes first, nor is any other one from elsewhere: the partition is sought again', async () => {
    for (const [i, from] of [500, 510, 505].entries()) {
      await member.fetched(0, from);
      expect(member.seeks.slice(2)).toEqual(Array.from({ length: i + 1 }, () => '0@300'));
    }
    await member.fetched(0, 300);
    await until('what is next', () => member.handled.length > 0);
    await member.session.assignment?.commits.flush();
    expect([member.handled, member.committed, member.onFault]).toEqual([['0@300'], ['0@301'], []]);
  });

  it('is not handed out in mid-run either', async () => {
    await member.fetched(0, 300);
    await member.fetched(0, 500);
    await member.fetched(0, 301);
    await until('what is next', () => member.handled.length === 2);
    expect([member.handled, member.seeks.slice(2)]).toEqual([['0@300', '0@301'], ['0@301']]);
  });

  it('is handed out when it begins there again after the partition was sought: nothing for reading lies between', async () => {
    await member.fetched(0, 320);
    await member.fetched(0, 320);
    await until('it', () => member.handled.length > 0);
    expect([member.handled, member.seeks.slice(2)]).toEqual([['0@320'], ['0@300']]);
  });
});

it('an offset that was passed over before any record came is not taken for committed, and is committed with the first records', async () => {
  member.passed(0, 300, 304);
  const { commits } = member.session.assignment!;
  await until('it to be passed over', () => member.session.assignment?.partitions.get(0)?.feed.position === 305n);
  expect(commits.committed.size).toBe(0);
  await member.fetched(1, 300);
  await until('both to be committed', () => commits.committed.size === 2);
  expect([[...member.committed].sort(), member.onFault]).toEqual([['0@305', '1@301'], []]);
});
