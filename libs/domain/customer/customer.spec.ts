import { instant } from '@drawdown/domain/amounts';
import { given, readEvent, writeEvent } from '@drawdown/domain/decider';
import { customer, type CustomerEvent, type RegisterCustomer } from './customer';

const at = instant('2024-03-01T12:00:00Z');
const register = (currency = 'EUR'): RegisterCustomer => ({ type: 'RegisterCustomer', at, id: 'cus_1', currency });
const registered: CustomerEvent = { type: 'CustomerRegistered', at, id: 'cus_1', currency: 'EUR' };

describe('registering a customer', () => {
  it('keeps its currency', () => given(customer.decider).when(register()).then(registered));
  it('is refused a second time, saying the currency it has', () =>
    given(customer.decider, registered).when(register('USD')).thenRefused('customer_exists', { currency: 'EUR' }));
  it.each(['', 'eur', 'XXX', 'EURO', '__proto__'])('is refused in the currency %j', (currency) =>
    given(customer.decider).when(register(currency)).thenRefused('unknown_currency', { currency }),
  );
  it('makes a state that survives being stored', () => {
    const { state } = given(customer.decider, registered);
    expect(state).toEqual({ customer: { id: 'cus_1', currency: 'EUR', registeredAt: at } });
    expect(customer.state.read(JSON.parse(customer.state.write(state)))).toEqual(state);
  });
});

it('CustomerRegistered is written and read as ever', () => {
  const text = '{"at":"2024-03-01T12:00:00.000Z","currency":"EUR","id":"cus_1"}';
  expect(writeEvent(customer, registered)).toBe(text);
  expect(readEvent(customer, 'CustomerRegistered', text)).toEqual(registered);
  expect(Object.keys(customer.events)).toEqual(['CustomerRegistered']);
});
