/**
 * Purchases, from the start to the money or to the end without it. At most one credit for each, whatever a provider tells, how
 * often and in which order: the table is in the README. Money that is not credited is never passed over, it is flagged.
 */
import { minus, plus, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import { type Balance, besideOf } from './balance';
import type { BalanceDecision, CommandOf } from './commands';
import { grantProblem } from './decide.grants';
import type { EventOf } from './events';
import { wasGiven } from './ordinals';
import { Postings } from './postings';
import { type EndedPurchase, NO_PURCHASES, PENDING_PORTAL_PURCHASES_MAX, PENDING_PURCHASES_MAX, type Purchase } from './purchases';

export function startPurchase(command: CommandOf<'StartPurchase'>, state: Balance): BalanceDecision {
  const { type: _, at, ...request } = command;
  if (request.asked.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const postings = Postings.on(state, at).expirePurchases();
  const wrong = grantProblem(request.grant, at, postings.state);
  if (wrong) return refuse(wrong);
  const { expiresAt } = request;
  if (expiresAt !== undefined && expiresAt <= at) return refuse({ code: 'purchase_already_expired', expiresAt });
  const { count, pending } = postings.state.purchases ?? NO_PURCHASES;
  const ofPortal = request.by === 'portal' ? pending.filter(({ by }) => by === 'portal').length : 0;
  if (ofPortal >= PENDING_PORTAL_PURCHASES_MAX) return refuse({ code: 'too_many_purchases', max: PENDING_PORTAL_PURCHASES_MAX });
  if (pending.length >= PENDING_PURCHASES_MAX) return refuse({ code: 'too_many_purchases', max: PENDING_PURCHASES_MAX });
  const after = plus(besideOf(postings.state).pending, request.grant.amount);
  // What money buys is paid, whatever was said.
  const grant = { ...request.grant, origin: 'paid' } as const;
  return postings.purchase('PurchaseStarted', { purchaseId: `p${count + 1}`, ...request, grant }, after).done();
}

export function confirmPurchase(command: CommandOf<'ConfirmPurchase'>, state: Balance): BalanceDecision {
  const { type: _, at, provider, creditedTo, ...told } = command;
  const { purchaseId, paid } = told;
  if (!wasGiven('p', purchaseId, state.purchases?.count ?? 0)) return refuse({ code: 'purchase_not_found', purchaseId });
  const postings = Postings.on(state, at).expirePurchases();
  const { purchase, end } = known(postings.state, purchaseId);
  if (purchase && purchase.provider !== provider)
    return refuse({ code: 'purchase_of_other_provider', purchaseId, provider: purchase.provider, told: provider });
  if (end?.end === 'succeeded' && samePayment(end, told))
    return postings.purchase('DuplicateNotification', { ...told, end: end.end }).done();
  const because = end?.end === 'succeeded' ? 'already_succeeded' : objection(purchase, command, state);
  if (because !== undefined || !purchase)
    return postings
      .purchase('PurchaseFlagged', {
        ...told,
        reason: because ?? 'purchase_no_longer_tracked',
        ...(purchase && { asked: purchase.asked }),
        ...(because === 'payment_of_other_purchase' && creditedTo !== undefined && { creditedTo }),
      })
      .done();
  const { grant, conversion } = purchase;
  const late = end && end.end !== 'succeeded' ? { late: end.end } : {};
  // What had ended is pending no more.
  const after = end ? besideOf(postings.state).pending : minus(besideOf(postings.state).pending, grant.amount);
  const credited = { ...grant, costBasis: paid, reference: told.providerPaymentId ?? told.providerEventId };
  return postings
    .purchase('PurchaseSucceeded', { ...told, grantId: `g${state.grantCount + 1}`, ...late }, after)
    .toppedUp(credited, { purchaseId, ...(conversion && { conversion }) })
    .done();
}

/** Why money for a purchase that has not succeeded is not credited. */
function objection(
  of: Purchase | undefined,
  command: CommandOf<'ConfirmPurchase'>,
  state: Balance,
): EventOf<'PurchaseFlagged'>['reason'] | undefined {
  const { at, paid, purchaseId, creditedTo } = command;
  // Before all else: no further money was taken.
  if (creditedTo !== undefined && creditedTo !== purchaseId) return 'payment_of_other_purchase';
  if (!of) return 'purchase_no_longer_tracked';
  if (state.status === 'closed') return 'balance_closed';
  if (paid.currency !== of.asked.currency) return 'other_currency';
  if (paid.amount !== of.asked.amount) return 'other_amount';
  return of.grant.expiresAt !== undefined && of.grant.expiresAt <= at ? 'grant_already_expired' : undefined;
}

export function failPurchase(
  { at, purchaseId, code, reason, providerEventId }: CommandOf<'FailPurchase'>,
  state: Balance,
): BalanceDecision {
  if (!wasGiven('p', purchaseId, state.purchases?.count ?? 0)) return refuse({ code: 'purchase_not_found', purchaseId });
  const postings = Postings.on(state, at).expirePurchases();
  const { purchase, end } = known(postings.state, purchaseId);
  const event = providerEventId === undefined ? {} : { providerEventId };
  if (purchase && !end) {
    const after = minus(besideOf(postings.state).pending, purchase.grant.amount);
    return postings.purchase('PurchaseFailed', { purchaseId, code, ...(reason !== undefined && { reason }), ...event }, after).done();
  }
  // It had no money before, and has none now. Recorded all the same, so that a retry is told from a failure after the money.
  if (end && end.end !== 'succeeded') return postings.purchase('DuplicateNotification', { purchaseId, end: end.end, ...event }).done();
  return postings
    .purchase('PurchaseFlagged', { purchaseId, reason: end ? 'failed_after_success' : 'purchase_no_longer_tracked', ...event })
    .done();
}

/** Its terms as long as there was no money, and how it ended if it did; neither where that is forgotten. */
function known({ purchases }: Balance, id: string): { readonly purchase: Purchase | undefined; readonly end: EndedPurchase | undefined } {
  const { pending, ended } = purchases ?? NO_PURCHASES;
  const end = ended.find((of) => of.id === id);
  return { purchase: pending.find((of) => of.id === id) ?? end?.purchase, end };
}

/** One payment may be told by several events, and each event more than once. */
const samePayment = (
  end: EndedPurchase,
  { paid, providerEventId, providerPaymentId }: Omit<CommandOf<'ConfirmPurchase'>, 'type' | 'at' | 'provider'>,
): boolean =>
  (end.providerEventId === providerEventId || (providerPaymentId !== undefined && end.providerPaymentId === providerPaymentId)) &&
  end.paid?.amount === paid.amount &&
  end.paid.currency === paid.currency;
