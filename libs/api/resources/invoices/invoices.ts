/** Invoices paid out of wallets, and such payments given back. An invoice is known by its own id, whatever key it comes with. */
import type { Balance as BalanceMessage, InvoicePayment, ResponseOf } from '@drawdown/api/contract';
import {
  type Amount,
  currencyExponent,
  floorToMinorUnit,
  formatAmount,
  formatInstant,
  minorUnits,
  minus,
  plus,
  ZERO,
} from '@drawdown/domain/amounts';
import { readEvent, optional, reservedKeys } from '@drawdown/domain/decider';
import { type EventOf, reversedOf } from '@drawdown/domain/balance';
import { allocationMessages, balanceMessage } from '../balances/balance-message';
import { requireBalance } from '../balances/balances';
import { expectEvent, knownBy, readFresh, requireCustomer, walletsEnabled } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { type Fields, readRequest } from '../request/fields';
import { REASON_LENGTH_MAX } from '../top-ups/grant-request';
import type { Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { type BalanceTarget, changeBalance, readWallet } from '../balances/balance-target';

const INVOICE_ID_LENGTH_MAX = 128;
const REVERSAL_ID_LENGTH_MAX = 128;
const readInvoiceId = (from: Fields<{ readonly invoice_id?: string | undefined }>): string =>
  from.text('invoice_id', INVOICE_ID_LENGTH_MAX);

export const invoiceOperations = (parts: ApiParts): Pick<Handlers, 'PayInvoice' | 'ReverseInvoicePayment' | 'GetInvoicePayment'> => ({
  async PayInvoice(request, context) {
    const { target, asked } = readRequest(request, (from) => ({
      target: readWallet(from),
      asked: {
        invoiceId: readInvoiceId(from),
        due: from.amount('due', { atLeast: ZERO }),
        billed: from.optionalAmount('billed', { atLeast: ZERO }),
        currency: from.has('currency') ? from.currency() : undefined,
      },
    }));
    const { invoiceId, due, billed, currency } = asked;
    // A given `billed` is compared with the payment. Without it, the request means the billed amount of the first answer.
    const call = knownBy(context, reservedKeys.invoice(invoiceId), [formatAmount(due)]);
    const walletCurrency = await currencyOf(parts, target, currency);
    try {
      const { events, revision, balance } = await changeBalance(parts, call, target, async (at) => {
        const minorUnitDigits = payableDigits(walletCurrency, due);
        await walletsEnabled(parts);
        return { type: 'PayInvoice', at, invoiceId, due, minorUnitDigits, ...optional('billed', billed) };
      });
      // Nothing to pay with, or nothing to do, writes nothing, the key included.
      if (events.length === 0) return unpaid(due, revision, balance, due > ZERO ? 'insufficient_credits' : '');
      const payment = expectEvent(events, 'InvoicePaid');
      if (billed !== undefined && payment.billed !== billed) throw otherInvoice(payment);
      return paid(payment, revision, balance);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      const { code } = thrown.refusal;
      if (code === 'idempotency_conflict' && thrown.refusal.key === call.key)
        throw otherInvoice((await thePayment(parts, target, invoiceId)).payment);
      if (!PAYS_NOTHING.has(code)) throw thrown;
      const { state, revision } = await requireBalance(parts, target, undefined, context);
      return unpaid(due, revision, balanceMessage(state, revision, parts.clock(), {}), code);
    }
  },

  async ReverseInvoicePayment(request, context) {
    const { target, invoiceId, reversalId, asked } = readRequest(request, (from) => ({
      target: readWallet(from),
      invoiceId: readInvoiceId(from),
      reversalId: from.optionalText('reversal_id', REVERSAL_ID_LENGTH_MAX),
      asked: {
        ...optional('amount', from.optionalAmount('amount', { above: ZERO })),
        ...optional('reason', from.optionalText('reason', REASON_LENGTH_MAX)),
      },
    }));
    const body = [invoiceId, asked.amount === undefined ? undefined : formatAmount(asked.amount)];
    const call = reversalId === undefined ? context : knownBy(context, reservedKeys.reversal(reversalId), body);
    const { events, revision, balance } = await changeBalance(parts, call, target, async (at) => ({
      type: 'ReverseInvoicePayment',
      at,
      payment: (await thePayment(parts, target, invoiceId)).payment,
      ...asked,
    })).catch((thrown: unknown) => {
      if (
        reversalId !== undefined &&
        thrown instanceof Refused &&
        thrown.refusal.code === 'idempotency_conflict' &&
        thrown.refusal.key === call.key
      )
        throw new Refused({ code: 'reversal_conflict', reversalId });
      throw thrown;
    });
    const { amount, remaining, returned } = expectEvent(events, 'InvoicePaymentReversed');
    const { payment } = await thePayment(parts, target, invoiceId);
    return {
      revision,
      balance,
      reversed: formatAmount(amount),
      returned: allocationMessages(returned),
      payment: paymentMessage(payment, minus(payment.amount, remaining), remaining),
    };
  },

  async GetInvoicePayment(request, context) {
    const { target, invoiceId, wanted } = readRequest(request, (from) => ({
      target: readWallet(from),
      invoiceId: readInvoiceId(from),
      wanted: from.revision('min_revision'),
    }));
    await requireBalance(parts, target, wanted, context);
    const { payment, revision: since } = await thePayment(parts, target, invoiceId);
    // Loaded after the payment was found, so that the state knows of it.
    const { state, revision } = await requireBalance(parts, target, wanted, context);
    const known = state.invoicePayments ? reversedOf(state.invoicePayments, payment.paymentId) : ZERO;
    const reversed = typeof known === 'string' ? await reversedSince(parts, target, payment.paymentId, since, revision) : known;
    const reversible = typeof known === 'string' || state.status === 'closed' ? ZERO : minus(payment.amount, reversed);
    return { revision, as_of: formatInstant(parts.clock()), payment: paymentMessage(payment, reversed, reversible) };
  },
});

/** Refusals of the balance and the settings that are answers here: the invoice stays due, and may be tried again. */
const PAYS_NOTHING: ReadonlySet<string> = new Set(['balance_paused', 'balance_closed', 'wallets_disabled']);

/** Of the wallet. An invoice in another currency is another invoice, whatever was paid under its id, and is refused paused or not. */
async function currencyOf(parts: ApiParts, { customerId }: BalanceTarget, invoiceCurrency: string | undefined): Promise<string> {
  const { currency } = await requireCustomer(parts, customerId);
  if (invoiceCurrency !== undefined && invoiceCurrency !== currency)
    throw new Refused({ code: 'invoice_in_other_currency', currency: invoiceCurrency, walletCurrency: currency });
  return currency;
}

/** Digits of the currency's minor unit. An amount that cannot be paid is refused, also if nothing would be paid now. */
function payableDigits(currency: string, due: Amount): number {
  const minorUnitDigits = currencyExponent(currency);
  if (minorUnitDigits === undefined) throw new Error(`a wallet has the unknown currency ${currency}`);
  if (minorUnits(due, minorUnitDigits) === undefined)
    throw new Refused({ code: 'not_whole_minor_units', amount: due, minorUnitDigits }, 'due');
  return minorUnitDigits;
}

type InvoicePaid = EventOf<'InvoicePaid'>;

/** @throws Refused invoice_not_paid, balance_not_found */
const thePayment = (
  { ledger }: ApiParts,
  { aggregate, stream }: BalanceTarget,
  invoiceId: string,
): Promise<{ readonly payment: InvoicePaid; readonly revision: number }> =>
  readFresh(ledger, aggregate, stream, async ({ revision }) => {
    const recorded = await ledger.recorded(aggregate, stream, reservedKeys.invoice(invoiceId));
    if (!recorded) throw new Refused(revision < 0 ? { code: 'balance_not_found' } : { code: 'invoice_not_paid', invoiceId });
    return { payment: expectEvent(recorded.events, 'InvoicePaid'), revision: recorded.revision };
  });

const otherInvoice = ({ invoiceId, due, billed }: InvoicePaid): Refused =>
  new Refused({ code: 'invoice_conflict', invoiceId, due, billed });

/** For a payment that the balance does not remember any more. Its cost grows with the history after the payment. */
async function reversedSince(
  { log }: ApiParts,
  { aggregate, stream }: BalanceTarget,
  paymentId: string,
  since: number,
  last: number,
): Promise<Amount> {
  let reversed = ZERO;
  for (let from = since + 1; from <= last;) {
    const page = await log.readStream(stream, { from });
    if (page.length === 0) break;
    for (const recorded of page) {
      const event = readEvent(aggregate, recorded.type, recorded.data);
      if (event.type === 'InvoicePaymentReversed' && event.paymentId === paymentId) reversed = plus(reversed, event.amount);
    }
    from += page.length;
  }
  return reversed;
}

const unpaid = (due: Amount, revision: number, balance: BalanceMessage, reason: string): ResponseOf<'PayInvoice'> => ({
  revision,
  balance,
  paid: formatAmount(ZERO),
  remaining: formatAmount(due),
  reason,
  payment: undefined,
});

const paid = (payment: InvoicePaid, revision: number, balance: BalanceMessage): ResponseOf<'PayInvoice'> => ({
  revision,
  balance,
  paid: formatAmount(payment.amount),
  remaining: formatAmount(payment.remaining),
  reason: whyRemaining(payment),
  payment: paymentMessage(payment, ZERO, payment.amount),
});

/** One payment takes from a limited number of grants. The rest of the available amount stays available. */
function whyRemaining({ remaining, minorUnitDigits, figures: { available } }: InvoicePaid): string {
  if (remaining === ZERO) return '';
  return floorToMinorUnit(available, minorUnitDigits) > ZERO ? 'too_many_grants' : 'insufficient_credits';
}

const paymentMessage = (payment: InvoicePaid, reversed: Amount, reversible: Amount): InvoicePayment => ({
  invoice_id: payment.invoiceId,
  payment_id: payment.paymentId,
  due: formatAmount(payment.due),
  paid: formatAmount(payment.amount),
  remaining: formatAmount(payment.remaining),
  billed: formatAmount(payment.billed),
  reversed: formatAmount(reversed),
  reversible: formatAmount(reversible),
  allocations: allocationMessages(payment.allocation),
  paid_at: formatInstant(payment.at),
});
