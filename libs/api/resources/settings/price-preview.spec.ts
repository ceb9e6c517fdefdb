import type { Message } from '@drawdown/api/contract';
import { at, column, freshApplication, HOUR_MS } from '../application.fixtures';

const app = freshApplication();
const priced = (currency: string, price: string, more: object = {}) => ({ currency, price, ...more });

async function preview(...credit_prices: object[]): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of app().stream('PreviewPriceChange', { credit_prices })) messages.push(message);
  return messages;
}

async function wallet(customer_id: string, currency: string, credits: string): Promise<void> {
  await app().customer(customer_id, currency);
  await app().call('CreateWallet', { customer_id });
  await app().call('AddCredits', { customer_id, credits, origin: 'free' });
}

describe('a preview of a price change', () => {
  beforeEach(async () => {
    await app().call('UpdateSettings', { allow_free_credits: true, credit_prices: [priced('EUR', '0.5'), priced('USD', '1')] });
    await wallet('ada', 'EUR', '100');
    await wallet('bob', 'EUR', '30');
    await wallet('cyd', 'USD', '10');
    await app().call('PlaceHold', { customer_id: 'ada', amount: '20' });
  });

  it('tells each wallet that it touches, and the totals last', async () => {
    expect(await preview(priced('EUR', '0.25'), priced('JPY', '2'))).toEqual([
      {
        wallet: {
          customer_id: 'ada',
          currency: 'EUR',
          booked: '50',
          available: '30',
          before: { booked: '100', available: '60' },
          after: { booked: '200', available: '120' },
          revision: 2,
        },
      },
      {
        wallet: {
          customer_id: 'bob',
          currency: 'EUR',
          booked: '15',
          available: '15',
          before: { booked: '30', available: '30' },
          after: { booked: '60', available: '60' },
          revision: 1,
        },
      },
      {
        totals: {
          wallets_touched: 2,
          currencies: [
            {
              currency: 'EUR',
              compared_at: '2026-03-01T12:00:00.000Z',
              price_before: '0.5',
              price_after: '0.25',
              moves: true,
              wallets: 2,
              booked: '65',
              available: '45',
              before: { booked: '130', available: '90' },
              after: { booked: '260', available: '180' },
            },
            {
              currency: 'JPY',
              compared_at: '2026-03-01T12:00:00.000Z',
              price_before: '',
              price_after: '2',
              moves: true,
              wallets: 0,
              booked: '0',
              available: '0',
              before: undefined,
              after: { booked: '0', available: '0' },
            },
            {
              currency: 'USD',
              compared_at: '2026-03-01T12:00:00.000Z',
              price_before: '1',
              price_after: '1',
              moves: false,
              wallets: 1,
              booked: '10',
              available: '10',
              before: { booked: '10', available: '10' },
              after: { booked: '10', available: '10' },
            },
          ],
          as_of: '2026-03-01T12:00:00.000Z',
        },
      },
    ]);
  });

  it('changes nothing, and predicts the effect of the change', async () => {
    const [ada] = await preview(priced('EUR', '0.25'));
    expect(at(await app().call('GetSettings', {}), 'revision')).toBe(0);
    await app().call('UpdateSettings', { credit_prices: [priced('EUR', '0.25')] });
    const { balance } = await app().call('GetBalance', { customer_id: 'ada' });
    expect([at(balance, 'credit_equivalent'), at(balance, 'booked')]).toEqual([at(ada, 'wallet.after.booked'), '50']);
    expect(await preview(priced('EUR', '0.25'))).toMatchObject([{ totals: { wallets_touched: 0 } }]);
  });

  it('compares where a price begins that begins later', async () => {
    const effective_at = new Date(app().now + HOUR_MS).toISOString();
    expect((await preview(priced('EUR', '1', { effective_at }))).at(-1)).toMatchObject({
      totals: { currencies: [{ compared_at: effective_at, price_after: '1' }, {}] },
    });
  });

  it('leaves closed wallets out', async () => {
    await app().call('CloseWallet', { customer_id: 'bob', reason: 'r' });
    expect(await preview(priced('EUR', '1'))).toHaveLength(2);
  });

  it('tells all of many wallets', async () => {
    for (let i = 0; i < 520; i++) await wallet(`many-${String(i).padStart(3, '0')}`, 'USD', '1');
    const messages = await preview(priced('USD', '2'));
    expect(messages).toHaveLength(522);
    expect(new Set(messages.map((message) => at(message, 'wallet.customer_id'))).size).toBe(522);
    expect(column(messages.at(-1), 'totals.currencies', 'wallets')).toEqual([2, 521]);
  }, 60_000);

  it('is refused as the change itself would be', async () => {
    await expect(preview(priced('EUR', '1'), priced('EUR', '2'))).rejects.toMatchObject({ refusal: { code: 'duplicate_currency' } });
    await expect(preview()).rejects.toThrow('credit_prices is missing or empty');
    await expect(preview(priced('XXX', '0'))).rejects.toThrow(
      'credit_prices[0].currency is no ISO 4217 code of legal tender; credit_prices[0].price must be above 0',
    );
  });
});
