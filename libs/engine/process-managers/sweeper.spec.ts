import { mock } from 'node:test';
import { amount, formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import { type BalanceCommand, creditBalance, wallet } from '@drawdown/domain/balance';
import { until, MACHINE_BUSY_MS } from '../../../test/support/waiting';
import { type EventLog, LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, START, TestLedger, tokens, STREAM } from '../event-store/ledger.fixtures';
import { FORGET_EVERY_MS, SWEEP_EVERY_MS, SWEEP_STREAMS_MAX, Sweeper } from './sweeper';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';

/** More than one sweep of one balance posts. */
const HOLDS_DUE = 600;

let home: TestLedger;
let sweeper: Sweeper;
let faults: unknown[];

const sweeperOf = (testLedger: TestLedger): Sweeper =>
  new Sweeper(
    testLedger.ledger,
    testLedger.projections,
    testLedger.projector,
    () => testLedger.now,
    (fault) => faults.push(fault),
  );
beforeEach(async () => {
  faults = [];
  home = await TestLedger.open();
  sweeper = sweeperOf(home);
});
afterEach(() => home.remove());

const at = (ms: number): Instant => later(START, ms);
const execute = async (command: BalanceCommand): Promise<void> => {
  expect(await home.ledger.execute(creditBalance, STREAM, command)).toMatchObject({ outcome: 'done' });
};
const deduct = (units: string): Promise<void> => execute({ type: 'Deduct', at: home.now, amount: amount(units), reason: 'test' });
const sweepAt = async (ms: number): Promise<number> => {
  await home.projector.save();
  home.now = at(ms);
  return sweeper.sweep();
};
interface Swept {
  readonly type: string;
  readonly stream: string;
  readonly data: { readonly [field: string]: unknown };
}
/** What has been recorded since there were `count` events. */
const since = async (count: number): Promise<Swept[]> =>
  (await home.log.readAll(-1n, 4_096))
    .slice(count)
    .map(({ type, stream, data }) => ({ type, stream, data: JSON.parse(data) as Swept['data'] }));
const typesSince = async (count: number): Promise<string[]> => (await since(count)).map(({ type }) => type);
const count = async (): Promise<number> => (await home.log.readAll(-1n, 4_096)).length;

describe('the sweeper', () => {
  it('posts the expiry of a grant when its time has come, and not a millisecond before', async () => {
    await home.addBalance('ada', 'llm', '100', { expiresAt: at(1_000) });
    const before = await count();
    expect(await sweepAt(999)).toBe(0);
    expect(await count()).toBe(before);
    expect(await sweepAt(1_000)).toBe(1);
    expect(await since(before)).toMatchObject([
      {
        type: 'GrantExpired',
        data: { at: formatInstant(at(1_000)), expiresAt: formatInstant(at(1_000)), amount: '100', figures: { booked: '0' } },
      },
      { type: 'BalanceRanOut' },
    ]);
  });

  it('ends a hold, and gives back what it held', async () => {
    await home.addBalance('ada', 'llm', '100');
    await execute({ type: 'PlaceHold', at: home.now, amount: amount('40'), expiresAt: at(1_000) });
    const before = await count();
    expect(await sweepAt(999)).toBe(0);
    expect(await sweepAt(1_000)).toBe(1);
    expect(await since(before)).toMatchObject([
      { type: 'HoldExpired', data: { amount: '40', figures: { booked: '100', available: '100' } } },
    ]);
  });

  it('posts that a grant begins, and the recovery that it brings', async () => {
    await home.addBalance('ada', 'llm', '10');
    await execute({ type: 'TopUp', at: home.now, grant: { origin: 'paid', priority: 100, amount: amount('5'), effectiveAt: at(1_000) } });
    await deduct('10');
    const before = await count();
    expect(await sweepAt(999)).toBe(0);
    expect(await sweepAt(1_000)).toBe(1);
    expect(await since(before)).toMatchObject([
      { type: 'GrantBecameEffective', data: { grantId: 'g2', figures: { available: '5' } } },
      { type: 'BalanceRecovered', data: { from: 'run_out' } },
    ]);
  });

  it('posts the warning with the expiry that caused it', async () => {
    await home.addBalance('ada', 'llm', '50');
    await execute({ type: 'SetLimits', at: home.now, limits: [{ id: 'low', kind: 'absolute', value: amount('50') }] });
    await execute({ type: 'TopUp', at: home.now, grant: { origin: 'free', priority: 0, amount: amount('1'), expiresAt: at(1_000) } });
    const before = await count();
    await sweepAt(1_000);
    expect(await since(before)).toMatchObject([
      { type: 'GrantExpired', data: { amount: '1', figures: { available: '50' } } },
      { type: 'LowBalanceReached', data: { threshold: '50' } },
    ]);
  });

  it('sweeps wallets too', async () => {
    const stream = streams.wallet('ada');
    await home.ledger.execute(wallet, stream, {
      type: 'Create',
      at: home.now,
      customerId: 'ada',
      currency: 'EUR',
      limits: [],
      startingGrant: { origin: 'free', priority: 100, amount: amount('1'), expiresAt: at(1_000) },
    });
    const before = await count();
    expect(await sweepAt(1_000)).toBe(1);
    expect((await since(before))[0]).toMatchObject({ type: 'GrantExpired', stream });
  });

  it('takes the soonest due first', async () => {
    for (const [customer, ms] of [
      ['c', 300],
      ['a', 200],
      ['b', 100],
    ] as const)
      await home.addBalance(customer, 'llm', '1', { expiresAt: at(ms) });
    const before = await count();
    expect(await sweepAt(1_000)).toBe(3);
    const expired = (await since(before)).filter(({ type }) => type === 'GrantExpired');
    expect(expired.map(({ stream }) => stream)).toEqual(['b', 'a', 'c'].map((customer) => streams.creditBalance(customer, 'llm')));
  });

  it('that was down over many due times posts them all, in order, each with its own time', async () => {
    await home.addBalance('ada', 'llm', '1', { expiresAt: at(300) });
    await execute({ type: 'TopUp', at: home.now, grant: { origin: 'paid', priority: 100, amount: amount('2'), expiresAt: at(100) } });
    await execute({
      type: 'TopUp',
      at: home.now,
      grant: { origin: 'paid', priority: 100, amount: amount('3'), effectiveAt: at(50), expiresAt: at(200) },
    });
    await execute({ type: 'TopUp', at: home.now, grant: { origin: 'paid', priority: 100, amount: amount('4'), effectiveAt: at(400) } });
    await execute({ type: 'PlaceHold', at: home.now, amount: amount('1'), expiresAt: at(150) });
    home = await home.reopen();
    sweeper = sweeperOf(home);
    const before = await count();
    expect(await sweepAt(10_000)).toBe(1);
    const swept = await since(before);
    const expired = swept.filter(({ type }) => type === 'GrantExpired').map(({ data }) => data['expiresAt']);
    expect(new Set(expired)).toEqual(new Set([100, 200, 300].map((ms) => formatInstant(at(ms)))));
    expect(swept.filter(({ type }) => type === 'HoldExpired')).toMatchObject([{ data: { expiresAt: formatInstant(at(150)) } }]);
    expect(swept.filter(({ type }) => type === 'GrantBecameEffective').map(({ data }) => data['grantId'])).toContain('g4');
    expect(await home.balance('ada', 'llm')).toMatchObject({ grants: [{ id: 'g4', remaining: amount('4') }], holds: [] });
    expect((await home.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
  });

  it('that was down posts in the order of the due times over all streams, each entry counting from its own', async () => {
    await home.addBalance('a', 'llm', '1', { expiresAt: at(100) });
    await home.addBalance('b', 'llm', '1', { expiresAt: at(200) });
    const ofA = streams.creditBalance('a', 'llm');
    await home.ledger.execute(creditBalance, ofA, {
      type: 'TopUp',
      at: home.now,
      grant: { origin: 'paid', priority: 100, amount: amount('2'), expiresAt: at(300) },
    });
    const before = await count();
    expect(await sweepAt(10_000)).toBe(2);
    expect((await since(before)).map(({ type, stream, data }) => [type, stream, data['at'], data['recordedAt']])).toEqual(
      [
        ['GrantExpired', ofA, 100],
        ['GrantExpired', streams.creditBalance('b', 'llm'), 200],
        ['BalanceRanOut', streams.creditBalance('b', 'llm'), 200],
        ['GrantExpired', ofA, 300],
        ['BalanceRanOut', ofA, 300],
      ].map(([type, stream, ms]) => [type, stream, formatInstant(at(Number(ms))), formatInstant(at(10_000))]),
    );
  });

  it('warns of a grant a week before it expires, once', async () => {
    const WEEK_MS = 7 * 24 * 3_600_000;
    await home.addBalance('ada', 'llm', '5', { expiresAt: at(WEEK_MS + 1_000) });
    const before = await count();
    expect(await sweepAt(999)).toBe(0);
    expect(await sweepAt(1_000)).toBe(1);
    expect(await sweepAt(2_000)).toBe(0);
    expect(await since(before)).toMatchObject([
      { type: 'GrantExpiring', data: { grantId: 'g1', amount: '5', expiresAt: formatInstant(at(WEEK_MS + 1_000)) } },
    ]);
  });

  it('has nothing to do twice: the second sweep writes nothing', async () => {
    await home.addBalance('ada', 'llm', '1', { expiresAt: at(100) });
    expect(await sweepAt(1_000)).toBe(1);
    const before = await count();
    expect(await sweeper.sweep()).toBe(0);
    expect(await sweepAt(2_000)).toBe(0);
    expect(await count()).toBe(before);
  });

  it('writes nothing where nothing is due', async () => {
    await home.addBalance('ada', 'llm', '1');
    await home.addCustomer('ada');
    const before = await count();
    expect(await sweepAt(1e10)).toBe(0);
    expect(await count()).toBe(before);
  });

  it(
    'sweeps all that is due in one go, page after page',
    async () => {
      await Promise.all(
        Array.from({ length: SWEEP_STREAMS_MAX + 1 }, (_, i) => home.addBalance(`c${i}`, 'llm', '1', { expiresAt: at(100) })),
      );
      const before = await count();
      expect(await sweepAt(100)).toBe(SWEEP_STREAMS_MAX + 1);
      expect((await typesSince(before)).filter((type) => type === 'GrantExpired')).toHaveLength(SWEEP_STREAMS_MAX + 1);
    },
    MACHINE_BUSY_MS,
  );

  it(
    'sweeps a stream again while something is due and was posted: one sweep posts a bounded amount',
    async () => {
      await home.addBalance('ada', 'llm', '10000');
      for (let i = 0; i < HOLDS_DUE; i++) await execute({ type: 'PlaceHold', at: home.now, amount: amount('1'), expiresAt: at(100) });
      const before = await count();
      let sweeps = 0;
      sweeper = new Sweeper(
        double(home.ledger, { execute: (...asked) => (++sweeps, home.ledger.execute(...asked)) }),
        home.projections,
        home.projector,
        () => home.now,
        (fault) => faults.push(fault),
      );
      expect(await sweepAt(100)).toBe(1);
      expect(sweeps).toBeGreaterThan(1);
      expect((await since(before)).filter(({ type }) => type === 'HoldExpired')).toHaveLength(HOLDS_DUE);
      expect(await home.balance('ada', 'llm')).toMatchObject({ holds: [] });
      expect(await sweeper.sweep()).toBe(0);
    },
    MACHINE_BUSY_MS,
  );

  it('makes nothing spendable by being late, and takes nothing that was spent', async () => {
    await home.addCustomer('ada');
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '10', { expiresAt: at(1_000) });
    await home.projector.save();
    home.now = at(1_000);
    expect(await home.use(tokens('late', 4, { time: formatInstant(at(999)) }))).toMatchObject([{ charges: [{ amount: amount('4') }] }]);
    expect(await home.use(tokens('after', 4))).toMatchObject([{ charges: [{ amount: amount('0'), uncovered: amount('4') }] }]);
    const before = await count();
    await sweepAt(5_000);
    expect((await since(before))[0]).toMatchObject({ type: 'GrantExpired', data: { amount: '6' } });
  });
});

describe('a sweep that fails', () => {
  const failing = async (fault: (stream: string) => Error | undefined): Promise<void> => {
    await home.remove();
    home = await TestLedger.open(undefined, (log: EventLog) =>
      double(log, {
        append: (stream, ...rest) => {
          const failure = fault(stream);
          return failure ? Promise.reject(failure) : log.append(stream, ...rest);
        },
      }),
    );
    sweeper = sweeperOf(home);
  };

  it('on one stream sweeps the others all the same, and says so', async () => {
    let broken = false;
    await failing((stream) => (broken && stream === streams.creditBalance('a', 'llm') ? new Error('broken (a double)') : undefined));
    for (const customer of ['a', 'b', 'c']) await home.addBalance(customer, 'llm', '1', { expiresAt: at(100) });
    broken = true;
    const before = await count();
    await expect(sweepAt(100)).rejects.toThrow('broken');
    expect((await since(before)).filter(({ type }) => type === 'GrantExpired')).toHaveLength(2);
    broken = false;
    expect(await sweeper.sweep()).toBe(1);
  });

  it('because the log takes nothing is given up at once', async () => {
    let full = false;
    let tried = 0;
    await failing(() => (full && ++tried ? new LogUnavailable('disk full (a double)') : undefined));
    for (const customer of ['a', 'b', 'c']) await home.addBalance(customer, 'llm', '1', { expiresAt: at(100) });
    full = true;
    await expect(sweepAt(100)).rejects.toThrow(LogUnavailable);
    expect(tried).toBe(1);
  });
});

describe('by itself', () => {
  const named = ['setInterval', 'clearInterval'];
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  it(`it sweeps every so often (${named.join(' and ')} are doubles), and drops keys that the window has left behind`, async () => {
    await home.addCustomer('ada');
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '100', { expiresAt: at(1_000) });
    await home.use(tokens('1', 1));
    await home.projector.save();
    const dropped: number[] = [];
    const projections = double(home.projections, {
      forget: async (now) => {
        dropped.push(await home.projections.forget(now));
        return dropped.at(-1)!;
      },
    });
    sweeper = new Sweeper(
      home.ledger,
      projections,
      home.projector,
      () => home.now,
      (fault) => faults.push(fault),
    );
    sweeper.start();
    home.now = at(DEDUPE_WINDOW_MS_DEFAULT + FORGET_EVERY_MS);
    const before = await count();
    mock.timers.tick(SWEEP_EVERY_MS);
    await until('keys to be dropped', () => dropped.length > 0);
    await sweeper.stop();
    expect(dropped).toEqual([1]);
    expect(await typesSince(before)).toEqual(['GrantExpired', 'BalanceRanOut']);
    expect(faults).toEqual([]);
    mock.timers.tick(10 * SWEEP_EVERY_MS);
    expect(await count()).toBe(before + 2);
  });

  it('it drops no key for a clock that is 36 days ahead of what the log has recorded', async () => {
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '100');
    await home.use(tokens('1', 1));
    await home.projector.save();
    const dropped: number[] = [];
    const projections = double(home.projections, {
      forget: async (until) => {
        dropped.push(await home.projections.forget(until));
        return dropped.at(-1)!;
      },
    });
    const ahead = () => later(home.now, 36 * 86_400_000);
    sweeper = new Sweeper(home.ledger, projections, home.projector, ahead, (fault) => faults.push(fault));
    await until('the projector to meet the end of the log', async () => home.projector.position === (await home.log.head()));
    sweeper.start();
    mock.timers.tick(SWEEP_EVERY_MS);
    await until('keys to be looked through', () => dropped.length > 0);
    await sweeper.stop();
    expect(dropped).toEqual([0]);
    expect(faults).toEqual([]);
    expect(await home.use(tokens('1', 1))).toMatchObject([{ status: 'duplicate' }]);
  });

  it('it ends after the stream in hand when it is stopped, and a new start sweeps the rest', async () => {
    for (const [customer, ms] of [
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ] as const)
      await home.addBalance(customer, 'llm', '1', { expiresAt: at(ms) });
    await home.projector.save();
    home.now = at(1_000);
    let stopped: Promise<void> | undefined;
    const ledger = double(home.ledger, {
      execute: (...asked) => {
        stopped ??= stopping.stop();
        return home.ledger.execute(...asked);
      },
    });
    const stopping = new Sweeper(
      ledger,
      home.projections,
      home.projector,
      () => home.now,
      (fault) => faults.push(fault),
    );
    const expired = async (): Promise<string[]> =>
      (await since(0)).filter(({ type }) => type === 'GrantExpired').map(({ stream }) => stream);
    stopping.start();
    mock.timers.tick(5 * SWEEP_EVERY_MS);
    await until('the first stream', () => stopped !== undefined);
    await stopped;
    expect(await expired()).toEqual([streams.creditBalance('a', 'llm')]);
    await home.projector.save();
    stopping.start();
    mock.timers.tick(SWEEP_EVERY_MS);
    await until('the other two', async () => (await expired()).length === 3);
    await stopping.stop();
    expect(faults).toEqual([]);
  });

  it('it tells of a failure and goes on', async () => {
    const down = double(home.projections, { due: () => Promise.reject(new Error('down (a double)')) });
    const failing = new Sweeper(
      home.ledger,
      down,
      home.projector,
      () => home.now,
      (fault) => faults.push(fault),
    );
    failing.start();
    mock.timers.tick(2 * SWEEP_EVERY_MS);
    await until('the second failure', () => faults.length === 2);
    await failing.stop();
  });
});
