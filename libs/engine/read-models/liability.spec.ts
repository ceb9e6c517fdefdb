import { type Amount, amount, formatAmount, type Instant, later, sum } from '@drawdown/domain/amounts';
import { type Balance, type BalanceCommand, type BalanceEvent, bookedOf, decide, evolve, initialBalance } from '@drawdown/domain/balance';
import fc from 'fast-check';
import { histories, SEED } from '../../domain/balance/model/command-sequences.fixtures';
import { balanceAt } from './balance-at';
import { type Liability, LiabilityReport } from './liability';
import { NOON, HOUR_MS } from '../../domain/amounts/amounts.fixtures';

const RUNS = 300;
const ORIGINS = ['paid', 'free'] as const;

/** What these commands cause; those that are refused cause nothing. */
function lived(commands: readonly BalanceCommand[], currency = 'EUR'): readonly BalanceEvent[] {
  let state: Balance = initialBalance;
  return commands.flatMap((command) => {
    const decision = decide(command.type === 'Create' ? { ...command, currency } : command, state);
    if (!decision.accepted) return [];
    state = decision.events.reduce(evolve, state);
    return decision.events;
  });
}
const create: BalanceCommand = { type: 'Create', at: NOON, customerId: 'ada', limits: [] };
const topUp = (origin: 'paid' | 'free', text: string, expiresAt?: Instant): BalanceCommand => ({
  type: 'TopUp',
  at: NOON,
  grant: { origin, priority: 100, amount: amount(text), ...(expiresAt !== undefined && { expiresAt }) },
});
const deduct = (text: string, at = NOON): BalanceCommand => ({ type: 'Deduct', at, amount: amount(text), reason: 'r' });

function reportOf(events: readonly BalanceEvent[], asOf = later(NOON, 100 * HOUR_MS)): LiabilityReport {
  const report = new LiabilityReport(asOf);
  for (const event of events) report.add('wallet-ada', event);
  return report;
}
const only = (report: LiabilityReport) => report.perCurrency()[0]!;
/** Figures that are not zero, as text. */
const figures = (liability: Liability | undefined) =>
  Object.fromEntries(
    Object.entries(liability ?? {}).flatMap(([name, value]: [string, Amount]) => (value === 0n ? [] : [[name, formatAmount(value)]])),
  );

describe('the liability report', () => {
  it('tells paid and free apart, by the grants that were taken', () => {
    // Free is spent before paid.
    const { currency, wallets, paid, free } = only(reportOf(lived([create, topUp('paid', '10'), topUp('free', '4'), deduct('5')])));
    expect([currency, wallets]).toEqual(['EUR', 1]);
    expect(figures(paid)).toEqual({ granted: '10', deducted: '1', outstanding: '9' });
    expect(figures(free)).toEqual({ granted: '4', deducted: '4' });
  });

  it('calls breakage what has expired, and expired but not posted what only waits for its entry', () => {
    const expiresAt = later(NOON, HOUR_MS);
    const held: BalanceCommand = { type: 'PlaceHold', at: NOON, amount: amount('1') };
    const unswept = [create, topUp('paid', '10', expiresAt), held];
    const at = (ms: number, commands = unswept) => figures(only(reportOf(lived(commands), later(NOON, ms))).paid);
    expect(at(HOUR_MS - 1)).toEqual({ granted: '10', outstanding: '10' });
    expect(at(HOUR_MS)).toEqual({ granted: '10', outstanding: '10', expiredUnposted: '9' });
    expect(at(HOUR_MS, [...unswept, { type: 'Sweep', at: expiresAt }])).toEqual({ granted: '10', expired: '9', outstanding: '1' });
  });

  it('takes what an ended hold kept for expired but not posted, whoever posts its end later', () => {
    const hold: BalanceCommand = { type: 'PlaceHold', at: NOON, amount: amount('60'), expiresAt: later(NOON, HOUR_MS * 1.5) };
    const kept = [create, topUp('paid', '100', later(NOON, HOUR_MS)), hold];
    const at = (hours: number, more: readonly BalanceCommand[] = []) =>
      figures(only(reportOf(lived([...kept, ...more]), later(NOON, hours * HOUR_MS))).paid);
    expect(at(1.25)).toEqual({ granted: '100', outstanding: '100', expiredUnposted: '40' });
    expect(at(1.5)).toEqual({ granted: '100', outstanding: '100', expiredUnposted: '100' });
    const capture: BalanceCommand = {
      type: 'CaptureHold',
      at: NOON,
      holdId: 'h1',
      amount: amount('25'),
      keepOpen: true,
      overrun: 'refuse',
    };
    expect(at(1.25, [capture])).toEqual({ granted: '100', captured: '25', outstanding: '75', expiredUnposted: '40' });
    expect(at(2, [capture])).toEqual({ granted: '100', captured: '25', outstanding: '75', expiredUnposted: '75' });
    expect(at(2, [{ type: 'ReleaseHold', at: NOON, holdId: 'h1' }])).toEqual({
      granted: '100',
      outstanding: '100',
      expiredUnposted: '100',
    });
    expect(at(2, [{ type: 'Sweep', at: later(NOON, 3 * HOUR_MS), until: later(NOON, 2 * HOUR_MS) }])).toEqual({
      granted: '100',
      expired: '100',
    });
  });

  it('follows invoices, reversals, voids and the end of a wallet', () => {
    const first = lived([
      create,
      topUp('paid', '10'),
      { type: 'PayInvoice', at: NOON, invoiceId: 'inv', due: amount('10'), minorUnitDigits: 2 },
    ]);
    const payment = first.find((event) => event.type === 'InvoicePaid');
    if (!payment) throw new Error('nothing was paid');
    const state = first.reduce(evolve, initialBalance);
    const then = [
      { type: 'ReverseInvoicePayment', at: NOON, payment, amount: amount('4') },
      { type: 'Close', at: NOON, reason: 'left' },
    ] as const;
    const events = [...first];
    let now = state;
    for (const command of then) {
      const decision = decide(command, now);
      if (!decision.accepted) throw new Error(decision.refusal.code);
      events.push(...decision.events);
      now = decision.events.reduce(evolve, now);
    }
    expect(figures(only(reportOf(events)).paid)).toEqual({ granted: '10', paidToInvoices: '10', returned: '4', closed: '4' });
    const voided = lived([create, topUp('free', '3'), { type: 'VoidTopUp', at: NOON, grantId: 'g1', reason: 'r' }]);
    expect(figures(only(reportOf(voided)).free)).toEqual({ granted: '3', voided: '3' });
  });

  it('counts an event of the moment itself, and none of a later one', () => {
    const events = lived([create, topUp('paid', '10'), deduct('1', later(NOON, 1))]);
    expect(figures(only(reportOf(events, NOON)).paid)).toEqual({ granted: '10', outstanding: '10' });
    expect(figures(only(reportOf(events, later(NOON, 1))).paid)).toEqual({ granted: '10', deducted: '1', outstanding: '9' });
    expect(reportOf(events, later(NOON, -1)).perCurrency()).toEqual([]);
  });

  it('adds wallets of one currency, keeps currencies apart, and forgets a wallet that is finished', () => {
    const report = new LiabilityReport(NOON);
    for (const [wallet, currency] of [
      ['a', 'USD'],
      ['b', 'EUR'],
      ['c', 'EUR'],
    ] as const) {
      for (const event of lived([create, topUp('paid', '2')], currency)) report.add(wallet, event);
      report.finish(wallet);
      report.finish('wallet-of-nobody');
    }
    expect(report.perCurrency().map(({ currency, wallets, paid }) => [currency, wallets, formatAmount(paid.outstanding)])).toEqual([
      ['EUR', 2, '4'],
      ['USD', 1, '2'],
    ]);
  });

  it('counts a wallet that was closed and opened again once', () => {
    const events = lived([create, topUp('paid', '2'), { type: 'Close', at: NOON, reason: 'r' }, create, topUp('paid', '3')]);
    expect(only(reportOf(events))).toMatchObject({ wallets: 1, paid: { outstanding: amount('3'), closed: amount('2') } });
  });

  it('reads wallets only, and from their beginning', () => {
    const [created, toppedUp] = lived([create, topUp('paid', '2')]);
    expect(() => reportOf([toppedUp!])).toThrow('begins with ToppedUp');
    expect(() => reportOf([{ ...created!, currency: undefined } as never])).toThrow('it is no wallet');
    const [, , deducted] = lived([create, topUp('paid', '2'), deduct('1')]);
    expect(() => reportOf([created!, deducted!])).toThrow('never granted');
  });
});

describe('over all histories, at any cut', () => {
  const books = fc.tuple(fc.array(histories, { minLength: 1, maxLength: 3 }), fc.nat(60), fc.boolean());
  const moved = new Set<string>();

  it('it adds up to the balances, origin by origin, and to their totals', () => {
    fc.assert(
      fc.property(books, ([lives, cut, mixed]) => {
        const asOf = later(NOON, cut - 5);
        const report = new LiabilityReport(asOf);
        const streams = lives.map((commands) => lived(commands));
        const longest = Math.max(...streams.map(({ length }) => length));
        // As in the log, or one stream after another.
        if (mixed)
          for (let i = 0; i < longest; i++)
            streams.forEach((events, n) => {
              for (const event of events.slice(i, i + 1)) report.add(`${n}`, event);
            });
        else
          streams.forEach((events, n) => {
            for (const event of events) report.add(`${n}`, event);
            report.finish(`${n}`);
          });
        const balances = streams.map((events) => knownAt(events, asOf));
        const [euro] = report.perCurrency();
        if (!euro) return expect(balances.every(({ status }) => status === 'none')).toBe(true);
        expect(euro.wallets).toBe(balances.filter(({ status }) => status !== 'none').length);
        for (const origin of ORIGINS) {
          // A hold whose end has come keeps nothing, whether or not that was posted.
          const grants = balances.flatMap((grant) => balanceAt(grant, asOf).grants).filter((grant) => grant.origin === origin);
          expect(euro[origin].outstanding).toBe(bookedOf(grants));
          const ended = grants.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= asOf);
          expect(euro[origin].expiredUnposted).toBe(sum(ended.map((grant) => grant.remaining)) - sum(ended.map((grant) => grant.held)));
          const { granted, returned, outstanding, expiredUnposted: _, ...taken } = euro[origin];
          expect(granted + returned - sum(Object.values(taken))).toBe(outstanding);
          for (const [name, value] of Object.entries(euro[origin])) {
            expect(value >= 0n).toBe(true);
            if (value > 0n) moved.add(name);
          }
        }
        const together = (name: keyof Liability) => euro.paid[name] + euro.free[name];
        const total = (name: keyof Balance['totals']) => sum(balances.map(({ totals }) => totals[name]));
        for (const name of ['granted', 'returned', 'consumed', 'captured', 'deducted', 'expired', 'voided', 'closed'] as const)
          expect(together(name)).toBe(total(name));
        expect(together('paidToInvoices')).toBe(total('paid'));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('the histories move every figure', () => expect([...moved].sort()).toEqual(Object.keys(only(reportOf(lived([create]))).paid).sort()));
});

/** The balance as far as the moment: what its stream says before the first later event. */
function knownAt(events: readonly BalanceEvent[], asOf: Instant): Balance {
  const later = events.findIndex(({ at }) => at > asOf);
  return (later < 0 ? events : events.slice(0, later)).reduce(evolve, initialBalance);
}
