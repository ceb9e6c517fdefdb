import { amount } from '@drawdown/domain/amounts';
import { type EventLog, LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, TestLedger, tokens, type UsageFields } from '../event-store/ledger.fixtures';
import { QUEUED_USAGE_MAX, ROUND_USAGE_MAX } from './usage-outcome';
import { Overloaded } from './usage-intake';
import { MACHINE_BUSY_MS, turn } from '../../../test/support/waiting';
import { work } from '../async/work.fixtures';

let home: TestLedger;
/** Streams that the double of the log takes nothing for. */
let down: Set<string>;
const BOB = streams.creditBalance('bob', 'llm');

beforeEach(async () => {
  down = new Set();
  home = await TestLedger.open(undefined, (log: EventLog) =>
    double(log, {
      append: (stream, ...rest) => (down.has(stream) ? Promise.reject(new LogUnavailable('down (a double)')) : log.append(stream, ...rest)),
    }),
  );
  await home.addProduct('llm');
  for (const customer of ['ada', 'bob']) {
    await home.addCustomer(customer);
    await home.addBalance(customer, 'llm', '100');
  }
});
afterEach(() => home.remove());

const submit = (...events: UsageFields[]): Promise<string[]> =>
  home.use(...events).then((outcomes) => outcomes.map(({ status }) => status));
const bobs = (id: string): UsageFields => tokens(id, 1, { subject: 'bob' });
const packs = async (): Promise<number> => (await home.log.readAll(-1n, 4_096)).filter(({ type }) => type === 'CreditsConsumed').length;
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await turn();
};

describe('what is submitted', () => {
  it('goes into one round with what comes one turn later', async () => {
    const first = submit(tokens('1', 1));
    await turn();
    const second = submit(tokens('2', 1));
    expect(await Promise.all([first, second])).toEqual([['applied'], ['applied']]);
    expect(await packs()).toBe(1);
  });

  it('gets its outcomes in the order of the offers', async () => {
    const offers = [
      tokens('1', 1),
      tokens('2', -1),
      bobs('3'),
      tokens('1', 1),
      tokens('1', 2),
      tokens('4', 1, { type: 'unheard.of' }),
      tokens('5', 1),
    ];
    expect(await submit(...offers)).toEqual(['applied', 'rejected', 'applied', 'duplicate', 'rejected', 'rejected', 'applied']);
  });

  it('together goes into one round, and each submission gets its own outcomes', async () => {
    const all = [submit(tokens('1', 1), tokens('2', 1)), submit(), submit(tokens('2', 1), tokens('3', -1)), submit(tokens('4', 1))];
    expect(await Promise.all(all)).toEqual([['applied', 'applied'], [], ['duplicate', 'rejected'], ['applied']]);
    expect(await packs()).toBe(1);
  });

  it(
    'beyond one round goes into the next, whole submissions at a time',
    async () => {
      const half = (from: number) => Array.from({ length: ROUND_USAGE_MAX / 2 + 1 }, (_, i) => tokens(`${from + i}`, 0));
      const [first, second] = await Promise.all([submit(...half(0)), submit(...half(ROUND_USAGE_MAX / 2))]);
      expect(new Set(first)).toEqual(new Set(['applied']));
      expect(second).toEqual(['duplicate', ...Array.from({ length: ROUND_USAGE_MAX / 2 }, () => 'applied')]);
    },
    MACHINE_BUSY_MS,
  );

  it(
    'bigger than a round is taken all the same',
    async () => {
      const outcomes = await submit(...Array.from({ length: ROUND_USAGE_MAX + 1 }, (_, i) => tokens(`${i}`, 0)));
      expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(ROUND_USAGE_MAX + 1);
    },
    MACHINE_BUSY_MS,
  );
});

describe('a log that takes nothing for one balance', () => {
  it('fails the submission; the same again is applied where it was not, and a duplicate where it was', async () => {
    down.add(BOB);
    await expect(submit(tokens('1', 1), bobs('2'), tokens('3', 1))).rejects.toThrow(LogUnavailable);
    down.clear();
    expect(await submit(tokens('1', 1), bobs('2'), tokens('3', 1))).toEqual(['duplicate', 'applied', 'duplicate']);
    expect((await home.balance('ada', 'llm')).totals.consumed).toBe(amount('2'));
    expect((await home.balance('bob', 'llm')).totals.consumed).toBe(amount('1'));
  });

  it('fails no other submission of the round, and nothing that comes after', async () => {
    down.add(BOB);
    const ended = await Promise.allSettled([submit(tokens('1', 1)), submit(bobs('2'))]);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await submit(tokens('1', 1), tokens('3', 1))).toEqual(['duplicate', 'applied']);
  });
});

describe('more usage than can wait', () => {
  it('is refused whole, and what waits already keeps its place', async () => {
    const offer = home.offer(bobs('1'));
    const resumed: (() => void)[] = [];
    const paused = home.intake.pausedWhile(() => new Promise<void>((resume) => resumed.push(resume)));
    await turns();
    const waiting = home.intake.submit(Array.from({ length: QUEUED_USAGE_MAX - 1 }, () => offer));
    await expect(home.use(tokens('2', 1), tokens('3', 1))).rejects.toThrow(Overloaded);
    const last = submit(tokens('4', 1));
    await expect(home.use(tokens('5', 1))).rejects.toMatchObject({ code: 'overloaded', retriable: true });
    expect(await packs()).toBe(0);
    // So that the crowd fails at once instead of taking its time.
    down.add(BOB);
    resumed.forEach((resume) => resume());
    await paused;
    await expect(waiting).rejects.toThrow(LogUnavailable);
    expect(await last).toEqual(['applied']);
    expect(await submit(tokens('2', 1), tokens('3', 1))).toEqual(['applied', 'applied']);
  });
});

describe('while usage is paused', () => {
  it('what comes waits, and has its outcome afterwards', async () => {
    const diary: string[] = [];
    const rebuild = work('rebuild', diary);
    const paused = home.intake.pausedWhile(rebuild.run);
    await turns();
    const using = submit(tokens('1', 1)).then((outcomes) => (diary.push('usage ends'), outcomes));
    await turns();
    expect(diary).toEqual(['rebuild begins']);
    rebuild.end();
    expect(await paused).toBe('rebuild');
    expect(await using).toEqual(['applied']);
    expect(diary).toEqual(['rebuild begins', 'rebuild ends', 'usage ends']);
  });

  it('the round under way ends first', async () => {
    const using = submit(tokens('1', 1));
    // Two turns without new usage later the round has begun; its write takes longer.
    for (let i = 0; i < 2; i++) await turn();
    expect(await packs()).toBe(0);
    expect(await home.intake.pausedWhile(packs)).toBe(1);
    expect(await using).toEqual(['applied']);
  });

  it('by two, one works after the other, and usage waits for both', async () => {
    const diary: string[] = [];
    const [a, b] = [work('a', diary), work('b', diary)];
    const both = Promise.all([home.intake.pausedWhile(a.run), home.intake.pausedWhile(b.run)]);
    await turns();
    expect(diary).toEqual(['a begins']);
    a.end();
    await turns();
    const using = submit(tokens('1', 1)).then(() => diary.push('usage ends'));
    await turns();
    b.end();
    await both;
    await using;
    expect(diary).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'usage ends']);
  });

  it('by work that fails, it goes on all the same', async () => {
    await expect(home.intake.pausedWhile(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await submit(tokens('1', 1))).toEqual(['applied']);
  });
});
