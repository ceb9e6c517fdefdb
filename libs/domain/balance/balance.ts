/** The state of a balance and how each event changes it. Pure. Knows no command. */
import { type Amount, type Instant, plus, sum, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { type BalanceEvent, type EventOf, type Figures, projectedOf } from './events';
import { allocation, burnsBefore, eligible, type Grant, grant, type GrantFigures, newGrant, unheld } from './grants';
import { allFinal, invoicePayments, NO_PAYMENTS, oneMore, withReversed } from './invoice-payments';
import { armed, type Limit, limitState, position, thresholdOf } from './limits';
import { allForgotten, type EndedPurchase, NO_PURCHASES, pendingOf, purchases, unpaid, withEnded, withStarted } from './purchases';

export const HOLDS_MAX = 1_000;

const hold = shape.record({
  /** `h1`, `h2`, ... unique within its balance for ever. */
  id: shape.text,
  /** Still reserved. */
  amount: shape.amount,
  allocation,
  expiresAt: shape.maybe(shape.instant),
  reference: shape.maybe(shape.text),
});
export type Hold = shape.Of<typeof hold>;

/** granted + returned - consumed - captured - deducted - paid - expired - voided - closed = booked, at every revision (I3). */
const totals = shape.record({
  granted: shape.amount,
  consumed: shape.amount,
  captured: shape.amount,
  deducted: shape.amount,
  /** To invoices. */
  paid: shape.amount,
  /** From such payments. */
  returned: shape.amount,
  expired: shape.amount,
  voided: shape.amount,
  closed: shape.amount,
  uncovered: shape.amount,
});
type Totals = shape.Of<typeof totals>;

export const balance = shape.record({
  status: shape.oneOf('none', 'open', 'paused', 'closed'),
  customerId: shape.text,
  currency: shape.maybe(shape.text),
  creditProductId: shape.maybe(shape.text),
  name: shape.maybe(shape.text),
  /** Those with something left, in burn-down order. */
  grants: shape.list(grant),
  /** How many were ever added: the next is `g{grantCount + 1}`. */
  grantCount: shape.integer,
  holds: shape.list(hold),
  holdCount: shape.integer,
  limits: shape.list(limitState),
  runOut: position,
  lastTopUp: shape.amount,
  totals,
  /** When the first usage was debited or accrued: before it, no usage event can have been applied and forgotten. */
  consumingSince: shape.maybe(shape.instant),
  /** Usage that waits for its invoice. Absent: none. */
  unbilled: shape.maybe(shape.amount),
  /** Absent: it never paid an invoice. */
  invoicePayments: shape.maybe(invoicePayments),
  /** Absent: there never was one. */
  purchases: shape.maybe(purchases),
  /** Of its events. What is posted late never counts from before it. */
  latestAt: shape.maybe(shape.instant),
});
export type Balance = shape.Of<typeof balance>;

export const initialBalance: Balance = {
  status: 'none',
  customerId: '',
  grants: [],
  grantCount: 0,
  holds: [],
  holdCount: 0,
  limits: [],
  runOut: 'unarmed',
  lastTopUp: ZERO,
  totals: {
    granted: ZERO,
    consumed: ZERO,
    captured: ZERO,
    deducted: ZERO,
    paid: ZERO,
    returned: ZERO,
    expired: ZERO,
    voided: ZERO,
    closed: ZERO,
    uncovered: ZERO,
  },
};

export const bookedOf = (grants: readonly Grant[]): Amount => sum(grants.map((of) => of.remaining));
export const heldOf = (grants: readonly Grant[]): Amount => sum(grants.map((of) => of.held));
/** What can be spent at a time: eligible then, and not held. */
export const availableOf = (grants: readonly Grant[], at: Instant): Amount => sum(grants.filter((of) => eligible(of, at)).map(unheld));

/** What figures tell beside the grants. */
export interface Beside {
  readonly uncovered: Amount;
  readonly unbilled: Amount;
  readonly pending: Amount;
}
export const besideOf = ({ totals, unbilled = ZERO, purchases }: Balance): Beside => ({
  uncovered: totals.uncovered,
  unbilled,
  pending: purchases === undefined ? ZERO : pendingOf(purchases),
});

export const figuresOf = (grants: readonly Grant[], at: Instant, { uncovered, unbilled, pending }: Beside): Figures => ({
  booked: bookedOf(grants),
  held: heldOf(grants),
  available: availableOf(grants, at),
  uncovered,
  ...(unbilled !== ZERO && { unbilled }),
  ...(pending !== ZERO && { pending }),
});

export function evolve(state: Balance, event: BalanceEvent): Balance {
  return rearm({ ...apply(state, event), latestAt: event.at }, projectedOf(event.figures));
}

function apply(state: Balance, event: BalanceEvent): Balance {
  switch (event.type) {
    case 'Created':
      return created(state, event);
    case 'ToppedUp':
      return toppedUp(state, event);
    case 'CreditsConsumed':
      return consumed(state, event);
    case 'UsageAccrued':
      return consuming(withUnbilled(state, event.figures.unbilled), event.at);
    case 'CreditsDeducted':
      return counted(state, event.grants, { deducted: event.amount });
    case 'InvoicePaid':
      return invoicePaid(state, event);
    case 'InvoicePaymentReversed':
      return paymentReversed(state, event);
    case 'PurchaseStarted':
      return purchaseStarted(state, event);
    case 'PurchaseSucceeded':
      return purchaseSucceeded(state, event);
    case 'PurchaseFailed':
      return purchaseEnded(state, event.purchaseId, 'failed');
    case 'PurchaseExpired':
      return purchaseEnded(state, event.purchaseId, 'expired');
    case 'PurchaseFlagged':
    case 'DuplicateNotification':
      return state;
    case 'TopUpVoided':
      return counted(state, event.grants, { voided: event.amount });
    case 'HoldPlaced':
      return holdPlaced(state, event);
    case 'HoldCaptured':
      return { ...counted(state, event.grants, { captured: event.amount }), holds: afterCapture(state.holds, event) };
    case 'HoldReleased':
    case 'HoldExpired':
      return { ...counted(state, event.grants, {}), holds: state.holds.filter((open) => open.id !== event.holdId) };
    case 'GrantExpired':
      return counted(state, event.grants, { expired: event.amount });
    case 'GrantBecameEffective':
      return { ...state, grants: state.grants.map((of) => (of.id === event.grantId ? withoutUpcoming(of) : of)) };
    case 'GrantExpiring':
      return { ...state, grants: state.grants.map((of) => (of.id === event.grantId ? withoutWarning(of) : of)) };
    case 'LowBalanceReached':
      return { ...state, limits: moved(state.limits, event.limit.id, 'below') };
    case 'BalanceRanOut':
      return { ...state, runOut: 'below' };
    case 'BalanceRecovered':
      return event.limit === undefined ? { ...state, runOut: 'above' } : { ...state, limits: moved(state.limits, event.limit.id, 'above') };
    case 'LimitsSet':
      return { ...state, limits: withLimits(state.limits, event.limits) };
    case 'Paused':
      return { ...state, status: 'paused' };
    case 'Resumed':
      return { ...state, status: 'open' };
    case 'Closed':
      return { ...counted(state, event.grants, { closed: event.amount }), status: 'closed', limits: [], runOut: 'unarmed' };
  }
}

/** A balance opened again after its end goes on counting its grants, holds and totals: ids stay unique, the books whole. */
const created = (state: Balance, event: EventOf<'Created'>): Balance => ({
  ...initialBalance,
  grantCount: state.grantCount,
  holdCount: state.holdCount,
  totals: state.totals,
  ...(state.consumingSince !== undefined && { consumingSince: state.consumingSince }),
  ...(state.invoicePayments && { invoicePayments: allFinal(state.invoicePayments) }),
  ...(state.purchases && { purchases: allForgotten(state.purchases) }),
  status: 'open',
  customerId: event.customerId,
  ...(event.currency !== undefined && { currency: event.currency }),
  ...(event.creditProductId !== undefined && { creditProductId: event.creditProductId }),
  ...(event.name !== undefined && { name: event.name }),
  limits: withLimits([], event.limits),
});

function toppedUp(state: Balance, event: EventOf<'ToppedUp'>): Balance {
  return {
    ...state,
    grants: [...state.grants, newGrant(event.grant, event.at)].sort(burnsBefore),
    grantCount: state.grantCount + 1,
    lastTopUp: event.grant.amount,
    totals: withMoved(state.totals, { granted: event.grant.amount }),
  };
}

const consumed = (state: Balance, event: EventOf<'CreditsConsumed'>): Balance =>
  consuming(counted(state, event.grants, { consumed: event.amount, uncovered: event.uncovered }), event.at);

const consuming = (state: Balance, since: Instant): Balance =>
  state.consumingSince === undefined ? { ...state, consumingSince: since } : state;

function withUnbilled({ unbilled: _, ...state }: Balance, unbilled: Amount | undefined): Balance {
  return unbilled === undefined ? state : { ...state, unbilled };
}

const invoicePaid = (state: Balance, event: EventOf<'InvoicePaid'>): Balance => ({
  ...withUnbilled(counted(state, event.grants, { paid: event.amount }), event.figures.unbilled),
  invoicePayments: oneMore(state.invoicePayments ?? NO_PAYMENTS),
});

function paymentReversed(state: Balance, event: EventOf<'InvoicePaymentReversed'>): Balance {
  const restored = event.restored.map((terms) => newGrant(terms, event.at));
  const grants = restored.length === 0 ? state.grants : [...state.grants, ...restored].sort(burnsBefore);
  return {
    ...counted({ ...state, grants }, event.grants, { returned: event.amount }),
    invoicePayments: withReversed(state.invoicePayments ?? NO_PAYMENTS, event.paymentId, event.amount),
  };
}

function purchaseStarted(
  state: Balance,
  { type: _, at: __, figures: ___, purchaseId: id, ...request }: EventOf<'PurchaseStarted'>,
): Balance {
  return { ...state, purchases: withStarted(state.purchases ?? NO_PURCHASES, { id, ...request }) };
}

function purchaseSucceeded(state: Balance, event: EventOf<'PurchaseSucceeded'>): Balance {
  const { purchaseId: id, paid, providerEventId, providerPaymentId } = event;
  const payment = { paid, providerEventId, ...(providerPaymentId !== undefined && { providerPaymentId }) };
  return { ...state, purchases: withEnded(state.purchases ?? NO_PURCHASES, { id, end: 'succeeded', ...payment }) };
}

function purchaseEnded(state: Balance, id: string, end: EndedPurchase['end']): Balance {
  const known = state.purchases ?? NO_PURCHASES;
  const purchase = unpaid(known, id);
  return { ...state, purchases: withEnded(known, { id, end, ...(purchase && { purchase }) }) };
}

function holdPlaced(state: Balance, event: EventOf<'HoldPlaced'>): Balance {
  const placed: Hold = {
    id: event.holdId,
    amount: event.amount,
    allocation: event.allocation,
    ...(event.expiresAt !== undefined && { expiresAt: event.expiresAt }),
    ...(event.reference !== undefined && { reference: event.reference }),
  };
  return { ...counted(state, event.grants, {}), holds: [...state.holds, placed], holdCount: state.holdCount + 1 };
}

const afterCapture = (holds: readonly Hold[], event: EventOf<'HoldCaptured'>): readonly Hold[] =>
  holds.flatMap((open) => {
    if (open.id !== event.holdId) return [open];
    if (event.remaining === ZERO) return [];
    const taken = new Map(event.captured.map((part) => [part.grant, part.amount]));
    const left = open.allocation
      .map((part) => ({ grant: part.grant, amount: (part.amount - (taken.get(part.grant) ?? 0n)) as Amount }))
      .filter((part) => part.amount > ZERO);
    return [{ ...open, amount: event.remaining, allocation: left }];
  });

/** Copies the figures of the touched grants, drops what is spent, and adds to the totals. */
function counted(state: Balance, touched: readonly GrantFigures[], moved: Partial<Totals>): Balance {
  const figures = new Map(touched.map((of) => [of.id, of]));
  const grants = state.grants
    .map((of) => {
      const now = figures.get(of.id);
      return now ? { ...of, remaining: now.remaining, held: now.held } : of;
    })
    .filter((of) => of.remaining > ZERO);
  return { ...state, grants, totals: withMoved(state.totals, moved) };
}

/** Field by field: on the usage path a loop over names costs more than all the rest of a posting. */
const withMoved = (totals: Totals, moved: Partial<Totals>): Totals => ({
  granted: plus(totals.granted, moved.granted ?? ZERO),
  consumed: plus(totals.consumed, moved.consumed ?? ZERO),
  captured: plus(totals.captured, moved.captured ?? ZERO),
  deducted: plus(totals.deducted, moved.deducted ?? ZERO),
  paid: plus(totals.paid, moved.paid ?? ZERO),
  returned: plus(totals.returned, moved.returned ?? ZERO),
  expired: plus(totals.expired, moved.expired ?? ZERO),
  voided: plus(totals.voided, moved.voided ?? ZERO),
  closed: plus(totals.closed, moved.closed ?? ZERO),
  uncovered: plus(totals.uncovered, moved.uncovered ?? ZERO),
});

const withoutWarning = ({ warnAt: _, ...of }: Grant): Grant => of;
const withoutUpcoming = ({ upcoming: _, ...of }: Grant): Grant => of;

const moved = (lines: Balance['limits'], id: string, to: 'above' | 'below'): Balance['limits'] =>
  lines.map((line) => (line.limit.id === id ? { ...line, position: to } : line));

/** A limit that stays as it was keeps its position; a new or changed one starts unarmed. */
const withLimits = (before: Balance['limits'], limits: readonly Limit[]): Balance['limits'] =>
  limits.map((limit) => {
    const same = before.find((line) => line.limit.id === limit.id && line.limit.kind === limit.kind && line.limit.value === limit.value);
    return { limit, position: same?.position ?? 'unarmed' };
  });

function rearm(state: Balance, projected: Amount): Balance {
  if (state.status === 'closed') return state;
  const runOut = armed(state.runOut, projected, ZERO);
  const limits = state.limits.some((line) => line.position === 'unarmed')
    ? state.limits.map((line) => ({
        ...line,
        position: armed(line.position, projected, thresholdOf(line.limit, state.lastTopUp)),
      }))
    : state.limits;
  return runOut === state.runOut && limits === state.limits ? state : { ...state, runOut, limits };
}

/** When something happens to the balance by itself: a hold, a purchase or a grant ends, begins or is warned of. */
export function dueAt(state: Balance): Instant | undefined {
  let due = Infinity;
  for (const open of state.holds) due = Math.min(due, open.expiresAt ?? Infinity);
  for (const of of state.purchases?.pending ?? []) due = Math.min(due, of.expiresAt ?? Infinity);
  for (const of of state.grants) {
    if (of.upcoming) due = Math.min(due, of.effectiveAt ?? Infinity);
    due = Math.min(due, of.warnAt ?? Infinity);
    if (unheld(of) > ZERO) due = Math.min(due, of.expiresAt ?? Infinity);
  }
  return due === Infinity ? undefined : (due as Instant);
}
