/** A balance as a reader sees it: booked as the stream says, the rest judged by a moment. Pure. */
import { type Amount, type Instant, sum, ZERO } from '@drawdown/domain/amounts';
import {
  availableOf,
  type Balance,
  bookedOf,
  giveBack,
  type Grant,
  heldOf,
  type Hold,
  isAbove,
  type Limit,
  projectedOf,
  type Purchase,
  thresholdOf,
} from '@drawdown/domain/balance';

export interface LimitFigures {
  readonly limit: Limit;
  /** Absent while a percentage has no top-up to refer to. */
  readonly threshold: Amount | undefined;
  /** Projected is at or below the line. That it was warned of is not said: a balance that never was above has crossed nothing. */
  readonly reached: boolean;
}

export interface BalanceFigures {
  /** What grants still have, those included whose expiry has not been posted yet: the sum of all movements up to the revision. */
  readonly booked: Amount;
  /** By holds that are open at the moment. */
  readonly held: Amount;
  /** What a debit at the moment would find: eligible then, and not held. */
  readonly available: Amount;
  /** What purchases would add that are neither confirmed nor, at the moment, too late. */
  readonly pending: Amount;
  readonly purchases: readonly Purchase[];
  /** Available less unbilled. May be below zero. */
  readonly projected: Amount;
  /** Usage that waits for its invoice. */
  readonly unbilled: Amount;
  readonly uncovered: Amount;
  readonly consumed: Amount;
  /** In burn-down order. */
  readonly grants: readonly Grant[];
  readonly holds: readonly Hold[];
  readonly limits: readonly LimitFigures[];
}

/**
 * The figures at a moment. A hold whose time has come counts as ended and an expired grant as not available, as the next
 * command would decide, whether or not a sweeper has posted it yet.
 */
export function balanceAt(balance: Balance, at: Instant): BalanceFigures {
  const ended = balance.holds.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= at);
  const grants = ended.reduce((left, hold) => giveBack(left, hold.allocation), balance.grants);
  const purchases = (balance.purchases?.pending ?? []).filter(({ expiresAt }) => expiresAt === undefined || at < expiresAt);
  const unbilled = balance.unbilled ?? ZERO;
  const available = balance.status === 'closed' ? ZERO : availableOf(grants, at);
  const projected = projectedOf({ available, unbilled });
  return {
    booked: bookedOf(grants),
    held: heldOf(grants),
    available,
    pending: sum(purchases.map((purchase) => purchase.grant.amount)),
    purchases,
    projected,
    unbilled,
    uncovered: balance.totals.uncovered,
    consumed: balance.totals.consumed,
    grants,
    holds: ended.length === 0 ? balance.holds : balance.holds.filter((hold) => !ended.includes(hold)),
    limits: balance.limits.map(({ limit }) => {
      const threshold =
        limit.kind === 'percent_of_last_top_up' && balance.lastTopUp === ZERO ? undefined : thresholdOf(limit, balance.lastTopUp);
      return { limit, threshold, reached: threshold !== undefined && !isAbove(projected, threshold) };
    }),
  };
}
