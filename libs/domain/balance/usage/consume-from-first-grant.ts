/**
 * The common case of usage: the first grant in burn-down order covers every line, and the figures cross no limit. Pure.
 * Where it answers, event and state are those of the general decision; the property test holds it to that.
 */
import { type Amount, type Instant, ZERO } from '@drawdown/domain/amounts';
import type { EventOf } from '../events';
import { type Figures, type OtherFigures, projectedOf } from '../figures';
import { type Allocation, eligible, type Grant, unheld } from '../grants/grant';
import { isAbove, type Position, thresholdOf } from '../limits/limit';
import { type Balance, otherFiguresOf } from '../state';
import type { UsageToConsume } from './usage';
import type { UsageLine } from './usage.events';

interface Consumed {
  readonly event: EventOf<'CreditsConsumed'>;
  /** After the event. */
  readonly state: Balance;
}

const NOTHING_TAKEN: Allocation = [];

/** Undefined: the general decision has to be made. */
export function consumeFromFirstGrant(state: Balance, at: Instant, usage: readonly UsageToConsume[]): Consumed | undefined {
  const grant = state.grants[0];
  if (grant === undefined || state.status !== 'open' || holdsEnd(state, at)) return undefined;
  let taken = 0n;
  for (const { amount, usedAt } of usage) {
    if (amount < ZERO || !eligible(grant, usedAt)) return undefined;
    taken += amount;
  }
  // A grant that is used up leaves the balance, and other grants may have to help: that is for the general decision.
  if (taken >= unheld(grant)) return undefined;
  return consumed(state, at, usage, grant, taken as Amount);
}

/** A hold that has ended by then is posted first. */
function holdsEnd({ holds }: Balance, at: Instant): boolean {
  for (const { expiresAt } of holds) if (expiresAt !== undefined && expiresAt <= at) return true;
  return false;
}

function consumed(state: Balance, at: Instant, usage: readonly UsageToConsume[], grant: Grant, taken: Amount): Consumed | undefined {
  const left: Grant = taken === ZERO ? grant : { ...grant, remaining: (grant.remaining - taken) as Amount };
  const grants = taken === ZERO ? state.grants : state.grants.slice();
  if (taken !== ZERO) (grants as Grant[])[0] = left;
  const figures = figuresAfter(grants, at, otherFiguresOf(state));
  if (crossesAny(state, projectedOf(figures))) return undefined;
  const lines = usage.map((line) => lineFrom(grant.id, line));
  const touched = taken === ZERO ? [] : [{ id: left.id, remaining: left.remaining, held: left.held }];
  return {
    event: { type: 'CreditsConsumed', at, amount: taken, uncovered: ZERO, lines, figures, grants: touched },
    state: {
      ...state,
      grants,
      totals: { ...state.totals, consumed: (state.totals.consumed + taken) as Amount },
      consumingSince: state.consumingSince ?? at,
      latestAt: at,
    },
  };
}

/** The same as `figuresOf`, in one pass and without lists between: it is made for every balance of every round. */
function figuresAfter(grants: readonly Grant[], at: Instant, { uncovered, unbilled, pending }: OtherFigures): Figures {
  let [booked, held, available] = [0n, 0n, 0n];
  for (const grant of grants) {
    booked += grant.remaining;
    held += grant.held;
    if (eligible(grant, at)) available += unheld(grant);
  }
  const figures = { booked: booked as Amount, held: held as Amount, available: available as Amount, uncovered };
  if (unbilled === ZERO && pending === ZERO) return figures;
  return { ...figures, ...(unbilled !== ZERO && { unbilled }), ...(pending !== ZERO && { pending }) };
}

/** Whether a limit or run-out changes its position, a first arming included. */
function crossesAny({ limits, runOut, lastTopUp }: Balance, projected: Amount): boolean {
  if (moves(runOut, isAbove(projected, ZERO))) return true;
  for (const { limit, position } of limits) if (moves(position, isAbove(projected, thresholdOf(limit, lastTopUp)))) return true;
  return false;
}

const moves = (position: Position, above: boolean): boolean => above !== (position === 'above');

function lineFrom(grant: string, usage: UsageToConsume): UsageLine {
  const { source, id, bodyHash, time, amount, parts, alsoCharged, creditProductId, conversion } = usage;
  const allocation = amount === ZERO ? NOTHING_TAKEN : [{ grant, amount }];
  const line = { source, id, bodyHash, time, amount, uncovered: ZERO, allocation, parts };
  if (alsoCharged === undefined && creditProductId === undefined && conversion === undefined) return line;
  return {
    ...line,
    ...(alsoCharged !== undefined && { alsoCharged }),
    ...(creditProductId !== undefined && { creditProductId }),
    ...(conversion !== undefined && { conversion }),
  };
}
