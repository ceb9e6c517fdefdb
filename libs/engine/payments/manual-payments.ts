/** The provider for a company that collects the money itself: staff, or another system, confirms by our own API. */
import { type Amount, formatAmount, type Instant } from '@drawdown/domain/amounts';
import type { Confirmation, PaymentFailure, PaymentNotification, PaymentProvider, PurchaseToStart, StartOutcome } from './payment-provider';

/** Stored with every purchase that is paid so, for ever. */
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
  /** Of the payment, as whoever confirms it knows it: a transfer, a receipt. In one wallet, the same is the same payment. */
  readonly reference: string;
  readonly at: Instant;
}

/** What the API's own confirmation says, in the words of the port. */
export const confirmedByHand = (by: ByHand, paid: { readonly amount: Amount; readonly currency: string }): Confirmation => ({
  outcome: 'confirmed',
  // What was mistyped can be told again as it was: as another event, of which one at most is credited.
  ...about(by, `${formatAmount(paid.amount)} ${paid.currency}`),
  paid,
});

export const failedByHand = (by: ByHand, reason: PaymentFailure['reason']): PaymentFailure => ({
  outcome: 'failed',
  ...about(by, reason),
  reason,
});

const about = ({ purchaseId, customerId, reference, at }: ByHand, said: string) => ({
  provider: MANUAL,
  // What was told of the wrong purchase can be told of the right one.
  eventId: `${purchaseId}:${reference}:${said}`,
  purchaseId,
  customerId,
  reference,
  happenedAt: at,
});
