/** What a provider says, as the command that the wallet of its customer is given. Pure: the wallet decides what follows. */
import type { Instant } from '@drawdown/domain/amounts';
import type { BalanceCommand } from '@drawdown/domain/balance';
import type { Confirmation, PaymentFailure, StartOutcome } from './payment-provider';

type Command<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

/** Carried out under the key `noticeKeyOf` on the stream of the wallet of `notification.customerId`. */
export function purchaseCommand(
  notification: Confirmation | PaymentFailure,
  at: Instant,
): Command<'ConfirmPurchase'> | Command<'FailPurchase'> {
  const { purchaseId, eventId: providerEventId } = notification;
  switch (notification.outcome) {
    case 'confirmed':
      return {
        type: 'ConfirmPurchase',
        at,
        purchaseId,
        provider: notification.provider,
        providerEventId,
        providerPaymentId: notification.reference,
        paid: notification.paid,
      };
    case 'failed':
      return { type: 'FailPurchase', at, purchaseId, code: notification.reason, providerEventId };
  }
}

/** The provider will never take this purchase, so nobody has to wait for its end. */
export const refusedStart = (
  purchaseId: string,
  { reason: code, detail: reason }: Extract<StartOutcome, { outcome: 'refused' }>,
  at: Instant,
): Command<'FailPurchase'> => ({ type: 'FailPurchase', at, purchaseId, code, reason });
