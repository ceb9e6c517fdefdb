import { amount, formatAmount } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { amountOfText, valueKey } from './decimal-text';

describe('a number as text', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['0e999999999999', '0'],
    ['1e3', '1000'],
    ['1E+3', '1000'],
    ['1.5e1', '15'],
    ['12345e-3', '12.345'],
    ['0.10', '0.1'],
    ['1.0000000000', '1'],
    ['9007199254740993', '9007199254740993'],
    ['0.000000001', '0.000000001'],
    ['1e-9', '0.000000001'],
    ['999999999999999999.999999999', '999999999999999999.999999999'],
    ['1e17', '100000000000000000'],
    ['100000000000000000000e-3', '100000000000000000'],
    ['1e0000000000001', '10'],
  ])('%s is exactly %s', (text, exact) => expect(amountOfText(text)).toBe(amount(exact)));

  it.each([
    ['out_of_range', '1e18'],
    ['out_of_range', '1000000000000000000'],
    ['out_of_range', '1e309'],
    ['out_of_range', '1e999999999999'],
    ['too_many_digits', '1e-10'],
    ['too_many_digits', '0.1234567891'],
    ['too_many_digits', '1e-999999999999'],
    ['negative', '-1'],
    ['negative', '-1e309'],
    ['negative', '-1e999999999999'],
    ['negative', '-0.0000000001'],
    ['not_a_number', ''],
    ['not_a_number', ' 1'],
    ['not_a_number', '1,5'],
    ['not_a_number', '01'],
    ['not_a_number', '+1'],
    ['not_a_number', '.5'],
    ['not_a_number', '5.'],
    ['not_a_number', '0x10'],
    ['not_a_number', 'NaN'],
    ['not_a_number', '1_000'],
    ['not_a_number', '１'],
    ['not_a_number', '1\n'],
  ])('is refused as %s: %j', (problem, text) => expect(amountOfText(text)).toBe(problem));

  const decimal = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 9n - 1n }))
    .map(([integer, fraction]) => `${integer}.${fraction.toString().padStart(9, '0')}`);

  it('makes the whole way to an amount and back', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        const read = amountOfText(text);
        expect(read).toBe(amount(text));
        if (typeof read === 'bigint') expect(amountOfText(formatAmount(read))).toBe(read);
      }),
    );
  });

  it('is the same value wherever its point is moved to', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).filter((n) => n !== 0n),
        fc.nat(20),
        (digits, places) => {
          const integer = digits.toString();
          expect(valueKey(`${integer}${'0'.repeat(places)}e-${places}`)).toBe(valueKey(integer));
          expect(valueKey(`${integer}.${'0'.repeat(places + 1)}`)).toBe(valueKey(integer));
          expect(valueKey(`${integer}1`)).not.toBe(valueKey(integer));
        },
      ),
    );
  });

  it('tells values apart that a float cannot', () => {
    expect(valueKey('9007199254740993')).not.toBe(valueKey('9007199254740992'));
    expect(valueKey('x')).toBeUndefined();
    expect(valueKey('-0')).toBe(valueKey('0'));
  });
});
