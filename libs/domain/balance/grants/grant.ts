/** Grants, the order in which a debit takes them, and the allocation that records what it took. Pure. */
import { type Amount, type Instant, later, least, minus, plus, sum, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { ORIGIN_NAMES, ORIGINS } from './origins';

export const GRANTS_MAX = 1_000;
/** 0 is spent first. */
export const PRIORITY_MAX = 255;
export const PRIORITY_DEFAULT = 100;
/** Time between the warning and the expiry of a grant. A grant with a shorter life gets no warning. */
export const EXPIRY_WARNING_LEAD_MS = 7 * 24 * 3_600_000;

export const money = shape.record({ amount: shape.amount, currency: shape.text });
export type Money = shape.TypeOf<typeof money>;

/** How money was made of credits, in a wallet. */
export const conversion = shape.record({ credits: shape.amount, creditPrice: shape.amount, priceVersion: shape.integer });
export type Conversion = shape.TypeOf<typeof conversion>;

const asked = {
  origin: shape.oneOf(...ORIGIN_NAMES),
  amount: shape.amount,
  priority: shape.integer,
  /** Usage before this time is not covered. Absent: usage of any time is, so late usage and back-fills are covered. */
  effectiveAt: shape.maybe(shape.instant),
  /** From this time on it covers nothing (half-open). */
  expiresAt: shape.maybe(shape.instant),
  /** The price that the customer paid for all of it. */
  costBasis: shape.maybe(money),
  /** The account's own reference, such as a payment id. */
  reference: shape.maybe(shape.text),
  metadata: shape.maybe(shape.dictionary(shape.text)),
};

/** A requested grant. The balance gives it an id. */
export const grantRequest = shape.record(asked);
export type GrantRequest = shape.TypeOf<typeof grantRequest>;

/** The terms of a grant. They never change. */
export const grantTerms = shape.record({
  /** `g1`, `g2`, ... in recorded order; unique within its balance forever. */
  id: shape.text,
  ...asked,
});
export type GrantTerms = shape.TypeOf<typeof grantTerms>;

/** An amount that is most often zero. */
export const zeroUnlessWritten = shape.assumed(shape.amount, ZERO);

/** A grant after an event. `remaining` includes the held amount. */
export const grantFigures = shape.record({ id: shape.text, remaining: shape.amount, held: zeroUnlessWritten });
export type GrantFigures = shape.TypeOf<typeof grantFigures>;

export const grant = shape.record({
  ...grantTerms.fields,
  remaining: shape.amount,
  held: zeroUnlessWritten,
  /** Recorded ahead of its `effectiveAt`, and that moment has not been posted yet. */
  upcoming: shape.maybe(shape.flag),
  /** When its expiry is to be warned of. Absent: never, or it has been. */
  warnAt: shape.maybe(shape.instant),
});
export type Grant = shape.TypeOf<typeof grant>;

/** Which grants one debit or hold took, and how much of each, in the order it took them. */
export const allocation = shape.list(shape.record({ grant: shape.text, amount: shape.amount }));
export type Allocation = shape.TypeOf<typeof allocation>;

export const allocated = (parts: Allocation): Amount => sum(parts.map((part) => part.amount));

export const termsOf = ({ remaining: _, held: __, upcoming: ___, warnAt: ____, ...terms }: Grant): GrantTerms => terms;

/** A grant at the time of its recording. */
export function newGrant(terms: GrantTerms, at: Instant): Grant {
  const upcoming = terms.effectiveAt !== undefined && terms.effectiveAt > at;
  const warnAt = terms.expiresAt === undefined ? at : later(terms.expiresAt, -EXPIRY_WARNING_LEAD_MS);
  return { ...terms, remaining: terms.amount, held: ZERO, ...(upcoming && { upcoming }), ...(warnAt > at && { warnAt }) };
}

/** Half-open: at `effectiveAt` it counts, at `expiresAt` no more. */
export const eligible = (grant: Grant, at: Instant): boolean =>
  (grant.effectiveAt === undefined || grant.effectiveAt <= at) && (grant.expiresAt === undefined || at < grant.expiresAt);

export const expired = (grant: Grant, at: Instant): boolean => grant.expiresAt !== undefined && grant.expiresAt <= at;
export const unheld = (grant: Grant): Amount => minus(grant.remaining, grant.held);
export const ordinalOfGrant = (grant: Grant): number => Number(grant.id.slice(1));

/** The burn-down order: priority, soonest expiry (none last), the origin's burn order, effective_at (none first), recorded order. Total. */
export function burnsBefore(a: Grant, b: Grant): number {
  return (
    a.priority - b.priority ||
    compare(a.expiresAt ?? Infinity, b.expiresAt ?? Infinity) ||
    ORIGINS[a.origin].burnOrder - ORIGINS[b.origin].burnOrder ||
    compare(a.effectiveAt ?? -Infinity, b.effectiveAt ?? -Infinity) ||
    ordinalOfGrant(a) - ordinalOfGrant(b)
  );
}
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

interface Drawn {
  readonly grants: readonly Grant[];
  readonly allocation: Allocation;
  /** The missing amount. */
  readonly short: Amount;
}

/** Takes up to `wanted` out of the grants eligible at a time. `grants` are in burn-down order and stay so. */
export function drawDown(grants: readonly Grant[], wanted: Amount, at: Instant): Drawn {
  return take(grants, wanted, at, (grant, amount) => ({ ...grant, remaining: minus(grant.remaining, amount) }));
}

/** Reserves up to `wanted` in the grants eligible at a time. */
export function setAside(grants: readonly Grant[], wanted: Amount, at: Instant): Drawn {
  return take(grants, wanted, at, (grant, amount) => ({ ...grant, held: plus(grant.held, amount) }));
}

function take(grants: readonly Grant[], wanted: Amount, at: Instant, from: (grant: Grant, amount: Amount) => Grant): Drawn {
  const allocation: { grant: string; amount: Amount }[] = [];
  let short = wanted;
  let after: Grant[] | undefined;
  for (let i = 0; i < grants.length && short > ZERO; i++) {
    const grant = grants[i]!;
    const amount = eligible(grant, at) ? least(unheld(grant), short) : ZERO;
    if (amount <= ZERO) continue;
    after ??= grants.slice();
    after[i] = from(grant, amount);
    allocation.push({ grant: grant.id, amount });
    short = minus(short, amount);
  }
  return { grants: after ?? grants, allocation, short };
}

/** Gives reserved value back to the very grants it was reserved in; it becomes free to spend, or to expire. */
export const giveBack = (grants: readonly Grant[], parts: Allocation): readonly Grant[] =>
  change(grants, parts, (grant, amount) => ({ ...grant, held: minus(grant.held, amount) }));

/** Spends reserved value. */
export const spendReserved = (grants: readonly Grant[], parts: Allocation): readonly Grant[] =>
  change(grants, parts, (grant, amount) => ({ ...grant, held: minus(grant.held, amount), remaining: minus(grant.remaining, amount) }));

function change(grants: readonly Grant[], parts: Allocation, by: (grant: Grant, amount: Amount) => Grant): readonly Grant[] {
  if (parts.length === 0) return grants;
  const amounts = new Map(parts.map((part) => [part.grant, part.amount]));
  return grants.map((grant) => {
    const amount = amounts.get(grant.id);
    return amount === undefined ? grant : by(grant, amount);
  });
}

/** The first `wanted` of an allocation, in its order, and the rest. */
export function split(parts: Allocation, wanted: Amount): { readonly first: Allocation; readonly rest: Allocation } {
  const first: { grant: string; amount: Amount }[] = [];
  const rest: { grant: string; amount: Amount }[] = [];
  let left = wanted;
  for (const { grant: id, amount } of parts) {
    const now = least(amount, left);
    if (now > ZERO) first.push({ grant: id, amount: now });
    if (amount > now) rest.push({ grant: id, amount: minus(amount, now) });
    left = minus(left, now);
  }
  return { first, rest };
}
