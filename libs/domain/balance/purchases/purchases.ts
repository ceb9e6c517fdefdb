/**
 * Purchases, from the start to the money or to the end without it. At most one credit for each, whatever a provider says, how
 * often and in which order: the table is in the README. Money that is not credited is never passed over, it is flagged.
 */
import { type Amount, type Instant, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { EventOf, EventsOf } from '../events';
import type { Money } from '../grants/grant';
import { addGrant, grantProblem } from '../grants/grants';
import { ORIGIN_OF_PURCHASES } from '../grants/origins';
import { wasGiven } from '../ordinals';
import type { BalanceDecision, Postings } from '../postings';
import { type Balance, otherFiguresOf } from '../state';
import {
  type EndedPurchase,
  NO_PURCHASES,
  PENDING_PORTAL_PURCHASES_MAX,
  PENDING_PURCHASES_MAX,
  type Purchase,
  type PurchaseRequest,
  unpaid,
  withEnded,
  withStarted,
} from './purchase';
import type { purchaseEvents } from './purchases.events';

/** Credits that are there once a payment provider has confirmed the money. The balance gives the purchase its id. */
type StartPurchase = { readonly type: 'StartPurchase'; readonly at: Instant } & PurchaseRequest;

/** The provider says that money was taken. Answered also where the balance is closed: money is never passed over in silence. */
interface ConfirmPurchase {
  readonly type: 'ConfirmPurchase';
  readonly at: Instant;
  readonly purchaseId: string;
  /** Who notifies. No other than the one who was asked for the money. */
  readonly provider: string;
  readonly providerEventId: string;
  /** Tells two events about one payment from two payments. */
  readonly providerPaymentId?: string;
  /** The purchase that this very payment was credited to, according to its stream: the balance does not remember all of them. */
  readonly creditedTo?: string;
  readonly paid: Money;
}

/** The provider says that there will be no money, or somebody gives the purchase up. */
interface FailPurchase {
  readonly type: 'FailPurchase';
  readonly at: Instant;
  readonly purchaseId: string;
  readonly code: string;
  readonly reason?: string;
  readonly providerEventId?: string;
}

export type PurchaseCommand = StartPurchase | ConfirmPurchase | FailPurchase;

export function decidePurchases(command: PurchaseCommand, postings: Postings): BalanceDecision {
  switch (command.type) {
    case 'StartPurchase':
      return startPurchase(command, postings);
    case 'ConfirmPurchase':
      return confirmPurchase(command, postings);
    case 'FailPurchase':
      return failPurchase(command, postings);
  }
}

function startPurchase({ type: _, at, ...request }: StartPurchase, postings: Postings): BalanceDecision {
  if (request.asked.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const { state } = expirePurchases(postings);
  const problem = grantProblem(request.grant, at, state);
  if (problem) return refuse(problem);
  const { expiresAt } = request;
  if (expiresAt !== undefined && expiresAt <= at) return refuse({ code: 'purchase_already_expired', expiresAt });
  const { count, pending } = state.purchases ?? NO_PURCHASES;
  const byPortal = request.by === 'portal' ? pending.filter(({ by }) => by === 'portal').length : 0;
  if (byPortal >= PENDING_PORTAL_PURCHASES_MAX) return refuse({ code: 'too_many_purchases', max: PENDING_PORTAL_PURCHASES_MAX });
  if (pending.length >= PENDING_PURCHASES_MAX) return refuse({ code: 'too_many_purchases', max: PENDING_PURCHASES_MAX });
  const grant = { ...request.grant, origin: ORIGIN_OF_PURCHASES };
  const fields = { purchaseId: `p${count + 1}`, ...request, grant };
  return postings
    .note(
      'PurchaseStarted',
      fields,
      withPending(state, (pending) => plus(pending, grant.amount)),
    )
    .done();
}

function confirmPurchase(command: ConfirmPurchase, postings: Postings): BalanceDecision {
  const { type: _, at: __, provider, creditedTo, ...notification } = command;
  const { purchaseId, paid } = notification;
  const { grantCount, purchases } = postings.state;
  if (!wasGiven('p', purchaseId, purchases?.count ?? 0)) return refuse({ code: 'purchase_not_found', purchaseId });
  const { state } = expirePurchases(postings);
  const { purchase, end } = known(state, purchaseId);
  if (purchase && purchase.provider !== provider)
    return refuse({ code: 'purchase_of_other_provider', purchaseId, provider: purchase.provider, reportedBy: provider });
  if (end?.end === 'succeeded' && samePayment(end, notification))
    return postings.note('DuplicateNotification', { ...notification, end: end.end }).done();
  const reason = end?.end === 'succeeded' ? 'already_succeeded' : objection(purchase, command, state);
  if (reason !== undefined || !purchase)
    return postings
      .note('PurchaseFlagged', {
        ...notification,
        reason: reason ?? 'purchase_no_longer_tracked',
        ...(purchase && { asked: purchase.asked }),
        ...(reason === 'payment_of_other_purchase' && creditedTo !== undefined && { creditedTo }),
      })
      .done();
  const { grant, conversion } = purchase;
  const late = end && end.end !== 'succeeded' ? { late: end.end } : {};
  // What had ended is pending no more.
  const after = withPending(state, (pending) => (end ? pending : minus(pending, grant.amount)));
  const credited = { ...grant, costBasis: paid, reference: notification.providerPaymentId ?? notification.providerEventId };
  postings.note('PurchaseSucceeded', { ...notification, grantId: `g${grantCount + 1}`, ...late }, after);
  return addGrant(postings, credited, { purchaseId, ...(conversion && { conversion }) }).done();
}

/** Why money for a purchase that has not succeeded is not credited. */
function objection(
  purchase: Purchase | undefined,
  { at, paid, purchaseId, creditedTo }: ConfirmPurchase,
  { status }: Balance,
): EventOf<'PurchaseFlagged'>['reason'] | undefined {
  // Before all else: no further money was taken.
  if (creditedTo !== undefined && creditedTo !== purchaseId) return 'payment_of_other_purchase';
  if (!purchase) return 'purchase_no_longer_tracked';
  if (status === 'closed') return 'balance_closed';
  if (paid.currency !== purchase.asked.currency) return 'other_currency';
  if (paid.amount !== purchase.asked.amount) return 'other_amount';
  return purchase.grant.expiresAt !== undefined && purchase.grant.expiresAt <= at ? 'grant_already_expired' : undefined;
}

function failPurchase({ purchaseId, code, reason, providerEventId }: FailPurchase, postings: Postings): BalanceDecision {
  if (!wasGiven('p', purchaseId, postings.state.purchases?.count ?? 0)) return refuse({ code: 'purchase_not_found', purchaseId });
  const { state } = expirePurchases(postings);
  const { purchase, end } = known(state, purchaseId);
  const event = providerEventId === undefined ? {} : { providerEventId };
  if (purchase && !end) {
    const after = withPending(state, (pending) => minus(pending, purchase.grant.amount));
    return postings.note('PurchaseFailed', { purchaseId, code, ...(reason !== undefined && { reason }), ...event }, after).done();
  }
  // It had no money before, and has none now. It is recorded, so that a retry differs from a failure after the payment.
  if (end && end.end !== 'succeeded') return postings.note('DuplicateNotification', { purchaseId, end: end.end, ...event }).done();
  const flag = end ? ('failed_after_success' as const) : ('purchase_no_longer_tracked' as const);
  return postings.note('PurchaseFlagged', { purchaseId, reason: flag, ...event }).done();
}

/** Ends the purchases that nobody paid in time. Money that comes later is credited all the same. */
export function expirePurchases(postings: Postings): Postings {
  const due = (postings.state.purchases?.pending ?? []).filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= postings.due);
  for (const { id: purchaseId, expiresAt, grant } of [...due].sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0))) {
    const after = withPending(postings.state, (pending) => minus(pending, grant.amount));
    postings.note('PurchaseExpired', { purchaseId, expiresAt: expiresAt ?? postings.at }, after);
  }
  return postings;
}

const withPending = (state: Balance, change: (pending: Amount) => Amount) => {
  const figures = otherFiguresOf(state);
  return { ...figures, pending: change(figures.pending) };
};

/** Its terms as long as there was no money, and how it ended if it did; neither where that is forgotten. */
function known({ purchases }: Balance, id: string): { readonly purchase: Purchase | undefined; readonly end: EndedPurchase | undefined } {
  const { pending, ended } = purchases ?? NO_PURCHASES;
  const end = ended.find((purchase) => purchase.id === id);
  return { purchase: pending.find((purchase) => purchase.id === id) ?? end?.purchase, end };
}

/** A provider may send several events about one payment, and each event more than once. */
const samePayment = (
  end: EndedPurchase,
  { paid, providerEventId, providerPaymentId }: Pick<ConfirmPurchase, 'paid' | 'providerEventId' | 'providerPaymentId'>,
): boolean =>
  (end.providerEventId === providerEventId || (providerPaymentId !== undefined && end.providerPaymentId === providerPaymentId)) &&
  end.paid?.amount === paid.amount &&
  end.paid.currency === paid.currency;

export function evolvePurchases(state: Balance, event: EventsOf<typeof purchaseEvents>): Balance {
  switch (event.type) {
    case 'PurchaseStarted': {
      const { type: _, at: __, figures: ___, purchaseId: id, ...request } = event;
      return { ...state, purchases: withStarted(state.purchases ?? NO_PURCHASES, { id, ...request }) };
    }
    case 'PurchaseSucceeded': {
      const { purchaseId: id, paid, providerEventId, providerPaymentId } = event;
      const payment = { paid, providerEventId, ...(providerPaymentId !== undefined && { providerPaymentId }) };
      return { ...state, purchases: withEnded(state.purchases ?? NO_PURCHASES, { id, end: 'succeeded', ...payment }) };
    }
    case 'PurchaseFailed':
      return withoutMoney(state, event.purchaseId, 'failed');
    case 'PurchaseExpired':
      return withoutMoney(state, event.purchaseId, 'expired');
    case 'PurchaseFlagged':
    case 'DuplicateNotification':
      return state;
  }
}

function withoutMoney(state: Balance, id: string, end: 'failed' | 'expired'): Balance {
  const known = state.purchases ?? NO_PURCHASES;
  const purchase = unpaid(known, id);
  return { ...state, purchases: withEnded(known, { id, end, ...(purchase && { purchase }) }) };
}
