import { httpRequestOf } from './route';

describe('the HTTP request of an operation', () => {
  it('has path fields in the path and the others in the body', () =>
    expect(httpRequestOf('TopUpCreditBalance', { customer_id: 'a', credit_product_id: 'p', amount: '1', origin: 'free' })).toEqual({
      method: 'POST',
      path: '/v1/customers/a/credit-balances/p/top-ups',
      body: '{"amount":"1","origin":"free"}',
    }));
  it('is that of the wallet without a product, and of the credit balance with one', () => {
    expect(httpRequestOf('GetBalance', { customer_id: 'a', credit_product_id: undefined }).path).toBe('/v1/customers/a/wallet/balance');
    expect(httpRequestOf('GetBalance', { customer_id: 'a', credit_product_id: 'p' }).path).toBe(
      '/v1/customers/a/credit-balances/p/balance',
    );
  });
  it('with an empty field in its path is refused, and never becomes one to the wallet', () => {
    expect(() => httpRequestOf('PlaceHold', { customer_id: 'a', credit_product_id: '', amount: '1' })).toThrow(
      'credit_product_id is empty',
    );
    expect(() => httpRequestOf('GetCustomer', { customer_id: '' })).toThrow('customer_id is empty');
  });
  it('of a query has the other fields in the query string, lists repeated', () =>
    expect(
      httpRequestOf('ListMovements', {
        customer_id: 'a',
        types: ['credited', 'run_out'],
        newest_first: true,
        page_size: undefined,
      }),
    ).toEqual({
      method: 'GET',
      path: '/v1/customers/a/wallet/movements?types=credited&types=run_out&newest_first=true',
    }));
  it('escapes what stands in a path', () =>
    expect(httpRequestOf('GetCustomer', { customer_id: 'a/../b?c#d é' }).path).toBe('/v1/customers/a%2F..%2Fb%3Fc%23d%20%C3%A9'));
  it('without a field of its path is a defect', () => expect(() => httpRequestOf('GetCustomer', {})).toThrow('GetCustomer'));
});
