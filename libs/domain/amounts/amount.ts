/**
 * Exact amounts: a branded bigint counting 10^-9 units. No binary float ever holds one.
 * Outside (JSON, proto, command line) an amount is a decimal string.
 */

declare const brand: unique symbol;
export type Amount = bigint & { readonly [brand]: 'Amount' };

export const FRACTION_DIGITS_MAX = 9;
/** Digits before the point that a transport accepts: enough for a quadrillion, small enough that sums stay printable. */
export const INTEGER_DIGITS_MAX = 18;

const SCALE = 1_000_000_000n;
const SCALE_UNITS = 1_000_000_000;
const EXACT_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const ZERO_DIGIT = 48;
const DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

export const ZERO = 0n as Amount;

type AmountProblem = 'not_a_decimal' | 'too_many_fraction_digits' | 'too_large';

/** Says why a text is no amount. `code` is stable; the message is for people. */
export class AmountError extends Error {
  constructor(
    readonly code: AmountProblem,
    message: string,
  ) {
    super(message);
    this.name = 'AmountError';
  }
}

/**
 * Reads a decimal string such as "12.5" exactly. @throws AmountError when it is not one or has too many digits.
 * `wholeDigitsMax` is for sums from the log, which may have more digits than a transport accepts.
 */
export function amount(text: string, wholeDigitsMax: number = INTEGER_DIGITS_MAX): Amount {
  const units = smallUnits(text);
  if (units !== undefined && wholeDigitsMax >= SMALL_INTEGER_DIGITS_MAX) return BigInt(units) as Amount;
  const match = DECIMAL.exec(text);
  if (!match) throw new AmountError('not_a_decimal', 'must be a decimal string such as "12.50"');
  const [, sign, integer = '', fraction = ''] = match;
  if (fraction.length > FRACTION_DIGITS_MAX)
    throw new AmountError('too_many_fraction_digits', `must have at most ${FRACTION_DIGITS_MAX} digits after the point`);
  if (integer.length > wholeDigitsMax) throw new AmountError('too_large', `must have at most ${wholeDigitsMax} digits before the point`);
  const magnitude = BigInt(integer) * SCALE + BigInt(fraction.padEnd(FRACTION_DIGITS_MAX, '0'));
  return (sign === '-' ? -magnitude : magnitude) as Amount;
}

/** Digits before the point of 2^53 units. */
const SMALL_INTEGER_DIGITS_MAX = 7;
const SMALL_LENGTH_MAX = SMALL_INTEGER_DIGITS_MAX + 1 + FRACTION_DIGITS_MAX;
const POINT = 46;

/**
 * The units of a plain decimal that a double counts exactly; undefined for any other text, legal or not. Every line of usage has
 * half a dozen amounts, and read so each takes a fifth of the time.
 */
function smallUnits(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > SMALL_LENGTH_MAX) return undefined;
  let value = 0;
  let point = length;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - ZERO_DIGIT;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === POINT - ZERO_DIGIT && point === length && i > 0 && i < length - 1) point = i;
    else return undefined;
  }
  const fractionDigits = point === length ? 0 : length - point - 1;
  if (fractionDigits > FRACTION_DIGITS_MAX || (point > 1 && text.charCodeAt(0) === ZERO_DIGIT)) return undefined;
  // Rising: a value that was not exact leads to units that are not either, far beyond the bound.
  const units = value * POWERS_OF_TEN[FRACTION_DIGITS_MAX - fractionDigits]!;
  return units <= Number.MAX_SAFE_INTEGER ? units : undefined;
}

const POWERS_OF_TEN = Array.from({ length: FRACTION_DIGITS_MAX + 1 }, (_, power) => 10 ** power);

/** The shortest decimal string of an amount: no trailing zeros, no exponent, "-0" never. */
export function formatAmount(value: Amount): string {
  if (value === 0n) return '0';
  if (value < 0n) return `-${formatAmount(-value as Amount)}`;
  // Up to 2^53 of 10^-9 the figures of a double are exact, and many times faster than those of a bigint.
  if (value <= EXACT_MAX) {
    const units = Number(value);
    const fraction = units % SCALE_UNITS;
    const integer = (units - fraction) / SCALE_UNITS;
    return fraction === 0 ? `${integer}` : `${integer}.${withoutZeros(`${fraction + SCALE_UNITS}`)}`;
  }
  const fraction = value % SCALE;
  return fraction === 0n ? `${value / SCALE}` : `${value / SCALE}.${withoutZeros(`${fraction + SCALE}`)}`;
}

/** Digits after the leading one, without the zeros at the end. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO_DIGIT) end -= 1;
  return digits.slice(1, end);
}

export const plus = (a: Amount, b: Amount): Amount => (a + b) as Amount;
export const minus = (a: Amount, b: Amount): Amount => (a - b) as Amount;
export const least = (a: Amount, b: Amount): Amount => (a < b ? a : b);

export function sum(values: Iterable<Amount>): Amount {
  let total = 0n;
  for (const value of values) total += value;
  return total as Amount;
}

/** a x b, computed exactly and rounded once to 9 digits, half to even. */
export const timesHalfEven = (a: Amount, b: Amount): Amount => divideHalfEven(a * b, SCALE);

/** a / b, rounded once to 9 digits, half to even. `b` must not be zero. */
export const overHalfEven = (a: Amount, b: Amount): Amount => divideHalfEven(a * SCALE, b);

const HUNDRED = 100n;
/** `percent` of `whole`, rounded once to 9 digits, half to even. */
export const percentHalfEven = (base: Amount, percent: Amount): Amount => divideHalfEven(base * percent, HUNDRED * SCALE);

/** The greatest amount of at most so many digits after the point that is not above it. @throws RangeError for digits that no amount has. */
export function floorTo(value: Amount, fractionDigits: number): Amount {
  if (!Number.isInteger(fractionDigits) || fractionDigits < 0 || fractionDigits > FRACTION_DIGITS_MAX)
    throw new RangeError(`${fractionDigits} digits after the point`);
  const step = 10n ** BigInt(FRACTION_DIGITS_MAX - fractionDigits);
  const beyond = value % step;
  return (value - (beyond < 0n ? beyond + step : beyond)) as Amount;
}

function divideHalfEven(numerator: bigint, denominator: bigint): Amount {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  let quotient = n / d;
  const twice = (n % d) * 2n;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return (negative ? -quotient : quotient) as Amount;
}
