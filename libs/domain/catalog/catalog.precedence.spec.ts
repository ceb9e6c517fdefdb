import { amount } from '@drawdown/domain/amounts';
import type { Limit } from '@drawdown/domain/balance';
import { type PrecedenceCase, precedenceProofs, unpaired } from '@drawdown/domain/decider';
import type { CreditProductCommand, CreditProductRefusal, MeterRequest } from './catalog.commands';
import { addMeter, at, create, decider, meterOf, meterRequest, productOf, retire, setWeight } from './catalog.fixtures';
import { type CreditProduct, FILTER_VALUE_BYTES_MAX, FILTERS_MAX, type Meter, METERS_MAX, WEIGHTS_MAX } from './credit-product';

type Code = CreditProductRefusal['code'];
const ORDER = Object.keys({
  credit_product_not_found: 0,
  credit_product_exists: 0,
  invalid_name: 0,
  invalid_unit: 0,
  meter_not_found: 0,
  meter_exists: 0,
  meter_retired: 0,
  too_many_meters: 0,
  mixed_meters: 0,
  invalid_event_type: 0,
  too_many_filters: 0,
  invalid_path: 0,
  invalid_filter_value: 0,
  too_many_weights: 0,
  weight_negative: 0,
  too_many_limits: 0,
  duplicate_limit: 0,
  limit_out_of_range: 0,
} satisfies Record<Code, 0>) as Code[];

interface Situation<C> {
  readonly product: CreditProduct;
  readonly command: C;
}
const asking =
  <C>(change: (command: C) => C) =>
  (situation: Situation<C>): Situation<C> => ({ ...situation, command: change(situation.command) });
const inProduct =
  (change: (product: CreditProduct) => CreditProduct) =>
  <C>(situation: Situation<C>): Situation<C> => ({ ...situation, product: change(situation.product) });
const nowhere = inProduct(() => decider.initial);

const proofs = <C>(
  name: string,
  situation: Situation<C>,
  commandOf: (command: C) => CreditProductCommand,
  objections: PrecedenceCase<Code, Situation<C>>['objections'],
  apart: PrecedenceCase<Code, Situation<C>>['apart'] = [],
) =>
  precedenceProofs<Code, Situation<C>>(ORDER, {
    name,
    situation,
    refusalOf: ({ product, command }) => {
      const decision = decider.decide(commandOf(command), product);
      return decision.accepted ? undefined : decision.refusal.code;
    },
    objections,
    apart,
  });

const limitsOf = (count: number): readonly Limit[] =>
  Array.from({ length: count }, (_, i) => ({ id: `l${i}`, kind: 'absolute', value: amount('1') }));
const manyMeters: readonly Meter[] = Array.from({ length: METERS_MAX }, (_, i) => meterOf(`other${i}`));
const withFilters = (request: MeterRequest, ...filters: MeterRequest['filters']): MeterRequest => ({
  ...request,
  filters: [...request.filters, ...filters],
});

interface Asked {
  readonly name: string;
  readonly unit: string;
  readonly meters: readonly MeterRequest[];
  readonly limits: readonly Limit[];
}

const PROOFS = [
  ...proofs<Asked>(
    'CreateCreditProduct',
    { product: decider.initial, command: { name: 'Tokens', unit: 'token', meters: [], limits: [] } },
    create,
    [
      ['credit_product_exists', inProduct(() => productOf())],
      ['invalid_name', asking((asked) => ({ ...asked, name: '' }))],
      ['invalid_unit', asking((asked) => ({ ...asked, unit: '' }))],
      ['weight_negative', asking((asked) => ({ ...asked, meters: [meterRequest('m', { weight: amount('-1') })] }))],
      ['too_many_limits', asking((asked) => ({ ...asked, limits: [...asked.limits, ...limitsOf(9)] }))],
      ['duplicate_limit', asking((asked) => ({ ...asked, limits: [...asked.limits, ...limitsOf(1), ...limitsOf(1)] }))],
      [
        'limit_out_of_range',
        asking((asked) => ({ ...asked, limits: [...asked.limits, { id: 'below', kind: 'absolute', value: amount('-1') }] })),
      ],
    ],
  ),
  ...proofs<MeterRequest>(
    'AddMeter',
    { product: productOf({ meters: [meterOf('other')] }), command: meterRequest('m') },
    addMeter,
    [
      ['credit_product_not_found', nowhere],
      ['meter_exists', asking((request) => ({ ...request, id: 'other' }))],
      ['too_many_meters', inProduct((product) => ({ ...product, meters: [...product.meters, ...manyMeters] }))],
      ['mixed_meters', asking((request) => ({ ...request, drawsOn: 'wallet_immediate' }))],
      ['invalid_event_type', asking((request) => ({ ...request, eventType: '' }))],
      [
        'too_many_filters',
        asking((request) => withFilters(request, ...Array.from({ length: FILTERS_MAX + 1 }, () => ({ path: 'a', equals: 'b' })))),
      ],
      ['invalid_path', asking((request) => withFilters(request, { path: '', equals: 'b' }))],
      ['invalid_filter_value', asking((request) => withFilters(request, { path: 'a', equals: 'x'.repeat(FILTER_VALUE_BYTES_MAX + 1) }))],
      ['weight_negative', asking((request) => ({ ...request, weight: amount('-1') }))],
    ],
    [
      // There are no meters where there is no product.
      ['credit_product_not_found', 'meter_exists'],
      ['credit_product_not_found', 'too_many_meters'],
      ['credit_product_not_found', 'mixed_meters'],
    ],
  ),
  ...proofs<string>('RetireMeter', { product: productOf({ meters: [meterOf('m')] }), command: 'm' }, (meterId) => retire(meterId), [
    ['credit_product_not_found', nowhere],
    ['meter_not_found', asking(() => 'none')],
  ]),
  ...proofs<string>(
    'SetWeight',
    { product: productOf({ meters: [meterOf('m')] }), command: '1' },
    (weight) => setWeight('m', weight),
    [
      ['meter_not_found', inProduct((product) => ({ ...product, meters: product.meters.map((meter) => ({ ...meter, id: 'none' })) }))],
      ['meter_retired', inProduct((product) => ({ ...product, meters: product.meters.map((meter) => ({ ...meter, retiredAt: at })) }))],
      [
        'too_many_weights',
        inProduct((product) => ({
          ...product,
          meters: product.meters.map((meter) => ({
            ...meter,
            weights: Array.from({ length: WEIGHTS_MAX }, (_, i) => ({ version: i + 1, weight: amount('1') })),
          })),
        })),
      ],
      ['weight_negative', asking(() => '-1')],
    ],
    [
      // Of the one meter that the command names.
      ['meter_not_found', 'meter_retired'],
      ['meter_not_found', 'too_many_weights'],
    ],
  ),
];

describe('of two refusals of a credit product that apply at once, the earlier is given', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair', () => expect(unpaired(ORDER, PROOFS)).toEqual([]));
});
