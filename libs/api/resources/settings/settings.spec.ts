import { freshApplication, HOUR_MS, rows } from '../application.fixtures';

const app = freshApplication();
const NOTHING_FOR_PORTAL_OR_WALLETS = { allow_portal_purchases: false, portal_purchase_limits: [], default_limits: [] };

describe('settings', () => {
  it('are at revision -1 before the first change: wallets enabled, no free credits, no price', async () => {
    const { revision, settings } = await app().call('GetSettings', {});
    expect([revision, settings]).toEqual([
      -1,
      { enabled: true, allow_free_credits: false, credit_prices: [], ...NOTHING_FOR_PORTAL_OR_WALLETS },
    ]);
  });

  it('change by what is given and leave the rest', async () => {
    await app().call('UpdateSettings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
    const { revision, settings } = await app().call('UpdateSettings', { enabled: false });
    expect(revision).toBe(1);
    expect(settings).toEqual({
      enabled: false,
      allow_free_credits: true,
      credit_prices: [{ currency: 'EUR', price: '0.01', effective_at: '2026-03-01T12:00:00.000Z', version: 1 }],
      ...NOTHING_FOR_PORTAL_OR_WALLETS,
    });
  });

  it('list every price ever set by currency, then in the order of recording', async () => {
    await app().call('UpdateSettings', {
      credit_prices: [
        { currency: 'USD', price: '2' },
        { currency: 'EUR', price: '1' },
      ],
    });
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '1.5' }] });
    expect(rows(await app().call('GetSettings', {}), 'settings.credit_prices', 'currency', 'price', 'version')).toEqual([
      ['EUR', '1', 1],
      ['EUR', '1.5', 2],
      ['USD', '2', 1],
    ]);
  });

  it('are refused when they have changed since the revision the change was made from', async () => {
    await app().call('UpdateSettings', { allow_free_credits: true, expected_revision: -1 });
    expect(await app().says('UpdateSettings', { enabled: false, expected_revision: -1 })).toEqual({
      refused: 'settings_revision_conflict',
    });
    expect(await app().says('UpdateSettings', { enabled: false, expected_revision: 0 })).toMatchObject({ answer: { revision: 1 } });
  });

  it('keep their revision when nothing is changed, and nobody who read them has to read them again', async () => {
    expect(await app().call('UpdateSettings', {})).toMatchObject({ revision: -1, settings: { enabled: true } });
    const { revision } = await app().call('UpdateSettings', {
      allow_free_credits: true,
      credit_prices: [{ currency: 'EUR', price: '0.01' }],
    });
    expect(
      await app().call('UpdateSettings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.010' }] }),
    ).toMatchObject({ revision });
    expect(await app().call('UpdateSettings', { enabled: false, expected_revision: revision })).toMatchObject({ revision: 1 });
  });

  it('say everything that is wrong with a price', async () => {
    const credit_prices = [
      { currency: 'XXX', price: '0', version: 3 },
      { currency: 'EUR', price: '1.0000000001' },
    ];
    expect(await app().says('UpdateSettings', { credit_prices })).toEqual({
      invalid: [
        'credit_prices[0].version is given by the ledger',
        'credit_prices[0].currency is no ISO 4217 code of legal tender',
        'credit_prices[0].price must be above 0',
        'credit_prices[1].price must have at most 9 digits after the point',
      ],
    });
    expect(
      await app().says('UpdateSettings', {
        credit_prices: [
          { currency: 'EUR', price: '1' },
          { currency: 'EUR', price: '2' },
        ],
      }),
    ).toEqual({
      refused: 'duplicate_currency',
    });
  });

  it('keep lists that are left out, replace those that are given, and empty those that shall be none', async () => {
    const lists = {
      portal_purchase_limits: [
        { currency: 'EUR', minimum: '5', maximum: '500' },
        { currency: 'JPY', minimum: '1000' },
      ],
      default_limits: [
        { limit: { limit_id: 'low', absolute: '10' }, currency: 'EUR' },
        { limit: { limit_id: 'fifth', percent_of_last_top_up: '20' } },
      ],
    };
    expect(await app().call('UpdateSettings', { ...lists, allow_portal_purchases: true })).toMatchObject({
      settings: { ...lists, allow_portal_purchases: true },
    });
    expect(await app().call('UpdateSettings', { enabled: true })).toMatchObject({ settings: { ...lists, allow_portal_purchases: true } });
    const one = { default_limits: lists.default_limits.slice(1), no_portal_purchase_limits: true };
    expect(await app().call('UpdateSettings', one)).toMatchObject({
      settings: { default_limits: one.default_limits, portal_purchase_limits: [] },
    });
    expect(await app().call('UpdateSettings', { no_default_limits: true })).toMatchObject({ settings: { default_limits: [] } });
    expect(await app().says('UpdateSettings', { ...lists, no_default_limits: true, no_portal_purchase_limits: true })).toEqual({
      invalid: ['no_portal_purchase_limits contradicts portal_purchase_limits', 'no_default_limits contradicts default_limits'],
    });
    expect(
      await app().says('UpdateSettings', { default_limits: [{ currency: 'XXX' }], portal_purchase_limits: [{ minimum: '0' }] }),
    ).toEqual({
      invalid: [
        'portal_purchase_limits[0].currency is missing or empty',
        'portal_purchase_limits[0].minimum must be above 0',
        'default_limits[0].limit is missing',
        'default_limits[0].currency is no ISO 4217 code of legal tender',
      ],
    });
  });

  it.each([
    ['limit_currency_missing', { default_limits: [{ limit: { limit_id: 'low', absolute: '10' } }] }],
    [
      'duplicate_limit',
      {
        default_limits: [
          { limit: { limit_id: 'a', percent_of_last_top_up: '1' } },
          { limit: { limit_id: 'a', percent_of_last_top_up: '2' } },
        ],
      },
    ],
    ['limit_out_of_range', { default_limits: [{ limit: { limit_id: 'a', percent_of_last_top_up: '101' } }] }],
    [
      'too_many_limits',
      { default_limits: Array.from({ length: 9 }, (_, i) => ({ limit: { limit_id: `a${i}`, percent_of_last_top_up: '1' } })) },
    ],
    ['portal_limit_not_payable', { portal_purchase_limits: [{ currency: 'EUR', minimum: '0.001' }] }],
    ['portal_minimum_above_maximum', { portal_purchase_limits: [{ currency: 'EUR', minimum: '2', maximum: '1' }] }],
    ['duplicate_currency', { portal_purchase_limits: [{ currency: 'EUR' }, { currency: 'EUR' }] }],
  ])('are refused whole: %s', async (refused, change) => {
    expect(await app().says('UpdateSettings', { enabled: false, ...change })).toEqual({ refused });
    expect(await app().call('GetSettings', {})).toMatchObject({ revision: -1, settings: { enabled: true } });
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
