/**
 * Amounts as Stripe's API counts them: whole numbers of a minor unit that is mostly, but not always, that of ISO 4217.
 * Source: https://docs.stripe.com/currencies, "Minor units in API amounts", "Zero-decimal currencies", "Three-decimal currencies"
 * and "Special cases".
 */
import { type Amount, currencyExponent, fromMinorUnits, minorUnits } from '@drawdown/domain/amounts';

/**
 * Digits that Stripe counts where they are not those of ISO 4217. ISK and UGX have no minor unit any more, but go over the wire
 * with two digits that have to be 00. (UGX stands in the list of zero-decimal currencies, too; the special case says what to
 * send.) MGA has fifths, and goes over the wire whole.
 */
const DIGITS_ON_THE_WIRE: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };
const THREE_DIGITS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
/** The last digit of a three-decimal amount has to be 0. */
const THREE_DIGITS_STEP = 10n;
/** What the API documents for card payments: 12 digits. */
const UNITS_MAX = 999_999_999_999n;

type AmountProblem = 'currency_not_supported' | 'amount_not_representable' | 'amount_too_large';

/** Digits on the wire; undefined where the documentation does not say them. */
function digitsOf(currency: string): number | undefined {
  const exponent = currencyExponent(currency);
  if (exponent === undefined || (exponent === 3 && !THREE_DIGITS.has(currency))) return undefined;
  return DIGITS_ON_THE_WIRE[currency] ?? exponent;
}

/** How an amount is sent; otherwise why it cannot be. */
export function toStripe(money: Amount, currency: string): number | AmountProblem {
  const digits = digitsOf(currency);
  const exponent = currencyExponent(currency);
  if (digits === undefined || exponent === undefined) return 'currency_not_supported';
  const units = minorUnits(money, digits);
  if (units === undefined || units <= 0n || minorUnits(money, Math.min(digits, exponent)) === undefined) return 'amount_not_representable';
  if (THREE_DIGITS.has(currency) && units % THREE_DIGITS_STEP !== 0n) return 'amount_not_representable';
  return units > UNITS_MAX ? 'amount_too_large' : Number(units);
}

/** What was paid; undefined when it is no amount of a currency that is known. @param currency as Stripe writes it: in lower case */
export function fromStripe(units: unknown, currency: unknown): { readonly amount: Amount; readonly currency: string } | undefined {
  if (typeof units !== 'number' || !Number.isSafeInteger(units) || units < 0 || typeof currency !== 'string') return undefined;
  const code = currency.toUpperCase();
  const digits = digitsOf(code);
  if (digits === undefined) return undefined;
  return { amount: fromMinorUnits(BigInt(units), digits), currency: code };
}
