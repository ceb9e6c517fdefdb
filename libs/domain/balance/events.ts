/**
 * The events of a balance. Type names and field names are stored for ever: add, never rename.
 * Every event carries the figures after it, so a projection is a copy and not a sum.
 */
import { type Amount, minus, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { allocation, grantFigures, grantTerms, money } from './grants';
import { limit } from './limits';
import { conversion, purchaseRequest } from './purchases';

/** The balance after an event, judged at the event's time. What is `maybe` and absent is zero. */
const figures = shape.record({
  booked: shape.amount,
  held: shape.amount,
  /** What could be spent at the event's time. */
  available: shape.amount,
  /** All usage that ever went uncovered. */
  uncovered: shape.amount,
  /** Usage that waits for its invoice. */
  unbilled: shape.maybe(shape.amount),
  /** What purchases would add that are not confirmed yet. */
  pending: shape.maybe(shape.amount),
});
export type Figures = shape.Of<typeof figures>;

/** Available less what waits for its invoice. May be below zero: that usage has happened, and no balance is touched by it yet. */
export const projectedOf = ({ available, unbilled = ZERO }: Pick<Figures, 'available' | 'unbilled'>): Amount => minus(available, unbilled);

/** One meter's share of one usage event. */
const ratedPart = shape.record({
  meter: shape.text,
  quantity: shape.amount,
  weight: shape.amount,
  weightVersion: shape.integer,
  credits: shape.amount,
});
export type RatedPart = shape.Of<typeof ratedPart>;

const ratedUsage = {
  source: shape.text,
  id: shape.text,
  /** Fingerprint of the event's body: tells a repeat from a conflict. */
  bodyHash: shape.text,
  /** The usage event's own time, as it was given. */
  time: shape.text,
  amount: shape.amount,
  parts: shape.shared(shape.list(ratedPart)),
  /** Other credit products that the same usage event is charged to: a repeat of it completes them and adds no others. */
  alsoCharged: shape.maybe(shape.list(shape.text)),
  /** In a wallet: whose meters rated it. In a credit balance it is that of the balance. */
  creditProductId: shape.maybe(shape.text),
  /** In a wallet: how `amount` was made of the credits of `parts`, at the price in force when the usage happened. */
  conversion: shape.maybe(conversion),
};

/** One usage event that waits for its invoice. */
const accruedLine = shape.record(ratedUsage);
export type AccruedLine = shape.Of<typeof accruedLine>;

/** One usage event in a packed debit. `amount` = `allocation` + `uncovered`. */
const usageLine = shape.record({ ...ratedUsage, uncovered: shape.amount, allocation });
export type UsageLine = shape.Of<typeof usageLine>;

const at = shape.instant;
/** When it was recorded, where that is later than the moment it counts from: whoever posts what is due was late. */
const due = { at, recordedAt: shape.maybe(at) };
const after = { figures, /** Every grant the event touched. */ grants: shape.list(grantFigures) };

export const balanceEvents = {
  Created: shape.record({
    at,
    customerId: shape.text,
    currency: shape.maybe(shape.text),
    creditProductId: shape.maybe(shape.text),
    name: shape.maybe(shape.text),
    limits: shape.list(limit),
    figures,
  }),
  ToppedUp: shape.record({
    at,
    grant: grantTerms,
    conversion: shape.maybe(conversion),
    /** The purchase that it was paid by. */
    purchaseId: shape.maybe(shape.text),
    ...after,
  }),
  CreditsConsumed: shape.record({ at, amount: shape.amount, uncovered: shape.amount, lines: shape.list(usageLine), ...after }),
  /** Usage of meters that are settled by invoice: it takes nothing yet, and lowers what is projected. */
  UsageAccrued: shape.record({ at, amount: shape.amount, lines: shape.list(accruedLine), figures }),
  InvoicePaid: shape.record({
    at,
    /** `i1`, `i2`, ... unique within its balance for ever. */
    paymentId: shape.text,
    /** The account's own. */
    invoiceId: shape.text,
    due: shape.amount,
    /** Taken, in whole minor units. Zero where nothing was due and usage was settled. */
    amount: shape.amount,
    /** Of what is due: to be paid by other means. */
    remaining: shape.amount,
    minorUnitDigits: shape.integer,
    /** Usage that waits no more, because this invoice bills it. */
    billed: shape.amount,
    allocation,
    /** Of the grants it took from, so that a reversal can bring back one that is spent and forgotten. */
    terms: shape.list(grantTerms),
    ...after,
  }),
  InvoicePaymentReversed: shape.record({
    at,
    paymentId: shape.text,
    invoiceId: shape.text,
    amount: shape.amount,
    /** Of the payment: not given back yet. */
    remaining: shape.amount,
    returned: allocation,
    /** Those of the grants that were spent and are there again. */
    restored: shape.list(grantTerms),
    reason: shape.maybe(shape.text),
    ...after,
  }),
  PurchaseStarted: shape.record({ at, purchaseId: shape.text, ...purchaseRequest, figures }),
  /** Money was taken, as asked. The top-up follows in the same append. */
  PurchaseSucceeded: shape.record({
    at,
    purchaseId: shape.text,
    paid: money,
    providerEventId: shape.text,
    providerPaymentId: shape.maybe(shape.text),
    grantId: shape.text,
    /** How the purchase had ended when the money came after all. */
    late: shape.maybe(shape.oneOf('failed', 'expired')),
    figures,
  }),
  PurchaseFailed: shape.record({
    at,
    purchaseId: shape.text,
    /** The provider's, or the account's own. */
    code: shape.text,
    reason: shape.maybe(shape.text),
    providerEventId: shape.maybe(shape.text),
    figures,
  }),
  PurchaseExpired: shape.record({ ...due, purchaseId: shape.text, expiresAt: at, figures }),
  /** Something that a person has to look at, most often money that was taken and not credited. The balance stays as it is. */
  PurchaseFlagged: shape.record({
    at,
    purchaseId: shape.text,
    reason: shape.oneOf(
      'other_currency',
      'other_amount',
      'already_succeeded',
      'failed_after_success',
      'grant_already_expired',
      'purchase_no_longer_tracked',
      'balance_closed',
      'payment_of_other_purchase',
    ),
    /** The purchase that the payment was credited to, where it is another one. */
    creditedTo: shape.maybe(shape.text),
    /** Absent where no money was taken. */
    paid: shape.maybe(money),
    asked: shape.maybe(money),
    providerEventId: shape.maybe(shape.text),
    providerPaymentId: shape.maybe(shape.text),
    figures,
  }),
  /**
   * What was told was known: the money of a purchase that was credited by it, or that there is none where there was none. Nothing
   * follows from it but that it is remembered: told once more, when more has happened, it is not taken for news.
   */
  DuplicateNotification: shape.record({
    at,
    purchaseId: shape.text,
    /** How the purchase had ended. */
    end: shape.oneOf('succeeded', 'failed', 'expired'),
    /** Absent where no money was taken. */
    paid: shape.maybe(money),
    providerEventId: shape.maybe(shape.text),
    providerPaymentId: shape.maybe(shape.text),
    figures,
  }),
  /** What was left of a grant was taken back: a top-up by mistake, or one whose payment was taken back. */
  TopUpVoided: shape.record({ at, grantId: shape.text, amount: shape.amount, reason: shape.text, ...after }),
  CreditsDeducted: shape.record({
    at,
    amount: shape.amount,
    reason: shape.text,
    /** The account's own reference. */
    reference: shape.maybe(shape.text),
    allocation,
    ...after,
  }),
  HoldPlaced: shape.record({
    at,
    holdId: shape.text,
    amount: shape.amount,
    allocation,
    expiresAt: shape.maybe(at),
    reference: shape.maybe(shape.text),
    ...after,
  }),
  HoldCaptured: shape.record({
    at,
    holdId: shape.text,
    /** All that was debited: out of the hold and beyond it. */
    amount: shape.amount,
    captured: allocation,
    /** Taken from available beyond the hold, where the caller allowed it. */
    overrun: allocation,
    /** Given back to its grants because the hold ended here. */
    released: allocation,
    /** What the hold still reserves; zero when it has ended. */
    remaining: shape.amount,
    ...after,
  }),
  HoldReleased: shape.record({ at, holdId: shape.text, amount: shape.amount, released: allocation, ...after }),
  HoldExpired: shape.record({ ...due, holdId: shape.text, expiresAt: at, amount: shape.amount, released: allocation, ...after }),
  GrantExpired: shape.record({ ...due, grantId: shape.text, expiresAt: at, amount: shape.amount, ...after }),
  /** Value will be lost soon. Once for each grant, EXPIRY_WARNING_LEAD_MS ahead. */
  GrantExpiring: shape.record({ ...due, grantId: shape.text, expiresAt: at, /** What is left of it. */ amount: shape.amount, figures }),
  GrantBecameEffective: shape.record({ ...due, grantId: shape.text, effectiveAt: at, figures }),
  LowBalanceReached: shape.record({ ...due, limit, threshold: shape.amount, figures }),
  BalanceRanOut: shape.record({ ...due, figures }),
  BalanceRecovered: shape.record({
    ...due,
    from: shape.oneOf('run_out', 'low_balance'),
    limit: shape.maybe(limit),
    threshold: shape.amount,
    figures,
  }),
  LimitsSet: shape.record({ at, limits: shape.list(limit), figures }),
  Paused: shape.record({ at, reason: shape.maybe(shape.text), figures }),
  Resumed: shape.record({ at, reason: shape.maybe(shape.text), figures }),
  /** `amount` is the residual that was posted out. */
  Closed: shape.record({ at, reason: shape.text, amount: shape.amount, allocation, ...after }),
} as const;

export type BalanceEvent = {
  [T in keyof typeof balanceEvents]: { readonly type: T } & shape.Of<(typeof balanceEvents)[T]>;
}[keyof typeof balanceEvents];

export type EventOf<T extends BalanceEvent['type']> = Extract<BalanceEvent, { type: T }>;

/** What a reversal has to know of a payment. */
export type InvoicePayment = Pick<
  EventOf<'InvoicePaid'>,
  'paymentId' | 'invoiceId' | 'amount' | 'minorUnitDigits' | 'allocation' | 'terms'
>;
