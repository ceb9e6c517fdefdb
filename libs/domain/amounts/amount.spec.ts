import fc from 'fast-check';
import {
  type Amount,
  amount,
  AmountError,
  floorTo,
  formatAmount,
  FRACTION_DIGITS_MAX,
  INTEGER_DIGITS_MAX,
  least,
  minus,
  overHalfEven,
  percentHalfEven,
  plus,
  sum,
  timesHalfEven,
  ZERO,
} from './amount';

const SEED = 20_260_301;
const always = <T>(arbitrary: fc.Arbitrary<T>, claim: (value: T) => void) =>
  fc.assert(fc.property(arbitrary, claim), { seed: SEED, numRuns: 2_000 });
const amounts = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }).map((value) => value as Amount);
const notZero = amounts.filter((value) => value !== 0n);

function codeOf(text: string): string {
  try {
    return formatAmount(amount(text));
  } catch (error) {
    return error instanceof AmountError ? error.code : String(error);
  }
}

describe('an amount', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['1', 1_000_000_000n],
    ['12.50', 12_500_000_000n],
    ['-12.5', -12_500_000_000n],
    ['0.000000001', 1n],
    ['-0.000000001', -1n],
    ['0.100000000', 100_000_000n],
    ['0.5', 500_000_000n],
    // The last that is read by way of a binary float, and the first two that are not.
    ['9007199.254740991', 9_007_199_254_740_991n],
    ['9007199.254740992', 9_007_199_254_740_992n],
    ['9007199.254740993', 9_007_199_254_740_993n],
    ['9999999.999999999', 9_999_999_999_999_999n],
    ['12345678901234567', 12_345_678_901_234_567_000_000_000n],
    // Past what a binary float holds exactly.
    ['9007199254740993', 9_007_199_254_740_993_000_000_000n],
    ['999999999999999999.999999999', 999_999_999_999_999_999_999_999_999n],
  ])('is read from %s', (text, units) => expect(amount(text)).toBe(units));

  it.each([
    ['', 'not_a_decimal'],
    [' 1', 'not_a_decimal'],
    ['1\n', 'not_a_decimal'],
    ['+1', 'not_a_decimal'],
    ['--1', 'not_a_decimal'],
    ['01', 'not_a_decimal'],
    ['1.', 'not_a_decimal'],
    ['.5', 'not_a_decimal'],
    ['.', 'not_a_decimal'],
    ['1.2.3', 'not_a_decimal'],
    ['00', 'not_a_decimal'],
    ['00.5', 'not_a_decimal'],
    ['1.0000000000', 'too_many_fraction_digits'],
    ['1e3', 'not_a_decimal'],
    ['1,5', 'not_a_decimal'],
    ['1_000', 'not_a_decimal'],
    ['0x10', 'not_a_decimal'],
    ['NaN', 'not_a_decimal'],
    ['Infinity', 'not_a_decimal'],
    ['１', 'not_a_decimal'],
    ['0.0000000001', 'too_many_fraction_digits'],
    ['0.0000000000', 'too_many_fraction_digits'],
    ['1000000000000000000', 'too_large'],
    ['-1000000000000000000', 'too_large'],
  ])('is not read from %j: %s', (text, code) => {
    expect(() => amount(text)).toThrow(AmountError);
    expect(codeOf(text)).toBe(code);
  });

  it('takes every digit that it may have, and none more', () => {
    const digits = '9'.repeat(INTEGER_DIGITS_MAX);
    const fraction = '9'.repeat(FRACTION_DIGITS_MAX);
    expect(formatAmount(amount(`${digits}.${fraction}`))).toBe(`${digits}.${fraction}`);
    expect(() => amount(`9${digits}`)).toThrow('must have at most 18 digits before the point');
    expect(() => amount(`0.${fraction}9`)).toThrow('must have at most 9 digits after the point');
  });

  it('that has grown in the log is read back whole', () => expect(amount(`1${'0'.repeat(30)}`, Infinity)).toBe(10n ** 39n));

  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [100_000_000n, '0.1'],
    [1_000_000_000n, '1'],
    [-1_230_000_000n, '-1.23'],
    [10_000_000_000n, '10'],
  ])('%s units are written %s', (units, text) => expect(formatAmount(units as Amount)).toBe(text));

  it('is the same after it was written and read', () =>
    always(amounts, (value) => expect(amount(formatAmount(value), Infinity)).toBe(value)));

  it('is written as short as can be', () =>
    always(amounts, (value) => expect(formatAmount(value)).toMatch(/^(?:0|-?(?:[1-9][0-9]*|0\.[0-9]*[1-9]|[1-9][0-9]*\.[0-9]*[1-9]))$/)));

  it('adds, subtracts and compares', () =>
    always(fc.tuple(amounts, amounts), ([a, b]) => {
      expect(plus(minus(a, b), b)).toBe(a);
      expect(sum([a, b, ZERO])).toBe(plus(a, b));
      expect(least(a, b)).toBe(least(b, a));
      expect(least(a, b) <= a && least(a, b) <= b).toBe(true);
    }));
});

/**
 * An oracle that divides nothing: `rounded` is numerator / denominator half to even exactly when twice their distance is
 * less than one unit, or one unit and `rounded` is even. Signs are handled by multiplying, never by rounding.
 */
function isHalfEven(rounded: bigint, numerator: bigint, denominator: bigint): boolean {
  const apart = (rounded * denominator - numerator) * 2n;
  const distance = apart < 0n ? -apart : apart;
  const unit = denominator < 0n ? -denominator : denominator;
  return distance < unit || (distance === unit && (rounded & 1n) === 0n);
}
const SCALE = 10n ** 9n;

describe('rounding half to even', () => {
  it('is exact for every product', () =>
    always(fc.tuple(amounts, amounts), ([a, b]) => expect(isHalfEven(timesHalfEven(a, b), a * b, SCALE)).toBe(true)));

  it('is exact for every quotient', () =>
    always(fc.tuple(amounts, notZero), ([a, b]) => expect(isHalfEven(overHalfEven(a, b), a * SCALE, b)).toBe(true)));

  it('is exact for every percentage', () =>
    always(fc.tuple(amounts, amounts), ([a, b]) => expect(isHalfEven(percentHalfEven(a, b), a * b, 100n * SCALE)).toBe(true)));

  it('meets ties, and takes the even neighbour on both sides of zero', () =>
    always(fc.bigInt({ min: -1_000_000n, max: 1_000_000n }), (n) => {
      const tie = ((n * 2n + 1n) * (SCALE / 2n)) as Amount;
      const rounded = timesHalfEven(tie, 1n as Amount);
      expect(rounded % 2n).toBe(0n);
      expect(isHalfEven(rounded, tie, SCALE)).toBe(true);
    }));

  it.each([
    ['0.5', '0.000000001', '0'],
    ['1.5', '0.000000001', '0.000000002'],
    ['2.5', '0.000000001', '0.000000002'],
    ['-0.5', '0.000000001', '0'],
    ['-1.5', '0.000000001', '-0.000000002'],
    ['2.500000001', '0.000000001', '0.000000003'],
    ['2.499999999', '0.000000001', '0.000000002'],
  ])('%s x %s is %s', (a, b, product) => expect(formatAmount(timesHalfEven(amount(a), amount(b)))).toBe(product));

  it('has no quotient by zero', () => expect(() => overHalfEven(amount('1'), ZERO)).toThrow(RangeError));
});

describe('cutting to fewer digits', () => {
  it.each([
    ['1.239999999', 2, '1.23'],
    ['1.23', 2, '1.23'],
    ['0.000000001', 9, '0.000000001'],
    ['0.999999999', 0, '0'],
    ['-1.231', 2, '-1.24'],
    ['-1.23', 2, '-1.23'],
  ])('%s to %i is %s', (value, digits, cut) => expect(formatAmount(floorTo(amount(value), digits))).toBe(cut));

  it.each([-1, 10, 1.5, NaN])('to %d digits is a bug', (digits) => expect(() => floorTo(amount('1'), digits)).toThrow(RangeError));
});
