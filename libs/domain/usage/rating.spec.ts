import { amount, formatAmount, instant, later } from '@drawdown/domain/amounts';
import type { Meter, RatableProduct } from '@drawdown/domain/catalog';
import fc from 'fast-check';
import { rate, type Rating, RatingTable } from './rating';
import { usage, usageWithData } from './usage-event.fixtures';

const usedAt = instant('2023-11-16T18:17:03.979Z');

const meter = (id: string, changes: Partial<Meter> = {}): Meter => ({
  id,
  eventType: 'llm.request',
  filters: [],
  quantity: { kind: 'count' },
  weights: [{ version: 1, weight: amount('1') }],
  ...changes,
});
const value = (path: string, weight = '1'): Partial<Meter> => ({
  quantity: { kind: 'value', path },
  weights: [{ version: 1, weight: amount(weight) }],
});
const product = (id: string, ...meters: Meter[]): RatableProduct => ({ id, meters });
const only = (...meters: Meter[]): RatableProduct[] => [product('tokens', ...meters)];

const matchedOf = (rating: Rating) => {
  if ('rejection' in rating) throw new Error(rating.rejection.detail);
  return rating.matched;
};
const credits = (rating: Rating): string[] => matchedOf(rating).map((line) => `${line.creditProductId} ${formatAmount(line.credits)}`);
const rejection = (rating: Rating) => ('rejection' in rating ? rating.rejection : undefined);

describe('rating', () => {
  it('adds the meters of one product up to one line that names each', () => {
    const products = only(meter('input', value('input_tokens', '0.001')), meter('output', value('output_tokens', '0.004')));
    expect(matchedOf(rate(usage(), products))).toEqual([
      {
        creditProductId: 'tokens',
        credits: amount('4.848'),
        parts: [
          {
            meter: 'input',
            quantity: amount('4808'),
            weight: amount('0.001'),
            weightVersion: 1,
            credits: amount('4.808'),
          },
          {
            meter: 'output',
            quantity: amount('10'),
            weight: amount('0.004'),
            weightVersion: 1,
            credits: amount('0.04'),
          },
        ],
      },
    ]);
  });

  it('makes one line for each product that has a meter', () => {
    const products = [
      product('calls', meter('call')),
      product('images', meter('image', { eventType: 'image' })),
      product('tokens', meter('input', value('input_tokens'))),
    ];
    expect(credits(rate(usage(), products))).toEqual(['calls 1', 'tokens 4808']);
  });

  it('makes one line for each way in which the meters of a product draw on the wallet', () => {
    const products = only(
      meter('a', { drawsOn: 'wallet_immediate' }),
      meter('b', { drawsOn: 'wallet_on_invoice', ...value('input_tokens', '0.001') }),
      meter('c', { drawsOn: 'wallet_immediate' }),
    );
    const [now, later] = matchedOf(rate(usage(), products));
    expect(now).toMatchObject({
      creditProductId: 'tokens',
      drawsOn: 'wallet_immediate',
      parts: [{ meter: 'a' }, { meter: 'c' }],
      credits: amount('2'),
    });
    expect(later).toMatchObject({ creditProductId: 'tokens', drawsOn: 'wallet_on_invoice', parts: [{ meter: 'b' }] });
  });

  it('is exact and rounds once, half to even, to nine digits', () => {
    const rated = (quantity: string, weight: string) =>
      credits(rate(usageWithData(`{"q":${quantity}}`), only(meter('m', value('q', weight)))))[0];
    expect(rated('9007199254740993', '1')).toBe('tokens 9007199254740993');
    expect(rated('0.5', '0.000000001')).toBe('tokens 0');
    expect(rated('1.5', '0.000000001')).toBe('tokens 0.000000002');
    expect(rated('2.5', '0.000000001')).toBe('tokens 0.000000002');
    expect(rated('1e3', '0.1')).toBe('tokens 100');
    expect(rated('"12.5"', '2')).toBe('tokens 25');
    expect(rated('0', '5')).toBe('tokens 0');
    expect(rated('5', '0')).toBe('tokens 0');
  });

  it('takes the weight in force at the time of the usage, and names its version', () => {
    const weights = [
      { version: 1, weight: amount('1') },
      { version: 2, weight: amount('2'), effectiveAt: usedAt },
      { version: 3, weight: amount('3'), effectiveAt: later(usedAt, 1) },
    ];
    expect(matchedOf(rate(usage(), only(meter('m', { weights }))))[0]?.parts[0]).toMatchObject({
      weightVersion: 2,
      weight: amount('2'),
    });
  });

  it('leaves out meters that are not in force, and their quantities', () => {
    const retired = meter('old', { ...value('nowhere'), retiredAt: usedAt });
    const coming = meter('new', {
      quantity: { kind: 'value', path: 'nowhere' },
      weights: [{ version: 1, weight: amount('1'), effectiveAt: later(usedAt, 1) }],
    });
    expect(credits(rate(usage(), only(retired, coming, meter('call'))))).toEqual(['tokens 1']);
    expect(rejection(rate(usage(), only(retired, coming)))?.reason).toBe('no_matching_meter');
    expect(credits(rate(usage(), only(meter('old', { retiredAt: later(usedAt, 1) }))))).toEqual(['tokens 1']);
  });

  it('follows a path of names', () => {
    const nested = usageWithData('{"tokens":{"input":7},"tokens.input":8}');
    expect(credits(rate(nested, only(meter('m', value('tokens.input')))))).toEqual(['tokens 7']);
  });
});

describe('a filter', () => {
  const selects = (equals: string, json: string): boolean =>
    !('rejection' in rate(usageWithData(`{"a":{"b":${json}}}`), only(meter('m', { filters: [{ path: 'a.b', equals }] }))));

  it.each([
    ['x', '"x"'],
    ['', '""'],
    ['5', '5'],
    ['5', '5.0'],
    ['5', '50e-1'],
    ['5', '"5"'],
    ['1e3', '1000'],
    ['9007199254740993', '9007199254740993'],
    ['true', 'true'],
    ['false', 'false'],
    ['true', '"true"'],
  ])('for %j takes %s', (equals, json) => expect(selects(equals, json)).toBe(true));

  it.each([
    ['x', '"X"'],
    ['x', '"x "'],
    ['5.0', '"5"'],
    ['5', '5.000000000000000000001'],
    ['9007199254740993', '9007199254740992'],
    ['true', 'false'],
    ['true', '1'],
    ['null', 'null'],
    ['x', '["x"]'],
    ['{}', '{}'],
    ['', '0'],
  ])('for %j leaves %s', (equals, json) => expect(selects(equals, json)).toBe(false));

  it('has to fit with all the others, and on a path that is there', () => {
    const both = meter('m', {
      filters: [
        { path: 'model', equals: 'x' },
        { path: 'region', equals: 'eu' },
      ],
    });
    expect('matched' in rate(usage({ data: { model: 'x', region: 'eu' } }), only(both))).toBe(true);
    expect('matched' in rate(usage({ data: { model: 'x', region: 'us' } }), only(both))).toBe(false);
    expect('matched' in rate(usage({ data: { model: 'x' } }), only(both))).toBe(false);
    expect('matched' in rate(usage({ data: { model: { region: 'eu' } } }), only(both))).toBe(false);
  });
});

describe('usage is rejected whole', () => {
  const products = only(meter('call'), meter('q', value('q')));
  it.each([
    ['quantity_missing', '{}', 'data.q'],
    ['quantity_missing', '{"q":null}', 'data.q'],
    ['quantity_not_a_number', '{"q":true}', 'data.q'],
    ['quantity_not_a_number', '{"q":"many"}', 'data.q'],
    ['quantity_not_a_number', '{"q":""}', 'data.q'],
    ['quantity_not_a_number', '{"q":{"n":1}}', 'data.q'],
    ['quantity_not_a_number', '{"q":[1]}', 'data.q'],
    ['quantity_negative', '{"q":-0.000000001}', 'data.q'],
    ['quantity_negative', '{"q":"-5"}', 'data.q'],
    ['quantity_too_many_digits', '{"q":0.0000000001}', 'data.q'],
    ['number_out_of_range', '{"q":1e309}', 'data.q'],
    ['number_out_of_range', '{"q":1000000000000000000}', 'data.q'],
  ])('with %s for %s', (reason, json, field) => {
    expect(rejection(rate(usageWithData(json), products))).toMatchObject({ reason, field });
  });

  it('when a path leads through something that is no object', () => {
    expect(rejection(rate(usageWithData('{"a":"b"}'), only(meter('m', value('a.b')))))?.reason).toBe('quantity_missing');
    expect(rejection(rate(usageWithData('{"a":[{"b":1}]}'), only(meter('m', value('a.b')))))?.reason).toBe('quantity_missing');
  });

  it('when its credits could not be written down', () => {
    const rich = (...ids: string[]) => only(...ids.map((id) => meter(id, value('q', '600000000000000000'))));
    const one = usageWithData('{"q":1}');
    expect(credits(rate(one, rich('a')))).toEqual(['tokens 600000000000000000']);
    expect(rejection(rate(one, rich('a', 'b')))?.reason).toBe('number_out_of_range');
    expect(rejection(rate(usageWithData('{"q":2}'), rich('a')))?.reason).toBe('number_out_of_range');
  });

  it('when no meter takes it, saying which kind of no it is', () => {
    const unknown = rejection(rate(usage(), only(meter('m', { eventType: 'other' }))));
    expect(unknown).toMatchObject({ reason: 'no_matching_meter', field: 'type' });
    expect(unknown?.detail).toContain('"llm.request"');
    const unfit = rejection(rate(usage(), only(meter('m', { filters: [{ path: 'model', equals: 'x' }] }))));
    expect(unfit).toMatchObject({ reason: 'no_matching_meter', field: 'data' });
    expect(rejection(rate(usage(), []))?.reason).toBe('no_matching_meter');
  });
});

it('every quantity that an amount can hold is rated to the digit', () => {
  const table = new RatingTable(only(meter('m', value('q', '3'))));
  const units = fc.bigInt({ min: 0n, max: 3n * 10n ** 26n });
  fc.assert(
    fc.property(units, (n) => {
      const text = `${n / 10n ** 9n}.${(n % 10n ** 9n).toString().padStart(9, '0')}`;
      const [line] = matchedOf(table.rate(usageWithData(`{"q":${text}}`)));
      // Its own books: whole units of 10^-9, times three.
      expect(line?.parts[0]?.quantity).toBe(n);
      expect(line?.credits).toBe(n * 3n);
    }),
  );
});
