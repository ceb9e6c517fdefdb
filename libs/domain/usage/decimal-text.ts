/** The exact value of a number written in decimal, without any binary float: for quantities and for comparing numbers. */
import { type Amount, FRACTION_DIGITS_MAX, INTEGER_DIGITS_MAX } from '@drawdown/domain/amounts';

/** digits x 10^exponent; no zeros at either end of `digits`; zero is '' with exponent 0 and no sign. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** Longer exponents than this are out of every range anyway, and would not be exact as a number. */
const EXPONENT_DIGITS_MAX = 9;
// RFC 8259, section 6.
const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?)0*([0-9]+))?$/;

/** Reads a number as JSON writes numbers. Undefined when it is not one; 'out_of_range' when its exponent is absurd. */
function readDecimal(text: string): Decimal | 'out_of_range' | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, integer = '', fraction = '', exponentSign, exponentDigits = '0'] = match;
  const all = integer + fraction;
  const first = firstNonZero(all);
  if (first === all.length) return { negative: false, digits: '', exponent: 0 };
  if (exponentDigits.length > EXPONENT_DIGITS_MAX) return 'out_of_range';
  let end = all.length;
  while (all.charCodeAt(end - 1) === ZERO_CHAR) end -= 1;
  const shift = (exponentSign === '-' ? -1 : 1) * Number(exponentDigits);
  return {
    negative: sign === '-',
    digits: all.slice(first, end),
    exponent: shift - fraction.length + (all.length - end),
  };
}

const ZERO_CHAR = 0x30;

function firstNonZero(digits: string): number {
  let i = 0;
  while (digits.charCodeAt(i) === ZERO_CHAR) i += 1;
  return i;
}

/** Equal for two texts of the same value, such as `1`, `1.0` and `10e-1`; undefined for what is no number. */
export function valueKey(text: string): string | undefined {
  const decimal = readDecimal(text);
  if (decimal === undefined) return undefined;
  // An exponent that absurd: equal only to itself.
  if (decimal === 'out_of_range') return text;
  return `${decimal.negative ? '-' : ''}${decimal.digits}e${decimal.exponent}`;
}

type AmountOfText = Amount | 'not_a_number' | 'negative' | 'too_many_digits' | 'out_of_range';

/** What every text of up to this many digits and nothing else fits, so that it needs no closer look. */
const PLAIN_DIGITS_MAX = INTEGER_DIGITS_MAX;

/** A number as JSON writes it, as an amount that is not negative: exactly, or why not. */
export function amountOfText(text: string): AmountOfText {
  if (isPlain(text)) return (BigInt(text) * 1_000_000_000n) as Amount;
  const decimal = readDecimal(text);
  if (decimal === undefined) return 'not_a_number';
  if (decimal === 'out_of_range') return text.startsWith('-') ? 'negative' : /e-/i.test(text) ? 'too_many_digits' : 'out_of_range';
  const { negative, digits, exponent } = decimal;
  if (negative) return 'negative';
  if (digits.length + exponent > INTEGER_DIGITS_MAX) return 'out_of_range';
  if (-exponent > FRACTION_DIGITS_MAX) return 'too_many_digits';
  return (BigInt(digits || '0') * 10n ** BigInt(FRACTION_DIGITS_MAX + exponent)) as Amount;
}

function isPlain(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > PLAIN_DIGITS_MAX || (length > 1 && text.charCodeAt(0) === ZERO_CHAR)) return false;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c < ZERO_CHAR || c > ZERO_CHAR + 9) return false;
  }
  return true;
}
