/** One example of every event, with every field that it can have: what the golden files of the aggregates are made of. */
import { amount, type Instant, instant } from '@drawdown/amounts';
import type { BalanceEvent, EventOf } from './events';
import type { Limit } from './limits';

const at: Instant = instant('2026-03-01T12:00:00.123Z');
const soon: Instant = instant('2026-04-01T00:00:00Z');
const figures = {
  booked: amount('60'),
  held: amount('12.5'),
  available: amount('47.5'),
  uncovered: amount('0.000000001'),
};
const grants = [{ id: 'g1', remaining: amount('60'), held: amount('12.5') }];
const after = { at, figures, grants };
const allocation = [{ grant: 'g1', amount: amount('12.5') }];
const terms = {
  id: 'g1',
  origin: 'paid',
  amount: amount('60'),
  priority: 100,
  effectiveAt: at,
  expiresAt: soon,
  costBasis: { amount: amount('9.99'), currency: 'EUR' },
  reference: 'pay_1',
  metadata: { b: '2', a: '1' },
} as const;
const conversion = { credits: amount('6000'), creditPrice: amount('0.01'), priceVersion: 3 };
const euros = (text: string) => ({ amount: amount(text), currency: 'EUR' });
const pending = { ...figures, unbilled: amount('3'), pending: amount('60') };
const { id: _, ...request } = terms;
const warning: Limit = { id: 'warning', kind: 'absolute', value: amount('50') };
const tenth: Limit = { id: 'tenth', kind: 'percent_of_last_top_up', value: amount('10') };

export const EXAMPLES: { readonly [T in BalanceEvent['type']]: Required<EventOf<T>> } = {
  Created: {
    type: 'Created',
    at,
    customerId: 'cus_1',
    currency: 'EUR',
    creditProductId: 'api-calls',
    name: 'API "calls"',
    limits: [warning, tenth],
    figures,
  },
  ToppedUp: {
    type: 'ToppedUp',
    ...after,
    grant: terms,
    conversion,
    purchaseId: 'p1',
  },
  CreditsConsumed: {
    type: 'CreditsConsumed',
    ...after,
    amount: amount('12.5'),
    uncovered: amount('0.000000001'),
    lines: [
      {
        source: 'gateway',
        id: 'evt_1',
        bodyHash: 'c0ffee',
        time: '2026-03-01T13:00:00+01:00',
        amount: amount('12.500000001'),
        uncovered: amount('0.000000001'),
        allocation,
        parts: [
          {
            meter: 'tokens',
            quantity: amount('12500.000001'),
            weight: amount('0.001'),
            weightVersion: 2,
            credits: amount('12.500000001'),
          },
        ],
        alsoCharged: ['images'],
      },
    ],
  },
  UsageAccrued: {
    type: 'UsageAccrued',
    at,
    figures: { ...figures, unbilled: amount('12.500000001') },
    amount: amount('12.500000001'),
    lines: [
      {
        source: 'gateway',
        id: 'evt_1',
        bodyHash: 'c0ffee',
        time: '2026-03-01T13:00:00+01:00',
        amount: amount('12.500000001'),
        parts: [
          {
            meter: 'tokens',
            quantity: amount('12500.000001'),
            weight: amount('0.001'),
            weightVersion: 2,
            credits: amount('12.500000001'),
          },
        ],
        alsoCharged: ['images'],
      },
    ],
  },
  InvoicePaid: {
    type: 'InvoicePaid',
    ...after,
    paymentId: 'i1',
    invoiceId: 'inv_1',
    due: amount('20'),
    amount: amount('12.5'),
    remaining: amount('7.5'),
    minorUnitDigits: 2,
    billed: amount('3.000000001'),
    allocation,
    terms: [terms],
  },
  InvoicePaymentReversed: {
    type: 'InvoicePaymentReversed',
    ...after,
    paymentId: 'i1',
    invoiceId: 'inv_1',
    amount: amount('12.5'),
    remaining: amount('0'),
    returned: allocation,
    restored: [terms],
    reason: 'the invoice was cancelled',
  },
  PurchaseStarted: {
    type: 'PurchaseStarted',
    at,
    figures: pending,
    purchaseId: 'p1',
    grant: request,
    conversion,
    asked: euros('9.99'),
    provider: 'stripe',
    by: 'auto_top_up',
    expiresAt: soon,
  },
  PurchaseSucceeded: {
    type: 'PurchaseSucceeded',
    at,
    figures,
    purchaseId: 'p1',
    paid: euros('9.99'),
    providerEventId: 'evt_1',
    providerPaymentId: 'pi_1',
    grantId: 'g1',
    late: 'expired',
  },
  PurchaseFailed: { type: 'PurchaseFailed', at, figures, purchaseId: 'p1', code: 'card_declined', reason: 'Your card was declined.', providerEventId: 'evt_1' },
  PurchaseExpired: { type: 'PurchaseExpired', at, figures, purchaseId: 'p1', expiresAt: at },
  PurchaseFlagged: {
    type: 'PurchaseFlagged',
    at,
    figures: pending,
    purchaseId: 'p1',
    because: 'other_amount',
    paid: euros('9.98'),
    asked: euros('9.99'),
    providerEventId: 'evt_1',
    providerPaymentId: 'pi_1',
  },
  TopUpVoided: { type: 'TopUpVoided', ...after, grantId: 'g1', amount: amount('47.5'), reason: 'charged back' },
  CreditsDeducted: {
    type: 'CreditsDeducted',
    ...after,
    amount: amount('12.5'),
    reason: 'correction',
    reference: 'ticket_1',
    allocation,
  },
  HoldPlaced: {
    type: 'HoldPlaced',
    ...after,
    holdId: 'h1',
    amount: amount('12.5'),
    allocation,
    expiresAt: soon,
    reference: 'job_1',
  },
  HoldCaptured: {
    type: 'HoldCaptured',
    ...after,
    holdId: 'h1',
    amount: amount('25'),
    captured: allocation,
    overrun: allocation,
    released: allocation,
    remaining: amount('0'),
  },
  HoldReleased: { type: 'HoldReleased', ...after, holdId: 'h1', amount: amount('12.5'), released: allocation },
  HoldExpired: {
    type: 'HoldExpired',
    ...after,
    holdId: 'h1',
    expiresAt: at,
    amount: amount('12.5'),
    released: allocation,
  },
  GrantExpired: { type: 'GrantExpired', ...after, grantId: 'g1', expiresAt: at, amount: amount('12.5') },
  GrantBecameEffective: { type: 'GrantBecameEffective', at, figures, grantId: 'g1', effectiveAt: at },
  LowBalanceReached: { type: 'LowBalanceReached', at, figures, limit: warning, threshold: amount('50') },
  BalanceRanOut: { type: 'BalanceRanOut', at, figures },
  BalanceRecovered: {
    type: 'BalanceRecovered',
    at,
    figures,
    from: 'low_balance',
    limit: tenth,
    threshold: amount('6'),
  },
  LimitsSet: { type: 'LimitsSet', at, figures, limits: [warning, tenth] },
  Paused: { type: 'Paused', at, figures, reason: 'a dispute' },
  Resumed: { type: 'Resumed', at, figures, reason: 'settled' },
  Closed: { type: 'Closed', ...after, reason: 'the customer left', amount: amount('60'), allocation },
};
