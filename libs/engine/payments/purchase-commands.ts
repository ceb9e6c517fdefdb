/** What a provider says, as the command that the wallet of its customer is given. Pure: the wallet decides what follows. */
import type { Instant } from '@drawdown/domain/amounts';
import { optional } from '@drawdown/domain/decider';
import type { BalanceCommand } from '@drawdown/domain/balance';
import type { FailureByHand } from './manual-payments';
import type { Confirmation, PaymentFailure, StartOutcome } from './payment-provider';

type Command<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

export type PurchaseNotification = Confirmation | PaymentFailure | FailureByHand;

export function purchaseCommand(notification: PurchaseNotification, at: Instant): Command<'ConfirmPurchase'> | Command<'FailPurchase'> {
  const { purchaseId } = notification;
  switch (notification.outcome) {
    case 'confirmed':
      return {
        type: 'ConfirmPurchase',
        at,
        purchaseId,
        provider: notification.provider,
        providerEventId: notification.eventId,
        providerPaymentId: notification.reference,
        paid: notification.paid,
      };
    case 'failed':
      return {
        type: 'FailPurchase',
        at,
        purchaseId,
        code: notification.code,
        ...optional('reason', 'reason' in notification ? notification.reason : undefined),
        ...optional('providerEventId', notification.eventId),
      };
  }
}

/** The provider will never take this purchase, so nobody has to wait for its end. */
export const refusedStart = (
  purchaseId: string,
  { reason: code, detail: reason }: Extract<StartOutcome, { outcome: 'refused' }>,
  at: Instant,
): Command<'FailPurchase'> => ({ type: 'FailPurchase', at, purchaseId, code, reason });
