/** Notifications of payment providers, and the answers that they share with reports by hand. */
import type { Message } from '@drawdown/api/contract';
import { optional, reservedKeys } from '@drawdown/domain/decider';
import type { BalanceEvent } from '@drawdown/domain/balance';
import type { CommandCall } from '@drawdown/engine/commands';
import { applyNotification, type IncomingNotice, MANUAL, providerNamed } from '@drawdown/engine/payments';
import { Refused } from '@drawdown/api/errors';
import type { Context } from '../operation';
import type { ApiParts } from '../parts';

/**
 * Whether the answer is the first one again: found under the caller's own key, or by the event that the caller named where it sends no
 * key. Otherwise the caller reports something that is already known. It must not count the credits a second time.
 */
export function answeredAgain(call: CommandCall, eventId: string | undefined, { foundBy }: { readonly foundBy?: string }): boolean {
  const own = call.key ?? (eventId === undefined ? undefined : reservedKeys.notification(MANUAL, eventId));
  if (foundBy === undefined || foundBy !== own) return false;
  call.replayed();
  return true;
}

/** The refusal for a flag. Undefined if nothing was flagged. */
export function flagIn(events: readonly BalanceEvent[]): Refused | undefined {
  const flag = events.find((event) => event.type === 'PurchaseFlagged');
  if (!flag) return undefined;
  const { purchaseId, reason, paid, asked, creditedTo, providerPaymentId } = flag;
  return new Refused({
    code: 'purchase_flagged',
    purchaseId,
    reason,
    ...(paid && { paid: paid.amount, paidCurrency: paid.currency }),
    ...(asked && { asked: asked.amount, askedCurrency: asked.currency }),
    ...(creditedTo !== undefined && { creditedTo, ...optional('paymentId', providerPaymentId) }),
  });
}

/** The notification of a provider, and its outcome in one word. */
export type AnswerPaymentNotification = (
  provider: string,
  notification: Omit<IncomingNotice, 'receivedAt'>,
  context: Context,
) => Promise<Message>;

/**
 * A provider's own notification: at the HTTP transport alone, for it is the provider that calls, in its own words, and no operation of ours.
 * Whatever is recorded is answered as received, a flag too: the provider has done its part, and a person does the rest.
 * @throws Refused invalid_payment_notification, purchase_not_found; Fault, and the provider tries again
 */
export const answerPaymentNotification =
  (parts: ApiParts): AnswerPaymentNotification =>
  async (provider, incoming, context) => {
    const now = parts.realClock ?? parts.clock;
    const notification = providerNamed(parts.payments, provider).readNotice({ ...incoming, receivedAt: now() });
    switch (notification.outcome) {
      case 'problem':
        throw new Refused({ code: 'invalid_payment_notification', problem: notification.problem, detail: notification.detail });
      case 'ignored':
        return { outcome: 'ignored', detail: notification.detail };
      case 'confirmed':
      case 'failed': {
        const { events } = await applyNotification(parts, context, notification);
        const { eventId: event_id, purchaseId: purchase_id, customerId: customer_id } = notification;
        return { outcome: outcomeOf(events), event_id, purchase_id, customer_id };
      }
    }
  };

function outcomeOf(events: readonly BalanceEvent[]): string {
  const types = new Set(events.map(({ type }) => type));
  if (types.has('PurchaseFlagged')) return 'flagged';
  if (types.has('PurchaseSucceeded')) return 'credited';
  return types.has('PurchaseFailed') ? 'failed' : 'already_known';
}
