import { freshApplication, HOUR_MS, rows } from './application.fixtures';

const app = freshApplication();

describe('settings', () => {
  it('are at revision -1 before the first change: wallets enabled, no free credits, no price', async () => {
    const { revision, settings } = await app().call('GetSettings', {});
    expect([revision, settings]).toEqual([-1, { enabled: true, allow_free_credits: false, credit_prices: [] }]);
  });

  it('change by what is given and leave the rest', async () => {
    await app().call('UpdateSettings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
    const { revision, settings } = await app().call('UpdateSettings', { enabled: false });
    expect(revision).toBe(1);
    expect(settings).toEqual({
      enabled: false,
      allow_free_credits: true,
      credit_prices: [{ currency: 'EUR', price: '0.01', version: 1 }],
    });
  });

  it('list every price ever set by currency, then in the order of recording', async () => {
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'USD', price: '2' }, { currency: 'EUR', price: '1' }] });
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '1.5' }] });
    expect(rows(await app().call('GetSettings', {}), 'settings.credit_prices', 'currency', 'price', 'version')).toEqual([
      ['EUR', '1', 1], ['EUR', '1.5', 2], ['USD', '2', 1],
    ]);
  });

  it('are refused when they have changed since the revision the change was made from', async () => {
    await app().call('UpdateSettings', { enabled: true, expected_revision: -1 });
    expect(await app().says('UpdateSettings', { enabled: false, expected_revision: -1 })).toEqual({ refused: 'settings_revision_conflict' });
    expect(await app().says('UpdateSettings', { enabled: false, expected_revision: 0 })).toMatchObject({ answer: { revision: 1 } });
  });

  it('say everything that is wrong with a price', async () => {
    const credit_prices = [{ currency: 'XXX', price: '0', version: 3 }, { currency: 'EUR', price: '1.0000000001' }];
    expect(await app().says('UpdateSettings', { credit_prices })).toEqual({
      invalid: [
        'credit_prices[0].version is given by the ledger',
        'credit_prices[0].currency is no ISO 4217 code of legal tender',
        'credit_prices[0].price must be above 0',
        'credit_prices[1].price must have at most 9 digits after the point',
      ],
    });
    expect(await app().says('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '1' }, { currency: 'EUR', price: '2' }] })).toEqual({
      refused: 'duplicate_currency',
    });
  });

  it('answer a retry as the first time, byte for byte, whatever has changed since', async () => {
    const change = { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] };
    const first = await app().says('UpdateSettings', change, 'key-1');
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', { allow_free_credits: false });
    const again = await app().says('UpdateSettings', change, 'key-1');
    expect('answer' in again && again.replayed).toBe(true);
    expect(JSON.stringify('answer' in again && again.answer)).toBe(JSON.stringify('answer' in first && first.answer));
    expect(await app().says('UpdateSettings', { enabled: false }, 'key-1')).toEqual({ refused: 'idempotency_conflict' });
  });
});
