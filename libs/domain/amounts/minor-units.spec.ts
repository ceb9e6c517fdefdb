import { amount, formatAmount } from './amount';
import { ceilingToMinorUnit, floorToMinorUnit, fromMinorUnits, minorUnits } from './minor-units';

describe('minor units', () => {
  it.each([
    ['12.34', 2, 1234n],
    ['0', 2, 0n],
    ['-0.01', 2, -1n],
    ['500', 0, 500n],
    ['5.124', 3, 5124n],
    ['999999999999999999', 2, 99999999999999999900n],
  ])('of %s with %i digits are %s, and back', (text, exponent, units) => {
    expect(minorUnits(amount(text), exponent)).toBe(units);
    expect(formatAmount(fromMinorUnits(units, exponent))).toBe(text);
  });

  it.each([
    ['12.345', 2],
    ['0.000000001', 2],
    ['0.5', 0],
    ['1.0001', 3],
  ])('of %s with %i digits are no whole number', (text, exponent) => expect(minorUnits(amount(text), exponent)).toBeUndefined());

  it.each([
    ['12.34', 2, '12.34', '12.34'],
    ['12.340000001', 2, '12.34', '12.35'],
    ['12.349999999', 2, '12.34', '12.35'],
    ['0.1', 0, '0', '1'],
    ['0', 3, '0', '0'],
  ])('around %s with %i digits are %s below and %s above', (text, exponent, below, above) => {
    expect(formatAmount(floorToMinorUnit(amount(text), exponent))).toBe(below);
    expect(formatAmount(ceilingToMinorUnit(amount(text), exponent))).toBe(above);
  });

  it('are not rounded below zero, where down and up would change places', () => {
    expect(() => floorToMinorUnit(amount('-0.001'), 2)).toThrow(RangeError);
    expect(() => ceilingToMinorUnit(amount('-0.001'), 2)).toThrow(RangeError);
  });
});
