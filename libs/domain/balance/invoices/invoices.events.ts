/** The events of invoices and a balance. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { movement } from '../figures';
import { allocation, grantTerms } from '../grants/grant';

const at = shape.instant;

export const invoiceEvents = {
  InvoicePaid: shape.record({
    at,
    /** `i1`, `i2`, ... unique within its balance forever. */
    paymentId: shape.text,
    /** The account's own. */
    invoiceId: shape.text,
    due: shape.amount,
    /** Taken, in whole minor units. Zero if nothing was due and usage was settled. */
    amount: shape.amount,
    /** The rest of the amount due, to be paid by other means. */
    remaining: shape.amount,
    minorUnitDigits: shape.integer,
    /** Usage that waits no more, because this invoice bills it. */
    billed: shape.amount,
    allocation,
    /** Of the grants it took from, so that a reversal can bring back one that is spent and forgotten. */
    terms: shape.list(grantTerms),
    ...movement,
  }),
  InvoicePaymentReversed: shape.record({
    at,
    paymentId: shape.text,
    invoiceId: shape.text,
    amount: shape.amount,
    /** Of the payment: not given back yet. */
    remaining: shape.amount,
    returned: allocation,
    /** Those of the grants that were spent and are there again. */
    restored: shape.list(grantTerms),
    reason: shape.maybe(shape.text),
    ...movement,
  }),
} as const;

/** The facts about a payment that a reversal needs. */
export type InvoicePayment = Pick<
  shape.TypeOf<typeof invoiceEvents.InvoicePaid>,
  'paymentId' | 'invoiceId' | 'amount' | 'minorUnitDigits' | 'allocation' | 'terms'
>;
