import { amount } from '@drawdown/domain/amounts';
import { type BalanceCommand, creditBalance } from '@drawdown/domain/balance';
import type { EventLog } from './event-log';
import { AppendUnknown, LogUnavailable } from './faults';
import { TestLedger } from './ledger.fixtures';
import { streams } from './streams';

const STREAM = streams.creditBalance('ada', 'api');
let home: TestLedger;
const deduct = (units: string): BalanceCommand => ({ type: 'Deduct', at: home.now, amount: amount(units), reason: 'test' });
const execute = (units: string, key?: string, body = units, on = home) =>
  on.ledger.execute(creditBalance, STREAM, deduct(units), key === undefined ? {} : { key, body });

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addBalance('ada', 'api', '100');
});
afterEach(() => home.remove());

describe('a command', () => {
  it('is decided, appended, and answered with the state it made', async () => {
    const outcome = await execute('60');
    expect(outcome).toMatchObject({ outcome: 'done', replayed: false, revision: 2, state: { totals: { deducted: amount('60') } } });
  });

  it('that is refused writes nothing', async () => {
    const before = await home.log.head();
    expect(await execute('101')).toEqual({
      outcome: 'refused',
      refusal: { code: 'insufficient_credits', available: amount('100'), requested: amount('101') },
    });
    expect(await home.log.head()).toBe(before);
  });

  it('given twice at once is decided one after the other', async () => {
    const both = await Promise.all([execute('60'), execute('60')]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['done', 'refused']);
  });
});

describe('an idempotency key', () => {
  const answers = [
    ['at once', async () => home],
    ['after its key went from memory into the index', async () => (await home.projector.save(), home)],
    ['after a restart', async () => (home = await home.reopen())],
    ['on another process that knows nothing yet', async () => TestLedger.beside(home)],
  ] as const;

  it.each(answers)('gives the first answer again %s, whatever has happened since', async (_, on) => {
    const first = await execute('60', 'k');
    await execute('10');
    const ledger = await on();
    const { replayed, foundBy, ...again } = (await execute('60', 'k', '60', ledger)) as Exclude<typeof first, { outcome: 'refused' }>;
    expect([replayed, foundBy]).toEqual([true, 'k']);
    expect({ ...again, replayed: false }).toEqual(first);
    expect((await home.balance('ada', 'api')).totals.deducted).toBe(amount('70'));
  });

  it('that was used last costs no look into the history before it', async () => {
    const first = await execute('60', 'k');
    const from: number[] = [];
    const read = home.log.readStream.bind(home.log);
    jest.spyOn(home.log, 'readStream').mockImplementation((stream, part) => {
      from.push(part?.from ?? 0);
      return read(stream, part);
    });
    expect(await execute('60', 'k')).toEqual({ ...first, replayed: true, foundBy: 'k' });
    expect(Math.min(...from)).toBe(2);
  });

  it.each(answers)('with another body is a conflict %s', async (_, on) => {
    await execute('60', 'k');
    const ledger = await on();
    expect(await execute('1', 'k', '1', ledger)).toEqual({ outcome: 'refused', refusal: { code: 'idempotency_conflict', key: 'k' } });
  });

  describe.each(answers)('of the caller, beside the one that the command is known by, %s', (_, on) => {
    const both = (units: string, key: string, callerKey: string, ledger: TestLedger) =>
      ledger.ledger.execute(creditBalance, STREAM, deduct(units), { key, callerKey, body: units });

    it.each([
      ['the same', 'invoice', 'k', 'k'],
      ['another one', 'invoice', 'other', 'invoice'],
      ['one for another command', 'other', 'k', 'k'],
    ])('finds the first answer, and says which of them did: %s', async (__, key, callerKey, foundBy) => {
      const first = await both('60', 'invoice', 'k', home);
      expect(await both('60', key, callerKey, await on())).toEqual({ ...first, replayed: true, foundBy });
    });

    it.each([
      ['invoice', 'other', 'invoice'],
      ['other', 'k', 'k'],
      ['invoice', 'k', 'k'],
    ])('is a conflict with another body: %s and %s', async (key, callerKey, named) => {
      await both('60', 'invoice', 'k', home);
      expect(await both('1', key, callerKey, await on())).toEqual({
        outcome: 'refused',
        refusal: { code: 'idempotency_conflict', key: named },
      });
    });

    it('is a conflict where it was used for a command of its own', async () => {
      await execute('5', 'k', 'mine');
      await both('60', 'invoice', 'other', home);
      expect(await both('60', 'invoice', 'k', await on())).toEqual({
        outcome: 'refused',
        refusal: { code: 'idempotency_conflict', key: 'k' },
      });
    });

    it('leads to what was recorded, whatever the body', async () => {
      const first = await both('60', 'invoice', 'k', home);
      const { ledger } = await on();
      expect(await ledger.recorded(creditBalance, STREAM, 'invoice')).toEqual({
        events: first.outcome === 'done' && first.events,
        revision: 2,
      });
      expect(await ledger.recorded(creditBalance, STREAM, 'other')).toBeUndefined();
    });
  });

  it('is not used up by a refusal', async () => {
    expect(await execute('101', 'k')).toMatchObject({ outcome: 'refused' });
    expect(await execute('100', 'k', '100')).toMatchObject({ outcome: 'done', replayed: false });
  });

  it('belongs to its stream: the same key elsewhere is another command', async () => {
    await home.addBalance('bob', 'api', '100');
    await execute('60', 'k');
    const other = await home.ledger.execute(creditBalance, streams.creditBalance('bob', 'api'), deduct('1'), { key: 'k', body: '1' });
    expect(other).toMatchObject({ outcome: 'done', replayed: false });
  });

  it('is looked up before the command is made, so rules that changed since do not matter', async () => {
    await execute('60', 'k');
    const made = jest.fn(() => deduct('60'));
    const again = await home.ledger.execute(creditBalance, STREAM, made, { key: 'k', body: '60' });
    expect(again).toMatchObject({ outcome: 'done', replayed: true });
    expect(made).not.toHaveBeenCalled();
  });
});

describe('two writers on one stream', () => {
  it('both come through, one after the other, and nothing is spent twice', async () => {
    const other = TestLedger.beside(home);
    await other.ledger.load(creditBalance, STREAM);
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => execute('5', `k${i}`, '5', i % 2 ? home : other)));
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(20);
    expect((await home.states.reload(STREAM)).state).toMatchObject({ totals: { deducted: amount('100') }, grants: [] });
    expect((await home.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
  });

  it('sent the same key has one effect', async () => {
    const other = TestLedger.beside(home);
    await other.ledger.load(creditBalance, STREAM);
    const outcomes = await Promise.all([execute('5', 'k'), execute('5', 'k', '5', other)]);
    expect(outcomes.filter((outcome) => outcome.outcome === 'done' && outcome.replayed)).toHaveLength(1);
    expect((await home.states.reload(STREAM)).state).toMatchObject({ totals: { deducted: amount('5') } });
  });
});

describe('an append whose outcome is unknown (a double of the log that loses the answer)', () => {
  /** Loses the answer to the next append: after writing it, or instead of writing it. */
  const inDoubt = (log: EventLog, lose: { next?: 'after' | 'instead' }): EventLog =>
    Object.assign(Object.create(log) as EventLog, {
      append: async (...args: Parameters<EventLog['append']>) => {
        const { next } = lose;
        delete lose.next;
        if (next === 'instead') throw new AppendUnknown('lost before it was written');
        const outcome = await log.append(...args);
        if (next === 'after') throw new AppendUnknown('lost after it was written');
        return outcome;
      },
    });

  it.each(['after', 'instead'] as const)('is settled by looking into the stream: lost %s writing', async (when) => {
    const lose: { next?: 'after' | 'instead' } = {};
    const shaky = await TestLedger.open(undefined, (log) => inDoubt(log, lose));
    await shaky.addBalance('ada', 'api', '100');
    lose.next = when;
    expect(await execute('60', 'k', '60', shaky)).toMatchObject({ outcome: 'done', revision: 2 });
    expect((await shaky.balance('ada', 'api')).totals.deducted).toBe(amount('60'));
    expect(await shaky.log.readStream(STREAM)).toHaveLength(3);
    await shaky.remove();
  });
});

it('passes on that the log takes nothing, and decides anew when it does again', async () => {
  let full = false;
  const filling = await TestLedger.open(undefined, (log) =>
    Object.assign(Object.create(log) as EventLog, {
      append: (...args: Parameters<EventLog['append']>) =>
        full ? Promise.reject(new LogUnavailable('disk full (a double)')) : log.append(...args),
    }),
  );
  await filling.addBalance('ada', 'api', '100');
  full = true;
  await expect(execute('60', 'k', '60', filling)).rejects.toThrow(LogUnavailable);
  full = false;
  expect(await execute('60', 'k', '60', filling)).toMatchObject({ outcome: 'done', replayed: false });
  await filling.remove();
});

it('does not call an append unwritten that nobody could settle: a log that breaks in the middle of one (a double)', async () => {
  const faults: Error[] = [];
  const breaking = await TestLedger.open(undefined, (log) =>
    Object.assign(Object.create(log) as EventLog, {
      append: (...args: Parameters<EventLog['append']>) => {
        const fault = faults.shift();
        return fault ? Promise.reject(fault) : log.append(...args);
      },
    }),
  );
  await breaking.addBalance('ada', 'api', '100');
  faults.push(new AppendUnknown('the sync failed'), new LogUnavailable('takes nothing until it is opened again'));
  await expect(execute('60', 'k', '60', breaking)).rejects.toThrow(AppendUnknown);
  faults.push(new LogUnavailable('nothing was written, and that is certain'));
  await expect(execute('60', 'k', '60', breaking)).rejects.toThrow(LogUnavailable);
  await breaking.remove();
});
