/** The state of a balance, and how a movement of value changes it. Pure. Knows no command. */
import { type Amount, plus, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import type { OtherFigures } from './figures';
import { grant, type GrantFigures } from './grants/grant';
import { hold } from './holds/holds.events';
import { invoicePayments } from './invoices/invoice-payments';
import { limitState, position } from './limits/limit';
import { pendingOf, purchases } from './purchases/purchase';

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
type Totals = shape.TypeOf<typeof totals>;

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
export type Balance = shape.TypeOf<typeof balance>;

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

export const otherFiguresOf = ({ totals, unbilled = ZERO, purchases }: Balance): OtherFigures => ({
  uncovered: totals.uncovered,
  unbilled,
  pending: purchases === undefined ? ZERO : pendingOf(purchases),
});

/** Copies the figures of the touched grants, drops what is spent, and adds to the totals. */
export function withMovement(state: Balance, touched: readonly GrantFigures[], moved: Partial<Totals>): Balance {
  const figures = new Map(touched.map((grant) => [grant.id, grant]));
  const grants = state.grants
    .map((grant) => {
      const now = figures.get(grant.id);
      return now ? { ...grant, remaining: now.remaining, held: now.held } : grant;
    })
    .filter((grant) => grant.remaining > ZERO);
  return { ...state, grants, totals: withMoved(state.totals, moved) };
}

export function withUnbilled({ unbilled: _, ...state }: Balance, unbilled: Amount | undefined): Balance {
  return unbilled === undefined ? state : { ...state, unbilled };
}

/** Field by field: on the usage path a loop over names costs more than all the rest of a posting. */
export const withMoved = (totals: Totals, moved: Partial<Totals>): Totals => ({
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
