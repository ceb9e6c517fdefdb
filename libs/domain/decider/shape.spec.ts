import { amount, instant } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import * as shape from './shape';

const SEED = 20_260_301;
const order = shape.record({
  z: shape.integer,
  at: shape.instant,
  amount: shape.amount,
  note: shape.maybe(shape.text),
  paid: shape.flag,
  kind: shape.oneOf('big', 'small'),
  lines: shape.list(shape.record({ id: shape.text, labels: shape.maybe(shape.dictionary(shape.amount)) })),
});
type Order = shape.TypeOf<typeof order>;

const example: Order = {
  z: -3,
  at: instant('2026-03-01T12:00:00.5Z'),
  amount: amount('12.50'),
  note: 'a "note"\n',
  paid: true,
  kind: 'small',
  lines: [{ id: 'a', labels: { é: amount('1'), Z: amount('2'), a: amount('-3') } }, { id: 'b' }],
};

const texts = fc.string({ unit: 'binary' });
const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((units) => units as Order['amount']);
const orders: fc.Arbitrary<Order> = fc.record(
  {
    z: fc.maxSafeInteger().map((n) => n + 0),
    at: fc
      .date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((day) => day.getTime() as Order['at']),
    amount: amounts,
    note: texts,
    paid: fc.boolean(),
    kind: fc.constantFrom('big' as const, 'small' as const),
    lines: fc.array(fc.record({ id: texts, labels: fc.dictionary(texts, amounts, { noNullPrototype: true }) }, { requiredKeys: ['id'] })),
  },
  { requiredKeys: ['z', 'at', 'amount', 'paid', 'kind', 'lines'] },
);

describe('a shape', () => {
  it('writes sorted keys by code unit, no white space, and leaves out what is absent', () =>
    expect(order.write(example)).toBe(
      '{"amount":"12.5","at":"2026-03-01T12:00:00.500Z","kind":"small","lines":[{"id":"a","labels":{"Z":"2","a":"-3","é":"1"}},{"id":"b"}],"note":"a \\"note\\"\\n","paid":true,"z":-3}',
    ));

  it('reads what it wrote', () =>
    fc.assert(
      fc.property(orders, (value) => expect(order.read(JSON.parse(order.write(value)))).toEqual(value)),
      { seed: SEED },
    ));

  describe('with an assumed value', () => {
    const counted = shape.record({ a: shape.assumed(shape.integer, 0), b: shape.text, c: shape.assumed(shape.amount, amount('0')) });

    it.each([
      [{ a: 0, b: 'x', c: amount('0') }, '{"b":"x"}'],
      [{ a: 1, b: 'x', c: amount('0') }, '{"a":1,"b":"x"}'],
      [{ a: 1, b: 'x', c: amount('2.5') }, '{"a":1,"b":"x","c":"2.5"}'],
    ])('%j is %s', (value, text) => {
      expect(counted.write(value)).toBe(text);
      expect(counted.read(JSON.parse(text))).toEqual(value);
    });

    it('still refuses a value that is missing when it is written, or wrong when it is read', () => {
      expect(() => counted.write({ b: 'x', c: amount('1') } as never)).toThrow('a is not there');
      expect(() => counted.read({ a: 'none', b: 'x' })).toThrow('a is not an integer');
    });
  });

  it('writes canonical JSON', () =>
    fc.assert(
      fc.property(orders, (value) => {
        const written = order.write(value);
        const parsed = JSON.parse(written) as shape.Json;
        expect(shape.canonicalJson(parsed)).toBe(written);
      }),
      { seed: SEED },
    ));

  it('reads fields in any order and passes over those that a later version has added', () => {
    const { lines, ...rest } = JSON.parse(order.write(example)) as Record<string, unknown>;
    expect(order.read({ later: 1, lines, ...rest })).toEqual(example);
  });

  it.each<[path: string, wanted: string, spoil: object]>([
    ['z', 'an integer', { z: 1.5 }],
    ['z', 'an integer', { z: '1' }],
    ['z', 'an integer', { z: 9_007_199_254_740_992 }],
    ['z', 'an integer', { z: undefined }],
    ['at', 'an RFC 3339 time', { at: 'today' }],
    ['at', 'an RFC 3339 time', { at: 0 }],
    ['amount', 'a decimal string', { amount: 12.5 }],
    ['amount', 'a decimal string', { amount: '1e3' }],
    ['note', 'a string', { note: null }],
    ['paid', 'true or false', { paid: 1 }],
    ['kind', 'one of big, small', { kind: 'Big' }],
    ['lines', 'a list', { lines: {} }],
    ['lines[1]', 'an object', { lines: [{ id: 'a' }, []] }],
    ['lines[1].id', 'a string', { lines: [{ id: 'a' }, { id: 2 }] }],
    ['lines[0].labels', 'an object', { lines: [{ id: 'a', labels: [] }] }],
    ['lines[0].labels.size', 'a decimal string', { lines: [{ id: 'a', labels: { size: 2 } }] }],
  ])('names the path of what does not fit: %s is not %s', (path, wanted, spoil) => {
    const json = { ...(JSON.parse(order.write(example)) as object), ...spoil };
    expect(() => order.read(json)).toThrow(new shape.ShapeError(path, wanted));
  });

  it('names the whole value where there is no path', () => {
    expect(() => order.read(null)).toThrow('value is not an object');
    expect(() => shape.list(shape.text).read('a')).toThrow('value is not a list');
    expect(() => shape.list(shape.text).read([1])).toThrow('[0] is not a string');
    expect(() => shape.dictionary(shape.text).read({ size: 1 })).toThrow(new shape.ShapeError('size', 'a string'));
  });

  it('keeps keys that objects have by themselves', () => {
    const labels = shape.dictionary(shape.text);
    const text = '{"__proto__":"a","constructor":"b","toString":"c"}';
    expect(labels.write(labels.read(JSON.parse(text)))).toBe(text);
    expect(() => shape.record({ toString: shape.text }).read({})).toThrow('toString is not a string');
  });

  it('does not write a field that is missing: what cannot be read back is not stored', () => {
    const { kind: _, ...lacking } = example;
    expect(() => order.write(lacking as Order)).toThrow('kind is not there');
  });
});
