import { currencyExponent, isCurrency } from './currency';

describe('a currency', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['ISK', 0],
    ['KWD', 3],
    ['IQD', 3],
  ])('%s has %i digits in its minor unit', (code, exponent) => expect(currencyExponent(code)).toBe(exponent));

  it.each(['', 'eur', 'EURO', 'EU', 'ABC', 'XXX', 'XTS', 'XAU', 'XDR', 'USN', 'CLF', 'UYI', 'DEM', 'toString', '__proto__', 'constructor'])(
    '%j is none that a wallet may be kept in',
    (code) => {
      expect(isCurrency(code)).toBe(false);
      expect(currencyExponent(code)).toBeUndefined();
    },
  );

  it('is known to the runtime too', () => {
    const known = new Set(Intl.supportedValuesOf('currency'));
    // In force by ISO 4217, and not in the tables of every runtime that we run on.
    const recent = ['VED', 'XCG', 'ZWG'];
    const all = Array.from({ length: 26 ** 3 }, (_, i) =>
      String.fromCharCode(65 + Math.floor(i / 676), 65 + (Math.floor(i / 26) % 26), 65 + (i % 26)),
    );
    const listed = all.filter(isCurrency);
    expect(listed.filter((code) => !known.has(code) && !recent.includes(code))).toEqual([]);
    expect(listed.length).toBeGreaterThan(150);
  });
});
