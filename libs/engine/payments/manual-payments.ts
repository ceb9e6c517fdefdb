/** The provider for a company that collects the money itself: staff, or another system, confirms by our own API. */
import { formatAmount, type Instant } from '@drawdown/domain/amounts';
import { optional } from '@drawdown/domain/decider';
import type { Confirmation, PaymentFailure, PaymentNotification, PaymentProvider, PurchaseToStart, StartOutcome } from './payment-provider';

/** Stored with every purchase that is paid so, forever. */
export const MANUAL = 'manual';

export class ManualPayments implements PaymentProvider {
  readonly name = MANUAL;

  /** Nothing happens anywhere: the purchase waits until somebody confirms it. */
  start({ purchaseId }: PurchaseToStart): Promise<StartOutcome> {
    return Promise.resolve({ outcome: 'started', reference: purchaseId });
  }

  /** Nobody sends anything by itself: what comes here unsigned must not confirm a payment. */
  readNotice(): PaymentNotification {
    return {
      outcome: 'problem',
      problem: 'not_expected',
      detail: 'payments are confirmed by hand here; confirm the purchase by the API, with a key that may do so',
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface ByHand {
  readonly purchaseId: string;
  readonly customerId: string;
  readonly at: Instant;
  /** The caller's id of what it reports. */
  readonly eventId?: string;
}

/**
 * What the API's own confirmation says, in the words of the port.
 * @param reference of the payment, as the person who confirms it knows it: a transfer, a receipt. In one wallet, the same is the same payment.
 */
export const confirmedByHand = (by: ByHand & { readonly reference: string }, paid: Confirmation['paid']): Confirmation => ({
  outcome: 'confirmed',
  reference: by.reference,
  ...about(by),
  // A mistyped amount or purchase can be corrected: that is another event. At most one of them is credited.
  eventId: by.eventId ?? `${by.purchaseId}:${by.reference}:${formatAmount(paid.amount)} ${paid.currency}`,
  paid,
});

/** A failure that somebody reports. Without an event id it is known by the caller's key alone. */
export type FailureByHand = Omit<PaymentFailure, 'eventId' | 'reference' | 'code'> & {
  readonly eventId?: string;
  readonly code: string;
  readonly reason?: string;
};

export const failedByHand = (by: ByHand, { code, reason }: { readonly code: string; readonly reason?: string }): FailureByHand => ({
  outcome: 'failed',
  ...about(by),
  ...optional('eventId', by.eventId),
  code,
  ...optional('reason', reason),
});

const about = ({ purchaseId, customerId, at }: ByHand) => ({ provider: MANUAL, purchaseId, customerId, happenedAt: at });
