/** Whether to act now: the guards, in order of precedence. The first that says no is the reason that is recorded. Pure. */
import { type Amount, ceilingToMinorUnit, type Instant, later, minus, plus, ZERO } from '@drawdown/domain/amounts';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import type { Figures, SkippedReason, Obstacle } from './auto-top-up.events';
import { type AutoTopUp, cooldownEnd } from './auto-top-up.state';
import { nextDue, periodEnd } from './calendar';
import type { Policy, Quantity } from './policy';
import { spentAt } from './spending';

/** Time to the next look after an obstacle that reports no end, such as the account's settings. */
export const OBSTACLE_LOOK_MS = 3_600_000;

type Assessment = { readonly nextDueAt?: Instant } & (
  | { readonly act: true; readonly amount: Amount; readonly cause: 'threshold' | 'schedule' }
  | { readonly act: false; readonly reason: SkippedReason; readonly considerAt?: Instant }
);

type Look = Extract<AutoTopUpCommand, { readonly type: 'Consider' }>;

const no = (reason: SkippedReason, considerAt?: Instant): Assessment => ({
  act: false,
  reason,
  ...(considerAt !== undefined && { considerAt }),
});

export function assess(state: AutoTopUp, policy: Policy, exponent: number, look: Look): Assessment {
  const { at, figures, obstacle } = look;
  if (state.status === 'off') return no('disabled');
  if (state.status === 'suspended') return no('suspended');
  if (state.inFlight) return no('in_flight');
  const need = needed(state, policy, exponent, at, figures);
  if (!need.act) return need;
  if (obstacle) return obstructed(state, at, obstacle);
  const held = restrained(state, policy, at, need.amount);
  if (held) return held;
  // All missed times are one top-up. The next time is the first one in the future.
  const next = nextDue(policy.trigger, state.nextDueAt ?? at, at);
  return { ...need, ...(next !== undefined && { nextDueAt: next }) };
}

/** The end of a pause causes a look by itself. Any other obstacle sets a later look, and a look that is set stays. */
function obstructed({ considerAt }: AutoTopUp, at: Instant, obstacle: Obstacle): Assessment {
  if (obstacle === 'wallet_paused') return no(obstacle);
  const arranged = considerAt !== undefined && considerAt > at;
  return no(obstacle, arranged ? considerAt : later(at, OBSTACLE_LOOK_MS));
}

/** Is a top-up needed? Pending money counts as if it had come already. */
function needed(state: AutoTopUp, policy: Policy, exponent: number, at: Instant, figures: Figures): Assessment {
  const has = plus(figures[policy.figure], figures.pending);
  const { trigger } = policy;
  if (trigger.kind === 'threshold') {
    // A look that was arranged for later, when a guard would let it act, stays arranged.
    const arranged = state.considerAt !== undefined && state.considerAt > at ? state.considerAt : undefined;
    if (has > trigger.threshold) return no('not_needed', arranged);
    return { act: true, amount: amountOf(policy.quantity, has, exponent), cause: 'threshold' };
  }
  const { nextDueAt = at } = state;
  if (at < nextDueAt) return no('not_due', nextDueAt);
  const amount = amountOf(policy.quantity, has, exponent);
  if (amount > ZERO) return { act: true, amount, cause: 'schedule' };
  const next = nextDue(trigger, nextDueAt, at);
  return { ...no('target_reached', next), ...(next !== undefined && { nextDueAt: next }) };
}

function amountOf(quantity: Quantity, has: Amount, exponent: number): Amount {
  if (quantity.kind === 'fixed') return quantity.amount;
  const missing = minus(quantity.target, has);
  if (missing <= ZERO) return ZERO;
  const rounded = ceilingToMinorUnit(missing, exponent);
  return quantity.minimum !== undefined && quantity.minimum > rounded ? quantity.minimum : rounded;
}

/** Is it allowed? The request is never cut to the rest of a maximum. */
function restrained(state: AutoTopUp, { maximum }: Policy, at: Instant, amount: Amount): Assessment | undefined {
  const { backOffUntil = at } = state;
  if (at < backOffUntil) return no('backing_off', backOffUntil);
  const cooled = cooldownEnd(state) ?? at;
  if (at < cooled) return no('cooling_down', cooled);
  const { start, count, money } = spentAt(state.spent, maximum.period, at);
  const over = periodEnd(maximum.period, start);
  if (count >= maximum.count) return no('maximum_count', over);
  return plus(money, amount) > maximum.money ? no('maximum_money', over) : undefined;
}
