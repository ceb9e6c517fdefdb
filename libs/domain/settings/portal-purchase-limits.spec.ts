import { amount } from '@drawdown/domain/amounts';
import { type PortalPurchaseLimit, portalPurchaseLimitsProblem, portalPurchaseProblem } from './portal-purchase-limits';

const limit = (currency: string, minimum?: string, maximum?: string): PortalPurchaseLimit => ({
  currency,
  ...(minimum !== undefined && { minimum: amount(minimum) }),
  ...(maximum !== undefined && { maximum: amount(maximum) }),
});

describe('portal purchase limits', () => {
  it.each([[limit('EUR', '5', '500')], [limit('EUR', '5', '5')], [limit('EUR')], [limit('JPY', '1')], [limit('KWD', '0.001')]])(
    'can be %j',
    (limit) => expect(portalPurchaseLimitsProblem([limit])).toBeUndefined(),
  );

  it.each([
    [limit('eur'), { code: 'unknown_currency', currency: 'eur' }],
    [limit('EUR', '0'), { code: 'portal_limit_not_payable', currency: 'EUR', amount: amount('0') }],
    [limit('EUR', '-1'), { code: 'portal_limit_not_payable' }],
    [limit('EUR', '0.009'), { code: 'portal_limit_not_payable' }],
    [limit('JPY', '1', '9.5'), { code: 'portal_limit_not_payable', amount: amount('9.5') }],
    [limit('EUR', '5.01', '5'), { code: 'portal_minimum_above_maximum', minimum: amount('5.01'), maximum: amount('5') }],
  ])('cannot be %j', (limit, refusal) => expect(portalPurchaseLimitsProblem([limit])).toMatchObject(refusal));

  it('name a currency once', () => {
    expect(portalPurchaseLimitsProblem([limit('EUR'), limit('USD')])).toBeUndefined();
    expect(portalPurchaseLimitsProblem([limit('EUR'), limit('USD'), limit('EUR')])).toEqual({
      code: 'duplicate_currency',
      currency: 'EUR',
      list: 'portal_purchase_limits',
      index: 2,
    });
  });
});

describe('a portal purchase', () => {
  const rules = { allowPortalPurchases: true, portalPurchaseLimits: [limit('EUR', '5', '500')] };
  const problem = (text: string, currency = 'EUR') => portalPurchaseProblem(rules, currency, amount(text))?.code;

  it('is refused where none is allowed, whatever it is', () =>
    expect(portalPurchaseProblem({ ...rules, allowPortalPurchases: false }, 'EUR', amount('-1'))).toEqual({
      code: 'portal_purchases_not_allowed',
    }));

  it('may be the minimum and the maximum, and not a cent beyond', () => {
    expect([problem('4.99'), problem('5')]).toEqual(['purchase_below_minimum', undefined]);
    expect([problem('500'), problem('500.01')]).toEqual([undefined, 'purchase_above_maximum']);
  });

  it('is a whole number of minor units above zero', () => {
    expect([problem('0'), problem('-5'), problem('5.001')]).toEqual(Array(3).fill('purchase_not_payable'));
    expect([problem('0.01', 'USD'), problem('0.01', 'JPY')]).toEqual([undefined, 'purchase_not_payable']);
  });

  it('has no bounds in a currency that has none', () =>
    expect([problem('0.01', 'USD'), problem('999999999', 'USD')]).toEqual([undefined, undefined]));
});
