import { at, freshApplication, HOUR_MS, like } from '../application.fixtures';

const app = freshApplication();
const meter = { meter_id: 'in', event_type: 'llm.request', value_path: 'tokens.input', weight: '0.001' };

describe('the catalog', () => {
  it('creates a product with its meters and limits, and shows all of it', async () => {
    const asked = {
      credit_product_id: 'tokens',
      name: 'AI tokens',
      unit: 'token',
      meters: [
        { ...meter, filters: [{ path: 'model', equals: 'big' }] },
        { meter_id: 'calls', event_type: 'llm.request', count: true, weight: '1', effective_at: '2026-01-01T00:00:00.000Z' },
      ],
      limits: [
        { limit_id: 'low', absolute: '50' },
        { limit_id: 'half', percent_of_last_top_up: '50' },
      ],
    };
    const { revision, credit_product } = await app().call('CreateCreditProduct', asked);
    expect(revision).toBe(0);
    expect(credit_product).toEqual({
      credit_product_id: 'tokens',
      name: 'AI tokens',
      unit: 'token',
      meters: [
        {
          meter_id: 'in',
          event_type: 'llm.request',
          filters: [{ path: 'model', equals: 'big' }],
          value_path: 'tokens.input',
          weights: [{ version: 1, weight: '0.001' }],
          draws_on: 'credit_balance',
        },
        {
          meter_id: 'calls',
          event_type: 'llm.request',
          filters: [],
          count: true,
          weights: [{ version: 1, weight: '1', effective_at: '2026-01-01T00:00:00.000Z' }],
          draws_on: 'credit_balance',
        },
      ],
      limits: asked.limits,
    });
    expect(await app().call('GetCreditProduct', { credit_product_id: 'tokens', min_revision: 0 })).toMatchObject({
      revision: 0,
      credit_product,
    });
    expect(await app().call('ListCreditProducts', {})).toMatchObject({ credit_products: [credit_product], next_page_token: '' });
  });

  it('keeps meters that draw on the wallet, and refuses to mix them with others', async () => {
    const wallet = { ...meter, draws_on: 'wallet_immediate' };
    await app().call('CreateCreditProduct', { credit_product_id: 'pages', name: 'Pages', unit: 'credit', meters: [wallet] });
    const onInvoice = { ...meter, meter_id: 'later', draws_on: 'wallet_on_invoice' };
    const { credit_product } = await app().call('AddMeter', { credit_product_id: 'pages', meter: onInvoice });
    expect([at(credit_product, 'meters.0.draws_on'), at(credit_product, 'meters.1.draws_on')]).toEqual([
      'wallet_immediate',
      'wallet_on_invoice',
    ]);
    expect(await app().says('AddMeter', { credit_product_id: 'pages', meter: { ...meter, meter_id: 'own' } })).toEqual({
      refused: 'mixed_meters',
    });
  });

  it('adds, weighs and retires meters', async () => {
    await app().product('tokens', { meters: [] });
    await app().call('AddMeter', { credit_product_id: 'tokens', meter });
    app().pass(HOUR_MS);
    await app().call('SetMeterWeight', { credit_product_id: 'tokens', meter_id: 'in', weight: '0.002' });
    const { revision, credit_product } = await app().call('RetireMeter', {
      credit_product_id: 'tokens',
      meter_id: 'in',
      effective_at: '2026-04-01T00:00:00.000Z',
    });
    expect(revision).toBe(3);
    expect(at(credit_product, 'meters.0')).toMatchObject({
      weights: [
        { version: 1, weight: '0.001' },
        { version: 2, weight: '0.002', effective_at: '2026-03-01T13:00:00.000Z' },
      ],
      retired_at: '2026-04-01T00:00:00.000Z',
    });
  });

  it('replaces the default limits', async () => {
    await app().product('tokens', { limits: [{ limit_id: 'low', absolute: '50' }] });
    const limits = [{ limit_id: 'last', absolute: '1' }];
    expect(await app().call('SetCreditProductLimits', { credit_product_id: 'tokens', limits })).toMatchObject({
      credit_product: { limits },
    });
  });

  it('refuses what does not exist, and what does already', async () => {
    expect(await app().says('GetCreditProduct', { credit_product_id: 'tokens' })).toEqual({ refused: 'credit_product_not_found' });
    expect(await app().says('AddMeter', { credit_product_id: 'tokens', meter })).toEqual({ refused: 'credit_product_not_found' });
    await app().product();
    expect(await app().says('CreateCreditProduct', { credit_product_id: 'tokens', name: 'x', unit: 'y' })).toEqual({
      refused: 'credit_product_exists',
    });
    expect(await app().says('SetMeterWeight', { credit_product_id: 'tokens', meter_id: 'no', weight: '1' })).toEqual({
      refused: 'meter_not_found',
    });
    expect(await app().says('AddMeter', { credit_product_id: 'tokens', meter: { ...meter, meter_id: 'all' } })).toEqual({
      refused: 'meter_exists',
    });
  });

  it('names each field that is wrong', async () => {
    expect(await app().says('AddMeter', { credit_product_id: 'tokens' })).toEqual({ invalid: ['meter is missing'] });
    const broken = { meter_id: 'In', event_type: '', weight: '-1' };
    expect(await app().says('AddMeter', { credit_product_id: 'tokens', meter: broken })).toEqual({
      invalid: [
        like('meter.meter_id'),
        'meter.event_type is missing or empty',
        'meter measures nothing',
        'meter.weight must be at least 0',
      ],
    });
    const limits = [{ limit_id: 'low' }];
    expect(await app().says('SetCreditProductLimits', { credit_product_id: 'tokens', limits })).toEqual({
      invalid: ['limits[0] has no line'],
    });
  });

  it('answers a retry as the first time', async () => {
    await app().product();
    const request = { credit_product_id: 'tokens', meter };
    const first = await app().says('AddMeter', request, 'key-1');
    await app().call('RetireMeter', { credit_product_id: 'tokens', meter_id: 'in' });
    expect(await app().says('AddMeter', request, 'key-1')).toEqual({ ...first, replayed: true });
  });
});
