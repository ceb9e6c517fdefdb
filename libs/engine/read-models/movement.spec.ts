import { amount, type Instant, later, plus, sum } from '@drawdown/domain/amounts';
import {
  type Balance,
  type BalanceCommand,
  type BalanceEvent,
  balanceEvents,
  decide,
  evolve,
  type InvoicePayment,
  initialBalance,
  type UsageToConsume,
} from '@drawdown/domain/balance';
import { MOVEMENT_TYPES, MOVEMENT_USAGE_LINES_MAX, movementOf, movementTypeOf } from './movement';
import { NOON, HOUR_MS } from '../../domain/amounts/amounts.fixtures';

const used = (id: string, credits: string): UsageToConsume => ({
  source: 'api',
  id,
  bodyHash: 'b',
  time: '2026-03-01T12:00:00Z',
  usedAt: NOON,
  amount: amount(credits),
  parts: [],
});
const grant = (credits: string, times: { readonly effectiveAt?: Instant; readonly expiresAt?: Instant } = {}) =>
  ({ origin: 'free', priority: 100, amount: amount(credits), reference: 'pay-1', ...times }) as const;

const bought = { grant: grant('7'), asked: { amount: amount('7'), currency: 'EUR' }, provider: 'stripe', by: 'portal' } as const;
const creation: BalanceCommand = {
  type: 'Create',
  at: NOON,
  customerId: 'ada',
  limits: [{ id: 'low', kind: 'absolute', value: amount('20') }],
  startingGrant: grant('30'),
};
/** A life in which everything happens that can happen to a balance. */
const life: readonly (BalanceCommand | ((before: readonly BalanceEvent[]) => BalanceCommand))[] = [
  creation,
  { type: 'TopUp', at: NOON, grant: grant('40', { expiresAt: later(NOON, 2 * HOUR_MS) }) },
  { type: 'TopUp', at: NOON, grant: grant('5', { effectiveAt: later(NOON, HOUR_MS) }) },
  { type: 'Consume', at: NOON, lines: [used('a', '1'), used('b', '2.5')] },
  { type: 'Deduct', at: NOON, amount: amount('6.5'), reason: 'correction', reference: 'ticket-7' },
  { type: 'PlaceHold', at: NOON, amount: amount('10'), reference: 'order-1' },
  { type: 'CaptureHold', at: NOON, holdId: 'h1', amount: amount('12'), keepOpen: false, overrun: 'from_available' },
  { type: 'PlaceHold', at: NOON, amount: amount('3') },
  { type: 'ReleaseHold', at: NOON, holdId: 'h2' },
  { type: 'PlaceHold', at: NOON, amount: amount('3'), expiresAt: later(NOON, HOUR_MS) },
  { type: 'SetLimits', at: NOON, limits: [{ id: 'low', kind: 'absolute', value: amount('25') }] },
  { type: 'Pause', at: NOON, reason: 'late payment' },
  { type: 'Resume', at: NOON, reason: 'paid' },
  { type: 'Sweep', at: later(NOON, 2 * HOUR_MS) },
  { type: 'Consume', at: later(NOON, 2 * HOUR_MS), lines: [{ ...used('c', '1000'), usedAt: later(NOON, 2 * HOUR_MS) }] },
  { type: 'TopUp', at: later(NOON, 2 * HOUR_MS), grant: grant('100') },
  { type: 'TopUp', at: later(NOON, 2 * HOUR_MS), grant: grant('20') },
  { type: 'Accrue', at: NOON, lines: [used('d', '1'), used('e', '2.5')] },
  { type: 'VoidTopUp', at: later(NOON, 2 * HOUR_MS), grantId: 'g4', reason: 'charged back' },
  { type: 'PayInvoice', at: later(NOON, 2 * HOUR_MS), invoiceId: 'inv-1', due: amount('30'), minorUnitDigits: 2 },
  (events) => ({
    type: 'ReverseInvoicePayment',
    at: later(NOON, 2 * HOUR_MS),
    payment: paymentIn(events),
    amount: amount('5'),
    reason: 'cancelled',
  }),
  { type: 'StartPurchase', at: later(NOON, 2 * HOUR_MS), ...bought },
  {
    type: 'ConfirmPurchase',
    at: later(NOON, 2 * HOUR_MS),
    purchaseId: 'p1',
    provider: 'stripe',
    providerEventId: 'evt-1',
    paid: { amount: amount('6.99'), currency: 'EUR' },
  },
  {
    type: 'ConfirmPurchase',
    at: later(NOON, 2 * HOUR_MS),
    purchaseId: 'p1',
    provider: 'stripe',
    providerEventId: 'evt-2',
    providerPaymentId: 'pi-1',
    paid: bought.asked,
  },
  {
    type: 'ConfirmPurchase',
    at: later(NOON, 2 * HOUR_MS),
    purchaseId: 'p1',
    provider: 'stripe',
    providerEventId: 'evt-3',
    providerPaymentId: 'pi-1',
    paid: bought.asked,
  },
  { type: 'StartPurchase', at: later(NOON, 2 * HOUR_MS), ...bought },
  { type: 'FailPurchase', at: later(NOON, 2 * HOUR_MS), purchaseId: 'p2', code: 'card_declined' },
  { type: 'StartPurchase', at: later(NOON, 2 * HOUR_MS), ...bought, expiresAt: later(NOON, 2.5 * HOUR_MS) },
  { type: 'Sweep', at: later(NOON, 3 * HOUR_MS) },
  { type: 'TopUp', at: later(NOON, 3 * HOUR_MS), grant: { ...grant('1'), expiresAt: later(NOON, 8 * 24 * HOUR_MS) } },
  { type: 'Sweep', at: later(NOON, 24 * HOUR_MS) },
  { type: 'Close', at: later(NOON, 24 * HOUR_MS), reason: 'left' },
];

function paymentIn(events: readonly BalanceEvent[]): InvoicePayment {
  const paid = events.find((event) => event.type === 'InvoicePaid');
  if (!paid) throw new Error('nothing was paid');
  return paid;
}

function lived(): readonly BalanceEvent[] {
  let state: Balance = initialBalance;
  const events: BalanceEvent[] = [];
  for (const next of life) {
    const command = typeof next === 'function' ? next(events) : next;
    const decision = decide(command, state);
    if (!decision.accepted) throw new Error(`${command.type} was refused: ${decision.refusal.code}`);
    state = decision.events.reduce(evolve, state);
    events.push(...decision.events);
  }
  return events;
}
const events = lived();
const movementOfType = (type: BalanceEvent['type']) => movementOf(events.find((event) => event.type === type)!);

describe('movements', () => {
  it('show every event there is, each as a type of its own', () => {
    const types = new Set(events.map((event) => event.type));
    expect([...types].sort()).toEqual(Object.keys(balanceEvents).sort());
    expect(new Set(events.map(movementTypeOf))).toEqual(new Set(MOVEMENT_TYPES));
    for (const event of events) expect(movementOf(event).type).toBe(movementTypeOf(event));
  });

  it('add up to what is booked after each of them', () => {
    let booked = amount('0');
    for (const event of events) {
      const movement = movementOf(event);
      booked = plus(booked, movement.amount);
      expect([event.type, booked]).toEqual([event.type, movement.figures.booked]);
    }
  });

  it('say what was taken as a negative amount and what was added as a positive one', () => {
    expect(movementOfType('ToppedUp').amount).toBe(amount('30'));
    expect(movementOfType('CreditsDeducted')).toMatchObject({ amount: amount('-6.5'), reason: 'correction', reference: 'ticket-7' });
    expect(movementOfType('CreditsConsumed').amount).toBe(amount('-3.5'));
  });

  it('take nothing for usage that accrues, and say how much of it waits', () => {
    expect(movementOfType('UsageAccrued')).toMatchObject({
      amount: amount('0'),
      unbilled: amount('3.5'),
      usageCount: 2,
      figures: { unbilled: amount('3.5') },
    });
  });

  it('tell what an invoice took and billed, and what of it came back', () => {
    expect(movementOfType('InvoicePaid')).toMatchObject({
      amount: amount('-20'),
      unbilled: amount('-3.5'),
      reference: 'inv-1',
      allocation: [{ grant: 'g5', amount: amount('20') }],
    });
    expect(movementOfType('InvoicePaymentReversed')).toMatchObject({
      amount: amount('5'),
      reference: 'inv-1',
      reason: 'cancelled',
      allocation: [{ grant: 'g5', amount: amount('5') }],
    });
  });

  it('tell of a purchase what became of it, and name it where it is credited', () => {
    expect(movementOfType('PurchaseStarted')).toMatchObject({ amount: amount('0'), purchaseId: 'p1', figures: { pending: amount('7') } });
    expect(movementOfType('PurchaseFlagged')).toMatchObject({ purchaseId: 'p1', reason: 'other_amount' });
    expect(movementOfType('DuplicateNotification')).toMatchObject({
      purchaseId: 'p1',
      reason: 'succeeded',
      reference: 'pi-1',
      amount: amount('0'),
    });
    expect(movementOfType('PurchaseSucceeded')).toMatchObject({ purchaseId: 'p1', grantId: 'g6', reference: 'pi-1', amount: amount('0') });
    expect(movementOf(events.find((event) => event.type === 'ToppedUp' && event.purchaseId !== undefined)!)).toMatchObject({
      amount: amount('7'),
      purchaseId: 'p1',
      reference: 'pi-1',
    });
    expect(movementOfType('PurchaseFailed')).toMatchObject({ purchaseId: 'p2', reason: 'card_declined' });
    expect(movementOfType('PurchaseExpired')).toMatchObject({ purchaseId: 'p3', effectiveAt: later(NOON, 2.5 * HOUR_MS) });
  });

  it('name the grants of a capture once each, overrun included', () => {
    const { allocation = [], holdId } = movementOfType('HoldCaptured');
    expect(holdId).toBe('h1');
    expect(sum(allocation.map((part) => part.amount))).toBe(amount('12'));
    expect(new Set(allocation.map((part) => part.grant)).size).toBe(allocation.length);
  });

  it('count at the time that something was due, not at the time it was posted', () => {
    expect(movementOfType('GrantExpired').effectiveAt).toBe(later(NOON, 2 * HOUR_MS));
    expect(movementOfType('HoldExpired').effectiveAt).toBe(later(NOON, HOUR_MS));
    expect(movementOfType('GrantBecameEffective').effectiveAt).toBe(later(NOON, HOUR_MS));
  });

  it('were recorded at the time of their event, whenever they count', () => {
    for (const event of events)
      expect([event.type, movementOf(event).recordedAt]).toEqual([event.type, 'recordedAt' in event ? event.recordedAt : event.at]);
    expect(movementOfType('GrantBecameEffective').recordedAt).toBe(later(NOON, 2 * HOUR_MS));
  });

  it('list at most a hundred usage events and count all of them', () => {
    const lines = Array.from({ length: MOVEMENT_USAGE_LINES_MAX + 1 }, (_, i) => used(`u${i}`, '0.1'));
    const created = decide(creation, initialBalance);
    const state = created.accepted ? created.events.reduce(evolve, initialBalance) : initialBalance;
    const consumed = decide({ type: 'Consume', at: NOON, lines }, state);
    const movement = movementOf((consumed.accepted && consumed.events[0]) || events[0]!);
    expect(movement.usage).toHaveLength(MOVEMENT_USAGE_LINES_MAX);
    expect(movement.usageCount).toBe(MOVEMENT_USAGE_LINES_MAX + 1);
    expect(movement.allocation).toEqual([{ grant: 'g1', amount: amount('10.1') }]);
  });
});
