/**
 * The events of an auto top-up: one for every decision, the decision not to act included. Type names and field names are
 * stored forever: add, never rename.
 */
import { shape } from '@drawdown/domain/decider';
import { policy } from './policy';

const at = shape.instant;

/** Of the wallet, in its currency, when it was looked at. */
const figures = shape.record({ available: shape.amount, projected: shape.amount, pending: shape.amount });
export type Figures = shape.TypeOf<typeof figures>;

/**
 * What makes a purchase impossible, or wrong, whatever the customer would pay: no failure of a payment. The account and the wallet
 * say so, and the auto top-up waits.
 */
export const OBSTACLES = ['wallet_paused', 'wallets_disabled', 'no_credit_price', 'too_many_purchases'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/** In order of precedence. */
export const skippedReason = shape.oneOf(
  'disabled',
  'suspended',
  'in_flight',
  'not_needed',
  'not_due',
  'target_reached',
  ...OBSTACLES,
  'backing_off',
  'cooling_down',
  'maximum_count',
  'maximum_money',
);
export type SkippedReason = shape.TypeOf<typeof skippedReason>;

export const autoTopUpEvents = {
  AutoTopUpConfigured: shape.record({
    at,
    customerId: shape.text,
    currency: shape.text,
    policy,
    /** When a schedule is due first. */
    nextDueAt: shape.maybe(at),
    actor: shape.maybe(shape.text),
  }),
  AutoTopUpDisabled: shape.record({ at, reason: shape.maybe(shape.text), actor: shape.maybe(shape.text) }),
  /** A person lets it try again, after a suspension or before a back-off has ended. */
  AutoTopUpResumed: shape.record({ at, reason: shape.maybe(shape.text), actor: shape.maybe(shape.text) }),
  /** Decided: a purchase of this amount is to be started. It is in flight from here on, before its start. */
  AutoTopUpRequested: shape.record({
    at,
    /** `a1`, `a2`, ... unique within its customer forever. */
    requestId: shape.text,
    amount: shape.amount,
    cause: shape.oneOf('threshold', 'schedule'),
    figures,
    nextDueAt: shape.maybe(at),
  }),
  /** Considered, and not requested. Recorded once for each reason, until something else happens or the next look moves. */
  AutoTopUpSkipped: shape.record({
    at,
    reason: skippedReason,
    figures,
    /** When it will be looked at again by itself. */
    considerAt: shape.maybe(at),
    nextDueAt: shape.maybe(at),
  }),
  /** The wallet or the account refused the purchase, so nobody was asked for money. It is no failed payment. */
  AutoTopUpWithdrawn: shape.record({ at, requestId: shape.text, reason: shape.text, considerAt: at }),
  AutoTopUpStarted: shape.record({ at, requestId: shape.text, purchaseId: shape.text }),
  AutoTopUpSucceeded: shape.record({
    at,
    requestId: shape.text,
    amount: shape.amount,
    /** It had been taken for declined or expired. Paid is paid. */
    late: shape.maybe(shape.flag),
    nextDueAt: shape.maybe(at),
  }),
  /** `failures`: in a row, this one included. `retryAt` is absent on the one that suspends. */
  AutoTopUpDeclined: shape.record({
    at,
    requestId: shape.text,
    reason: shape.text,
    failures: shape.integer,
    retryAt: shape.maybe(at),
  }),
  AutoTopUpExpired: shape.record({ at, requestId: shape.text, failures: shape.integer, retryAt: shape.maybe(at) }),
  /** Nothing more is asked for until a person resumes it. Without a reason: too many failures in a row. */
  AutoTopUpSuspended: shape.record({
    at,
    failures: shape.integer,
    reason: shape.maybe(shape.text),
    actor: shape.maybe(shape.text),
  }),
} as const;

export type AutoTopUpEvent = {
  [T in keyof typeof autoTopUpEvents]: { readonly type: T } & shape.TypeOf<(typeof autoTopUpEvents)[T]>;
}[keyof typeof autoTopUpEvents];

export type EventOf<T extends AutoTopUpEvent['type']> = Extract<AutoTopUpEvent, { type: T }>;
