import { deepStrictEqual } from 'node:assert/strict';
import { amount, formatAmount } from '@drawdown/domain/amounts';
import { storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import {
  type BalanceCommand,
  type BalanceEvent,
  creditBalance,
  type EventOf,
  EXPIRY_WARNING_LEAD_MS,
  wallet,
} from '@drawdown/domain/balance';
import fc from 'fast-check';
import {
  absolute,
  accrue,
  after,
  capture,
  close,
  confirm,
  create,
  deduct,
  failPurchase,
  given,
  hold,
  paid,
  grant,
  pause,
  pay,
  purchase,
  release,
  resume,
  reverse,
  setLimits,
  sweep,
  toppedUp,
  topUp,
  use,
  voidTopUp,
} from '../../domain/balance/model/drawdown.fixtures';
import { histories, SEED } from '../../domain/balance/model/command-sequences.fixtures';
import { AuditBooks } from './audit-books';
import { MACHINE_BUSY_MS } from '../../../test/support/waiting';

const HISTORIES = 300;
const HISTORIES_SPOILED = 200;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Stored {
  readonly type: string;
  readonly data: { [key: string]: Json };
}

/** What a history stores, as text would be read back. Usage gets the rated part that a history leaves out. */
function stored(aggregate: typeof wallet, history: readonly BalanceCommand[]): Stored[] {
  let state = aggregate.decider.initial;
  const events: BalanceEvent[] = [];
  for (const command of history.map(rated)) {
    const decision = aggregate.decider.decide(command, state);
    if (!decision.accepted) continue;
    events.push(...decision.events);
    state = decision.events.reduce(aggregate.decider.evolve, state);
  }
  return events.map((event) => ({
    type: storedTypeOf(aggregate, event),
    data: JSON.parse(writeEvent(aggregate, event)) as Stored['data'],
  }));
}

const rated = (command: BalanceCommand): BalanceCommand =>
  command.type === 'Consume' || command.type === 'Accrue'
    ? {
        ...command,
        lines: command.lines.map((line) => ({
          ...line,
          parts: [{ meter: 'm', quantity: line.amount, weight: amount('1'), weightVersion: 1, credits: line.amount }],
        })),
      }
    : command;

function findings(events: readonly Stored[]): string[] {
  const books = new AuditBooks();
  return events.flatMap(({ type, data }, i) => books.book(type, data).map((wrong) => `${i} ${type}: ${wrong}`));
}

/** Of the payment below, all of the grant that it took last and part of the first, which comes back. */
const reversePart = reverse(
  given(toppedUp(4), toppedUp(8), paid(9)).events.map((event) => (event.type === 'InvoicePaid' ? laterGrants(event) : event)),
  7,
);
function laterGrants(event: EventOf<'InvoicePaid'>): EventOf<'InvoicePaid'> {
  const later = (id: string): string => ({ g1: 'g5', g2: 'g6' })[id] ?? id;
  return {
    ...event,
    allocation: event.allocation.map((part) => ({ ...part, grant: later(part.grant) })),
    terms: event.terms.map((grant) => ({ ...grant, id: later(grant.id) })),
  };
}

/** Every event there is, each after the ones it needs. */
const EVERYTHING: readonly BalanceCommand[] = [
  create({ limits: [absolute('low', 25)], startingGrant: grant(60, { expiresAt: after(50, sweep()).at }) }),
  after(1, topUp(40, { effectiveAt: after(20, sweep()).at })),
  after(2, use(7, 3)),
  after(3, deduct(5)),
  after(4, hold(10)),
  after(5, capture('h1', 4, { keepOpen: true })),
  after(6, capture('h1', 8, { overrun: 'from_available' })),
  after(7, hold(6)),
  after(8, release('h2')),
  after(9, hold(6, after(10, sweep()).at)),
  after(11, sweep()),
  after(12, use(100)),
  after(20, sweep()),
  after(21, pause('late')),
  after(22, resume()),
  after(23, setLimits(absolute('low', 30))),
  after(24, topUp(1, { expiresAt: after(50, sweep()).at })),
  after(50, sweep()),
  after(51, topUp(2)),
  after(52, voidTopUp('g4')),
  after(53, topUp(4)),
  after(54, topUp(8)),
  after(55, accrue(2, 3)),
  after(56, pay(9)),
  after(57, reversePart),
  after(57, purchase(3)),
  after(57, purchase(4, { expiresAt: after(58, sweep()).at })),
  after(57, purchase(5)),
  after(57, confirm('p1', '2.99')),
  after(57, confirm('p1', 3)),
  after(57, failPurchase('p3')),
  after(57, failPurchase('p3')),
  after(58, sweep()),
  after(59, confirm('p2', 4)),
  after(60, topUp(1, { expiresAt: after(62 + EXPIRY_WARNING_LEAD_MS, sweep()).at })),
  after(62, sweep()),
  after(63, close()),
];
const movesSomething = [
  'ToppedUp',
  'CreditsConsumed',
  'UsageAccrued',
  'InvoicePaid',
  'InvoicePaymentReversed',
  'PurchaseStarted',
  'PurchaseSucceeded',
  'PurchaseFailed',
  'PurchaseExpired',
  'TopUpVoided',
  'CreditsDeducted',
  'HoldPlaced',
  'HoldCaptured',
  'HoldReleased',
  'HoldExpired',
  'GrantExpired',
  'Closed',
];

describe('the books of an auditor', () => {
  it.each([
    ['wallet', wallet],
    ['credit balance', creditBalance],
  ])('find nothing wrong in a %s that met every event', (_, aggregate) => {
    const events = stored(aggregate, EVERYTHING);
    const types = Object.keys(aggregate.events).map((type) => aggregate.storedAs?.[type as BalanceEvent['type']] ?? type);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types));
    expect(findings(events)).toEqual([]);
  });

  it(
    'find nothing wrong in any history',
    () =>
      fc.assert(
        fc.property(histories, (history) => deepStrictEqual(findings(stored(wallet, history)), [])),
        { seed: SEED, numRuns: HISTORIES },
      ),
    MACHINE_BUSY_MS,
  );
});

/** Every place in stored JSON that is an amount which the books have to account for. */
function amountsIn(json: Json, path: readonly string[] = []): (readonly string[])[] {
  if (Array.isArray(json)) return json.flatMap((item, i) => amountsIn(item, [...path, String(i)]));
  if (typeof json === 'object' && json !== null)
    return Object.entries(json).flatMap(([name, value]) => (NO_SUMS.has(name) ? [] : amountsIn(value, [...path, name])));
  return typeof json === 'string' && AMOUNTS.has(path.at(-1) ?? '') ? [path] : [];
}
/** Terms, lines drawn and factors: they are kept by the chain, and add up to nothing. */
const NO_SUMS = new Set([
  'limit',
  'limits',
  'threshold',
  'conversion',
  'costBasis',
  'terms',
  'restored',
  'asked',
  'paid',
  'quantity',
  'weight',
]);
const AMOUNTS = new Set([
  'amount',
  'remaining',
  'held',
  'booked',
  'available',
  'uncovered',
  'unbilled',
  'pending',
  'due',
  'billed',
  'credits',
]);

function off(events: readonly Stored[], at: number, path: readonly string[], by: bigint): Stored[] {
  const spoiled = structuredClone(events) as Stored[];
  let place = spoiled[at]!.data;
  for (const step of path.slice(0, -1)) place = place[step] as { [key: string]: Json };
  const last = path.at(-1)!;
  place[last] = formatAmount((amount(place[last] as string) + by) as ReturnType<typeof amount>);
  return spoiled;
}

describe('one unit too much or too little', () => {
  const events = stored(wallet, EVERYTHING);
  const places = events.flatMap(({ type, data }, at) => amountsIn(data).map((path) => [type, path.join('.'), at, path] as const));

  it(
    'is found at the event, wherever it is: in every amount of every event',
    () => {
      expect(new Set(places.map(([type]) => type)).size).toBe(new Set(events.map(({ type }) => type)).size);
      const unfound = places.flatMap(([type, name, at, path]) =>
        [1n, -1n]
          .filter((by) => !findings(off(events, at, path, by)).some((finding) => finding.startsWith(`${at} `)))
          .map((by) => `${type} ${name} off by ${by}`),
      );
      expect(unfound).toEqual([]);
    },
    MACHINE_BUSY_MS,
  );

  it(
    'is found in any history',
    () =>
      fc.assert(
        fc.property(histories, fc.nat(), fc.constantFrom(1n, -1n), (history, choice, by) => {
          const all = stored(wallet, history);
          const choices = all.flatMap(({ data }, at) => amountsIn(data).map((path) => [at, path] as const));
          fc.pre(choices.length > 0);
          const [at, path] = choices[choice % choices.length]!;
          return findings(off(all, at, path, by)).length > 0;
        }),
        { seed: SEED, numRuns: HISTORIES_SPOILED },
      ),
    MACHINE_BUSY_MS,
  );
});

describe('what adds up and is still wrong', () => {
  const twoGrants = stored(wallet, [create({ startingGrant: grant(10) }), topUp(10), after(1, hold(5)), after(2, deduct(3))]);
  const last = twoGrants.length - 1;
  const changed = (change: (data: { [key: string]: Json }) => void, at = last): string[] => {
    const spoiled = structuredClone(twoGrants);
    change(spoiled[at]!.data);
    return findings(spoiled);
  };

  it('is found: a debit from one grant that is recorded as one from another', () =>
    expect(changed((data) => (data['allocation'] = [{ grant: 'g2', amount: '3' }]))).not.toEqual([]));

  it('is found: a grant that changed and is not in the event', () => expect(changed((data) => (data['grants'] = []))).not.toEqual([]));

  it('is found: a grant that was never added', () =>
    expect(changed((data) => (data['allocation'] = [{ grant: 'g9', amount: '3' }]))).toContainEqual(expect.stringContaining('g9')));

  it('is found: a hold settled twice', () => {
    const twice = stored(wallet, [create({ startingGrant: grant(10) }), hold(5), after(1, release('h1'))]);
    expect(findings([...twice, twice.at(-1)!])).toContainEqual(expect.stringContaining('hold h1 held 0, settles 5 and'));
  });

  it('is reported in decimals', () => {
    const findings = changed(
      (data) => (data['figures'] = { ...(data['figures'] as { [key: string]: Json }), booked: '98970.5', uncovered: '0.000000001' }),
    );
    expect(findings).toContain('4 CreditsDeducted: booked is said to be 98970.5, and adds up to 17');
    expect(findings).toContain('4 CreditsDeducted: uncovered is said to be 0.000000001, and adds up to 0');
  });

  it('is found: an event left out', () => {
    const moving = twoGrants
      .map(({ type }, i) => [type.replace(/^Wallet/, ''), i] as const)
      .filter(([type]) => movesSomething.includes(type));
    for (const [type, at] of moving.slice(0, -1)) expect([type, findings(twoGrants.filter((_, i) => i !== at))]).not.toEqual([type, []]);
  });
});

it('an amount that is none is no sum', () => {
  const [, topped] = stored(wallet, [create({ startingGrant: grant(10) })]);
  for (const wrong of ['1e3', '', '1.0000000001', 10, null, 'NaN'])
    expect(() => new AuditBooks().book(topped!.type, { ...topped!.data, grant: { id: 'g1', amount: wrong } })).toThrow('not an amount');
});
