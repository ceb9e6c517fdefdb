/** What happens to purchases. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { due, figures } from '../figures';
import { money } from '../grants/grant';
import { purchaseRequest } from './purchase';

const at = shape.instant;

export const purchaseEvents = {
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
   * A provider said again what the balance knows: that money came which was credited, or that none came where none did. Nothing
   * follows from it. It is recorded so that the same notification, repeated after more has happened, is still known as a repeat.
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
} as const;
