/**
 * Histories: lists of commands over every command and over time, made by fast-check. They know no state, so that they shrink
 * well and any shell can be fed with them: a time is so many ticks from the one before, and only to name holds that are open
 * are the test's own books kept along the way. Amounts are small, so that they meet each other and the limits exactly.
 */
import { type Amount, formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { Books } from './books.fixtures';
import type { BalanceCommand } from '../balance';
import { EXPIRY_WARNING_LEAD_MS } from '../grants/grant';
import type { InvoicePayment } from '../invoices/invoices.events';
import type { Limit } from '../limits/limit';
import type { UsageToConsume } from '../usage/usage';
import { NOON } from './drawdown.fixtures';
import { cut } from './invoice-books.fixtures';

/** Printed with every failure; `fc.assert` adds the path of the counterexample. */
export const SEED = 20_260_301;
const COMMANDS_MAX = 20;
const TICK_MS = 1;

/** Amounts of one tick: the smallest amount, a whole number, and one that divides evenly by nothing. */
const SCALES = [1n, 1_000_000_000n, 333_333_337n] as const;

const weighted = <T>(...choices: readonly (readonly [weight: number, choice: fc.Arbitrary<T>])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const integer = (min: number, max: number) => fc.integer({ min, max });
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

/** Mostly forwards, often standing still, now and then back a little, as a clock that was put right. */
const ticks = weighted([5, fc.constant(0)], [8, integer(1, 4)], [2, integer(5, 25)], [1, integer(-3, -1)]);

const grants = fc.record({
  amount: weighted([40, integer(1, 20)], [1, integer(-1, 0)]),
  origin: fc.constantFrom('paid' as const, 'free' as const),
  priority: fc.constantFrom(100, 100, 100, 0, 255),
  begins: weighted<number | undefined>([5, fc.constant(undefined)], [2, integer(1, 8)], [1, integer(-8, 0)]),
  ends: weighted<number | undefined>([10, fc.constant(undefined)], [10, integer(4, 30)], [4, integer(1, 6)], [1, integer(-2, 0)]),
});
const limitOf = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  kind: fc.constantFrom('absolute' as const, 'percent_of_last_top_up' as const),
  value: weighted([40, integer(1, 10)], [1, fc.constantFrom(-1, 0, 11)]),
});
const limitsOf = weighted(
  [12, fc.uniqueArray(limitOf, { maxLength: 3, selector: ({ id }) => id })],
  [2, fc.array(limitOf, { maxLength: 3 })],
);
const lines = fc.array(
  fc.record({ amount: integer(0, 6), ago: weighted([6, fc.constant(0)], [3, integer(1, 12)], [2, integer(-6, -1)]) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const wanted = weighted([30, integer(1, 9)], [1, integer(-1, 0)]);
/** One of the existing ids, such as of open holds. Sometimes an unknown one. */
const oneThere = weighted<number | undefined>([12, integer(0, 9)], [1, fc.constant(undefined)]);

/** Whole minor units, now and then not, and how much of the least that there is beside them. */
const dues = fc.record({
  size: weighted([30, integer(1, 12)], [2, integer(-1, 0)]),
  beside: weighted([30, fc.constant(0)], [1, integer(-1, 1)]),
});

const tagged = <const K extends string, T>(kind: K, rest: fc.Arbitrary<T>) => rest.map((asked) => ({ kind, asked }));
const creation = tagged('Create', fc.record({ limits: limitsOf, startingGrant: maybe(grants) }));
const beginning = creation.filter(
  ({ asked: { limits, startingGrant: { amount, begins, ends } = { amount: 1 } } }) =>
    new Set(limits.map(({ id }) => id)).size === limits.length &&
    limits.every(({ value }) => value >= 1 && value <= 10) &&
    amount > 0 &&
    (ends ?? Infinity) > Math.max(begins ?? 0, 0),
);
const steps = fc.oneof(
  { weight: 24, arbitrary: tagged('TopUp', grants) },
  { weight: 18, arbitrary: tagged('Consume', lines) },
  { weight: 6, arbitrary: tagged('Accrue', lines) },
  {
    weight: 12,
    arbitrary: tagged(
      'PayInvoice',
      fc.record({
        due: dues,
        digits: integer(0, 2),
        billed: weighted<number | undefined>([12, fc.constant(undefined)], [2, integer(0, 4)], [1, integer(-1, 9)]),
      }),
    ),
  },
  {
    weight: 13,
    arbitrary: tagged('ReverseInvoicePayment', fc.record({ payment: oneThere, amount: maybe(dues), instead: integer(1, 9) })),
  },
  {
    weight: 12,
    arbitrary: tagged(
      'StartPurchase',
      fc.record({
        grant: grants,
        asked: weighted([20, integer(1, 9)], [1, integer(-1, 0)]),
        ends: maybe(weighted([20, integer(1, 12)], [1, integer(-1, 0)])),
      }),
    ),
  },
  {
    weight: 16,
    arbitrary: tagged(
      'ConfirmPurchase',
      fc.record({
        purchase: oneThere,
        providerEventId: fc.constantFrom('e1', 'e2', 'e3'),
        providerPaymentId: fc.constantFrom('m1', 'm2', undefined),
        beside: weighted([10, fc.constant(0)], [1, fc.constantFrom(-1, 1)]),
        currency: weighted([10, fc.constant('EUR')], [1, fc.constant('USD')]),
      }),
    ),
  },
  { weight: 10, arbitrary: tagged('FailPurchase', oneThere) },
  { weight: 4, arbitrary: tagged('VoidTopUp', oneThere) },
  { weight: 8, arbitrary: tagged('Deduct', wanted) },
  {
    weight: 18,
    arbitrary: tagged('PlaceHold', fc.record({ amount: wanted, ends: maybe(weighted([20, integer(1, 20)], [1, integer(-1, 0)])) })),
  },
  {
    weight: 16,
    arbitrary: tagged(
      'CaptureHold',
      fc.record({
        hold: oneThere,
        amount: wanted,
        keepOpen: fc.boolean(),
        overrun: fc.constantFrom('refuse' as const, 'from_available' as const),
      }),
    ),
  },
  { weight: 8, arbitrary: tagged('ReleaseHold', oneThere) },
  { weight: 6, arbitrary: tagged('SetLimits', limitsOf) },
  { weight: 14, arbitrary: tagged('Sweep', fc.constant(undefined)) },
  { weight: 3, arbitrary: tagged('EndHolds', fc.constant(undefined)) },
  { weight: 4, arbitrary: tagged('Pause', fc.constant(undefined)) },
  { weight: 3, arbitrary: tagged('Resume', fc.constant(undefined)) },
  { weight: 6, arbitrary: tagged('Close', fc.constant(undefined)) },
  { weight: 3, arbitrary: creation },
);
type Step = (typeof steps extends fc.Arbitrary<infer S> ? S : never) & { readonly ticks: number };

/** Nearly all begin by creating the balance; the others are refused until one does. */
export const histories: fc.Arbitrary<readonly BalanceCommand[]> = fc.noBias(
  fc
    .tuple(
      fc.constantFrom(...SCALES),
      weighted<typeof beginning extends fc.Arbitrary<infer B> ? B | undefined : never>([40, beginning], [1, fc.constant(undefined)]),
      fc.array(fc.tuple(ticks, steps), { minLength: 1, maxLength: COMMANDS_MAX, size: 'max' }),
    )
    .map(([scale, first, rest]) => {
      const timed = rest.map(([ticks, step]): Step => ({ ...step, ticks }));
      return commands(first ? [{ ...first, ticks: 0 }, ...timed] : timed, scale);
    }),
);

function commands(all: readonly Step[], scale: bigint): readonly BalanceCommand[] {
  const books = new Books();
  let now: Instant = NOON;
  return all.map((step, i) => {
    now = later(now, step.ticks * TICK_MS);
    const asked =
      goingOn(books, now, i) ??
      command(step, {
        at: now,
        scale,
        i,
        holds: [...books.holds.keys()],
        grants: books.grants.all.map(({ id }) => id),
        payments: books.invoices.payments,
        purchases: books.purchases.all,
      });
    books.predict(asked);
    return asked;
  });
}

/** What is closed gets its late money and begins again soon, and what is paused goes on, or most of the rest would be refused. */
function goingOn({ status, purchases }: Books, at: Instant, i: number): BalanceCommand | undefined {
  const { id: purchaseId, request } = purchases.all.at(-1) ?? {};
  if (status === 'paused' && i % 3 === 0) return { type: 'Resume', at };
  if (status !== 'closed' || i % 3 === 0) return undefined;
  return purchaseId !== undefined && request && i % 3 === 1
    ? { type: 'ConfirmPurchase', at, purchaseId, provider: request.provider, providerEventId: 'e9', paid: request.asked }
    : { type: 'Create', at, customerId: 'cus_1', limits: [] };
}

/** So many minor units as come nearest, and a little beside them. */
const payable = ({ size, beside }: { size: number; beside: number }, digits: number, scale: bigint): Amount =>
  ((size < 0 ? -cut(scale, digits) : cut(BigInt(size) * scale, digits)) + BigInt(beside)) as Amount;

const NEVER_PAID: InvoicePayment = {
  paymentId: 'i99',
  invoiceId: 'inv_x',
  amount: 1n as Amount,
  minorUnitDigits: 9,
  allocation: [],
  terms: [],
};

interface Scene {
  readonly at: Instant;
  readonly scale: bigint;
  readonly i: number;
  readonly holds: readonly string[];
  readonly grants: readonly string[];
  readonly payments: readonly InvoicePayment[];
  readonly purchases: Books['purchases']['all'];
}

function command(step: Step, { at, scale, i, holds, grants: added, payments, purchases }: Scene): BalanceCommand {
  const amount = (n: number): Amount => (BigInt(n) * scale) as Amount;
  const time = (n: number): Instant => later(at, n * TICK_MS);
  const grant = ({ amount: size, begins, ends, ...rest }: typeof grants extends fc.Arbitrary<infer G> ? G : never) => ({
    ...rest,
    amount: amount(size),
    ...(begins !== undefined && { effectiveAt: time(begins) }),
    // Some end much later, and are only warned of.
    ...(ends !== undefined && { expiresAt: later(time(ends), i % 3 === 0 ? EXPIRY_WARNING_LEAD_MS : 0) }),
  });
  // Where no hold is open there is none to settle, so one is placed instead.
  const settling = (which: number | undefined, instead: number, settle: (holdId: string) => BalanceCommand): BalanceCommand =>
    which === undefined
      ? settle('h99')
      : holds.length === 0
        ? { type: 'PlaceHold', at, amount: amount(instead) }
        : settle(holds[which % holds.length]!);
  const limit = ({ id, kind, value }: { id: string; kind: Limit['kind']; value: number }): Limit => ({
    id,
    kind,
    value: kind === 'absolute' ? amount(value) : ((BigInt(value) * 10_000_000_000n) as Amount),
  });
  const usage = (line: { amount: number; ago: number }, n: number): UsageToConsume => ({
    source: 'api',
    id: `u${i}.${n}`,
    bodyHash: `b${i}.${n}`,
    time: formatInstant(time(-line.ago)),
    usedAt: time(-line.ago),
    amount: amount(line.amount),
    parts: [],
  });
  switch (step.kind) {
    case 'Create': {
      const { limits, startingGrant } = step.asked;
      const starting = startingGrant && { startingGrant: grant(startingGrant) };
      return { type: step.kind, at, customerId: 'cus_1', limits: limits.map(limit), ...starting };
    }
    case 'TopUp':
      return { type: step.kind, at, grant: grant(step.asked) };
    case 'Consume':
    case 'Accrue':
      return { type: step.kind, at, lines: step.asked.map(usage) };
    case 'PayInvoice': {
      const { due, digits, billed } = step.asked;
      const minorUnitDigits = scale === 1n ? 9 : [0, 2, 9][digits]!;
      const bill = billed === undefined ? {} : { billed: amount(billed) };
      return { type: step.kind, at, invoiceId: `inv_${i}`, due: payable(due, minorUnitDigits, scale), minorUnitDigits, ...bill };
    }
    case 'ReverseInvoicePayment': {
      const { payment: which, amount: part, instead } = step.asked;
      // Where nothing was paid yet there is nothing to give back, so something is paid instead.
      if (which !== undefined && payments.length === 0)
        return { type: 'PayInvoice', at, invoiceId: `inv_${i}`, due: amount(instead), minorUnitDigits: 9 };
      const payment = which === undefined ? NEVER_PAID : payments[payments.length - 1 - (which % payments.length)]!;
      return { type: step.kind, at, payment, ...(part && { amount: payable(part, payment.minorUnitDigits, scale) }) };
    }
    case 'StartPurchase': {
      const { grant: wanted, asked, ends } = step.asked;
      const money = { asked: { amount: amount(asked), currency: 'EUR' }, provider: 'stripe', by: 'portal' } as const;
      return { type: step.kind, at, grant: grant(wanted), ...money, ...(ends !== undefined && { expiresAt: time(ends) }) };
    }
    case 'ConfirmPurchase': {
      const { purchase: which, providerEventId, providerPaymentId, beside, currency } = step.asked;
      const { id = 'p99', request } =
        (which === undefined ? undefined : purchases[purchases.length - 1 - (which % purchases.length)]) ?? {};
      const paid = { amount: ((request?.asked.amount ?? scale) + BigInt(beside)) as Amount, currency };
      return {
        type: step.kind,
        at,
        purchaseId: id,
        provider: 'stripe',
        providerEventId,
        paid,
        ...(providerPaymentId !== undefined && { providerPaymentId }),
      };
    }
    case 'FailPurchase': {
      const { id = 'p99' } =
        (step.asked === undefined ? undefined : purchases[purchases.length - 1 - (step.asked % purchases.length)]) ?? {};
      return { type: step.kind, at, purchaseId: id, code: 'declined' };
    }
    case 'VoidTopUp': {
      const grantId = (step.asked === undefined ? undefined : added[added.length - 1 - (step.asked % added.length)]) ?? 'g99';
      return { type: step.kind, at, grantId, reason: 'charged back' };
    }
    case 'Deduct':
      return { type: step.kind, at, amount: amount(step.asked), reason: 'correction' };
    case 'PlaceHold': {
      const ends = step.asked.ends === undefined ? {} : { expiresAt: time(step.asked.ends) };
      return { type: step.kind, at, amount: amount(step.asked.amount), ...ends };
    }
    case 'CaptureHold': {
      const { hold, amount: size, ...rest } = step.asked;
      return settling(hold, size, (holdId) => ({ type: step.kind, at, holdId, amount: amount(size), ...rest }));
    }
    case 'ReleaseHold':
      return settling(step.asked, step.asked ?? 1, (holdId) => ({ type: step.kind, at, holdId }));
    case 'SetLimits':
      return { type: step.kind, at, limits: step.asked.map(limit) };
    case 'Close':
      return { type: step.kind, at, reason: 'the customer left' };
    case 'Sweep':
    case 'EndHolds':
    case 'Pause':
    case 'Resume':
      return { type: step.kind, at };
  }
}
