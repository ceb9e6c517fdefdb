/** What a provider says, as the command that the wallet of its customer is given. Pure: the wallet decides what follows. */
import type { Instant } from '@drawdown/domain/amounts';
import type { BalanceCommand } from '@drawdown/domain/balance';
import type { Confirmation, PaymentFailure, StartOutcome } from './payment-provider';

type Command<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

/** Carried out under the key `noticeKeyOf` on the stream of the wallet of `notice.customerId`. */
export function purchaseCommand(notice: Confirmation | PaymentFailure, at: Instant): Command<'ConfirmPurchase'> | Command<'FailPurchase'> {
  const { purchaseId, eventId: providerEventId } = notice;
  switch (notice.outcome) {
    case 'confirmed':
      return {
        type: 'ConfirmPurchase',
        at,
        purchaseId,
        provider: notice.provider,
        providerEventId,
        providerPaymentId: notice.reference,
        paid: notice.paid,
      };
    case 'failed':
      return { type: 'FailPurchase', at, purchaseId, code: notice.reason, providerEventId };
  }
}

/** The provider will never take this purchase, so nobody has to wait for its end. */
export const refusedStart = (
  purchaseId: string,
  { reason: code, detail: reason }: Extract<StartOutcome, { outcome: 'refused' }>,
  at: Instant,
): Command<'FailPurchase'> => ({ type: 'FailPurchase', at, purchaseId, code, reason });
