import { amount } from '@drawdown/domain/amounts';
import { type BalanceCommand, creditBalance } from '@drawdown/domain/balance';
import { AppendUnknown, LogUnavailable } from './faults';
import { double, TestLedger, STREAM } from './ledger.fixtures';
import { streams } from './streams';
import { turn } from '../../../test/support/waiting';

const ask = (on: TestLedger, stream: string, command: BalanceCommand, key: string, body: string) =>
  on.ledger.execute(creditBalance, stream, command, { key, body });

describe('a process that is behind', () => {
  const deduct = (units: string): BalanceCommand => ({ type: 'Deduct', at: home.now, amount: amount(units), reason: 'test' });
  const topUp = (units: string): BalanceCommand => ({
    type: 'TopUp',
    at: home.now,
    grant: { origin: 'paid', priority: 100, amount: amount(units) },
  });
  let home: TestLedger;
  let beside: TestLedger;
  beforeEach(async () => {
    home = await TestLedger.open();
    await home.addBalance('ada', 'llm', '10');
    beside = TestLedger.beside(home);
    await beside.ledger.load(creditBalance, STREAM);
  });
  afterEach(async () => {
    await beside.projector.stop();
    await home.remove();
  });

  it('does not refuse what the stream can pay', async () => {
    await ask(home, STREAM, topUp('100'), 't', 't');
    expect(await ask(beside, STREAM, deduct('60'), 'd', 'd')).toMatchObject({ outcome: 'done' });
  });

  it('does not refuse the retry of what was done, and gives the first answer', async () => {
    await ask(home, STREAM, topUp('100'), 't', 't');
    const first = await ask(home, STREAM, deduct('60'), 'd', 'd');
    expect(await ask(beside, STREAM, deduct('60'), 'd', 'd')).toEqual({ ...first, replayed: true, foundBy: 'd' });
  });

  it('does not say that nothing is to be done when there is', async () => {
    await home.ledger.execute(creditBalance, STREAM, {
      ...topUp('5'),
      grant: { origin: 'paid', priority: 100, amount: amount('5'), expiresAt: (home.now + 1) as never },
    } as BalanceCommand);
    const swept = await beside.ledger.execute(creditBalance, STREAM, { type: 'Sweep', at: (home.now + 1) as never });
    expect(swept).toMatchObject({ outcome: 'done', events: [{ type: 'GrantExpired' }] });
  });

  it('finds the retry of what it met in the log while it was looking for it', async () => {
    const first = await ask(home, STREAM, deduct('1'), 'd', 'd');
    // The key is looked for, and before the answer the catch-up subscription comes by (a double that plays the moment).
    const found = beside.keys.find.bind(beside.keys);
    jest.spyOn(beside.keys, 'find').mockImplementationOnce(async (asked) => {
      const places = await found(asked);
      await beside.states.reload(STREAM);
      return places;
    });
    expect(await ask(beside, STREAM, deduct('1'), 'd', 'd')).toEqual({ ...first, replayed: true, foundBy: 'd' });
    expect(await home.log.readStream(STREAM)).toHaveLength(3);
  });

  it('answers with the state after its own events, whatever another wrote before it answered', async () => {
    const answered: (() => void)[] = [];
    const late = await TestLedger.open(undefined, (log) =>
      double(log, {
        append: async (...args) => {
          const outcome = await log.append(...args);
          if (args[1].some(({ metadata }) => metadata.includes('"key":"late"')))
            await new Promise<void>((resolve) => answered.push(resolve));
          return outcome;
        },
      }),
    );
    await late.addBalance('ada', 'llm', '10');
    const other = TestLedger.beside(late);
    const first = ask(late, STREAM, deduct('1'), 'late', 'b');
    while (answered.length === 0) await turn();
    await ask(other, STREAM, deduct('2'), 'other', 'b');
    const head = await late.log.head();
    while (late.projector.position < head) await turn();
    answered.forEach((answer) => answer());
    expect(await first).toMatchObject({ outcome: 'done', revision: 2, state: { totals: { deducted: amount('1') } } });
    await other.projector.stop();
    await late.remove();
  });
});

describe('an answer that is lost, and a stream that cannot be read to find it (a double of the log)', () => {
  it.each(['after', 'instead'] as const)('ends as unknown, and leaves the key to its retry: lost %s writing', async (when) => {
    let lost = false;
    const home = await TestLedger.open(undefined, (log) =>
      double(log, {
        append: async (...args) => {
          if (lost && when === 'instead') throw new AppendUnknown('lost before it was written');
          const outcome = await log.append(...args);
          if (lost) throw new AppendUnknown('lost after it was written');
          return outcome;
        },
        readStream: (...args) => (lost ? Promise.reject(new LogUnavailable('cannot be read')) : log.readStream(...args)),
      }),
    );
    await home.addBalance('ada', 'llm', '10');
    const stream = streams.creditBalance('ada', 'llm');
    const deduct: BalanceCommand = { type: 'Deduct', at: home.now, amount: amount('10'), reason: 'test' };
    lost = true;
    await expect(ask(home, stream, deduct, 'k', 'b')).rejects.toThrow(AppendUnknown);
    lost = false;
    expect(await ask(home, stream, deduct, 'k', 'b')).toMatchObject({
      outcome: 'done',
      revision: 3,
      state: { totals: { deducted: amount('10') } },
    });
    expect(await home.log.readStream(stream)).toHaveLength(4);
    await home.remove();
  });
});
