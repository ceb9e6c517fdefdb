import { amount, type Instant, later } from '@drawdown/domain/amounts';
import { type Balance, type BalanceCommand, decide, evolve, initialBalance } from '@drawdown/domain/balance';
import { balanceAt } from './balance-at';
import { NOON, HOUR_MS } from '../../domain/amounts/amounts.fixtures';

const HUNDRED = amount('100');

const after = (...commands: readonly BalanceCommand[]): Balance =>
  commands.reduce((state, command) => {
    const decision = decide(command, state);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    return decision.events.reduce(evolve, state);
  }, initialBalance);
const created: BalanceCommand = {
  type: 'Create',
  at: NOON,
  customerId: 'ada',
  limits: [
    { id: 'low', kind: 'absolute', value: amount('50') },
    { id: 'half', kind: 'percent_of_last_top_up', value: amount('50') },
  ],
};
const toppedUp = (times: { readonly expiresAt?: Instant; readonly effectiveAt?: Instant } = {}): BalanceCommand => ({
  type: 'TopUp',
  at: NOON,
  grant: { origin: 'paid', priority: 100, amount: HUNDRED, ...times },
});
const held = (expiresAt: Instant): BalanceCommand => ({ type: 'PlaceHold', at: NOON, amount: amount('60'), expiresAt });
const shown = (state: Balance, at: Instant) => {
  const { booked, held, available } = balanceAt(state, at);
  return [booked, held, available];
};

describe('a balance judged at a moment', () => {
  it('has what has been granted and is not held', () => {
    expect(shown(after(created, toppedUp(), held(later(NOON, HOUR_MS))), NOON)).toEqual([HUNDRED, amount('60'), amount('40')]);
  });

  it('projects what is left after the invoices, and judges the lines by it', () => {
    const used = { source: 'api', id: 'a', bodyHash: 'b', time: '2026-03-01T12:00:00Z', usedAt: NOON, parts: [] };
    const accrued = (credits: string): BalanceCommand => ({ type: 'Accrue', at: NOON, lines: [{ ...used, amount: amount(credits) }] });
    const figuresWith = (credits: string) => balanceAt(after(created, toppedUp(), accrued(credits)), NOON);
    expect(figuresWith('50')).toMatchObject({
      available: HUNDRED,
      unbilled: amount('50'),
      projected: amount('50'),
      limits: [{ reached: true }, { reached: true }],
    });
    expect(figuresWith('49.999999999')).toMatchObject({ limits: [{ reached: false }, { reached: false }] });
    expect(figuresWith('101')).toMatchObject({ projected: amount('-1') });
  });

  it('has pending what purchases would add, until their time is over', () => {
    const purchase: BalanceCommand = {
      type: 'StartPurchase',
      at: NOON,
      grant: { origin: 'paid', priority: 100, amount: amount('5') },
      asked: { amount: amount('5'), currency: 'EUR' },
      provider: 'stripe',
      by: 'portal',
      expiresAt: later(NOON, HOUR_MS),
    };
    const state = after(created, purchase);
    expect(balanceAt(state, later(NOON, HOUR_MS - 1))).toMatchObject({ pending: amount('5'), purchases: [{ id: 'p1' }] });
    expect(balanceAt(state, later(NOON, HOUR_MS))).toMatchObject({ pending: amount('0'), purchases: [] });
  });

  it('counts a hold as ended from its expiry on, as the next command would', () => {
    const state = after(created, toppedUp(), held(later(NOON, HOUR_MS)));
    expect(shown(state, later(NOON, HOUR_MS - 1))).toEqual([HUNDRED, amount('60'), amount('40')]);
    expect(shown(state, later(NOON, HOUR_MS))).toEqual([HUNDRED, amount('0'), HUNDRED]);
    expect(balanceAt(state, later(NOON, HOUR_MS)).holds).toEqual([]);
    expect(balanceAt(state, later(NOON, HOUR_MS)).grants[0]?.held).toBe(amount('0'));
  });

  it('keeps an expired grant booked until its expiry is posted, and never available', () => {
    const state = after(created, toppedUp({ expiresAt: later(NOON, HOUR_MS) }));
    expect(shown(state, later(NOON, HOUR_MS - 1))).toEqual([HUNDRED, amount('0'), HUNDRED]);
    expect(shown(state, later(NOON, HOUR_MS))).toEqual([HUNDRED, amount('0'), amount('0')]);
    const posted = after(created, toppedUp({ expiresAt: later(NOON, HOUR_MS) }), { type: 'Sweep', at: later(NOON, HOUR_MS) });
    expect(shown(posted, later(NOON, HOUR_MS))).toEqual([amount('0'), amount('0'), amount('0')]);
  });

  it('makes a grant available at the moment it begins', () => {
    const state = after(created, toppedUp({ effectiveAt: later(NOON, HOUR_MS) }));
    expect(balanceAt(state, later(NOON, HOUR_MS - 1)).available).toBe(amount('0'));
    expect(balanceAt(state, later(NOON, HOUR_MS)).available).toBe(HUNDRED);
  });

  it('says what each limit means and whether it is reached', () => {
    const before = balanceAt(after(created), NOON).limits;
    expect(before.map(({ threshold, reached }) => [threshold, reached])).toEqual([
      [amount('50'), true],
      [undefined, false],
    ]);
    const low = balanceAt(after(created, toppedUp(), { type: 'Deduct', at: NOON, amount: amount('50'), reason: 'test' }), NOON).limits;
    expect(low.map(({ threshold, reached }) => [threshold, reached])).toEqual([
      [amount('50'), true],
      [amount('50'), true],
    ]);
  });

  it('has nothing available once it is closed', () => {
    const state = after(created, toppedUp(), { type: 'Close', at: NOON, reason: 'left' });
    expect(shown(state, NOON)).toEqual([amount('0'), amount('0'), amount('0')]);
  });
});
