import type { Message } from '@drawdown/api/contract';
import { column, freshApplication, HOUR_MS, like } from '../application.fixtures';

const app = freshApplication();

describe('customers', () => {
  it('are created with a currency and found again', async () => {
    const created = await app().call('CreateCustomer', { customer_id: 'Ada Lovelace/7', currency: 'EUR' });
    expect(created).toEqual({
      revision: 0,
      customer: { customer_id: 'Ada Lovelace/7', currency: 'EUR', created_at: '2026-03-01T12:00:00.000Z' },
    });
    expect((await app().call('GetCustomer', { customer_id: 'Ada Lovelace/7' }))['customer']).toEqual(created['customer']);
  });

  it('are refused when the id is taken, and when nobody has it', async () => {
    await app().customer('ada');
    expect(await app().says('CreateCustomer', { customer_id: 'ada', currency: 'USD' })).toEqual({ refused: 'customer_exists' });
    expect(await app().says('GetCustomer', { customer_id: 'bob' })).toEqual({ refused: 'customer_not_found' });
  });

  it('name each field that is wrong', async () => {
    expect(await app().says('CreateCustomer', { customer_id: ' ada', currency: 'euro' })).toEqual({
      invalid: [like('customer_id begins or ends with white space'), 'currency is no ISO 4217 code of legal tender'],
    });
  });

  it('answer a retry as the first time, and a changed request under the same key with a conflict', async () => {
    const first = await app().says('CreateCustomer', { customer_id: 'ada', currency: 'EUR' }, 'key-1');
    app().pass(HOUR_MS);
    const again = await app().says('CreateCustomer', { customer_id: 'ada', currency: 'EUR' }, 'key-1');
    expect(again).toEqual({ ...first, replayed: true });
    expect(await app().says('CreateCustomer', { customer_id: 'ada', currency: 'USD' }, 'key-1')).toEqual({
      refused: 'idempotency_conflict',
    });
  });

  it('are listed at once, in pages that new ones do not move', async () => {
    for (const id of ['b', 'd', 'f']) await app().customer(id);
    const first = await app().call('ListCustomers', { page_size: 2 });
    expect(idsOf(first)).toEqual(['b', 'd']);
    await app().customer('a');
    await app().customer('e');
    const second = await app().call('ListCustomers', { page_size: 2, page_token: first['next_page_token'] });
    expect(idsOf(second)).toEqual(['e', 'f']);
    expect(second['next_page_token']).toBe('');
  });

  it('refuse a page token that is not theirs', async () => {
    await app().product('one');
    await app().product('two');
    const products = await app().call('ListCreditProducts', { page_size: 1 });
    for (const page_token of [String(products['next_page_token']), 'x', Buffer.from('{"a":1}').toString('base64url')])
      expect(await app().says('ListCustomers', { page_token })).toEqual({ refused: 'page_token_invalid' });
  });
});

const idsOf = (page: Message): unknown[] => column(page, 'customers', 'customer_id');
