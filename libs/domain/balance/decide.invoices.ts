/** Paying invoices out of a balance, and giving such payments back. */
import { type Amount, floorTo, type Instant, least, minus, plus, sum, ZERO } from '@drawdown/domain/amounts';
import { accept, refuse } from '@drawdown/domain/decider';
import { type Balance, besideOf } from './balance';
import type { BalanceDecision, BalanceRefusal, CommandOf } from './commands';
import {
  allocated,
  type Allocation,
  drawDown,
  eligible,
  type Grant,
  GRANTS_MAX,
  type GrantTerms,
  grantTerms,
  split,
  termsOf,
  unheld,
} from './grants';
import { nextPaymentId, NO_PAYMENTS, reversedOf } from './invoice-payments';
import { Postings } from './postings';

/**
 * Characters of the terms that one payment carries, so that one append always takes it, and its reversal with an expiry of every
 * grant. About a thousand plain grants; with metadata as large as it may be, some twelve. Grants beyond it are left alone by this
 * payment, and what is missing remains due.
 */
export const PAYMENT_TERMS_CHARS_MAX = 160_000;

export function payInvoice(command: CommandOf<'PayInvoice'>, state: Balance): BalanceDecision {
  if (state.status === 'paused') return refuse({ code: 'balance_paused' });
  const { at, invoiceId, due, minorUnitDigits } = command;
  const unbilled = state.unbilled ?? ZERO;
  const billed = command.billed ?? least(unbilled, due);
  // A default cannot be negative where what is due is not.
  if (least(due, billed) < ZERO) return refuse({ code: 'amount_negative', amount: least(due, billed) });
  const wrong = fractionProblem(due, minorUnitDigits);
  if (wrong) return refuse(wrong);
  if (billed > unbilled) return refuse({ code: 'billed_exceeds_unbilled', unbilled, billed });
  const postings = Postings.on(state, at).expireHolds();
  const { grants } = postings.state;
  const amount = floorTo(least(due, payable(grants, at)), minorUnitDigits);
  // What is due stays due and may be tried again, and the usage that it bills goes on waiting with it.
  if (amount === ZERO && (due > ZERO || billed === ZERO)) return accept();
  const drawn = drawDown(grants, amount, at);
  const fields = {
    paymentId: nextPaymentId(state.invoicePayments ?? NO_PAYMENTS),
    invoiceId,
    due,
    amount,
    remaining: minus(due, amount),
    minorUnitDigits,
    billed,
    allocation: drawn.allocation,
    terms: termsIn(grants, drawn.allocation),
  };
  return postings.post('InvoicePaid', fields, drawn.grants, { ...besideOf(postings.state), unbilled: minus(unbilled, billed) }).done();
}

/** What one payment can take: all that is available, in as many grants as one event can tell the terms of. */
function payable(grants: readonly Grant[], at: Instant): Amount {
  let room = PAYMENT_TERMS_CHARS_MAX;
  const within = grants.filter((of) => eligible(of, at) && unheld(of) > ZERO && (room -= grantTerms.write(of).length) >= 0);
  return sum(within.map(unheld));
}

const termsIn = (grants: readonly Grant[], parts: Allocation): readonly GrantTerms[] => {
  const taken = new Set(parts.map((part) => part.grant));
  return grants.filter((of) => taken.has(of.id)).map(termsOf);
};

const fractionProblem = (amount: Amount, minorUnitDigits: number): BalanceRefusal | undefined =>
  floorTo(amount, minorUnitDigits) === amount ? undefined : { code: 'not_whole_minor_units', amount, minorUnitDigits };

export function reverseInvoicePayment(command: CommandOf<'ReverseInvoicePayment'>, state: Balance): BalanceDecision {
  const { paymentId, invoiceId, minorUnitDigits, allocation } = command.payment;
  if (command.amount !== undefined && command.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const wrong = fractionProblem(command.amount ?? ZERO, minorUnitDigits);
  if (wrong) return refuse(wrong);
  const before = reversedOf(state.invoicePayments ?? NO_PAYMENTS, paymentId);
  if (before === 'unknown') return refuse({ code: 'payment_not_found', paymentId });
  if (before === 'final') return refuse({ code: 'payment_final', paymentId });
  const left = minus(command.payment.amount, before);
  if (left === ZERO) return refuse({ code: 'nothing_to_reverse', paymentId, paid: command.payment.amount });
  const amount = command.amount ?? left;
  if (amount > left) return refuse({ code: 'reversal_exceeds_payment', left, requested: amount });
  const postings = Postings.on(state, command.at).expireHolds();
  const { grants } = postings.state;
  const returned = split([...split(allocation, left).first].reverse(), amount).first;
  const restored = command.payment.terms.filter(
    ({ id }) => returned.some((part) => part.grant === id) && !grants.some((of) => of.id === id),
  );
  if (grants.length + restored.length + (state.purchases?.pending.length ?? 0) > GRANTS_MAX)
    return refuse({ code: 'too_many_grants', max: GRANTS_MAX });
  const fields = {
    paymentId,
    invoiceId,
    amount,
    remaining: minus(left, amount),
    returned,
    restored,
    ...(command.reason !== undefined && { reason: command.reason }),
  };
  return postings
    .post('InvoicePaymentReversed', fields, withReturned(grants, restored, returned))
    .expireGrants(returned)
    .done();
}

function withReturned(grants: readonly Grant[], restored: readonly GrantTerms[], returned: Allocation): readonly Grant[] {
  const all = [...grants, ...restored.map((terms) => ({ ...terms, remaining: ZERO, held: ZERO }))];
  const missing = returned.find((part) => !all.some((of) => of.id === part.grant));
  if (missing || allocated(returned) === ZERO) throw new RangeError(`the payment does not tell grant ${missing?.grant ?? 'at all'}`);
  const amounts = new Map(returned.map((part) => [part.grant, part.amount]));
  return all.map((of) => {
    const amount = amounts.get(of.id);
    return amount === undefined ? of : { ...of, remaining: plus(of.remaining, amount) };
  });
}
