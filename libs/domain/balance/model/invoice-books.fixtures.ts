/** What the test's own books (`books.fixtures.ts`) keep of invoices: each payment has an account of its own in every grant it took from. */
import { amount, type Amount } from '@drawdown/domain/amounts';
import type { BalanceCommand } from '../balance';
import type { InvoicePayment } from '../invoices/invoices.events';
import { list, type Parcels, smaller, spent, sumOf, type Taken, total, value, warning } from './grants.fixtures';
import { told9 } from './sentences.fixtures';

type Asked<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

export class InvoiceBooks {
  /** Every payment there ever was, as it was recorded. */
  readonly payments: InvoicePayment[] = [];
  /** So many of them are of a life that has ended. */
  private former = 0;

  constructor(private readonly grants: Parcels) {}

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
    const terms = taken.map(([id]) => this.grants.all.find((of) => of.id === id)!.terms);
    const allocation = taken.map(([grant, n]) => ({ grant, amount: n as Amount }));
    this.payments.push({ paymentId, invoiceId, amount: most, minorUnitDigits, allocation, terms });
    const remaining = due - most;
    const words = `paid ${paymentId}:${told9(most)} of ${told9(due)} for ${invoiceId} out of ${list(taken)}${of(remaining, 'remaining')}${of(billing, 'billed')}`;
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
    const from = this.payments[nth]!.terms.map(({ id }) => this.grants.all.find((of) => of.id === id)!);
    const left = () => total(from.map((of) => value(of, account)));
    if (left() === 0n) return 'nothing_to_reverse';
    const wanted = asked ?? left();
    if (wanted > left()) return 'reversal_exceeds_payment';
    const gone = from.filter((of) => spent(of, this.grants.heldIn(of)));
    const back: [string, bigint][] = [];
    for (const of of [...from].reverse()) {
      const n = smaller(wanted - sumOf(back), value(of, account));
      if (n > 0n) back.push([of.id, this.grants.move(of, account, 'free', n)]);
    }
    const again = gone.filter((of) => back.some(([id]) => id === of.id));
    for (const of of again) [of.awaited, of.warns] = [of.begins > now, warning(of.ends, now)];
    const words =
      `reversed ${paymentId}:${told9(wanted)} for ${invoiceId} to ${list(back)}` +
      `${again.map(({ id }) => `, ${id} again`).join('')}${of(left(), 'remaining')}`;
    return { words, back };
  }
}

const of = (n: bigint, what: string): string => (n === 0n ? '' : `, ${told9(n)} ${what}`);

/** On the written number: whatever digits there are beyond are cut off. */
export function cut(n: bigint, digits: number): Amount {
  const [whole = '', fraction = ''] = told9(n).split('.');
  return amount(digits === 0 ? whole : `${whole}.${fraction.slice(0, digits).padEnd(digits, '0')}`);
}
