import fc from 'fast-check';
import { categoryOf, decodeId, encodeId, idsOf, streams } from './streams';

const SEED = 20_260_301;
const RUNS = 1_000;

/** Whatever an id may be: any text, and text of the characters that mean something in a stream name. */
const ids = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((id) => id.isWellFormed()),
  fc.string({ unit: fc.constantFrom('a', 'A', '=', '~', '-', '3', 'd', '7', 'e', '%', ' ', 'ü', 'Ü', '🙂'), minLength: 1, maxLength: 12 }),
);

describe('a stream name', () => {
  it.each([
    [streams.settings, 'settings-account'],
    [streams.customer('cus_1'), 'customer-cus_1'],
    [streams.wallet('cus_1'), 'wallet-cus_1'],
    [streams.creditBalance('cus_1', 'api.calls:v2'), 'creditBalance-cus_1~api.calls:v2'],
    [streams.creditBalancesOf('cus_1'), 'creditBalance-cus_1~'],
    [streams.creditProduct('images'), 'creditProduct-images'],
    [streams.webhookEndpoint('we_1'), 'webhookEndpoint-we_1'],
    [streams.deliveries('we_1'), 'deliveries-we_1'],
    [streams.rejectedUsage('zddsat18k-c0ffee'), 'rejectedUsage-zddsat18k-c0ffee'],
    [streams.wallet('Ada'), 'wallet-=41da'],
    [streams.wallet('a-b'), 'wallet-a-b'],
    [streams.wallet('a=b~c'), 'wallet-a=3db=7ec'],
    [streams.wallet('größe 🙂'), 'wallet-gr=c3=b6=c3=9fe=20=f0=9f=99=82'],
    [streams.creditBalance('A~b', 'C'), 'creditBalance-=41=7eb~=43'],
  ])('is stored for ever: %s', (name, golden) => expect(name).toBe(golden));

  it('is plain: what a store that folds letters, or a path, or a shell would change is not in it', () =>
    fc.assert(
      fc.property(ids, ids, (a, b) => /^creditBalance-[a-z0-9_.:=-]+~[a-z0-9_.:=-]+$/.test(streams.creditBalance(a, b))),
      { seed: SEED, numRuns: RUNS },
    ));

  it('belongs to one id', () =>
    fc.assert(
      fc.property(ids, ids, (a, b) => (streams.wallet(a) === streams.wallet(b)) === (a === b)),
      { seed: SEED, numRuns: RUNS },
    ));

  it('of two ids belongs to those two', () =>
    fc.assert(
      fc.property(
        ids,
        ids,
        ids,
        ids,
        (a, b, c, d) => (streams.creditBalance(a, b) === streams.creditBalance(c, d)) === (a === c && b === d),
      ),
      { seed: SEED, numRuns: RUNS },
    ));

  it('of two ids that share their letters is not shared either', () =>
    fc.assert(
      fc.property(ids, fc.nat(), fc.nat(), (text, i, j) => {
        const cut = (at: number) => streams.creditBalance(text.slice(0, at), text.slice(at));
        const places = [i, j].map((n) => n % (text.length + 1));
        return (
          places[0] === places[1] ||
          !text.slice(0, places[0]).isWellFormed() ||
          !text.slice(0, places[1]).isWellFormed() ||
          cut(places[0]!) !== cut(places[1]!)
        );
      }),
      { seed: SEED, numRuns: RUNS },
    ));

  it('begins with its customer, and with no other: the balances of one are never those of another', () =>
    fc.assert(
      fc.property(
        ids,
        ids,
        ids,
        (customer, product, other) =>
          streams.creditBalance(customer, product).startsWith(streams.creditBalancesOf(other)) === (customer === other),
      ),
      { seed: SEED, numRuns: RUNS },
    ));

  it('gives its category and its ids back', () =>
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const stream = streams.creditBalance(a, b);
        const [customer, product, ...rest] = idsOf(stream);
        const both = categoryOf(stream) === 'creditBalance' && customer === a && product === b && rest.length === 0;
        return both && idsOf(streams.customer(a)).join() === a && decodeId(encodeId(a)) === a;
      }),
      { seed: SEED, numRuns: RUNS },
    ));
});
