import { amount, formatAmount } from '@drawdown/domain/amounts';
import { fromStripe, toStripe } from './stripe-amounts';

describe('an amount at Stripe', () => {
  it.each([
    ['12.34', 'EUR', 1_234],
    ['0.01', 'USD', 1],
    ['500', 'JPY', 500],
    ['500', 'XOF', 500],
    ['5.12', 'KWD', 5_120],
    ['10.45', 'HUF', 1_045],
    ['800.45', 'TWD', 80_045],
    // No minor unit in ISO 4217, and two digits on the wire.
    ['5', 'ISK', 500],
    ['5', 'UGX', 500],
    // A minor unit in ISO 4217, and none on the wire.
    ['5', 'MGA', 5],
    ['9999999999.99', 'EUR', 999_999_999_999],
  ])('of %s %s is %i, and back', (text, currency, units) => {
    expect(toStripe(amount(text), currency)).toBe(units);
    const back = fromStripe(units, currency.toLowerCase());
    expect(back && [formatAmount(back.amount), back.currency]).toEqual([text, currency]);
  });

  it.each([
    ['5.124', 'KWD', 'amount_not_representable'],
    ['5.5', 'ISK', 'amount_not_representable'],
    ['5.01', 'UGX', 'amount_not_representable'],
    ['5.2', 'MGA', 'amount_not_representable'],
    ['0.5', 'JPY', 'amount_not_representable'],
    ['0.001', 'EUR', 'amount_not_representable'],
    ['0', 'EUR', 'amount_not_representable'],
    ['-1', 'EUR', 'amount_not_representable'],
    ['10000000000', 'EUR', 'amount_too_large'],
    ['5', 'IQD', 'currency_not_supported'],
    ['5', 'LYD', 'currency_not_supported'],
    ['5', 'XXX', 'currency_not_supported'],
  ])('of %s %s cannot be: %s', (text, currency, problem) => expect(toStripe(amount(text), currency)).toBe(problem));

  it.each([
    ['1000', 'eur'],
    [10.5, 'eur'],
    [-1, 'eur'],
    [2 ** 53, 'eur'],
    [null, 'eur'],
    [1_000, 'xxx'],
    [1_000, 'lyd'],
    [1_000, null],
    [1_000, undefined],
  ])('is not read from %p of %p', (units, currency) => expect(fromStripe(units, currency)).toBeUndefined());
});
