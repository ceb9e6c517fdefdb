/** Paying invoices out of a balance, and giving such payments back. */
import { type Amount, floorTo, type Instant, least, minus, plus, sum, ZERO } from '@drawdown/domain/amounts';
import { accept, refuse } from '@drawdown/domain/decider';
import type { EventOf, EventsOf } from '../events';
import { expireGrants } from '../grants/expiry';
import {
  allocated,
  type Allocation,
  burnsBefore,
  drawDown,
  eligible,
  type Grant,
  GRANTS_MAX,
  type GrantTerms,
  grantTerms,
  newGrant,
  split,
  termsOf,
  unheld,
} from '../grants/grant';
import { expireHolds } from '../holds/holds';
import type { BalanceDecision, Postings } from '../postings';
import type { BalanceRefusal } from '../refusals';
import { type Balance, otherFiguresOf, withMovement, withUnbilled } from '../state';
import { nextPaymentId, NO_PAYMENTS, oneMore, reversedOf, withReversed } from './invoice-payments';
import type { invoiceEvents, InvoicePayment } from './invoices.events';

/**
 * Characters of the terms that one payment carries, so that one append always takes it, and its reversal with an expiry of every
 * grant. About a thousand plain grants; with metadata as large as it may be, some twelve. Grants beyond it are left alone by this
 * payment, and what is missing remains due.
 */
export const PAYMENT_TERMS_CHARS_MAX = 160_000;

/**
 * Takes the most that it can towards an invoice, in whole minor units: the one request that is not refused for lack of credit.
 * The key of the command sees to it that one invoice is paid once: the balance keeps no list of invoices.
 */
interface PayInvoice {
  readonly type: 'PayInvoice';
  readonly at: Instant;
  readonly invoiceId: string;
  /** Zero is an invoice that only settles usage. */
  readonly due: Amount;
  /** Digits of the currency's minor unit: 2 for cents. */
  readonly minorUnitDigits: number;
  /** Unbilled usage that the invoice bills. Absent: all of it, up to the amount due. */
  readonly billed?: Amount;
}

/** Gives money back to the very grants it was taken from, the last taken first. Works while paused. */
interface ReverseInvoicePayment {
  readonly type: 'ReverseInvoicePayment';
  readonly at: Instant;
  /** As it was recorded: the event of the payment will do. */
  readonly payment: InvoicePayment;
  /** Absent: all that has not been given back yet. */
  readonly amount?: Amount;
  readonly reason?: string;
}

export type InvoiceCommand = PayInvoice | ReverseInvoicePayment;

export function decideInvoices(command: InvoiceCommand, postings: Postings): BalanceDecision {
  switch (command.type) {
    case 'PayInvoice':
      return payInvoice(command, postings);
    case 'ReverseInvoicePayment':
      return reverseInvoicePayment(command, postings);
  }
}

function payInvoice({ at, invoiceId, due, minorUnitDigits, ...command }: PayInvoice, postings: Postings): BalanceDecision {
  const { status, unbilled = ZERO, invoicePayments = NO_PAYMENTS } = postings.state;
  if (status === 'paused') return refuse({ code: 'balance_paused' });
  const billed = command.billed ?? least(unbilled, due);
  // A default is not negative, because the amount due is not.
  if (least(due, billed) < ZERO) return refuse({ code: 'amount_negative', amount: least(due, billed) });
  const problem = fractionProblem(due, minorUnitDigits);
  if (problem) return refuse(problem);
  if (billed > unbilled) return refuse({ code: 'billed_exceeds_unbilled', unbilled, billed });
  const { grants } = expireHolds(postings).state;
  const amount = floorTo(least(due, payable(grants, at)), minorUnitDigits);
  // The amount stays due and may be tried again, and its usage continues to wait.
  if (amount === ZERO && (due > ZERO || billed === ZERO)) return accept();
  const drawn = drawDown(grants, amount, at);
  const fields = {
    paymentId: nextPaymentId(invoicePayments),
    invoiceId,
    due,
    amount,
    remaining: minus(due, amount),
    minorUnitDigits,
    billed,
    allocation: drawn.allocation,
    terms: termsIn(grants, drawn.allocation),
  };
  return postings
    .move('InvoicePaid', fields, drawn.grants, { ...otherFiguresOf(postings.state), unbilled: minus(unbilled, billed) })
    .done();
}

/** The amount that one payment can take: all available value, in as many grants as one event has room for. */
function payable(grants: readonly Grant[], at: Instant): Amount {
  let room = PAYMENT_TERMS_CHARS_MAX;
  const within = grants.filter((grant) => eligible(grant, at) && unheld(grant) > ZERO && (room -= grantTerms.write(grant).length) >= 0);
  return sum(within.map(unheld));
}

const termsIn = (grants: readonly Grant[], parts: Allocation): readonly GrantTerms[] => {
  const taken = new Set(parts.map((part) => part.grant));
  return grants.filter((grant) => taken.has(grant.id)).map(termsOf);
};

const fractionProblem = (amount: Amount, minorUnitDigits: number): BalanceRefusal | undefined =>
  floorTo(amount, minorUnitDigits) === amount ? undefined : { code: 'not_whole_minor_units', amount, minorUnitDigits };

function reverseInvoicePayment({ payment, reason, ...command }: ReverseInvoicePayment, postings: Postings): BalanceDecision {
  const { paymentId, invoiceId, minorUnitDigits, allocation } = payment;
  if (command.amount !== undefined && command.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const problem = fractionProblem(command.amount ?? ZERO, minorUnitDigits);
  if (problem) return refuse(problem);
  const reversed = reversedOf(postings.state.invoicePayments ?? NO_PAYMENTS, paymentId);
  if (reversed === 'unknown') return refuse({ code: 'payment_not_found', paymentId });
  if (reversed === 'final') return refuse({ code: 'payment_final', paymentId });
  const left = minus(payment.amount, reversed);
  if (left === ZERO) return refuse({ code: 'nothing_to_reverse', paymentId, paid: payment.amount });
  const amount = command.amount ?? left;
  if (amount > left) return refuse({ code: 'reversal_exceeds_payment', left, requested: amount });
  const { grants, purchases } = expireHolds(postings).state;
  const returned = split([...split(allocation, left).first].reverse(), amount).first;
  const restored = payment.terms.filter(({ id }) => returned.some((part) => part.grant === id) && !grants.some((grant) => grant.id === id));
  if (grants.length + restored.length + (purchases?.pending.length ?? 0) > GRANTS_MAX)
    return refuse({ code: 'too_many_grants', max: GRANTS_MAX });
  const remaining = minus(left, amount);
  const fields = { paymentId, invoiceId, amount, remaining, returned, restored, ...(reason !== undefined && { reason }) };
  postings.move('InvoicePaymentReversed', fields, withReturned(grants, restored, returned));
  expireGrants(postings, returned);
  return postings.done();
}

function withReturned(grants: readonly Grant[], restored: readonly GrantTerms[], returned: Allocation): readonly Grant[] {
  const all = [...grants, ...restored.map((terms) => ({ ...terms, remaining: ZERO, held: ZERO }))];
  const missing = returned.find((part) => !all.some((grant) => grant.id === part.grant));
  if (missing || allocated(returned) === ZERO) throw new RangeError(`the payment has no terms of grant ${missing?.grant ?? 'at all'}`);
  const amounts = new Map(returned.map((part) => [part.grant, part.amount]));
  return all.map((grant) => {
    const amount = amounts.get(grant.id);
    return amount === undefined ? grant : { ...grant, remaining: plus(grant.remaining, amount) };
  });
}

export function evolveInvoices(state: Balance, event: EventsOf<typeof invoiceEvents>): Balance {
  switch (event.type) {
    case 'InvoicePaid':
      return {
        ...withUnbilled(withMovement(state, event.grants, { paid: event.amount }), event.figures.unbilled),
        invoicePayments: oneMore(state.invoicePayments ?? NO_PAYMENTS),
      };
    case 'InvoicePaymentReversed':
      return reversedIn(state, event);
  }
}

function reversedIn(state: Balance, event: EventOf<'InvoicePaymentReversed'>): Balance {
  const restored = event.restored.map((terms) => newGrant(terms, event.at));
  const grants = restored.length === 0 ? state.grants : [...state.grants, ...restored].sort(burnsBefore);
  return {
    ...withMovement({ ...state, grants }, event.grants, { returned: event.amount }),
    invoicePayments: withReversed(state.invoicePayments ?? NO_PAYMENTS, event.paymentId, event.amount),
  };
}
