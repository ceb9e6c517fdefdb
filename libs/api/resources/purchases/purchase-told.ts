/**
 * What is told of a purchase, by a provider's own notice or by hand. Known by the id of the event that told it, so that it counts
 * once whatever key a caller sends and however often a provider delivers.
 */
import { formatAmount } from '@drawdown/domain/amounts';
import type { Balance, BalanceEvent } from '@drawdown/domain/balance';
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
import { given } from '../top-ups/grant-request';
import type { Context, Message } from '../operation';
import type { Parts } from '../parts';
import { providerNamed } from './purchase-start';
import { theCustomer, walletOf } from '../targets';

/** @throws Refused purchase_not_found and the like. What was flagged is not thrown: see `flagIn`. */
export async function recordTold(
  parts: Parts,
  context: CommandCall,
  notice: Confirmation | PaymentFailure,
): Promise<CarriedOut<BalanceEvent, Balance>> {
  await theCustomer(parts, notice.customerId);
  const { aggregate, stream } = walletOf(notice.customerId);
  // The same event with other contents is not told again: it is refused as a conflict.
  const said = notice.outcome === 'confirmed' ? [formatAmount(notice.paid.amount), notice.paid.currency] : [notice.reason];
  const call = knownBy(context, noticeKeyOf(notice), [notice.outcome, notice.purchaseId, notice.reference, ...said]);
  return carryOut(parts, call, aggregate, stream, async (at) => {
    const command = purchaseCommand(notice, at);
    if (command.type === 'FailPurchase') return command;
    return { ...command, ...given('creditedTo', await creditedTo(parts.ledger, stream, notice.reference)) };
  }).catch(toldOtherwise(call, notice));
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
  const { purchaseId, because, paid, asked, creditedTo, providerPaymentId } = flag;
  return new Refused({
    code: 'purchase_flagged',
    purchaseId,
    because,
    ...(paid && { paid: paid.amount, paidCurrency: paid.currency }),
    ...(asked && { asked: asked.amount, askedCurrency: asked.currency }),
    ...(creditedTo !== undefined && { creditedTo, ...given('paymentId', providerPaymentId) }),
  });
}

/** What a provider sent by itself, and what became of it in one word. */
export type AnswerPaymentNotice = (provider: string, notice: Omit<IncomingNotice, 'receivedAt'>, context: Context) => Promise<Message>;

/**
 * A provider's own notice: at the HTTP door alone, for it is the provider that calls, in its own words, and no operation of ours.
 * Whatever is recorded is answered as received, a flag too: the provider has done its part, and a person does the rest.
 * @throws Refused payment_notice_not_believed, purchase_not_found; Fault, and the provider tries again
 */
export const answerPaymentNotice =
  (parts: Parts): AnswerPaymentNotice =>
  async (provider, incoming, context) => {
    const now = parts.realClock ?? parts.clock;
    const notice = providerNamed(parts, provider).readNotice({ ...incoming, receivedAt: now() });
    switch (notice.outcome) {
      case 'problem':
        throw new Refused({ code: 'payment_notice_not_believed', problem: notice.problem, detail: notice.detail });
      case 'ignored':
        return { outcome: 'ignored', detail: notice.detail };
      case 'confirmed':
      case 'failed': {
        const { events } = await recordTold(parts, context, notice);
        const { eventId: event_id, purchaseId: purchase_id, customerId: customer_id } = notice;
        return { outcome: outcomeOf(events), event_id, purchase_id, customer_id };
      }
    }
  };

function outcomeOf(events: readonly BalanceEvent[]): string {
  const types = new Set(events.map(({ type }) => type));
  if (types.has('PurchaseFlagged')) return 'flagged';
  if (types.has('PurchaseSucceeded')) return 'credited';
  return types.has('PurchaseFailed') ? 'failed' : 'known_before';
}
