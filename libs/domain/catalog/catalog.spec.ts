import { amount, later } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { type Limit, LIMITS_MAX } from '@drawdown/domain/balance';
import { creditProduct } from './catalog';
import {
  addMeter,
  at,
  create,
  created,
  decider,
  meterAdded,
  meterOf,
  meterRequest,
  noon,
  productOf,
  retire,
  retired,
  setWeight,
  weightSet,
} from './catalog.fixtures';
import {
  EVENT_TYPE_BYTES_MAX,
  FILTER_VALUE_BYTES_MAX,
  FILTERS_MAX,
  METERS_MAX,
  NAME_BYTES_MAX,
  PATH_BYTES_MAX,
  PATH_DEPTH_MAX,
  UNIT_BYTES_MAX,
  weightInForce,
  WEIGHTS_MAX,
} from './credit-product';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const absolute = (id: string, value = '10'): Limit => ({ id, kind: 'absolute', value: amount(value) });

describe('creating a credit product', () => {
  it('records it whole, its meters with their first weight', () =>
    given(decider)
      .when(create({ meters: [meterRequest('calls')], limits: [absolute('low')] }))
      .then({
        type: 'CreditProductCreated',
        at,
        product: productOf({ meters: [meterOf('calls')], limits: [absolute('low')] }),
      }));

  it('keeps the effective time of a first weight that has one', () =>
    given(decider)
      .when(create({ meters: [meterRequest('calls', { effectiveAt: noon })] }))
      .then(created(meterOf('calls', { weights: [{ version: 1, weight: amount('1'), effectiveAt: noon }] }))));

  it('is refused a second time', () =>
    given(decider, created()).when(create()).thenRefused('credit_product_exists', { creditProductId: 'tokens' }));

  it('is refused with the same meter twice', () =>
    given(decider)
      .when(create({ meters: [meterRequest('calls'), meterRequest('calls')] }))
      .thenRefused('meter_exists', { meterId: 'calls' }));

  it.each(['', ' \t'])('is refused without a name or a unit: %j', (empty) => {
    given(decider)
      .when(create({ name: empty }))
      .thenRefused('invalid_name');
    given(decider)
      .when(create({ unit: empty }))
      .thenRefused('invalid_unit');
  });

  it('takes a name and a unit up to their limit and not a byte more', () => {
    const longest = create({ name: 'n'.repeat(NAME_BYTES_MAX), unit: 'é'.repeat(UNIT_BYTES_MAX / 2) });
    expect(given(decider).when(longest).events).toHaveLength(1);
    given(decider)
      .when(create({ name: 'n'.repeat(NAME_BYTES_MAX + 1) }))
      .thenRefused('invalid_name');
    given(decider)
      .when(create({ unit: `${'é'.repeat(UNIT_BYTES_MAX / 2)}u` }))
      .thenRefused('invalid_unit');
  });

  it('takes as many meters as the limit and not one more', () => {
    const meters = times(METERS_MAX + 1, (i) => meterRequest(`m${i}`));
    expect(given(decider).when(create({ meters: meters.slice(1) })).state.meters).toHaveLength(METERS_MAX);
    given(decider).when(create({ meters })).thenRefused('too_many_meters', { max: METERS_MAX });
  });

  it('takes as many limits as the limit and not one more', () => {
    const limits = times(LIMITS_MAX + 1, (i) => absolute(`l${i}`));
    expect(given(decider).when(create({ limits: limits.slice(1) })).events).toHaveLength(1);
    given(decider).when(create({ limits })).thenRefused('too_many_limits', { max: LIMITS_MAX });
  });
});

describe('anything asked of a credit product that does not exist', () => {
  it.each([
    addMeter(meterRequest('calls')),
    retire('calls'),
    setWeight('calls', '2'),
    { type: 'SetLimits', at, limits: [] } as const,
    { type: 'RenameCreditProduct', at, name: 'New' } as const,
  ])('is refused: $type', (command) => given(decider).when(command).thenRefused('credit_product_not_found'));
});

describe('adding a meter', () => {
  it('gives it version 1 of its weight', () =>
    given(decider, created())
      .when(addMeter(meterRequest('calls')))
      .then(meterAdded(meterOf('calls'))));

  it('is refused for an id that is taken, even by a retired one', () => {
    given(decider, created(meterOf('calls')))
      .when(addMeter(meterRequest('calls')))
      .thenRefused('meter_exists');
    given(decider, created(meterOf('calls')), retired('calls'))
      .when(addMeter(meterRequest('calls')))
      .thenRefused('meter_exists');
  });

  it('is refused when all places are taken', () => {
    const meters = times(METERS_MAX, (i) => meterOf(`m${i}`));
    expect(given(decider, created(...meters.slice(1))).when(addMeter(meterRequest('last'))).events).toHaveLength(1);
    given(decider, created(...meters))
      .when(addMeter(meterRequest('last')))
      .thenRefused('too_many_meters');
  });

  it('keeps what it draws on, where that is not the credit balance of its product', () => {
    given(decider, created())
      .when(addMeter(meterRequest('a', { drawsOn: 'wallet_on_invoice' })))
      .then(meterAdded(meterOf('a', { drawsOn: 'wallet_on_invoice' })));
    given(decider, created())
      .when(addMeter(meterRequest('a', { drawsOn: 'credit_balance' })))
      .then(meterAdded(meterOf('a')));
  });

  it('may draw on the wallet at once beside one that waits for an invoice', () =>
    given(decider, created(meterOf('a', { drawsOn: 'wallet_on_invoice' })))
      .when(addMeter(meterRequest('b', { drawsOn: 'wallet_immediate' })))
      .then(meterAdded(meterOf('b', { drawsOn: 'wallet_immediate' }))));

  it('is refused where some would draw on the wallet and some on the credit balance, retired ones counted', () => {
    const wallet = { drawsOn: 'wallet_immediate' } as const;
    given(decider, created(meterOf('a')), retired('a'))
      .when(addMeter(meterRequest('b', wallet)))
      .thenRefused('mixed_meters', { meterId: 'b', ...wallet });
    given(decider, created(meterOf('a', wallet)))
      .when(addMeter(meterRequest('b')))
      .thenRefused('mixed_meters', { meterId: 'b', drawsOn: 'credit_balance' });
    given(decider)
      .when(create({ meters: [meterRequest('a'), meterRequest('b', wallet)] }))
      .thenRefused('mixed_meters', { meterId: 'b', ...wallet });
  });

  it('takes an event type up to its limit', () => {
    expect(
      given(decider, created()).when(addMeter(meterRequest('m', { eventType: 'e'.repeat(EVENT_TYPE_BYTES_MAX) }))).events,
    ).toHaveLength(1);
    for (const eventType of ['', 'e'.repeat(EVENT_TYPE_BYTES_MAX + 1)])
      given(decider, created())
        .when(addMeter(meterRequest('m', { eventType })))
        .thenRefused('invalid_event_type', { meterId: 'm' });
  });

  it('takes as many filters as the limit and not one more', () => {
    const filters = times(FILTERS_MAX + 1, (i) => ({ path: `p${i}`, equals: 'x' }));
    expect(given(decider, created()).when(addMeter(meterRequest('m', { filters: filters.slice(1) }))).events).toHaveLength(1);
    given(decider, created())
      .when(addMeter(meterRequest('m', { filters })))
      .thenRefused('too_many_filters', { max: FILTERS_MAX });
  });

  const deepest = times(PATH_DEPTH_MAX, () => 'a').join('.');
  it.each([deepest, 'a'.repeat(PATH_BYTES_MAX), 'tokens.input', 'naïve key'])('takes the path %s', (path) => {
    expect(given(decider, created()).when(addMeter(meterRequest('m', { quantity: { kind: 'value', path } }))).events).toHaveLength(1);
    expect(given(decider, created()).when(addMeter(meterRequest('m', { filters: [{ path, equals: '' }] }))).events).toHaveLength(1);
  });
  it.each([`${deepest}.a`, 'a'.repeat(PATH_BYTES_MAX + 1), '', '.', 'a..b', 'a.', '.a'])('is refused with the path %s', (path) => {
    given(decider, created())
      .when(addMeter(meterRequest('m', { quantity: { kind: 'value', path } })))
      .thenRefused('invalid_path', { path });
    given(decider, created())
      .when(addMeter(meterRequest('m', { filters: [{ path, equals: '' }] })))
      .thenRefused('invalid_path', { path });
  });

  it('takes the value of a filter up to its limit', () => {
    const filters = (bytes: number) => [{ path: 'p', equals: 'x'.repeat(bytes) }];
    expect(given(decider, created()).when(addMeter(meterRequest('m', { filters: filters(FILTER_VALUE_BYTES_MAX) }))).events).toHaveLength(
      1,
    );
    given(decider, created())
      .when(addMeter(meterRequest('m', { filters: filters(FILTER_VALUE_BYTES_MAX + 1) })))
      .thenRefused('invalid_filter_value');
  });

  it('takes a weight of zero and none below', () => {
    expect(given(decider, created()).when(addMeter(meterRequest('m', { weight: amount('0') }))).events).toHaveLength(1);
    given(decider, created())
      .when(addMeter(meterRequest('m', { weight: amount('-0.000000001') })))
      .thenRefused('weight_negative');
  });
});

describe('retiring a meter', () => {
  it('counts from the command unless it says when', () => {
    given(decider, created(meterOf('calls')))
      .when(retire('calls'))
      .then(retired('calls', at));
    given(decider, created(meterOf('calls')))
      .when(retire('calls', later(at, 5)))
      .then(retired('calls', later(at, 5)));
  });
  it('is refused for an unknown one and a second time', () => {
    given(decider, created()).when(retire('calls')).thenRefused('meter_not_found', { meterId: 'calls' });
    given(decider, created(meterOf('calls')), retired('calls'))
      .when(retire('calls'))
      .thenRefused('meter_retired', { retiredAt: at });
  });
});

describe('setting a weight', () => {
  it('records the next version, from the command on unless it says when', () => {
    given(decider, created(meterOf('calls')))
      .when(setWeight('calls', '2'))
      .then(weightSet('calls', 2, '2'));
    given(decider, created(meterOf('calls')), weightSet('calls', 2, '2'))
      .when(setWeight('calls', '0', later(at, -9)))
      .then(weightSet('calls', 3, '0', later(at, -9)));
  });
  it('is refused for an unknown meter and below zero', () => {
    given(decider, created()).when(setWeight('calls', '2')).thenRefused('meter_not_found');
    given(decider, created(meterOf('calls')))
      .when(setWeight('calls', '-1'))
      .thenRefused('weight_negative', { weight: amount('-1') });
  });
  it('is refused from the retirement on, not before it', () => {
    const history = [created(meterOf('calls')), retired('calls', later(at, 10))];
    given(decider, ...history)
      .when(setWeight('calls', '2', later(at, 9)))
      .then(weightSet('calls', 2, '2', later(at, 9)));
    given(decider, ...history)
      .when(setWeight('calls', '2', later(at, 10)))
      .thenRefused('meter_retired', { retiredAt: later(at, 10) });
  });
  it('is refused when all versions are used up', () => {
    const weights = times(WEIGHTS_MAX, (i) => ({ version: i + 1, weight: amount('1') }));
    expect(given(decider, created(meterOf('calls', { weights: weights.slice(1) }))).when(setWeight('calls', '2')).events).toHaveLength(1);
    given(decider, created(meterOf('calls', { weights })))
      .when(setWeight('calls', '2'))
      .thenRefused('too_many_weights', { max: WEIGHTS_MAX });
  });
});

describe('the weight in force', () => {
  const three = meterOf('calls', {
    weights: [
      { version: 1, weight: amount('1') },
      { version: 2, weight: amount('2'), effectiveAt: noon },
      { version: 3, weight: amount('3'), effectiveAt: later(noon, 100) },
    ],
  });
  it.each([
    [-1_000_000_000_000, 1],
    [-1, 1],
    [0, 2],
    [99, 2],
    [100, 3],
  ])('at noon %i ms is version %i', (ms, version) => expect(weightInForce(three, later(noon, ms))?.version).toBe(version));

  it('is the later recorded one of two that begin together', () => {
    const corrected = { weights: [...three.weights, { version: 4, weight: amount('4'), effectiveAt: noon }] };
    expect(weightInForce(corrected, noon)?.version).toBe(4);
    expect(weightInForce(corrected, later(noon, 100))?.version).toBe(3);
  });
  it('begins with the first weight where that has a time, and ends before the retirement', () => {
    const bounded = { weights: three.weights.slice(1), retiredAt: later(noon, 50) };
    expect(weightInForce(bounded, later(noon, -1))).toBeUndefined();
    expect(weightInForce(bounded, later(noon, 49))?.version).toBe(2);
    expect(weightInForce(bounded, later(noon, 50))).toBeUndefined();
  });
});

describe('limits and name', () => {
  it('are changed as asked', () => {
    given(decider, created())
      .when({ type: 'SetLimits', at, limits: [absolute('low')] })
      .then({ type: 'CreditProductLimitsSet', at, limits: [absolute('low')] });
    given(decider, created())
      .when({ type: 'RenameCreditProduct', at, name: 'New' })
      .then({ type: 'CreditProductRenamed', at, name: 'New' });
  });
  it('are refused where they cannot be', () => {
    const setLimits = (...limits: Limit[]) => ({ type: 'SetLimits', at, limits }) as const;
    given(decider, created())
      .when(setLimits(absolute('low'), absolute('low')))
      .thenRefused('duplicate_limit', { limitId: 'low' });
    given(decider, created())
      .when(setLimits(absolute('low', '-1')))
      .thenRefused('limit_out_of_range');
    given(decider, created())
      .when(setLimits(...times(LIMITS_MAX + 1, (i) => absolute(`l${i}`))))
      .thenRefused('too_many_limits');
    given(decider, created()).when({ type: 'RenameCreditProduct', at, name: '' }).thenRefused('invalid_name');
  });
});

describe('the state', () => {
  it('is the product as the events made it, and survives being stored', () => {
    const { state } = given(
      decider,
      created(meterOf('calls')),
      meterAdded(
        meterOf('tokens', {
          quantity: { kind: 'value', path: 'tokens.input' },
          filters: [{ path: 'model', equals: 'x' }],
        }),
      ),
      weightSet('calls', 2, '0.5'),
      retired('calls', later(at, 10)),
      { type: 'CreditProductLimitsSet', at, limits: [absolute('low')] },
      { type: 'CreditProductRenamed', at, name: 'New' },
    );
    expect(state).toEqual(
      productOf({
        name: 'New',
        limits: [absolute('low')],
        meters: [
          meterOf('calls', {
            weights: [
              { version: 1, weight: amount('1') },
              { version: 2, weight: amount('0.5'), effectiveAt: at },
            ],
            retiredAt: later(at, 10),
          }),
          meterOf('tokens', {
            quantity: { kind: 'value', path: 'tokens.input' },
            filters: [{ path: 'model', equals: 'x' }],
          }),
        ],
      }),
    );
    expect(creditProduct.state.read(JSON.parse(creditProduct.state.write(state)))).toEqual(state);
    expect(creditProduct.state.read(JSON.parse(creditProduct.state.write(decider.initial)))).toEqual(decider.initial);
  });
});
