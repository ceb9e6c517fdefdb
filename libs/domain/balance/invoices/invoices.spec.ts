import { later } from '@drawdown/domain/amounts';
import { type BalanceCommand, decide, evolve } from '../balance';
import { type BalanceEvent, balanceEvents } from '../events';
import { GRANTS_MAX } from '../grants/grant';
import { REVERSED_PAYMENTS_MAX } from './invoice-payments';
import { PAYMENT_TERMS_CHARS_MAX } from './invoices';
import type { Balance } from '../state';
import {
  absolute,
  accrued,
  after,
  afterwards,
  closed,
  created,
  given,
  held,
  NOON,
  paid,
  past,
  paused,
  pay,
  resumed,
  reverse,
  swept,
  toppedUp,
  topUp,
  units,
  use,
  voided,
} from '../model/drawdown.fixtures';

const inMs = (ms: number) => later(NOON, ms);

describe('paying an invoice', () => {
  it('takes the credits, to the last one', () =>
    given(toppedUp(60)).when(pay(60)).then('paid i1:60 of 60 for inv_1 out of g1:60 -> 0', 'ran out -> 0'));

  it('pays what it can and says what is still due', () => {
    given(toppedUp('59.99')).when(pay(60)).then('paid i1:59.99 of 60 for inv_1 out of g1:59.99, 0.01 remaining -> 0', 'ran out -> 0');
    given(toppedUp('60.01')).when(pay(60)).then('paid i1:60 of 60 for inv_1 out of g1:60 -> 0.01');
  });

  it.each([
    ['0.019999999', 2, '0.01', '0.009999999'],
    ['0.02', 2, '0.02', '0'],
    ['1.999999999', 0, '1', '0.999999999'],
    ['0.0019', 3, '0.001', '0.0009'],
    ['0.000000001', 9, '0.000000001', '0'],
  ])('takes of %s, with %i digits in the minor unit, %s', (there, minorUnitDigits, amount, left) => {
    const { events, state } = given(toppedUp(there)).when(pay(5, { minorUnitDigits }));
    expect(events[0]).toMatchObject({ type: 'InvoicePaid', amount: units(amount), figures: { booked: units(left) } });
    expect(state.totals.paid).toBe(units(amount));
  });

  it('does nothing where not one minor unit is there, by the unit', () => {
    given(toppedUp('0.009999999')).when(pay(5)).then();
    given(toppedUp('0.01')).when(pay(5)).then('paid i1:0.01 of 5 for inv_1 out of g1:0.01, 4.99 remaining -> 0', 'ran out -> 0');
  });

  it('with nothing due and nothing waiting does nothing, and leaves ended holds as they are', () => {
    given(toppedUp(5)).when(pay(0)).then();
    given(toppedUp(5), held(5, inMs(1)))
      .when(after(2, pay(0)))
      .then();
  });

  it('takes grants in burn-down order, and only what is eligible and not held', () =>
    given(
      toppedUp(10),
      toppedUp(4, { origin: 'free' }),
      toppedUp(8, { expiresAt: inMs(9) }),
      toppedUp(7, { effectiveAt: inMs(9) }),
      held(3),
    )
      .when(pay(100))
      .then(
        'paid i1:19 of 100 for inv_1 out of g3:5 g2:4 g1:10, 81 remaining -> 10 booked, 3 held, 0 available',
        'ran out -> 10 booked, 3 held, 0 available',
      ));

  it('keeps the terms of every grant that it took from', () => {
    const terms = { expiresAt: inMs(9), reference: 'pay_1', metadata: { a: 'b' }, costBasis: { amount: units(9), currency: 'EUR' } };
    const { events } = given(toppedUp(10, terms), toppedUp(5)).when(pay(3));
    expect(events[0]).toMatchObject({ terms: [{ ...terms, id: 'g1', amount: units(10) }] });
    expect(Object.keys(events[0]?.type === 'InvoicePaid' ? events[0].terms[0]! : {})).not.toContain('remaining');
  });

  it('is refused while paused, and works again afterwards', () => {
    given(toppedUp(5), paused()).when(pay(5)).thenRefused('balance_paused');
    given(toppedUp(5), paused(), resumed()).when(pay(4)).then('paid i1:4 of 4 for inv_1 out of g1:4 -> 1');
  });

  it('asks for what can be paid: whole minor units, not below zero', () => {
    given(toppedUp(5)).when(pay('0.01')).then('paid i1:0.01 of 0.01 for inv_1 out of g1:0.01 -> 4.99');
    given(toppedUp(5)).when(pay('0.010000001')).thenRefused('not_whole_minor_units');
    given(toppedUp(5))
      .when(pay('0.01', { minorUnitDigits: 1 }))
      .thenRefused('not_whole_minor_units');
    given(toppedUp(5)).when(pay('-0.01')).thenRefused('amount_negative');
    given(toppedUp(5), accrued(1))
      .when(pay(1, { billed: units('-0.000000001') }))
      .thenRefused('amount_negative');
  });

  it('with digits that no currency has is a bug', () => expect(() => given().when(pay(1, { minorUnitDigits: 10 }))).toThrow(RangeError));

  it('warns like every debit', () =>
    given(created({ limits: [absolute('warning', 5)] }), toppedUp(10))
      .when(pay(5))
      .then('paid i1:5 of 5 for inv_1 out of g1:5 -> 5', 'low on warning at 5 -> 5'));

  it('counts its payments, so that each has an id of its own', () =>
    given(toppedUp(9), paid(2), paid(2)).when(pay(2)).then('paid i3:2 of 2 for inv_1 out of g1:2 -> 3'));
});

describe('usage that waits', () => {
  it('is billed by the invoice: all of it, or as much as is due', () => {
    given(toppedUp(10), accrued(4)).when(pay(5)).then('paid i1:5 of 5 for inv_1 out of g1:5, 4 billed -> 5');
    given(toppedUp(10), accrued(4)).when(pay(3)).then('paid i1:3 of 3 for inv_1 out of g1:3, 3 billed -> 7, 1 unbilled');
  });

  it('is billed as the invoice says, up to what waits', () => {
    const balance = given(toppedUp(10), accrued(4));
    balance.when(pay(5, { billed: units('1.5') })).then('paid i1:5 of 5 for inv_1 out of g1:5, 1.5 billed -> 5, 2.5 unbilled');
    balance.when(pay(5, { billed: units(0) })).then('paid i1:5 of 5 for inv_1 out of g1:5 -> 5, 4 unbilled');
    balance.when(pay(5, { billed: units(4) })).then('paid i1:5 of 5 for inv_1 out of g1:5, 4 billed -> 5');
    balance.when(pay(5, { billed: units('4.000000001') })).thenRefused('billed_exceeds_unbilled');
  });

  it('goes on waiting where something is due and not one minor unit is there to pay it with', () => {
    given(accrued(4)).when(pay(5)).then();
    given(toppedUp('0.009999999'), accrued(4))
      .when(pay(5, { billed: units(1) }))
      .then();
    given(toppedUp('0.01'), accrued(4)).when(pay(5)).then('paid i1:0.01 of 5 for inv_1 out of g1:0.01, 4.99 remaining, 4 billed -> 0');
  });

  it('is billed though nothing is due, where the invoice says how much', () => {
    given(toppedUp(9), accrued(4)).when(pay(0)).then();
    given(accrued(4))
      .when(pay(0, { billed: units(1) }))
      .then('paid i1:0 of 0 for inv_1 out of nothing, 1 billed -> 0, 3 unbilled');
    given(toppedUp(9), accrued(4))
      .when(pay(0, { billed: units(4) }))
      .then('paid i1:0 of 0 for inv_1 out of nothing, 4 billed -> 9');
  });

  it('leaves what is projected as it was when its invoice is paid', () =>
    given(created({ limits: [absolute('warning', 5)] }), toppedUp(10), accrued(4))
      .when(pay(4))
      .then('paid i1:4 of 4 for inv_1 out of g1:4, 4 billed -> 6'));

  it('lets the balance recover when its invoice is paid otherwise', () =>
    given(toppedUp(10), accrued(10))
      .when(pay(0, { billed: units(10) }))
      .then('paid i1:0 of 0 for inv_1 out of nothing, 10 billed -> 10', 'recovered from run_out at 0 -> 10'));
});

describe('a payment taken back', () => {
  const twoGrants = given(toppedUp(10, { origin: 'free' }), toppedUp(10), paid(15));

  it('goes to the very grants, the last taken first', () => {
    twoGrants.when(reverse(twoGrants.events)).then('reversed i1:15 for inv_1 to g2:5 g1:10, g1 again -> 20');
    twoGrants.when(reverse(twoGrants.events, 5)).then('reversed i1:5 for inv_1 to g2:5, 10 remaining -> 10');
    twoGrants.when(reverse(twoGrants.events, '5.01')).then('reversed i1:5.01 for inv_1 to g2:5 g1:0.01, g1 again, 9.99 remaining -> 10.01');
  });

  it('brings back a grant with the terms that it had', () => {
    const terms = { origin: 'free' as const, priority: 7, expiresAt: inMs(99), reference: 'spring', metadata: { a: 'b' } };
    const spent = given(toppedUp(10, terms), paid(10));
    expect(spent.state.grants).toEqual([]);
    const { state } = spent.when(reverse(spent.events, 4));
    expect(state.grants).toEqual([{ ...terms, id: 'g1', amount: units(10), remaining: units(4), held: 0n }]);
    expect(state.totals).toMatchObject({ granted: units(10), paid: units(10), returned: units(4) });
  });

  it('burns in the order it always had', () =>
    given(toppedUp(10, { priority: 1 }), toppedUp(10), past(pay(10)), past(reverse(given(toppedUp(10, { priority: 1 }), paid(10)).events)))
      .when(use(12))
      .then('consumed 12 (12 out of g1:10 g2:2) -> 8'));

  it('in parts is never more than was paid, by the minor unit', () => {
    const parts = given(
      toppedUp(10, { origin: 'free' }),
      toppedUp(10),
      paid(15),
      past(reverse(twoGrants.events, 6)),
      past(reverse(twoGrants.events, 8)),
    );
    parts.when(reverse(twoGrants.events, '1.01')).thenRefused('reversal_exceeds_payment', { left: units(1), requested: units('1.01') });
    parts.when(reverse(twoGrants.events, 1)).then('reversed i1:1 for inv_1 to g1:1 -> 20');
    parts.when(reverse(twoGrants.events)).then('reversed i1:1 for inv_1 to g1:1 -> 20');
    given(toppedUp(10, { origin: 'free' }), toppedUp(10), paid(15), past(reverse(twoGrants.events)))
      .when(reverse(twoGrants.events, '0.01'))
      .thenRefused('nothing_to_reverse');
  });

  it('is asked for in whole minor units above zero', () => {
    twoGrants.when(reverse(twoGrants.events, '0.011')).thenRefused('not_whole_minor_units');
    twoGrants.when(reverse(twoGrants.events, 0)).thenRefused('amount_not_positive');
    twoGrants.when(reverse(twoGrants.events, '0.01')).then('reversed i1:0.01 for inv_1 to g2:0.01, 14.99 remaining -> 5.01');
  });

  it('has its reason', () =>
    expect(twoGrants.when(reverse(twoGrants.events, 1, 'cancelled')).events).toMatchObject([{ reason: 'cancelled', invoiceId: 'inv_1' }]));

  it('that took nothing has nothing to give', () => {
    const settled = given(accrued(4), paid(0, { billed: units(4) }));
    settled.when(reverse(settled.events)).thenRefused('nothing_to_reverse', { paid: units(0) });
  });

  it('leaves the usage billed that the invoice billed', () => {
    const billed = given(toppedUp(10), accrued(4), paid(4));
    billed.when(reverse(billed.events)).then('reversed i1:4 for inv_1 to g1:4 -> 10');
  });

  it('expires at once where its grant has expired, by a millisecond', () => {
    const expiring = given(toppedUp(10, { expiresAt: inMs(5) }), toppedUp(1), paid(10));
    expiring.when(after(4, reverse(expiring.events))).then('reversed i1:10 for inv_1 to g1:10, g1 again -> 11');
    expiring
      .when(after(5, reverse(expiring.events)))
      .then('reversed i1:10 for inv_1 to g1:10, g1 again -> 11 booked, 0 held, 1 available', 'expired g1:10 -> 1');
    const swept5 = given(toppedUp(10, { expiresAt: inMs(5) }), toppedUp(1), paid(9), afterwards(5, swept()));
    swept5
      .when(after(5, reverse(swept5.events, 2)))
      .then('reversed i1:2 for inv_1 to g1:2, g1 again, 7 remaining -> 3 booked, 0 held, 1 available', 'expired g1:2 -> 1');
  });

  it('works while paused', () => {
    const pausedSince = given(toppedUp(10), paid(4), paused());
    pausedSince.when(reverse(pausedSince.events)).then('reversed i1:4 for inv_1 to g1:4 -> 10');
  });

  it('lets the balance recover', () => {
    const spent = given(toppedUp(10), paid(10));
    spent
      .when(reverse(spent.events, 4))
      .then('reversed i1:4 for inv_1 to g1:4, g1 again, 6 remaining -> 4', 'recovered from run_out at 0 -> 4');
  });

  it('goes back to a grant of which the rest was voided since', () => {
    const voidedSince = given(toppedUp(10), paid(4), voided('g1'));
    voidedSince
      .when(reverse(voidedSince.events))
      .then('reversed i1:4 for inv_1 to g1:4, g1 again -> 4', 'recovered from run_out at 0 -> 4');
  });

  it('is no top-up: percentages still refer to the last one', () => {
    const { events, state } = given(toppedUp(10), paid(4));
    expect(events.length).toBe(3);
    expect(stateAfter(reverse(events), state).lastTopUp).toBe(units(10));
  });

  it('is refused on a balance that is closed, and for good in its next life', () => {
    const ended = given(toppedUp(10), paid(4), closed());
    ended.when(reverse(ended.events)).thenRefused('balance_closed');
    given(toppedUp(10), paid(4), closed(), created(), toppedUp(10)).when(reverse(ended.events)).thenRefused('payment_final');
    given(toppedUp(10), paid(4), closed(), created(), toppedUp(10)).when(pay(1)).then('paid i2:1 of 1 for inv_1 out of g2:1 -> 9');
  });

  it('that was recorded without its grants is a bug', () => {
    const spent = given(toppedUp(10), paid(10));
    const payment = { ...(spent.events.find((event) => event.type === 'InvoicePaid') ?? never()), terms: [] };
    expect(() => spent.when({ type: 'ReverseInvoicePayment', at: NOON, payment })).toThrow('no terms of grant g1');
  });
});

const never = (): never => {
  throw new Error('nothing was paid');
};

function stateAfter(command: BalanceCommand, state: Balance): Balance {
  const decision = decide(command, state);
  if (!decision.accepted) throw new Error(decision.refusal.code);
  return decision.events.reduce(evolve, state);
}
const eventOf = (command: BalanceCommand, state: Balance): BalanceEvent => {
  const decision = decide(command, state);
  return (decision.accepted && decision.events[0]) || never();
};

describe('the bounds', () => {
  const open = given(toppedUp(1_000_000)).state;
  const payReverse = (state: Balance): readonly [Balance, BalanceEvent] => {
    const payment = eventOf(pay(1), state);
    return [stateAfter(reverse([payment], '0.99'), evolve(state, payment)), payment];
  };

  it('of what is remembered of reversals: the oldest payment becomes final, the next one not', () => {
    let state = open;
    const payments: BalanceEvent[] = [];
    for (let i = 0; i <= REVERSED_PAYMENTS_MAX; i++) {
      const [after, payment] = payReverse(state);
      state = after;
      payments.push(payment);
    }
    expect(state.invoicePayments).toMatchObject({ count: REVERSED_PAYMENTS_MAX + 1, finalUpTo: 1 });
    expect(state.invoicePayments?.reversed).toHaveLength(REVERSED_PAYMENTS_MAX);
    expect(decide(reverse([payments[0]!], '0.01'), state)).toEqual({
      accepted: false,
      refusal: { code: 'payment_final', paymentId: 'i1' },
    });
    expect(decide(reverse([payments[1]!], '0.01'), state)).toMatchObject({ accepted: true });
  });

  it('of grants: no reversal brings back more than there may be', () => {
    const first = given(toppedUp(1), paid(1));
    let { state } = first;
    for (let i = 0; i < GRANTS_MAX - 1; i++) state = stateAfter(topUp(1), state);
    const roomy = state;
    state = stateAfter(topUp(1), state);
    expect(decide(reverse(first.events), state)).toEqual({ accepted: false, refusal: { code: 'too_many_grants', max: GRANTS_MAX } });
    expect(stateAfter(reverse(first.events), roomy).grants).toHaveLength(GRANTS_MAX);
  });

  it('of what one append carries: a payment out of as many grants as there may be, and of as much metadata', () => {
    const APPEND_BYTES = 960 * 1024;
    const written = (event: BalanceEvent) =>
      Buffer.byteLength((balanceEvents[event.type] as { write(value: unknown): string }).write(event));
    const full = (metadata: Readonly<Record<string, string>>): Balance => {
      let { state } = given();
      for (let i = 0; i < GRANTS_MAX; i++) state = stateAfter(topUp(1, { metadata, reference: 'p'.repeat(20) }), state);
      return state;
    };
    const plain = eventOf(pay(GRANTS_MAX), full({}));
    expect(plain).toMatchObject({ amount: units(GRANTS_MAX) });
    const names = Array.from({ length: 20 }, (_, i) => [`n${i}`, '\u20ac'.repeat(512)] as const);
    const state = full(Object.fromEntries(names));
    const heavy = eventOf(pay(GRANTS_MAX), state);
    expect(heavy.type === 'InvoicePaid' ? heavy.terms.length : 0).toBeGreaterThan(10);
    expect(heavy).toMatchObject({ amount: units(Math.floor(PAYMENT_TERMS_CHARS_MAX / balanceText(heavy))) });
    expect(Math.max(written(plain), written(heavy))).toBeLessThan(APPEND_BYTES * 0.75);
    expect(written(eventOf(reverse([heavy]), evolve(state, heavy)))).toBeLessThan(APPEND_BYTES * 0.75);
  });
});

/** Characters of one grant's terms in a payment. */
const balanceText = (event: BalanceEvent): number =>
  event.type === 'InvoicePaid' ? balanceEvents.InvoicePaid.fields.terms.write(event.terms.slice(0, 1)).length - 2 : NaN;
