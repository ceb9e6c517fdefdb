/** Low-balance limits and run-out: which lines a balance has crossed. Pure. */
import { type Amount, amount, percentHalfEven, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';

export const LIMITS_MAX = 8;

/** A warning line: an absolute amount, or a percentage of the last top-up. */
export const limit = shape.record({
  /** Chosen by the account; unique within its balance, such as "warning". */
  id: shape.text,
  kind: shape.oneOf('absolute', 'percent_of_last_top_up'),
  /** Units or money when absolute, otherwise a percentage: above 0, at most 100. */
  value: shape.amount,
});
export type Limit = shape.TypeOf<typeof limit>;

/** In order of precedence. */
export type LimitsRefusal =
  | { readonly code: 'too_many_limits'; readonly max: number }
  /** `index`: of the limit in the list, from 0. */
  | { readonly code: 'duplicate_limit'; readonly limitId: string; readonly index: number }
  | { readonly code: 'limit_out_of_range'; readonly limitId: string; readonly index: number; readonly kind: Limit['kind'] };

const HUNDRED_PERCENT = amount('100');

/** Why a list of limits cannot be set, on a balance or as the defaults of a credit product. */
export function limitsProblem(limits: readonly Limit[]): LimitsRefusal | undefined {
  if (limits.length > LIMITS_MAX) return { code: 'too_many_limits', max: LIMITS_MAX };
  const twice = limits.findIndex(({ id }, i) => limits.findIndex((other) => other.id === id) < i);
  if (twice >= 0) return { code: 'duplicate_limit', limitId: limits[twice]!.id, index: twice };
  for (const [index, { id, kind, value }] of limits.entries()) {
    const fits = kind === 'absolute' ? value >= ZERO : value > ZERO && value <= HUNDRED_PERCENT;
    if (!fits) return { code: 'limit_out_of_range', limitId: id, index, kind };
  }
  return undefined;
}

/**
 * Where a balance stands to a line. It is `unarmed` until it has been above it: a balance that starts below a line has not
 * crossed it. Only `above` can cross down, only `below` can recover.
 */
export const position = shape.oneOf('unarmed', 'above', 'below');
export type Position = shape.TypeOf<typeof position>;

export const limitState = shape.record({ limit, position });
type LimitState = shape.TypeOf<typeof limitState>;

export const thresholdOf = ({ kind, value }: Limit, lastTopUp: Amount): Amount =>
  kind === 'absolute' ? value : percentHalfEven(lastTopUp, value);

/** Uses the projected amount. At the line counts as below: "low at 50" warns when 50 are left. */
export const isAbove = (projected: Amount, threshold: Amount): boolean => projected > threshold;

export const armed = (position: Position, projected: Amount, threshold: Amount): Position =>
  position === 'unarmed' && isAbove(projected, threshold) ? 'above' : position;

/** The event of a crossing, without its time and its figures. */
type Crossing =
  | { readonly type: 'LowBalanceReached'; readonly limit: Limit; readonly threshold: Amount }
  | { readonly type: 'BalanceRanOut' }
  | { readonly type: 'BalanceRecovered'; readonly from: 'low_balance'; readonly limit: Limit; readonly threshold: Amount }
  | { readonly type: 'BalanceRecovered'; readonly from: 'run_out'; readonly threshold: Amount };

/** The crossed limits, in the order in which a falling (or rising) balance reaches them. */
export function crossings(lines: readonly LimitState[], runOut: Position, lastTopUp: Amount, projected: Amount): readonly Crossing[] {
  const byThreshold = lines
    .map(({ limit, position }) => ({ limit, position, threshold: thresholdOf(limit, lastTopUp) }))
    .sort((a, b) => (a.threshold < b.threshold ? -1 : a.threshold > b.threshold ? 1 : 0));
  const down: Crossing[] = [];
  const up: Crossing[] = [];
  if (runOut === 'below' && isAbove(projected, ZERO)) up.push({ type: 'BalanceRecovered', from: 'run_out', threshold: ZERO });
  for (const { limit, position, threshold } of byThreshold) {
    const above = isAbove(projected, threshold);
    if (position === 'above' && !above) down.unshift({ type: 'LowBalanceReached', limit, threshold });
    if (position === 'below' && above) up.push({ type: 'BalanceRecovered', from: 'low_balance', limit, threshold });
  }
  if (runOut === 'above' && !isAbove(projected, ZERO)) down.push({ type: 'BalanceRanOut' });
  return [...up, ...down];
}
