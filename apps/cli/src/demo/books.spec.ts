import { Account, Books, costOf } from './books';
import { EVENTS, HOLDINGS, SEED } from './holdings';
import { eventText, traffic } from './traffic';

const holding = { customer: 'a', product: 'ai-tokens', startingBalance: '60' } as const;
const used = (...costs: readonly bigint[]): Account => {
  const account = new Account(holding);
  for (const cost of costs) account.use(cost);
  return account;
};
const CREDIT = 1_000_000_000n;

describe('the books', () => {
  it('never go below zero and book the rest as uncovered', () =>
    expect(used(50n * CREDIT, 25n * CREDIT).figures).toEqual({ available: '0', consumed: '60', uncovered: '15' }));
  it('notification the line when it is reached, not one billionth before', () => {
    expect(used(10n * CREDIT - 1n).notifications).toEqual([]);
    expect(used(10n * CREDIT).notifications).toEqual(['credit_balance.low_balance']);
  });
  it('notification the end once', () =>
    expect(used(60n * CREDIT, 1n).notifications).toEqual(['credit_balance.low_balance', 'credit_balance.run_out']));
  it('notification what a top-up fixes', () => {
    const account = used(60n * CREDIT);
    account.topUp('0.5');
    account.topUp('100');
    expect(account.notifications.slice(2)).toEqual(['credit_balance.recovered run_out', 'credit_balance.recovered low_balance']);
  });
  it('cost tokens by their weights', () =>
    expect(costOf({ product: 'ai-tokens', data: { input_tokens: 4808, output_tokens: 10 } })).toBe(4_848_000_000n));
});

describe('the traffic', () => {
  const all = (seed: number) => [...traffic({ seed, events: 500, holdings: HOLDINGS, until: 1_700_000_000_000 })].map(eventText);
  it('is the same for the same seed and another for another', () => {
    expect(all(1)).toEqual(all(1));
    expect(all(1)).not.toEqual(all(2));
  });
  it('names every event once, in the order of time', () => {
    const facts = [...traffic({ seed: SEED, events: EVENTS, holdings: HOLDINGS, until: 1_700_000_000_000 })];
    expect(new Set(facts.map(({ id }) => id)).size).toBe(EVENTS);
    expect(facts.every(({ at }, i) => i === 0 || at >= (facts[i - 1]?.at ?? 0))).toBe(true);
  });
  it('of the demo runs one balance low and another one out', () => {
    const books = new Books(HOLDINGS);
    for (const fact of traffic({ seed: SEED, events: EVENTS, holdings: HOLDINGS, until: 0 })) books.use(fact);
    const notifications = HOLDINGS.map((holding) => [holding.customer, holding.product, ...books.account(holding).notifications]).filter(
      ({ length }) => length > 2,
    );
    expect(notifications).toEqual([
      ['birch', 'api-calls', 'credit_balance.low_balance'],
      ['ember', 'api-calls', 'credit_balance.low_balance', 'credit_balance.run_out'],
    ]);
  });
});
