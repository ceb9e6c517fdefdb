import { amount, formatAmount } from '@drawdown/domain/amounts';
import { readEvent, storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import { EXAMPLES } from './model/examples.fixtures';
import { checkGolden } from './model/golden.fixtures';
import { addCredits, unitEquivalent, wallet } from './wallet';
import { NOON } from '../amounts/amounts.fixtures';

const priced = (price: string) => ({ price: amount(price), version: 3 });
const terms = { origin: 'paid', priority: 100, reference: 'pay_1' } as const;

describe('the wallet', () => {
  const golden = `${__dirname}/golden/wallet`;

  it('stores its events under the names and in the words of its golden files', () => checkGolden(wallet, golden));

  it('would notice another stored name', () => {
    const renamed = { ...wallet, storedAs: { ...wallet.storedAs, Paused: 'WalletHalted' } };
    expect(() => checkGolden(renamed, golden)).toThrow(/What is stored is forever/);
  });

  it('would notice a field of another name', () => {
    const { BalanceRanOut } = wallet.events;
    const renamed = { ...BalanceRanOut, write: (event: never) => BalanceRanOut.write(event).replace('"at"', '"when"') };
    expect(() => checkGolden({ ...wallet, events: { ...wallet.events, BalanceRanOut: renamed } }, golden)).toThrow(
      /BalanceRanOut\.json says[^]*What is stored is forever/,
    );
  });

  it('reads what it wrote, under the stored name', () => {
    for (const event of Object.values(EXAMPLES))
      expect(readEvent(wallet, storedTypeOf(wallet, event), writeEvent(wallet, event))).toEqual(event);
  });

  it('does not read a type that it does not know', () =>
    expect(() => readEvent(wallet, 'CreditBalanceCreated', '{}')).toThrow('unknown event type CreditBalanceCreated'));
});

describe('adding credits', () => {
  it.each([
    ['1000', '0.01', '10'],
    ['0.000000001', '0.5', '0'],
    ['0.000000003', '0.5', '0.000000002'],
    ['3', '0.333333333', '0.999999999'],
  ])('%s credits at %s are %s of money', (credits, price, money) => {
    const command = addCredits(NOON, amount(credits), priced(price), terms);
    expect(command).toEqual({
      type: 'TopUp',
      at: NOON,
      grant: { ...terms, amount: amount(money) },
      conversion: { credits: amount(credits), creditPrice: amount(price), priceVersion: 3 },
    });
  });

  it('that come to no money at all is refused', () => {
    const { decide, evolve, initial } = wallet.decider;
    const created = decide({ type: 'Create', at: NOON, customerId: 'cus_1', currency: 'EUR', limits: [] }, initial);
    const state = created.accepted ? created.events.reduce(evolve, initial) : initial;
    expect(decide(addCredits(NOON, amount('0.000000001'), priced('0.5'), terms), state)).toMatchObject({
      accepted: false,
      refusal: { code: 'amount_not_positive' },
    });
  });
});

describe('the unit equivalent', () => {
  it.each([
    ['10', '0.01', '1000'],
    ['10', '3', '3.333333333'],
    ['20', '3', '6.666666667'],
    ['-10', '4', '-2.5'],
  ])('%s of money at %s a credit is %s credits', (money, price, credits) =>
    expect(formatAmount(unitEquivalent(amount(money), priced(price)))).toBe(credits),
  );
});
