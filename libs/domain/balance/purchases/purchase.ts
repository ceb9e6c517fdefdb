/** Purchases: credits that are there once a payment provider has confirmed the money. What a balance remembers of them. Pure. */
import { type Amount, sum } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { conversion, grantRequest, money } from '../grants/grant';

export const PENDING_PURCHASES_MAX = 20;
/** So many of them may be the customer's own, so that the account and its auto top-ups always have room. */
export const PENDING_PORTAL_PURCHASES_MAX = 10;
/** Ended purchases of which the balance remembers how they ended. Money for one before them is flagged, and never credited. */
export const ENDED_PURCHASES_MAX = 50;

export const purchaseRequest = {
  /** What will be there. Its cost basis and its reference are those of the payment. */
  grant: grantRequest,
  conversion: shape.maybe(conversion),
  /** The money that the provider is to take. */
  asked: money,
  /** Who takes the money, such as `stripe`. */
  provider: shape.text,
  by: shape.oneOf('staff', 'portal', 'auto_top_up'),
  expiresAt: shape.maybe(shape.instant),
};
const requested = shape.record(purchaseRequest);
export type PurchaseRequest = shape.TypeOf<typeof requested>;

const purchase = shape.record({
  /** `p1`, `p2`, ... unique within its balance forever. */
  id: shape.text,
  ...purchaseRequest,
});
export type Purchase = shape.TypeOf<typeof purchase>;

const endedPurchase = shape.record({
  id: shape.text,
  end: shape.oneOf('succeeded', 'failed', 'expired'),
  /** Until it has succeeded: money that comes late is credited all the same. */
  purchase: shape.maybe(purchase),
  paid: shape.maybe(money),
  providerEventId: shape.maybe(shape.text),
  providerPaymentId: shape.maybe(shape.text),
});
export type EndedPurchase = shape.TypeOf<typeof endedPurchase>;

export const purchases = shape.record({
  /** How many there were: the next is `p{count + 1}`. */
  count: shape.integer,
  pending: shape.list(purchase),
  /** In the order in which they ended. */
  ended: shape.list(endedPurchase),
});
export type Purchases = shape.TypeOf<typeof purchases>;

export const NO_PURCHASES: Purchases = { count: 0, pending: [], ended: [] };

/** Units or money of the balance that purchases would add. */
export const pendingOf = ({ pending }: Purchases): Amount => sum(pending.map(({ grant }) => grant.amount));

export const withStarted = (purchases: Purchases, started: Purchase): Purchases => ({
  ...purchases,
  count: purchases.count + 1,
  pending: [...purchases.pending, started],
});

/** Ended, or ended otherwise: a late payment turns a failure into a success. */
export function withEnded({ count, pending, ended }: Purchases, end: EndedPurchase): Purchases {
  const all = [...ended.filter(({ id }) => id !== end.id), end];
  return { count, pending: pending.filter(({ id }) => id !== end.id), ended: all.slice(-ENDED_PURCHASES_MAX) };
}

/** A purchase by its id, whether it is pending or ended without money. */
export const unpaid = ({ pending, ended }: Purchases, id: string): Purchase | undefined =>
  pending.find((purchase) => purchase.id === id) ?? ended.find((purchase) => purchase.id === id)?.purchase;

/** What is left of them when a balance is opened again: what comes next may be of another currency. */
export const allForgotten = ({ count }: Purchases): Purchases => ({ count, pending: [], ended: [] });
