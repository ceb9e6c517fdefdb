import { later } from '@drawdown/domain/amounts';
import { type BalanceCommand, decide, evolve } from './balance';
import { GRANTS_MAX } from './grants/grant';
import { HOLDS_MAX } from './holds/holds';
import { PENDING_PURCHASES_MAX } from './purchases/purchase';
import type { BalanceRefusal } from './refusals';
import type { Balance } from './state';
import {
  absolute,
  accrued,
  after,
  capture,
  close,
  closed,
  confirm,
  create,
  created,
  deduct,
  given,
  givenNothing,
  held,
  hold,
  NOON,
  paid,
  grant,
  past,
  pause,
  paused,
  pay,
  percent,
  purchase,
  purchased,
  release,
  resume,
  reverse,
  setLimits,
  sweep,
  toppedUp,
  topUp,
  UNIT,
  units,
  use,
  voided,
  voidTopUp,
} from './model/drawdown.fixtures';

const inMs = (ms: number) => later(NOON, ms);
/** As many grants and holds as there may be, one of 1 in each; the first hold ends after a millisecond. */
const full: Balance = (() => {
  const { state } = given(toppedUp(2), held(1));
  const all = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, i) => one(i + 1));
  return {
    ...state,
    grantCount: GRANTS_MAX,
    grants: all(GRANTS_MAX, (n) => ({ ...state.grants[0]!, id: `g${n}` })),
    holdCount: HOLDS_MAX,
    holds: all(HOLDS_MAX, (n) => ({
      ...state.holds[0]!,
      id: `h${n}`,
      allocation: [{ grant: `g${n}`, amount: units(1) }],
      ...(n === 1 && { expiresAt: inMs(1) }),
    })),
  };
})();
const onceHalfPaid = given(toppedUp(5), paid(3));
const stateAfter = (command: BalanceCommand, state: Balance): Balance => {
  const decision = decide(command, state);
  return decision.accepted ? decision.events.reduce(evolve, state) : state;
};
const nineLimits = Array.from({ length: 9 }, (_, i) => absolute(`l${i}`, i));

// One way to reach each. A record, so that a new refusal does not compile until a test reaches it.
const REACHED: Readonly<Record<BalanceRefusal['code'], () => void>> = {
  balance_not_found: () => givenNothing().when(topUp(1)).thenRefused('balance_not_found'),
  balance_exists: () => given().when(create()).thenRefused('balance_exists'),
  balance_closed: () => given(closed()).when(deduct(1)).thenRefused('balance_closed'),
  balance_paused: () => given(toppedUp(1), paused()).when(deduct(1)).thenRefused('balance_paused'),
  balance_not_paused: () => given().when(resume()).thenRefused('balance_not_paused'),
  amount_not_positive: () => given(toppedUp(1)).when(deduct(0)).thenRefused('amount_not_positive'),
  amount_negative: () =>
    given()
      .when(pay('-0.01'))
      .thenRefused('amount_negative', { amount: units('-0.01') }),
  not_whole_minor_units: () =>
    given()
      .when(pay('0.011'))
      .thenRefused('not_whole_minor_units', { amount: units('0.011'), minorUnitDigits: 2 }),
  grant_never_effective: () =>
    given()
      .when(topUp(1, { expiresAt: NOON }))
      .thenRefused('grant_never_effective', { expiresAt: NOON }),
  hold_already_expired: () => given(toppedUp(1)).when(hold(1, NOON)).thenRefused('hold_already_expired', { expiresAt: NOON }),
  purchase_not_found: () => given(purchased(1)).when(confirm('p2', 1)).thenRefused('purchase_not_found', { purchaseId: 'p2' }),
  purchase_of_other_provider: () =>
    given(purchased(1))
      .when(confirm('p1', 1, { provider: 'manual' }))
      .thenRefused('purchase_of_other_provider', { purchaseId: 'p1', provider: 'stripe', reportedBy: 'manual' }),
  billed_exceeds_unbilled: () =>
    given(accrued(2))
      .when(pay(5, { billed: units('2.000000001') }))
      .thenRefused('billed_exceeds_unbilled', { unbilled: units(2), billed: units('2.000000001') }),
  payment_not_found: () => given(toppedUp(5)).when(reverse(onceHalfPaid.events)).thenRefused('payment_not_found', { paymentId: 'i1' }),
  payment_final: () =>
    given(toppedUp(5), paid(3), closed(), created()).when(reverse(onceHalfPaid.events)).thenRefused('payment_final', { paymentId: 'i1' }),
  nothing_to_reverse: () =>
    given(toppedUp(5), paid(3), past(reverse(onceHalfPaid.events)))
      .when(reverse(onceHalfPaid.events))
      .thenRefused('nothing_to_reverse', { paymentId: 'i1', paid: units(3) }),
  reversal_exceeds_payment: () =>
    onceHalfPaid
      .when(reverse(onceHalfPaid.events, '3.01'))
      .thenRefused('reversal_exceeds_payment', { left: units(3), requested: units('3.01') }),
  too_many_grants: () => expect(decide(topUp(1), full)).toEqual({ accepted: false, refusal: { code: 'too_many_grants', max: GRANTS_MAX } }),
  purchase_already_expired: () =>
    given()
      .when(purchase(1, { expiresAt: NOON }))
      .thenRefused('purchase_already_expired', { expiresAt: NOON }),
  too_many_purchases: () =>
    given(...Array.from({ length: PENDING_PURCHASES_MAX }, () => purchased(1)))
      .when(purchase(1))
      .thenRefused('too_many_purchases', { max: PENDING_PURCHASES_MAX }),
  too_many_holds: () => expect(decide(hold(1), full)).toEqual({ accepted: false, refusal: { code: 'too_many_holds', max: HOLDS_MAX } }),
  too_many_limits: () =>
    given()
      .when(setLimits(...nineLimits))
      .thenRefused('too_many_limits', { max: 8 }),
  duplicate_limit: () =>
    given()
      .when(setLimits(absolute('a', 1), percent('a', 1)))
      .thenRefused('duplicate_limit', { limitId: 'a' }),
  limit_out_of_range: () =>
    given()
      .when(setLimits(percent('a', 101)))
      .thenRefused('limit_out_of_range', { limitId: 'a' }),
  grant_not_found: () => given(toppedUp(1)).when(voidTopUp('g2')).thenRefused('grant_not_found', { grantId: 'g2' }),
  grant_held: () =>
    given(toppedUp(5), held(2))
      .when(voidTopUp('g1'))
      .thenRefused('grant_held', { grantId: 'g1', held: units(2) }),
  nothing_to_void: () => given(toppedUp(1), voided('g1')).when(voidTopUp('g1')).thenRefused('nothing_to_void', { grantId: 'g1' }),
  hold_not_open: () => given(toppedUp(1)).when(release('h1')).thenRefused('hold_not_open', { holdId: 'h1' }),
  capture_exceeds_hold: () =>
    given(toppedUp(5), held(2))
      .when(capture('h1', 3))
      .thenRefused('capture_exceeds_hold', { held: units(2), requested: units(3) }),
  holds_open: () => given(toppedUp(5), held(2), held(1)).when(close()).thenRefused('holds_open', { holds: 2 }),
  purchases_pending: () => given(purchased(1), purchased(1)).when(close()).thenRefused('purchases_pending', { purchases: 2 }),
  usage_unbilled: () =>
    given(toppedUp(5), accrued(2))
      .when(close())
      .thenRefused('usage_unbilled', { unbilled: units(2) }),
  insufficient_credits: () =>
    given(toppedUp(5), held(2))
      .when(deduct(4))
      .thenRefused('insufficient_credits', { available: units(3), requested: units(4) }),
};

describe('a refusal', () => {
  it.each(Object.entries(REACHED))('%s is reached', (_, reach) => reach());

  it('of a command on nothing is always the same', () => {
    const commands = [
      topUp(0),
      use(1),
      deduct(0),
      hold(0),
      capture('h1', 0),
      release('h1'),
      setLimits(...nineLimits),
      pause(),
      resume(),
      close(),
      sweep(),
    ];
    for (const command of commands) givenNothing().when(command).thenRefused('balance_not_found');
  });

  it('of an overrun tells what is available and how much more was needed', () =>
    given(toppedUp(5), held(2))
      .when(capture('h1', 6, { overrun: 'from_available' }))
      .thenRefused('insufficient_credits', {
        available: units(3),
        requested: units(4),
      }));

  it('tells what is available at the time of the command', () =>
    given(toppedUp(5, { expiresAt: inMs(1) }), toppedUp(3), held(4, inMs(2)))
      .when(after(2, deduct(4)))
      .thenRefused('insufficient_credits', { available: units(3), requested: units(4) }));
});

describe('of two refusals the first in order is given:', () => {
  const badGrant = grant(1, { expiresAt: NOON });
  it.each<[BalanceRefusal['code'], BalanceRefusal['code'], () => void]>([
    [
      'balance_exists',
      'amount_not_positive',
      () =>
        given()
          .when(create({ startingGrant: grant(0) }))
          .thenRefused('balance_exists'),
    ],
    ['balance_closed', 'amount_not_positive', () => given(closed()).when(topUp(0)).thenRefused('balance_closed')],
    ['balance_closed', 'balance_paused', () => given(paused(), closed()).when(deduct(1)).thenRefused('balance_closed')],
    ['balance_paused', 'amount_not_positive', () => given(paused()).when(hold(0)).thenRefused('balance_paused')],
    [
      'amount_not_positive',
      'grant_never_effective',
      () =>
        given()
          .when(topUp(0, { expiresAt: NOON }))
          .thenRefused('amount_not_positive'),
    ],
    ['amount_not_positive', 'hold_already_expired', () => given().when(hold(0, NOON)).thenRefused('amount_not_positive')],
    ['amount_not_positive', 'hold_not_open', () => given().when(capture('h1', 0)).thenRefused('amount_not_positive')],
    [
      'grant_never_effective',
      'too_many_limits',
      () =>
        givenNothing()
          .when(create({ startingGrant: badGrant, limits: nineLimits }))
          .thenRefused('grant_never_effective'),
    ],
    ['hold_already_expired', 'insufficient_credits', () => given().when(hold(1, NOON)).thenRefused('hold_already_expired')],
    [
      'capture_exceeds_hold',
      'insufficient_credits',
      () => given(toppedUp(1), held(1)).when(capture('h1', 2)).thenRefused('capture_exceeds_hold'),
    ],
  ])('%s before %s', (_, __, proof) => proof());
});

describe('the boundaries of a grant', () => {
  const topUpOf = (rest: Parameters<typeof topUp>[1]) => given().when(topUp(1, rest));

  it('it must expire after the command and after it begins, by a millisecond', () => {
    topUpOf({ expiresAt: NOON }).thenRefused('grant_never_effective');
    topUpOf({ expiresAt: inMs(1) }).then('topped up g1:1 -> 1');
    topUpOf({ effectiveAt: inMs(5), expiresAt: inMs(5) }).thenRefused('grant_never_effective', {
      effectiveAt: inMs(5),
      expiresAt: inMs(5),
    });
    topUpOf({ effectiveAt: inMs(5), expiresAt: inMs(6) }).then('topped up g1:1 -> 1 booked, 0 held, 0 available');
  });

  it('it may be of one unit and not of none', () => {
    expect(given().when(topUp('0.000000001')).state.grants).toMatchObject([{ remaining: UNIT }]);
    given().when(topUp(0)).thenRefused('amount_not_positive');
    given().when(topUp('-0.000000001')).thenRefused('amount_not_positive');
  });

  it('one less than the most is accepted, and a spent grant makes room for another', () => {
    const spent = stateAfter(release('h1'), full);
    const roomy = stateAfter(deduct(2), spent);
    expect(roomy.grants).toHaveLength(GRANTS_MAX - 1);
    expect(stateAfter(topUp(1), roomy).grants).toHaveLength(GRANTS_MAX);
  });

  it('an ended hold makes room for another', () => {
    expect(stateAfter(after(1, hold(1)), full).holds.map((hold) => hold.id)).toEqual(expect.arrayContaining(['h2', `h${HOLDS_MAX + 1}`]));
    expect(stateAfter(after(1, hold(1)), full).holds).toHaveLength(HOLDS_MAX);
  });
});
