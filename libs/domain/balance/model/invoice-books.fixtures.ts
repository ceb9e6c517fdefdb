/** What the test's own books (`books.fixtures.ts`) keep of invoices: each payment has an account of its own in every grant it took from. */
import { amount, type Amount } from '@drawdown/domain/amounts';
import type { BalanceCommand } from '../balance';
import type { InvoicePayment } from '../invoices/invoices.events';
import { list, type ModelGrants, smaller, spent, sumOf, type Taken, total, value, warning } from './grants.fixtures';
import { decimal } from './sentences.fixtures';

type Asked<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

export class InvoiceBooks {
  /** Every payment there ever was, as it was recorded. */
  readonly payments: InvoicePayment[] = [];
  /** So many of them are of a life that has ended. */
  private former = 0;

  constructor(private readonly grants: ModelGrants) {}

  begun = (): void => void (this.former = this.payments.length);

  /** The words of the payment, and how much usage it bills; undefined when there is nothing to do. */
  pay(
    { invoiceId, due, minorUnitDigits, billed }: Asked<'PayInvoice'>,
    now: number,
    unbilled: bigint,
  ): { words: string; billing: bigint } | string | undefined {
    const billing = billed ?? smaller(unbilled, due);
    if (billing > unbilled) return 'billed_exceeds_unbilled';
    const paymentId = `i${this.payments.length + 1}`;
    const most = cut(smaller(due, this.grants.available(now)), minorUnitDigits);
    if (most === 0n && (due > 0n || billing === 0n)) return undefined;
    const taken = this.grants.take(most, now, `paid ${paymentId}`);
    const terms = taken.map(([id]) => this.grants.all.find((grant) => grant.id === id)!.terms);
    const allocation = taken.map(([grant, n]) => ({ grant, amount: n as Amount }));
    this.payments.push({ paymentId, invoiceId, amount: most, minorUnitDigits, allocation, terms });
    const remaining = due - most;
    const words = `paid ${paymentId}:${decimal(most)} of ${decimal(due)} for ${invoiceId} out of ${list(taken)}${nonZero(remaining, 'remaining')}${nonZero(billing, 'billed')}`;
    return { words, billing };
  }

  /** The words of the reversal, and the grants that got something back; or the refusal. */
  reverse(
    { payment: { paymentId, invoiceId }, amount: asked }: Asked<'ReverseInvoicePayment'>,
    now: number,
  ): { words: string; back: Taken } | string {
    const nth = this.payments.findIndex((payment) => payment.paymentId === paymentId);
    if (nth < 0) return 'payment_not_found';
    if (nth < this.former) return 'payment_final';
    const account = `paid ${paymentId}`;
    const from = this.payments[nth]!.terms.map(({ id }) => this.grants.all.find((grant) => grant.id === id)!);
    const left = () => total(from.map((grant) => value(grant, account)));
    if (left() === 0n) return 'nothing_to_reverse';
    const wanted = asked ?? left();
    if (wanted > left()) return 'reversal_exceeds_payment';
    const gone = from.filter((grant) => spent(grant, this.grants.heldIn(grant)));
    const back: [string, bigint][] = [];
    for (const grant of [...from].reverse()) {
      const n = smaller(wanted - sumOf(back), value(grant, account));
      if (n > 0n) back.push([grant.id, this.grants.move(grant, account, 'free', n)]);
    }
    const again = gone.filter((grant) => back.some(([id]) => id === grant.id));
    for (const grant of again) [grant.awaited, grant.warns] = [grant.begins > now, warning(grant.ends, now)];
    const words =
      `reversed ${paymentId}:${decimal(wanted)} for ${invoiceId} to ${list(back)}` +
      `${again.map(({ id }) => `, ${id} again`).join('')}${nonZero(left(), 'remaining')}`;
    return { words, back };
  }
}

const nonZero = (n: bigint, what: string): string => (n === 0n ? '' : `, ${decimal(n)} ${what}`);

/** On the written number: whatever digits there are beyond are cut off. */
export function cut(n: bigint, digits: number): Amount {
  const [integer = '', fraction = ''] = decimal(n).split('.');
  return amount(digits === 0 ? integer : `${integer}.${fraction.slice(0, digits).padEnd(digits, '0')}`);
}
