import { amount } from '@drawdown/domain/amounts';
import { LIMITS_MAX } from '@drawdown/domain/balance';
import { type DefaultLimit, defaultLimitsFor, defaultLimitsProblem } from './default-limits';

const absolute = (id: string, currency?: string, value = '10'): DefaultLimit => ({
  id,
  kind: 'absolute',
  value: amount(value),
  ...(currency !== undefined && { currency }),
});
const percent = (id: string, currency?: string, value = '10'): DefaultLimit => ({
  ...absolute(id, currency, value),
  kind: 'percent_of_last_top_up',
});

describe('default limits', () => {
  it('give a new wallet those of its currency and those of every currency, without saying which', () => {
    const limits = [absolute('low', 'EUR'), percent('tenth'), absolute('low', 'JPY', '1000')];
    expect(defaultLimitsProblem(limits)).toBeUndefined();
    expect(defaultLimitsFor(limits, 'JPY')).toEqual([
      { id: 'tenth', kind: 'percent_of_last_top_up', value: amount('10') },
      { id: 'low', kind: 'absolute', value: amount('1000') },
    ]);
    expect(defaultLimitsFor(limits, 'USD').map(({ id }) => id)).toEqual(['tenth']);
  });

  it('say of what currency an amount is', () => {
    expect(defaultLimitsProblem([absolute('low')])).toEqual({ code: 'limit_currency_missing', limitId: 'low', index: 0 });
    expect(defaultLimitsProblem([absolute('low', 'XXX')])).toEqual({ code: 'unknown_currency', currency: 'XXX' });
  });

  it('are refused when any one wallet could not take them', () => {
    expect(defaultLimitsProblem([percent('low'), absolute('low', 'EUR')])).toEqual({
      code: 'duplicate_limit',
      limitId: 'low',
      index: 1,
      ofNewWallets: true,
    });
    expect(defaultLimitsProblem([percent('a', 'JPY'), percent('b', 'EUR'), percent('b', 'EUR')])).toMatchObject({
      code: 'duplicate_limit',
      index: 2,
    });
    expect(defaultLimitsProblem([percent('low', 'EUR', '100.1')])).toEqual({
      code: 'limit_out_of_range',
      limitId: 'low',
      index: 0,
      kind: 'percent_of_last_top_up',
      ofNewWallets: true,
    });
    const eight = Array.from({ length: LIMITS_MAX }, (_, i) => percent(`p${i}`));
    expect(defaultLimitsProblem(eight)).toBeUndefined();
    expect(defaultLimitsProblem([...eight, percent('one', 'EUR')])).toEqual({
      code: 'too_many_limits',
      max: LIMITS_MAX,
      ofNewWallets: true,
    });
  });

  it('are counted for each currency by itself', () => {
    const each = ['EUR', 'USD'].flatMap((currency) => Array.from({ length: LIMITS_MAX }, (_, i) => absolute(`${i}`, currency)));
    expect(defaultLimitsProblem(each)).toBeUndefined();
  });
});
