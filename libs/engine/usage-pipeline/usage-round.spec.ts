import { amount, formatInstant, later } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance } from '@drawdown/domain/balance';
import { TestLedger, tokens, STREAM } from '../event-store/ledger.fixtures';
import { streams } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT, LINES_PER_EVENT_MAX, USAGE_FUTURE_MS_MAX } from './usage-outcome';

let home: TestLedger;

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
});
afterEach(() => home.remove());

const outcomes = async (...args: Parameters<TestLedger['use']>) =>
  (await home.use(...args)).map((outcome) => (outcome.status === 'rejected' ? outcome.rejection.reason : outcome.status));
const consumed = async () => (await home.balance('ada', 'llm')).totals.consumed;

describe('usage', () => {
  it('is packed: one event per balance, a line per usage event', async () => {
    expect(await outcomes(tokens('1', 10), tokens('2', 20), tokens('3', 30))).toEqual(['applied', 'applied', 'applied']);
    const [last] = await home.log.readStream(STREAM, { direction: 'backwards', limit: 1 });
    expect(last?.type).toBe('CreditsConsumed');
    expect((JSON.parse(last!.data) as { lines: unknown[] }).lines).toHaveLength(3);
    expect(await consumed()).toBe(amount('60'));
  });

  it('beyond the lines of one event goes into the next', async () => {
    await home.use(...Array.from({ length: LINES_PER_EVENT_MAX + 1 }, (_, i) => tokens(`${i}`, 0)));
    const packs = (await home.log.readStream(STREAM)).filter(({ type }) => type === 'CreditsConsumed');
    expect(packs.map(({ data }) => (JSON.parse(data) as { lines: unknown[] }).lines.length)).toEqual([LINES_PER_EVENT_MAX, 1]);
  });

  it('beyond what is there goes uncovered, to the unit', async () => {
    const [first, second] = await home.use(tokens('1', 99), tokens('2', 2));
    expect(first).toMatchObject({ charges: [{ amount: amount('99'), uncovered: amount('0') }] });
    expect(second).toMatchObject({ charges: [{ amount: amount('1'), uncovered: amount('1') }] });
  });

  it('names what it was charged to and at which revision', async () => {
    const [outcome] = await home.use(tokens('1', 10));
    expect(outcome).toEqual({
      status: 'applied',
      charges: [{ creditProductId: 'llm', amount: amount('10'), uncovered: amount('0'), revision: 2 }],
    });
  });
});

describe('the same usage event', () => {
  const again = [
    ['in the same batch', async () => undefined],
    ['later', async () => void (await home.use(tokens('1', 10)))],
    ['after its key is in the index', async () => void (await home.use(tokens('1', 10)), await home.projector.save())],
    ['after a restart', async () => void (await home.use(tokens('1', 10)), (home = await home.reopen()))],
  ] as const;

  it.each(again)('is charged once, %s', async (_, before) => {
    await before();
    const result = await outcomes(tokens('1', 10), tokens('1', 10));
    expect(result[1]).toBe('duplicate');
    expect(await consumed()).toBe(amount('10'));
  });

  it.each(again)('with another body is rejected and the first stands, %s', async (_, before) => {
    await before();
    const result = await outcomes(tokens('1', 10), tokens('1', 11), tokens('1', 10, { subject: 'bob' }));
    expect(result.slice(1)).toEqual(['usage_conflict', 'usage_conflict']);
    await home.addCustomer('bob');
    await home.addBalance('bob', 'llm');
    expect(await outcomes(tokens('1', 10, { subject: 'bob' }))).toEqual(['usage_conflict']);
    expect(await consumed()).toBe(amount('10'));
  });

  it('from another source is another one', async () => {
    expect(await outcomes(tokens('1', 10), tokens('1', 10, { source: 'other' }))).toEqual(['applied', 'applied']);
  });

  it('applied by another process in the meantime is found after the lost race', async () => {
    await home.projector.save();
    const other = TestLedger.beside(home);
    await other.catalog.start(home.projections);
    await other.ledger.load(creditBalance, STREAM);
    await home.projector.save();
    await home.use(tokens('1', 10), tokens('2', 10));
    const [one, three] = await other.use(tokens('1', 10), tokens('3', 10));
    expect([one?.status, three?.status]).toEqual(['duplicate', 'applied']);
    expect((await home.states.reload(STREAM)).state).toMatchObject({ totals: { consumed: amount('30') } });
  });

  it.each([
    ['met in the log while its key was looked for', false],
    ['met and saved while its key was looked for', true],
  ])('applied by another process, %s, is a duplicate', async (_, saved) => {
    const other = TestLedger.beside(home);
    await home.projector.save();
    await other.catalog.start(home.projections);
    await other.ledger.load(creditBalance, STREAM);
    await home.use(tokens('1', 10));
    // A double that plays the moment: before the answer to the look-up the catch-up subscription comes by.
    const find = other.keys.find.bind(other.keys);
    jest.spyOn(other.keys, 'find').mockImplementationOnce(async (asked) => {
      const places = await find(asked);
      await other.states.reload(STREAM);
      if (saved) await other.projector.save();
      return places;
    });
    expect((await other.use(tokens('1', 10), tokens('2', 5))).map(({ status }) => status)).toEqual(['duplicate', 'applied']);
    expect((await home.states.reload(STREAM)).state).toMatchObject({ totals: { consumed: amount('15') } });
    await other.projector.stop();
  });

  it('rejected first is not known: fixed, it is applied', async () => {
    expect(await outcomes(tokens('1', 10, { subject: 'bob' }))).toEqual(['unknown_customer']);
    await home.addCustomer('bob');
    expect(await outcomes(tokens('1', 10, { subject: 'bob' }))).toEqual(['no_credit_balance']);
    await home.addBalance('bob', 'llm');
    expect(await outcomes(tokens('1', 10, { subject: 'bob' }))).toEqual(['applied']);
  });
});

describe('usage that several credit products meter', () => {
  beforeEach(async () => {
    await home.addProduct('audit');
    await home.addBalance('ada', 'audit', '100');
  });
  const audited = async () => (await home.balance('ada', 'audit')).totals.consumed;

  it('is charged to each once', async () => {
    expect(await outcomes(tokens('1', 10))).toEqual(['applied']);
    expect(await outcomes(tokens('1', 10))).toEqual(['duplicate']);
    expect([await consumed(), await audited()]).toEqual([amount('10'), amount('10')]);
  });

  it('is completed by a repeat when only one of them had been written', async () => {
    const write = home.log.append.bind(home.log);
    const crash = jest
      .spyOn(home.log, 'append')
      .mockImplementation((stream, ...rest) =>
        stream === STREAM ? write(stream, ...rest) : Promise.reject(new Error('crashed before the second append')),
      );
    await expect(home.use(tokens('1', 10))).rejects.toThrow('crashed');
    crash.mockRestore();
    expect(await outcomes(tokens('1', 10))).toEqual(['applied']);
    expect(await outcomes(tokens('1', 10))).toEqual(['duplicate']);
    expect([await consumed(), await audited()]).toEqual([amount('10'), amount('10')]);
  });

  it('that cannot be rated for one of them is rejected whole, but only where the customer holds that one', async () => {
    await home.ledger.execute(creditProduct, streams.creditProduct('odd'), {
      type: 'CreateCreditProduct',
      at: home.now,
      id: 'odd',
      name: 'odd',
      unit: 'credit',
      meters: [{ id: 'm', eventType: 'llm.request', filters: [], quantity: { kind: 'value', path: 'absent' }, weight: amount('1') }],
      limits: [],
    });
    expect(await outcomes(tokens('1', 10))).toEqual(['applied']);
    await home.addBalance('ada', 'odd', '100');
    expect(await outcomes(tokens('2', 10))).toEqual(['quantity_missing']);
    expect(await consumed()).toBe(amount('10'));
  });

  it('is not charged to a product that meters it since: the first decision stands', async () => {
    await home.use(tokens('1', 10));
    await home.addProduct('late');
    await home.addBalance('ada', 'late', '100');
    expect(await outcomes(tokens('1', 10))).toEqual(['duplicate']);
    expect((await home.balance('ada', 'late')).totals.consumed).toBe(amount('0'));
  });
});

describe('the time of usage', () => {
  const old = () => formatInstant(later(home.now, -DEDUPE_WINDOW_MS_DEFAULT - 1));

  it('may be years back where nothing can have been forgotten', async () => {
    expect(await outcomes(tokens('1', 10, { time: '2023-11-16T18:17:03.97996Z' }))).toEqual(['applied']);
    expect(await outcomes(tokens('2', 10, { time: '2023-11-16T18:17:03.97996Z' }))).toEqual(['applied']);
  });

  it('before the window is too late once something was consumed before the window', async () => {
    await home.use(tokens('1', 1));
    home.pass(DEDUPE_WINDOW_MS_DEFAULT);
    expect(await outcomes(tokens('2', 1, { time: old() }))).toEqual(['applied']);
    home.pass(1);
    expect(await outcomes(tokens('3', 1, { time: old() }))).toEqual(['too_late']);
    expect(await outcomes(tokens('4', 1, { time: formatInstant(later(home.now, -DEDUPE_WINDOW_MS_DEFAULT)) }))).toEqual(['applied']);
  });

  it('inside the window keeps its key for as long as it could come again', async () => {
    const ahead = formatInstant(later(home.now, USAGE_FUTURE_MS_MAX));
    await home.use(tokens('1', 10, { time: ahead }));
    home.pass(DEDUPE_WINDOW_MS_DEFAULT + USAGE_FUTURE_MS_MAX);
    await home.projector.save();
    await home.projections.forget(home.now);
    expect(await outcomes(tokens('1', 10, { time: ahead }))).toEqual(['duplicate']);
  });

  it('may be ahead by as much as clocks may differ, and no more', async () => {
    expect(await outcomes(tokens('1', 1, { time: formatInstant(later(home.now, USAGE_FUTURE_MS_MAX)) }))).toEqual(['applied']);
    expect(await outcomes(tokens('2', 1, { time: formatInstant(later(home.now, USAGE_FUTURE_MS_MAX + 1)) }))).toEqual(['time_in_future']);
  });
});

describe('usage that cannot be applied', () => {
  it('is rejected with its reason and kept with its original bytes, while the good ones are applied', async () => {
    const result = await home.use(tokens('1', 10), tokens('2', -1), tokens('3', 10, { type: 'unheard.of' }));
    expect(result.map(({ status }) => status)).toEqual(['applied', 'rejected', 'rejected']);
    const kept = result[1] as Extract<(typeof result)[number], { status: 'rejected' }>;
    const [event] = await home.log.readStream(streams.rejectedUsage(kept.rejectionId));
    expect(JSON.parse(event!.data)).toMatchObject({
      reason: 'quantity_negative',
      original: home.offer(tokens('2', -1)).original().text,
      subject: 'ada',
    });
  });

  it('is rejected for good by a closed balance, and by a paused one only goes uncovered', async () => {
    const execute = (type: 'Pause' | 'Close') => home.ledger.execute(creditBalance, STREAM, { type, at: home.now, reason: 'test' });
    await execute('Pause');
    expect(await home.use(tokens('1', 10))).toMatchObject([{ charges: [{ amount: amount('0'), uncovered: amount('10') }] }]);
    await execute('Close');
    expect(await outcomes(tokens('2', 10), tokens('1', 10))).toEqual(['credit_balance_closed', 'duplicate']);
  });
});
