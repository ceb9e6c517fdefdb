/**
 * What is told of a purchase, by a provider's own notification or by hand. Known by the id of the event that told it, so that it counts
 * once whatever key a caller sends and however often a provider delivers.
 */
import { formatAmount } from '@drawdown/domain/amounts';
import type { BalanceEvent, BalanceTypes } from '@drawdown/domain/balance';
import { creditedTo } from '@drawdown/engine/event-store';
import {
  type Confirmation,
  type IncomingNotice,
  MANUAL,
  noticeKeyOf,
  type PaymentFailure,
  purchaseCommand,
} from '@drawdown/engine/payments';
import { type CarriedOut, carryOut, type CommandCall } from '../carry-out';
import { knownBy } from '../command-name';
import { Refused } from '@drawdown/api/errors';
import { optional } from '../top-ups/grant-request';
import type { Context, Message } from '../operation';
import type { Parts } from '../parts';
import { providerNamed } from './purchase-start';
import { requireCustomer, walletOf } from '../targets';

/** @throws Refused purchase_not_found and the like. What was flagged is not thrown: see `flagIn`. */
export async function recordTold(
  parts: Parts,
  context: CommandCall,
  notification: Confirmation | PaymentFailure,
): Promise<CarriedOut<BalanceTypes>> {
  await requireCustomer(parts, notification.customerId);
  const { aggregate, stream } = walletOf(notification.customerId);
  // The same event with other contents is not told again: it is refused as a conflict.
  const said =
    notification.outcome === 'confirmed' ? [formatAmount(notification.paid.amount), notification.paid.currency] : [notification.reason];
  const call = knownBy(context, noticeKeyOf(notification), [
    notification.outcome,
    notification.purchaseId,
    notification.reference,
    ...said,
  ]);
  return carryOut(parts, call, aggregate, stream, async (at) => {
    const command = purchaseCommand(notification, at);
    if (command.type === 'FailPurchase') return command;
    return { ...command, ...optional('creditedTo', await creditedTo(parts.ledger, stream, notification.reference)) };
  }).catch(toldOtherwise(call, notification));
}

/**
 * Whether what was told is answered as the first time. It is under the caller's own key, or by the event that the caller named where
 * it sends no key. Otherwise the same event is news of nothing: who counts what was credited would count it twice.
 */
export function answeredAgain(call: CommandCall, eventId: string | undefined, { foundBy }: { readonly foundBy?: string }): boolean {
  const own = call.key ?? (eventId === undefined ? undefined : noticeKeyOf({ provider: MANUAL, eventId }));
  if (foundBy === undefined || foundBy !== own) return false;
  call.replayed();
  return true;
}

/** The key of an event is none that anybody has sent: the refusal names the event. */
export const toldOtherwise =
  ({ key }: Pick<CommandCall, 'key'>, { provider, eventId }: { readonly provider: string; readonly eventId: string }) =>
  (thrown: unknown): never => {
    if (thrown instanceof Refused && thrown.refusal.code === 'idempotency_conflict' && thrown.refusal.key === key)
      throw new Refused({ code: 'payment_event_conflict', provider, eventId });
    throw thrown;
  };

/** The refusal that tells of a flag; undefined where nothing was flagged. */
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

/** What a provider sent by itself, and what became of it in one word. */
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
  (parts: Parts): AnswerPaymentNotification =>
  async (provider, incoming, context) => {
    const now = parts.realClock ?? parts.clock;
    const notification = providerNamed(parts, provider).readNotice({ ...incoming, receivedAt: now() });
    switch (notification.outcome) {
      case 'problem':
        throw new Refused({ code: 'invalid_payment_notification', problem: notification.problem, detail: notification.detail });
      case 'ignored':
        return { outcome: 'ignored', detail: notification.detail };
      case 'confirmed':
      case 'failed': {
        const { events } = await recordTold(parts, context, notification);
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
