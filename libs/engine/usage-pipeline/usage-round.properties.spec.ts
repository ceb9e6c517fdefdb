import { deepStrictEqual } from 'node:assert/strict';
import { type Amount, amount, formatInstant, later } from '@drawdown/domain/amounts';
import type { WalletUse } from '@drawdown/domain/catalog';
import fc from 'fast-check';
import { AppendUnknown, type EventLog, LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, TestLedger, type UsageFields } from '../event-store/ledger.fixtures';
import { DEDUPE_WINDOW_MS_DEFAULT, type UsageOutcome, USAGE_FUTURE_MS_MAX } from './usage-outcome';

const SEED = 20_260_301;
const WORLDS = 60;
/** Seconds where the machine is idle; a bound for one that is not. */
const MACHINE_BUSY_MS = 60_000;
const GRANTED = '12';
const GRANTED_MONEY = '1';

/** Which event types a product meters, and who holds a balance of it. `eve` is a customer and holds nothing; `mallory` is none. */
const PRODUCTS = {
  llm: { type: 'llm.request', held: ['ada', 'bob'] },
  audit: { type: 'llm.request', held: ['ada'] },
  image: { type: 'image.made', held: ['bob'] },
} as const;
type Product = keyof typeof PRODUCTS;
/** Products whose meters draw on the wallet, for whoever has one: one beside credit balances, one in both ways at once. */
const WALLET_PRODUCTS: { readonly [product: string]: { readonly type: string; readonly ways: readonly WalletUse[] } } = {
  extra: { type: 'llm.request', ways: ['wallet_immediate'] },
  pages: { type: 'page.read', ways: ['wallet_immediate', 'wallet_on_invoice'] },
  later: { type: 'page.read', ways: ['wallet_on_invoice'] },
};
const WITH_WALLET = ['ada', 'dan'];
const CUSTOMERS = ['ada', 'bob', 'dan', 'eve'];
/** In units of 10^-9: as the first price there is, which counts before its beginning too, and for usage of half a second ago or less. They make halves of the last digit. */
const [PRICE_BEFORE, PRICE_SINCE] = [500_000_000n, 333_333_333n];
const PRICE_CHANGED_AGO_MS = 500;

/** Few ids and few bodies, so that they meet. */
const offers = fc.record({
  source: fc.constantFrom('a', 'b'),
  id: fc.nat(9).map(String),
  subject: fc.constantFrom('ada', 'ada', 'bob', 'bob', 'dan', 'eve', 'mallory'),
  type: fc.constantFrom('llm.request', 'llm.request', 'image.made', 'page.read', 'unheard.of'),
  tokens: fc.constantFrom(1, 2, 2, 0, '0.000000001', -1, 'many'),
  /** Milliseconds from now. */
  ago: fc.constantFrom(0, 0, 1_000, DEDUPE_WINDOW_MS_DEFAULT, -USAGE_FUTURE_MS_MAX, -USAGE_FUTURE_MS_MAX - 1),
});
type Offer = typeof offers extends fc.Arbitrary<infer T> ? T : never;

const FAULTS = [
  'answer lost after writing',
  'answer lost instead of writing',
  'log takes nothing',
  'answer lost, and the log cannot be read',
] as const;
const steps = fc.record({
  /** Submissions made at once. */
  submissions: fc.array(fc.array(offers, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
  /** At which of the appends that follow. */
  fault: fc.option(fc.record({ at: fc.nat(3), kind: fc.constantFrom(...FAULTS) }), { nil: undefined, freq: 2 }),
  saved: fc.boolean(),
  reopened: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('stopped' as const, 'crashed' as const) },
  ),
});
const worlds = fc.array(steps, { minLength: 1, maxLength: 6 });

/** A log whose appends fail by a plan: a double. */
class Faulty {
  plan: { at: number; kind: (typeof FAULTS)[number] } | undefined;
  landed = new Map<string, number>();
  private unreadable = false;

  wrap = (log: EventLog): EventLog =>
    double(log, {
      append: async (...args) => {
        const kind = this.plan && this.plan.at-- === 0 ? this.plan.kind : undefined;
        if (!kind) return log.append(...args);
        this.plan = undefined;
        this.landed.set(kind, (this.landed.get(kind) ?? 0) + 1);
        if (kind === 'log takes nothing') throw new LogUnavailable(kind);
        if (kind !== 'answer lost instead of writing') await log.append(...args);
        this.unreadable = kind === 'answer lost, and the log cannot be read';
        throw new AppendUnknown(kind);
      },
      readStream: (...args) => (this.unreadable ? Promise.reject(new LogUnavailable('cannot be read')) : log.readStream(...args)),
    });

  heal(): void {
    this.plan = undefined;
    this.unreadable = false;
  }
}

/** The model of a world: the outcome of each key, by the rules alone. */
class Books {
  readonly applied = new Map<string, Offer>();
  readonly outcomes = { applied: 0, duplicate: 0, rejected: 0 };
  acknowledged = 0;

  /** What must become of an offer now. `unsure`: it may have been applied by a submission that failed. */
  predict(offer: Offer, inDoubt: boolean): readonly string[] {
    const key = `${offer.source} ${offer.id}`;
    if (offer.ago < -USAGE_FUTURE_MS_MAX) return ['time_in_future'];
    if (offer.type === 'unheard.of') return ['no_matching_meter'];
    const first = this.applied.get(key);
    if (first && !same(first, offer))
      return typeof offer.tokens === 'number' && offer.tokens >= 0 ? ['usage_conflict'] : ['usage_conflict', ...this.unratable(offer)];
    // Sent again after a fault, it may complete what one of its balances had taken already.
    if (first) return inDoubt ? ['duplicate', 'applied'] : ['duplicate'];
    if (offer.tokens === -1 || offer.tokens === 'many') return this.unratable(offer);
    if (offer.subject === 'mallory') return ['unknown_customer'];
    if (isChargedToNobody(offer)) return [notHeld(offer)];
    this.applied.set(key, offer);
    return inDoubt ? ['applied', 'duplicate'] : ['applied'];
  }

  private unratable = (offer: Offer): readonly string[] => {
    const reason = offer.tokens === -1 ? 'quantity_negative' : 'quantity_not_a_number';
    // A customer without a balance of the product gets that reason first, or the quantity: both are true.
    return [reason, ...(offer.subject === 'mallory' ? ['unknown_customer'] : []), ...(isChargedToNobody(offer) ? [notHeld(offer)] : [])];
  };

  /** An event of a submission that was not acknowledged may have been applied before this one: then it is the first. */
  presume(offer: Offer, status: string, unacknowledged: readonly Offer[]): boolean {
    const key = `${offer.source} ${offer.id}`;
    const first = unacknowledged.find(
      (other) => `${other.source} ${other.id}` === key && status === (same(other, offer) ? 'duplicate' : 'usage_conflict'),
    );
    if (first) this.applied.set(key, first);
    return first !== undefined;
  }

  acknowledge(status: UsageOutcome): void {
    this.acknowledged += 1;
    this.outcomes[status.status] += 1;
  }

  /** What is rated to a balance: every key once. */
  rated(customer: string, product: Product): Amount {
    let sum = 0n;
    for (const offer of this.applied.values())
      if (offer.subject === customer && chargedTo(offer).includes(product)) sum += amount(String(offer.tokens));
    return sum as Amount;
  }

  /** What is rated to a wallet in one way, as money: every key once for each product, each rounded by itself. */
  worth(customer: string, way: WalletUse): Amount {
    let sum = 0n;
    for (const offer of this.applied.values())
      if (offer.subject === customer) sum += worthOf(offer) * BigInt(drawnInWay(offer, way).length);
    return sum as Amount;
  }
}
const drawnInWay = ({ type }: Offer, way: WalletUse): string[] =>
  Object.keys(WALLET_PRODUCTS).filter((product) => WALLET_PRODUCTS[product]!.type === type && WALLET_PRODUCTS[product]!.ways.includes(way));
const isChargedToNobody = (offer: Offer): boolean =>
  chargedTo(offer).length === 0 &&
  !(WITH_WALLET.includes(offer.subject) && Object.values(WALLET_PRODUCTS).some(({ type }) => type === offer.type));
const notHeld = ({ type }: Offer): string => (type === 'page.read' ? 'no_wallet' : 'no_credit_balance');
/** Half to even, by an arithmetic of its own. */
function worthOf({ tokens, ago }: Offer): bigint {
  const exact = amount(String(tokens)) * (ago >= PRICE_CHANGED_AGO_MS ? PRICE_BEFORE : PRICE_SINCE);
  const twice = 2n * (exact % 1_000_000_000n);
  const down = exact / 1_000_000_000n;
  return twice > 1_000_000_000n || (twice === 1_000_000_000n && down % 2n === 1n) ? down + 1n : down;
}
const chargedTo = ({ subject, type }: Offer): Product[] =>
  (Object.keys(PRODUCTS) as Product[]).filter(
    (product) => PRODUCTS[product].type === type && (PRODUCTS[product].held as readonly string[]).includes(subject),
  );
const same = (a: Offer, b: Offer): boolean => JSON.stringify(a) === JSON.stringify(b);

/** All worlds live in one folder, apart by the names in them. */
let home: TestLedger;
let faulty: Faulty;
const landed = new Map<string, number>();
const seen = {
  applied: 0,
  duplicate: 0,
  rejected: 0,
  failed: 0,
  stopped: 0,
  crashed: 0,
  wallet_immediate: 0,
  wallet_on_invoice: 0,
  uncovered: 0,
};

async function world(number: number, all: typeof worlds extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const name = (kind: string): string => `${kind}-${number}`;
  const books = new Books();
  await found(name);
  const fields = ({ source, id, subject, type, tokens, ago }: Offer): UsageFields => ({
    id,
    source: name(source),
    subject: name(subject),
    type: name(type),
    time: formatInstant(later(home.now, -ago)),
    data: { tokens },
  });
  for (const { submissions, fault, saved, reopened } of all) {
    faulty.plan = fault && { ...fault };
    let failedBefore = false;
    let waiting = submissions;
    while (waiting.length > 0) {
      const ended = await Promise.allSettled(waiting.map((submission) => home.use(...submission.map(fields))));
      faulty.heal();
      const failed = waiting.filter((_, s) => ended[s]!.status === 'rejected');
      ended.forEach((result, s) => {
        if (result.status === 'rejected') return;
        waiting[s]!.forEach((offer, i) => {
          const outcome = result.value[i]!;
          const status = outcome.status === 'rejected' ? outcome.rejection.reason : outcome.status;
          const predicted = books.predict(offer, failedBefore || failed.length > 0);
          if (!predicted.includes(status) && !books.presume(offer, status, failedBefore || failed.length > 0 ? submissions.flat() : []))
            throw new Error(`${JSON.stringify(offer)} is ${status} and not ${predicted.join(' or ')}`);
          books.acknowledge(outcome);
          seen[outcome.status] += 1;
        });
      });
      // What was not acknowledged is sent again, as it was.
      if (failed.length > 0) seen.failed += 1;
      failedBefore ||= failed.length > 0;
      waiting = failed;
    }
    if (saved) await home.projector.save();
    if (reopened) await reopen(reopened);
  }
  await check(name, books);
  await checkWallets(name, books);
}

async function found(name: (kind: string) => string): Promise<void> {
  await Promise.all([
    ...CUSTOMERS.map((customer) => home.addCustomer(name(customer))),
    ...Object.entries(PRODUCTS).flatMap(([product, { type, held }]) => [
      home.addProduct(name(product), name(type)),
      ...held.map((customer) => home.addBalance(name(customer), name(product), GRANTED)),
    ]),
    ...Object.entries(WALLET_PRODUCTS).map(([product, { type, ways }]) =>
      home.addWalletProduct(
        name(product),
        ways.map((drawsOn) => ({ drawsOn, weight: '1' })),
        name(type),
      ),
    ),
    ...WITH_WALLET.map((customer) => home.addWallet(name(customer), GRANTED_MONEY)),
  ]);
}

async function reopen(how: 'stopped' | 'crashed'): Promise<void> {
  seen[how] += 1;
  await home.projector.save();
  if (how === 'stopped') await home.stop();
  const directory = how === 'stopped' ? home.directory : home.crashed();
  if (how === 'crashed') await home.remove();
  home = await TestLedger.open(directory, faulty.wrap);
}

/** I1: the outcomes add up. I2: every key is in the streams once, and the totals are those of the keys. */
async function check(name: (kind: string) => string, books: Books): Promise<void> {
  const { applied, duplicate, rejected } = books.outcomes;
  deepStrictEqual(applied + duplicate + rejected, books.acknowledged);
  for (const product of Object.keys(PRODUCTS) as Product[])
    for (const customer of PRODUCTS[product].held) {
      const { totals } = await home.balance(name(customer), name(product));
      deepStrictEqual([customer, product, totals.consumed + totals.uncovered], [customer, product, books.rated(customer, product)]);
      const stored = await home.log.readStream(streams.creditBalance(name(customer), name(product)));
      const lines = stored.flatMap(({ type, data }) =>
        type === 'CreditsConsumed' ? (JSON.parse(data) as { lines: { source: string; id: string }[] }).lines : [],
      );
      const wanted = [...books.applied].filter(([, offer]) => offer.subject === customer && chargedTo(offer).includes(product));
      deepStrictEqual(
        lines.map(({ source, id }) => `${source} ${id}`).sort(),
        wanted.map(([, { source, id }]) => `${name(source)} ${id}`).sort(),
      );
    }
}

/** The same for wallets: what was debited or went uncovered, what waits, and a line for each product and way. I3 and I4 are for `verify`. */
async function checkWallets(name: (kind: string) => string, books: Books): Promise<void> {
  for (const customer of WITH_WALLET) {
    const { totals, unbilled = 0n } = await home.wallet(name(customer));
    deepStrictEqual(
      [customer, totals.consumed + totals.uncovered, unbilled],
      [customer, books.worth(customer, 'wallet_immediate'), books.worth(customer, 'wallet_on_invoice')],
    );
    const stored = await home.log.readStream(streams.wallet(name(customer)));
    for (const [way, holder] of [
      ['wallet_immediate', 'CreditsConsumed'],
      ['wallet_on_invoice', 'UsageAccrued'],
    ] as const) {
      const lines = stored.flatMap(({ type, data }) =>
        type === holder ? (JSON.parse(data) as { lines: { source: string; id: string; creditProductId: string }[] }).lines : [],
      );
      const wanted = [...books.applied.values()].flatMap((offer) =>
        offer.subject === customer ? drawnInWay(offer, way).map((product) => `${name(product)} ${name(offer.source)} ${offer.id}`) : [],
      );
      deepStrictEqual(lines.map(({ source, id, creditProductId }) => `${creditProductId} ${source} ${id}`).sort(), wanted.sort());
      seen[way] += lines.length;
    }
    if (totals.uncovered > 0n) seen.uncovered += 1;
  }
}

describe('over all batches, repeats, conflicts, lost answers and restarts', () => {
  it(
    'every acknowledged usage event has the one outcome that the model predicts (I1), and one effect (I2)',
    async () => {
      faulty = new Faulty();
      home = await TestLedger.open(undefined, faulty.wrap);
      await home.price('0.5', later(home.now, -PRICE_CHANGED_AGO_MS - 1));
      await home.price('0.333333333', later(home.now, -PRICE_CHANGED_AGO_MS));
      let number = 0;
      await fc.assert(
        fc.asyncProperty(worlds, (all) => world(number++, all)),
        { seed: SEED, numRuns: WORLDS },
      );
      for (const [kind, count] of faulty.landed) landed.set(kind, count);
      expect((await home.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
      await home.remove();
    },
    MACHINE_BUSY_MS,
  );

  it.each(FAULTS)('the fault has landed often enough to count: %s', (kind) => expect(landed.get(kind) ?? 0).toBeGreaterThan(8));

  it('every outcome and every restart was met often', () => {
    for (const [what, times] of Object.entries(seen)) expect([what, times > 2]).toEqual([what, true]);
  });
});
