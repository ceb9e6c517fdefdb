/** The state of invoice payments of a balance: their number, and the returned amount of each. Pure. */
import { type Amount, plus, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { ordinalOf } from '../ordinals';

/**
 * Payments of which the balance remembers how much was given back. Beyond it the oldest of them is final: it cannot be reversed
 * any further, and neither can those before it.
 */
export const REVERSED_PAYMENTS_MAX = 256;

export const invoicePayments = shape.record({
  /** How many there were: the next is `i{count + 1}`. */
  count: shape.integer,
  /** Up to this number they are final. */
  finalUpTo: shape.integer,
  /** In order of number. */
  reversed: shape.list(shape.record({ payment: shape.integer, amount: shape.amount })),
});
type InvoicePayments = shape.TypeOf<typeof invoicePayments>;

export const NO_PAYMENTS: InvoicePayments = { count: 0, finalUpTo: 0, reversed: [] };

export const nextPaymentId = ({ count }: InvoicePayments): string => `i${count + 1}`;
export const oneMore = (payments: InvoicePayments): InvoicePayments => ({ ...payments, count: payments.count + 1 });

/** The returned amount of a payment. `unknown`: there never was such a payment. `final`: its state is no longer kept. */
export function reversedOf({ count, finalUpTo, reversed }: InvoicePayments, paymentId: string): Amount | 'unknown' | 'final' {
  const payment = ordinalOf('i', paymentId);
  if (payment === undefined || payment > count) return 'unknown';
  if (payment <= finalUpTo) return 'final';
  return reversed.find((each) => each.payment === payment)?.amount ?? ZERO;
}

export function withReversed(payments: InvoicePayments, paymentId: string, amount: Amount): InvoicePayments {
  const payment = ordinalOf('i', paymentId) ?? 0;
  const before = payments.reversed.find((each) => each.payment === payment)?.amount ?? ZERO;
  const others = payments.reversed.filter((each) => each.payment !== payment);
  const reversed = [...others, { payment, amount: plus(before, amount) }].sort((a, b) => a.payment - b.payment);
  const [oldest, ...rest] = reversed;
  return oldest && reversed.length > REVERSED_PAYMENTS_MAX
    ? { ...payments, finalUpTo: oldest.payment, reversed: rest }
    : { ...payments, reversed };
}

/** The payments before a close: their grants were closed, and the next wallet may have another currency. */
export const allFinal = ({ count }: InvoicePayments): InvoicePayments => ({ count, finalUpTo: count, reversed: [] });
