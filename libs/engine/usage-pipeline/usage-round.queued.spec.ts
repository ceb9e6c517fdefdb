import { amount, formatInstant, instant, later } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance } from '@drawdown/domain/balance';
import type { RejectionReason } from '@drawdown/domain/usage';
import { LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, TestLedger, tokens, type UsageFields } from '../event-store/ledger.fixtures';
import { DEDUPE_WINDOW_MS_DEFAULT, type QueueRecord, USAGE_FUTURE_MS_MAX, type UsageOffer } from './usage-outcome';

const QUEUED_AT = instant('2025-12-31T23:59:00Z');
const FORM = /^[0-9a-z]{9}-[0-9a-f]{12}$/;

let home: TestLedger;
let failAppends = false;
beforeEach(async () => {
  failAppends = false;
  home = await TestLedger.open(undefined, (log) =>
    double(log, {
      append: (stream, ...rest) => (failAppends ? Promise.reject(new LogUnavailable('a double')) : log.append(stream, ...rest)),
    }),
  );
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
});
afterEach(() => home.remove());

const record = (offset: string, more: Partial<QueueRecord> = {}): QueueRecord => ({
  topic: 'usage.v1',
  partition: 3,
  offset,
  key: Buffer.from('ada'),
  value: Buffer.from(`bytes of ${offset}`),
  headers: {},
  at: QUEUED_AT,
  ...more,
});
/** As it comes from the topic of rated usage: rated by the catalog of that moment. */
function rated(offset: string, fields: UsageFields, more: Partial<QueueRecord> = {}): UsageOffer {
  const offer = home.offer(fields);
  const rating = 'usage' in offer.parsed ? home.catalog.table.rate(offer.parsed.usage) : undefined;
  return { ...offer, record: record(offset, more), transport: 'kafka', ...(rating && { rating }) };
}
const unreadable = (offset: string, reason: RejectionReason = 'not_rated'): UsageOffer => ({
  parsed: { rejection: { reason, detail: 'a test' } },
  original: () => ({ text: `bytes of ${offset}`, encoding: 'utf8' }),
  transport: 'kafka',
  record: record(offset),
});
const submit = async (...offers: UsageOffer[]): Promise<string[]> =>
  (await home.intake.submit(offers)).map((outcome) => (outcome.status === 'rejected' ? outcome.rejection.reason : outcome.status));
const consumed = async () => (await home.balance('ada', 'llm')).totals.consumed;
const kept = async () => (await home.log.readAll(-1n, 1_000)).filter(({ type }) => type === 'UsageRejected').map(({ stream }) => stream);
const publishedIds = () => home.published.map((call) => call.map(({ rejectionId }) => streams.rejectedUsage(rejectionId)));

describe('usage that was rated before', () => {
  it('is charged as it was rated, whatever the catalog says since', async () => {
    const offer = rated('1', tokens('1', 10));
    const since = { type: 'SetWeight', at: home.now, meterId: 'tokens', weight: amount('0') } as const;
    await home.ledger.execute(creditProduct, streams.creditProduct('llm'), since);
    expect(await submit(offer, home.offer(tokens('2', 10)))).toEqual(['applied', 'applied']);
    expect(await consumed()).toBe(amount('10'));
  });

  it('is a duplicate of the same usage that was not, and the other way round', async () => {
    expect(await submit(rated('1', tokens('1', 10)), home.offer(tokens('1', 10)))).toEqual(['applied', 'duplicate']);
    expect(await submit(home.offer(tokens('2', 10)), rated('2', tokens('2', 10)))).toEqual(['applied', 'duplicate']);
    expect(await submit(rated('3', tokens('1', 10)))).toEqual(['duplicate']);
    expect(await submit(rated('4', tokens('1', 11)))).toEqual(['usage_conflict']);
  });

  it('and for which no meter was found is a duplicate if it was applied when there was one', async () => {
    await submit(rated('1', tokens('1', 10)));
    const rejection = { reason: 'no_matching_meter', detail: 'a test' } as const;
    expect(
      await submit({ ...rated('1', tokens('1', 10)), rating: { rejection } }, { ...rated('2', tokens('2', 10)), rating: { rejection } }),
    ).toEqual(['duplicate', 'no_matching_meter']);
  });

  it('is still judged by what only the ledger knows', async () => {
    const future = formatInstant(later(home.now, USAGE_FUTURE_MS_MAX + 1));
    expect(
      await submit(
        rated('1', tokens('1', 1, { time: future })),
        rated('2', tokens('2', 1, { subject: 'bob' })),
        rated('3', tokens('3', 1)),
      ),
    ).toEqual(['time_in_future', 'unknown_customer', 'applied']);
    home.pass(DEDUPE_WINDOW_MS_DEFAULT + 1);
    expect(await submit(rated('4', tokens('4', 1, { time: formatInstant(later(home.now, -DEDUPE_WINDOW_MS_DEFAULT - 1)) })))).toEqual([
      'too_late',
    ]);
    await home.ledger.execute(creditBalance, streams.creditBalance('ada', 'llm'), { type: 'Close', at: home.now, reason: 'test' });
    expect(await submit(rated('5', tokens('5', 1)))).toEqual(['credit_balance_closed']);
  });
});

describe('usage for what another process has made', () => {
  it('is applied, although this process has seen before that it was not there', async () => {
    // It meets nothing by the log, so that all it knows is what it asks for.
    const beside = TestLedger.beside(home);
    const use = async (...offers: UsageOffer[]): Promise<string[]> =>
      (await beside.intake.submit(offers)).map((outcome) => (outcome.status === 'rejected' ? outcome.rejection.reason : outcome.status));
    const eve = { subject: 'eve' };
    expect(await use(rated('1', tokens('1', 1, eve)))).toEqual(['unknown_customer']);
    await home.addCustomer('eve');
    expect(await use(rated('2', tokens('2', 1, eve)))).toEqual(['no_credit_balance']);
    await home.addBalance('eve', 'llm', '100');
    expect(await use(rated('3', tokens('3', 1, eve)), rated('4', tokens('3', 1, eve)))).toEqual(['applied', 'duplicate']);
    await home.ledger.execute(creditBalance, streams.creditBalance('eve', 'llm'), { type: 'Close', at: home.now, reason: 'test' });
    expect(await use(rated('5', tokens('5', 1, eve)), rated('6', tokens('3', 1, eve)))).toEqual(['credit_balance_closed', 'duplicate']);
  });
});

describe('the trace of usage', () => {
  it('is that of the first of those packed into one event', async () => {
    const trace = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    await submit(
      rated('1', tokens('1', 1)),
      { ...rated('2', tokens('2', 1)), traceparent: trace('a') },
      { ...rated('3', tokens('3', 1)), traceparent: trace('b') },
    );
    const [packed] = await home.log.readStream(streams.creditBalance('ada', 'llm'), { direction: 'backwards', limit: 1 });
    expect(JSON.parse(packed!.metadata)).toMatchObject({ traceparent: trace('a') });
  });
});

describe('rejected usage that came by a queue', () => {
  it('is kept, then published once with its record, all of a round in one call', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(
      await submit(
        { ...unreadable('1'), traceparent },
        rated('2', tokens('2', 1)),
        rated('3', tokens('3', -1)),
        home.offer(tokens('4', -1)),
      ),
    ).toEqual(['not_rated', 'applied', 'quantity_negative', 'quantity_negative']);
    expect(home.published).toHaveLength(1);
    expect(home.published[0]).toMatchObject([
      { rejection: { reason: 'not_rated' }, record: { offset: '1', partition: 3, topic: 'usage.v1' }, at: home.now, traceparent },
      { rejection: { reason: 'quantity_negative' }, record: { offset: '3' } },
    ]);
    expect(await kept()).toHaveLength(3);
    expect(await kept()).toEqual(expect.arrayContaining(publishedIds().flat()));
  });

  it('is kept once however often the record is read, at whatever time and for whatever reason', async () => {
    await submit(unreadable('1'));
    home.pass(60_000);
    home = await home.reopen();
    const [again] = await home.intake.submit([unreadable('1', 'malformed_json')]);
    expect(again).toMatchObject({ status: 'rejected' });
    expect(await kept()).toHaveLength(1);
    // A reader of the topic tells repeats by the id.
    expect(publishedIds()).toEqual([await kept()]);
  });

  it('has an id of its own for each place in the queue', async () => {
    const places = [
      {},
      { topic: 'usage.v2' },
      { partition: 13 },
      { offset: '2' },
      { at: later(QUEUED_AT, 1) },
      { at: -1 as never },
      { at: 9e14 as never },
    ];
    const outcomes = await home.intake.submit(places.map((more) => ({ ...unreadable('1'), record: record('1', more) })));
    const ids = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.rejectionId : ''));
    expect(new Set(ids).size).toBe(places.length);
    for (const id of ids) expect(id).toMatch(FORM);
  });

  it('has no outcome while it cannot be published; the same again has, and is kept once', async () => {
    home.publish = () => Promise.reject(new LogUnavailable('the queue is down (a double)'));
    const one = home.intake.submit([unreadable('1')]);
    const other = home.intake.submit([rated('2', tokens('2', 10))]);
    await expect(one).rejects.toThrow('the queue is down');
    // Usage in the same round has nothing to do with it.
    await expect(other).resolves.toMatchObject([{ status: 'applied' }]);
    home.publish = () => Promise.resolve();
    expect(await submit(unreadable('1'), rated('2', tokens('2', 10)))).toEqual(['not_rated', 'duplicate']);
    expect(await kept()).toHaveLength(1);
  });

  it('is not published while it cannot be kept', async () => {
    failAppends = true;
    await expect(submit(unreadable('1'))).rejects.toThrow(LogUnavailable);
    expect(home.published).toEqual([]);
  });
});

describe('the figures of the intake', () => {
  it('count outcomes and reasons, faults and rounds', async () => {
    await submit(
      rated('1', tokens('1', 10)),
      rated('2', tokens('1', 10)),
      unreadable('3'),
      home.offer(tokens('4', -1)),
      home.offer(tokens('5', -1)),
    );
    failAppends = true;
    await expect(submit(rated('6', tokens('6', 1)))).rejects.toThrow(LogUnavailable);
    expect(home.intake.figures()).toEqual({
      stages: expect.any(Object) as object,
      outcomes: { applied: 1, duplicate: 1 },
      rejected: { not_rated: 1, quantity_negative: 2 },
      faulted: 1,
      waiting: 0,
      rounds: 2,
    });
  });

  it('count what is handed in again once, when it has its outcomes', async () => {
    home.publish = () => Promise.reject(new LogUnavailable('the queue is down (a double)'));
    const both = [rated('1', tokens('1', 10)), unreadable('2')];
    for (let i = 0; i < 2; i++) await expect(submit(...both)).rejects.toThrow('the queue is down');
    home.publish = () => Promise.resolve();
    await submit(...both);
    // The first of them applied it. The last one answers its own caller.
    expect(home.intake.figures()).toMatchObject({ outcomes: { duplicate: 1 }, rejected: { not_rated: 1 }, faulted: 4, rounds: 3 });
  });

  it('show what waits', async () => {
    const submitted = submit(rated('1', tokens('1', 10)), rated('2', tokens('2', 10)));
    expect(home.intake.figures().waiting).toBe(2);
    await submitted;
    expect(home.intake.figures().waiting).toBe(0);
  });
});
