import { amount } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { type Headers, readRated } from '@drawdown/domain/usage';
import { CatalogBehind, CatalogFeed } from './catalog-feed';
import { APPEND_BYTES_MAX, LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, START, TestLedger, tokens, type UsageFields } from '../event-store/ledger.fixtures';
import { RejectedUsageStore } from './rejected-usage-store';
import type { PublishedRejection, QueueRecord } from './usage-outcome';
import { UsageIngestion, type UsageIngestionParts } from './usage-ingestion';

let home: TestLedger;
let feed: CatalogFeed;
let published: PublishedRejection[];
let publish: () => Promise<void>;

beforeEach(async () => {
  published = [];
  publish = () => Promise.resolve();
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
  feed = new CatalogFeed(home.log);
  await feed.start();
});
afterEach(async () => {
  await feed.stop();
  await home.remove();
});

const ingestion = (catalog: Pick<CatalogFeed, 'newest'> = feed, more: Partial<UsageIngestionParts> = {}): UsageIngestion =>
  new UsageIngestion({
    catalog,
    rejectedUsageStore: RejectedUsageStore.over(home.log, {
      publish: (rejections) => {
        published.push(...rejections);
        return publish();
      },
    }),
    clock: () => home.now,
    originalOf: ({ value }) => ({ text: (value ?? Buffer.alloc(0)).toString(), encoding: 'utf8' }),
    traceparentOf: ({ headers }) => (typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined),
    ...more,
  });

const record = (offset: number, value: string | UsageFields, headers: Headers = {}, at = START): QueueRecord => {
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify({ specversion: '1.0', source: 'test', type: 'llm.request', subject: 'ada', ...value });
  return { topic: 'usage.v1', partition: 0, offset: `${offset}`, key: null, value: Buffer.from(text), headers, at };
};
const kept = async () => (await home.log.readAll(-1n, 1_000)).filter(({ type }) => type === 'UsageRejected');
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };

describe('a chunk of usage records', () => {
  it('goes on rated, in its order, each for its customer', async () => {
    const records = [record(1, tokens('1', 10), STRUCTURED), record(2, tokens('2', 20, { subject: 'bob' })), record(3, tokens('3', 30))];
    const rated = await ingestion().handle(records);
    expect(rated.map(({ record, subject }) => [record, subject])).toEqual([
      [records[0], 'ada'],
      [records[1], 'bob'],
      [records[2], 'ada'],
    ]);
    const read = rated.map(({ text }) => readRated(text));
    expect(read.map((one) => one && 'matched' in one.rating && one.rating.matched[0]?.credits)).toEqual([
      amount('10'),
      amount('20'),
      amount('30'),
    ]);
    expect(read[0]?.parsed.usage).toMatchObject({ id: '1', source: 'test', usedAt: START });
  });

  it('is applied by the ledger as if it had come there itself', async () => {
    const [rated] = await ingestion().handle([record(1, tokens('1', 10))]);
    const read = readRated(rated!.text)!;
    const offer = { ...read, original: () => ({ text: '', encoding: 'utf8' as const }), transport: 'kafka', record: rated!.record };
    expect(await home.intake.submit([offer, home.offer(tokens('1', 10))])).toMatchObject([{ status: 'applied' }, { status: 'duplicate' }]);
    expect((await home.balance('ada', 'llm')).totals.consumed).toBe(amount('10'));
  });

  it('goes on without what cannot be parsed: that is kept with its bytes and published', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const rated = await ingestion().handle([record(1, '{'), record(2, tokens('2', 1)), record(3, tokens('', 1), { traceparent })]);
    expect(rated.map(({ record: { offset } }) => offset)).toEqual(['2']);
    expect((await kept()).map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      expect.objectContaining({ reason: 'malformed_json', original: '{', transport: 'kafka' }),
      expect.objectContaining({ reason: 'empty_field', subject: 'ada', source: 'test' }),
    ]);
    expect(published).toMatchObject([
      { rejection: { reason: 'malformed_json' }, record: { offset: '1' } },
      { rejection: { reason: 'empty_field' }, traceparent },
    ]);
    expect(JSON.parse((await kept())[1]!.metadata)).toMatchObject({ traceparent });
  });

  it('goes on with what cannot be rated: the ledger knows whether it is a repeat', async () => {
    const rated = await ingestion().handle([record(1, tokens('1', 1, { type: 'unheard.of' })), record(2, tokens('2', -1))]);
    expect(rated.map(({ text }) => readRated(text)?.rating)).toMatchObject([
      { rejection: { reason: 'no_matching_meter' } },
      { rejection: { reason: 'quantity_negative' } },
    ]);
    expect(await kept()).toEqual([]);
  });

  it('that is read again does the same, and keeps nothing twice', async () => {
    const records = [record(1, '{'), record(2, tokens('2', 1))];
    const first = await ingestion().handle(records);
    home.pass(1_000);
    expect(await ingestion().handle(records)).toEqual(first);
    expect(await kept()).toHaveLength(1);
    expect(new Set(published.map(({ rejectionId }) => rejectionId)).size).toBe(1);
  });

  it('is kept beside other chunks, several at a time', async () => {
    const own = ingestion();
    const chunks = Array.from({ length: 8 }, (_, chunk) => own.handle([record(2 * chunk, '{'), record(2 * chunk + 1, '[')]));
    expect((await Promise.all(chunks)).flat()).toEqual([]);
    expect(await kept()).toHaveLength(16);
    expect(own.figures().rejected).toEqual({ malformed_json: 16 });
  });

  it('is handed back whole when what is rejected cannot be published', async () => {
    publish = () => Promise.reject(new LogUnavailable('the queue is down (a double)'));
    const own = ingestion();
    await expect(own.handle([record(1, '{'), record(2, tokens('2', 1))])).rejects.toThrow('the queue is down');
    publish = () => Promise.resolve();
    expect(await own.handle([record(1, '{'), record(2, tokens('2', 1))])).toHaveLength(1);
    expect(await kept()).toHaveLength(1);
    expect(own.figures()).toEqual({ records: 2, rated: 1, unratable: 0, rejected: { malformed_json: 1 }, bare: 2 });
  });

  it('counts once when it is passed on, however often that failed before', async () => {
    const own = ingestion();
    const chunk = [record(1, '{'), record(2, tokens('2', 1))];
    await expect(own.handle(chunk, () => Promise.reject(new LogUnavailable('the queue is down (a double)')))).rejects.toThrow(
      'the queue is down',
    );
    expect(own.figures()).toEqual({ records: 0, rated: 0, unratable: 0, rejected: {}, bare: 0 });
    const passed: unknown[] = [];
    await own.handle(chunk, async (rated) => void passed.push(...rated));
    expect(passed).toHaveLength(1);
    expect(own.figures()).toEqual({ records: 2, rated: 1, unratable: 0, rejected: { malformed_json: 1 }, bare: 2 });
  });

  it('may come with times that are none: usage without a time of its own is rejected for it, once, however often it is read', async () => {
    const times = [-1, 0, Number.MIN_SAFE_INTEGER, Date.UTC(10_000, 0, 1), Number.MAX_SAFE_INTEGER] as never[];
    const untimed = times.map((at, i) => record(i, tokens(`${i}`, 1), {}, at));
    const timed = times.map((at, i) => record(10 + i, tokens(`t${i}`, 1, { time: '2024-03-01T12:00:00Z' }), {}, at));
    const own = ingestion();
    for (const _ of [1, 2]) {
      expect((await own.handle([...untimed, ...timed])).map(({ record }) => record)).toEqual(timed);
      home.pass(5);
    }
    expect((await kept()).map(({ data }) => (JSON.parse(data) as { reason: string }).reason)).toEqual(times.map(() => 'invalid_time'));
    expect(new Set(published.map(({ rejectionId }) => rejectionId)).size).toBe(times.length);
  });

  it('is not held up by usage that no append could hold: that is kept without its original', async () => {
    const own = ingestion(feed, { originalOf: () => ({ text: 'x'.repeat(APPEND_BYTES_MAX), encoding: 'utf8' }) });
    expect(await own.handle([record(1, '{'), record(2, tokens('2', 1))])).toHaveLength(1);
    expect((await kept()).map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      expect.objectContaining({ reason: 'malformed_json', original: '', detail: expect.stringContaining('could not be kept') as string }),
    ]);
    expect(published).toHaveLength(1);
  });

  it('may be empty, or of nothing but nothing', async () => {
    expect(await ingestion().handle([])).toEqual([]);
    expect(await ingestion().handle([{ ...record(1, ''), value: null }])).toEqual([]);
    expect(published).toMatchObject([{ rejection: { reason: 'payload_empty' } }]);
  });
});

describe('the catalog', () => {
  it('counts with every change that was acknowledged before the usage was read', async () => {
    const own = ingestion();
    for (let i = 1; i <= 20; i++) {
      await home.ledger.execute(creditProduct, streams.creditProduct('llm'), {
        type: 'SetWeight',
        at: home.now,
        meterId: 'tokens',
        weight: amount(`${i}`),
      });
      const [rated] = await own.handle([record(i, tokens(`${i}`, 1), {}, home.now)]);
      expect(readRated(rated!.text)?.rating).toMatchObject({ matched: [{ credits: amount(`${i}`) }] });
      home.pass(1);
    }
  });

  it('that is behind holds everything up, and nothing is rejected by it', async () => {
    const behind = { newest: () => Promise.reject(new CatalogBehind(2n, 1n)) };
    await expect(ingestion(behind).handle([record(1, '{'), record(2, tokens('2', 1, { type: 'new' }))])).rejects.toMatchObject({
      retriable: true,
    });
    expect([await kept(), published]).toEqual([[], []]);
  });

  it('cannot be asked for while the log is down', async () => {
    const down = new CatalogFeed(double(home.log, { head: () => Promise.reject(new LogUnavailable('a double')) }));
    await expect(ingestion(down).handle([record(1, tokens('1', 1))])).rejects.toThrow(LogUnavailable);
  });
});
