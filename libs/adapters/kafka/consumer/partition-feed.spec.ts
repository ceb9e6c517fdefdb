import { Fault } from '@drawdown/engine/event-store';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import { until, turn } from '../../../../test/support/waiting';
import { offsets, record, records } from '../kafka.fixtures';
import { type FeedSettings, PartitionFeed, type Stalled } from './partition-feed';
import { recordBytes } from '../record/records';
import { Semaphore } from '@drawdown/engine/async';

const down = new Fault('down', 'the store is down', true);

/** A feed, and what came of it. Whatever is still open after a test is ended. */
const open: PartitionFeed[] = [];
afterEach(() => open.splice(0).forEach((feed) => feed.abort()));

function feeding(handle: (given: readonly QueueRecord[], signal: AbortSignal) => Promise<void>, settings: Partial<FeedSettings> = {}) {
  const chunks: number[][] = [];
  const handled: number[] = [];
  const stalls: Stalled[] = [];
  const feed = new PartitionFeed({
    partition: 0,
    start: 0n,
    recordsMax: 3,
    bytesMax: 1_000_000,
    slots: new Semaphore(1),
    after: Promise.resolve(),
    handle: (given, signal) => {
      chunks.push(offsets(given));
      return handle(given, signal);
    },
    handled: (_, next) => handled.push(Number(next)),
    stalled: (stalled) => stalls.push(stalled),
    ...settings,
  });
  open.push(feed);
  return { feed, chunks, handled, stalls };
}

const done = (): Promise<void> => Promise.resolve();
/** Resolves when the test opens it. */
function held() {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  return { until, release };
}

describe('a partition', () => {
  it('is handed out in order, in chunks of at most so many records', async () => {
    const { feed, chunks, handled } = feeding(done);
    feed.offer(records(0, 7), 7n);
    await until('all to be handled', () => handled.at(-1) === 7);
    expect(chunks).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(handled).toEqual([3, 6, 7]);
    expect(feed).toMatchObject({ position: 7n, bufferedRecords: 0, bufferedBytes: 0 });
  });

  it('is handed out in chunks of at most so many bytes, a larger record alone', async () => {
    const large = record({ offset: '2', value: Buffer.alloc(5_000) });
    const { feed, chunks, handled } = feeding(done, { bytesMax: 2 * recordBytes(record()), recordsMax: 100 });
    feed.offer([...records(0, 2), large, ...records(3, 1)], 4n);
    await until('all to be handled', () => handled.at(-1) === 4);
    expect(chunks).toEqual([[0, 1], [2], [3]]);
  });

  it('gathers several fetches into one chunk while another is in hand', async () => {
    const { until: first, release } = held();
    const { feed, chunks, handled } = feeding(() => (chunks.length === 1 ? first : done()));
    feed.offer(records(0, 1), 1n);
    await until('the first to be in hand', () => chunks.length === 1);
    feed.offer(records(1, 1), 2n);
    feed.offer(records(2, 1), 3n);
    release();
    await until('all to be handled', () => handled.at(-1) === 3);
    expect(chunks).toEqual([[0], [1, 2]]);
  });

  it('counts what lies between records and is not for reading as handled', async () => {
    const { feed, handled } = feeding(done);
    feed.offer(records(0, 1), 3n);
    feed.offer([], 9n);
    await until('the end to be reached', () => handled.at(-1) === 9);
    expect(feed.position).toBe(9n);
  });

  it('hands out the same chunk again after a fault, and nothing behind it before', async () => {
    let faults = 2;
    const { feed, chunks, handled, stalls } = feeding(() => (faults-- > 0 ? Promise.reject(down) : done()));
    feed.offer(records(0, 5), 5n);
    await until('all to be handled', () => handled.at(-1) === 5);
    expect(chunks).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [3, 4],
    ]);
    expect(stalls).toMatchObject([
      { fault: down, attempts: 1, changed: true },
      { fault: down, attempts: 2, changed: false },
    ]);
    expect(feed.stalled).toBeUndefined();
  });

  it('waits where trying again does not help, and says why', async () => {
    const broken = new Fault('read_only', 'the store is read-only: make it writable', false);
    const { feed, stalls, handled } = feeding(() => Promise.reject(broken));
    feed.offer(records(0, 1), 1n);
    await until('the stall to be reported', () => stalls.length === 1);
    expect(feed.stalled?.fault).toBe(broken);
    expect(handled).toEqual([]);
  });

  it('waits where the handler itself is broken, and skips nothing', async () => {
    const { feed, stalls, handled } = feeding(() => Promise.reject(new TypeError('x is undefined')));
    feed.offer(records(0, 1), 1n);
    await until('the stall to be reported', () => stalls.length === 1);
    expect(stalls[0]?.fault).toMatchObject({ code: 'unexpected', retriable: false, message: 'x is undefined' });
    expect(handled).toEqual([]);
  });

  it('leaves its slot to others while it waits to try again', async () => {
    const slots = new Semaphore(1);
    const failing = feeding(() => Promise.reject(down), { slots });
    const well = feeding(done, { slots });
    failing.feed.offer(records(0, 1), 1n);
    await until('the first to fail', () => failing.stalls.length > 0);
    well.feed.offer(records(0, 3), 3n);
    await until('the other to go on', () => well.handled.at(-1) === 3);
    expect(failing.handled).toEqual([]);
  });

  it('begins only when what was in hand before it was assigned anew has ended', async () => {
    const { until: before, release } = held();
    const { feed, chunks, handled } = feeding(done, { after: before });
    feed.offer(records(0, 1), 1n);
    await turn();
    expect(chunks).toEqual([]);
    release();
    await until('it to begin', () => handled.length === 1);
  });

  it('ends with the chunk in hand when it is closed, and lets the rest go', async () => {
    const { until: first, release } = held();
    const { feed, chunks, handled } = feeding(() => first);
    feed.offer(records(0, 6), 6n);
    await until('the first to be in hand', () => chunks.length === 1);
    feed.close();
    release();
    await feed.ended;
    expect(handled).toEqual([3]);
    expect(chunks).toHaveLength(1);
  });

  it('ends while it waits to try again when it is closed', async () => {
    const { feed, stalls, handled } = feeding(() => Promise.reject(down));
    feed.offer(records(0, 1), 1n);
    await until('it to fail', () => stalls.length > 0);
    feed.close();
    await feed.ended;
    expect(handled).toEqual([]);
  });

  it('signals the handler to stop when the partition is taken away, and does not count its end', async () => {
    let signal: AbortSignal | undefined;
    const { until: first, release } = held();
    const { feed, handled } = feeding((_, given) => ((signal = given), first));
    feed.offer(records(0, 1), 1n);
    await until('it to be in hand', () => signal);
    expect(signal?.aborted).toBe(false);
    feed.abort();
    expect(signal?.aborted).toBe(true);
    release();
    await feed.ended;
    expect(handled).toEqual([]);
  });
});
