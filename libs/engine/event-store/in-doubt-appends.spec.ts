import { amount } from '@drawdown/domain/amounts';
import { type BalanceCommand, creditBalance } from '@drawdown/domain/balance';
import { AppendUnknown } from './faults';
import type { CommandContext } from './ledger';
import { double, TestLedger, STREAM } from './ledger.fixtures';

/** A double of a server that does not answer: what it took is written when `land` is called, or never. */
class Slow {
  /** What becomes of the next appends, in order; then they are answered. */
  next: ('silent' | 'conflict')[] = [];
  private readonly taken: (() => Promise<unknown>)[] = [];
  /** Called before each append. */
  before: () => Promise<void> = () => Promise.resolve();

  land = async (): Promise<void> => {
    for (const write of this.taken.splice(0)) await write();
  };

  open = (): Promise<TestLedger> =>
    TestLedger.open(undefined, (log) =>
      double(log, {
        append: async (...args) => {
          await this.before();
          const now = this.next.shift();
          if (now === 'conflict') return { outcome: 'conflict', revision: 1 };
          if (now === undefined) return log.append(...args);
          this.taken.push(() => log.append(...args));
          throw new AppendUnknown('nobody answered (a double)');
        },
      }),
    );
}

let slow: Slow;
let home: TestLedger;
beforeEach(async () => {
  slow = new Slow();
  home = await slow.open();
  await home.addBalance('ada', 'llm', '100');
});
afterEach(() => home.remove());

/** Made by the clock each time it is decided, so that each attempt has ids of its own. */
const deduct = (units: string, context: CommandContext = {}) =>
  home.ledger.execute(
    creditBalance,
    STREAM,
    (): BalanceCommand => {
      home.pass(1);
      return { type: 'Deduct', at: home.now, amount: amount(units), reason: 'test' };
    },
    context,
  );
const deducted = async () => (await home.states.reload(STREAM)).state as { totals: { deducted: unknown } };

it.each([
  ['without a key', {}],
  ['with one', { key: 'k', body: 'b' }],
])('an append that lands late, before the next try, is the effect of its command: %s', async (_, context) => {
  slow.next = ['silent'];
  // It lands when the second try is on its way.
  let tries = 0;
  slow.before = async () => {
    if (++tries === 2) await slow.land();
  };
  expect(await deduct('10', context)).toMatchObject({
    outcome: 'done',
    replayed: false,
    revision: 2,
    state: { totals: { deducted: amount('10') } },
  });
  expect(await home.log.readStream(STREAM)).toHaveLength(3);
});

it('one of several that lands late is found, though the later ones were made of another time', async () => {
  slow.next = ['silent', 'silent'];
  let tries = 0;
  slow.before = async () => {
    if (++tries === 3) await slow.land();
  };
  expect(await deduct('10')).toMatchObject({ outcome: 'done', revision: 2 });
  expect((await deducted()).totals.deducted).toBe(amount('10'));
});

it('lost races after an append that may yet land end as unknown, not as if nothing was written', async () => {
  slow.next = ['silent', ...Array.from({ length: 30 }, () => 'conflict' as const)];
  await expect(deduct('10')).rejects.toThrow(AppendUnknown);
});

describe('what cannot be done any more after an append of unknown outcome', () => {
  const thenTooMuch = (then: () => Promise<unknown>) => {
    let made = 0;
    return home.ledger.execute(creditBalance, STREAM, async (): Promise<BalanceCommand> => {
      made += 1;
      if (made === 2) await then();
      return { type: 'Deduct', at: home.now, amount: amount(made === 1 ? '60' : '101'), reason: 'test' };
    });
  };

  it('is not refused while that may yet land', async () => {
    slow.next = ['silent'];
    await expect(thenTooMuch(() => Promise.resolve())).rejects.toThrow(AppendUnknown);
  });

  it('is refused when something else has taken its place', async () => {
    slow.next = ['silent'];
    const other = TestLedger.beside(home);
    const outcome = await thenTooMuch(() =>
      other.ledger.execute(creditBalance, STREAM, { type: 'Deduct', at: home.now, amount: amount('1'), reason: 'other' }),
    );
    expect(outcome).toMatchObject({ outcome: 'refused', refusal: { code: 'insufficient_credits' } });
    await slow.land();
    expect((await deducted()).totals.deducted).toBe(amount('1'));
    await other.projector.stop();
  });
});
