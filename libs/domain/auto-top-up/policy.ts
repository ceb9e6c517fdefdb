/** The policy of an auto top-up: when, how much, and how often at most. Customers and staff set it. Pure. */
import { type Amount, currencyExponent, type Instant, minorUnits, ZERO } from '@drawdown/domain/amounts';
import { type Shape, shape } from '@drawdown/domain/decider';

export const DAYS_MAX = 366;
export const DAY_OF_MONTH_MAX = 31;
const SECOND_MS = 1_000;
/** 31 days. */
export const COOLDOWN_SECONDS_MAX = 31 * 24 * 3_600;
/** Requests in one period. */
export const COUNT_MAX = 100;

export type Trigger =
  /** The figure with pending money is at or below a line: "at 50" acts when 50 are left. */
  | { readonly kind: 'threshold'; readonly threshold: Amount }
  /** Every so many days of 24 hours; the first time at `startingAt`, by default so many days after it was configured. */
  | { readonly kind: 'every_days'; readonly days: number; readonly startingAt?: Instant }
  /** At 00:00 UTC of this day of every month, or of the last day of a shorter month. */
  | { readonly kind: 'day_of_month'; readonly day: number };

export type Quantity =
  | { readonly kind: 'fixed'; readonly amount: Amount }
  /** As much as is missing, rounded up to the minor unit; `minimum` when less is missing, since providers refuse tiny payments. */
  | { readonly kind: 'to_target'; readonly target: Amount; readonly minimum?: Amount };

const storedTrigger = shape.record({
  kind: shape.oneOf('threshold', 'every_days', 'day_of_month'),
  threshold: shape.maybe(shape.amount),
  days: shape.maybe(shape.integer),
  startingAt: shape.maybe(shape.instant),
  day: shape.maybe(shape.integer),
});

function there<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new shape.ShapeError(field, 'there');
  return value;
}

export const trigger: Shape<Trigger> = {
  write: (value) => storedTrigger.write(value),
  read: (json) => {
    const { kind, threshold, days, startingAt, day } = storedTrigger.read(json);
    switch (kind) {
      case 'threshold':
        return { kind, threshold: there(threshold, 'threshold') };
      case 'every_days':
        return { kind, days: there(days, 'days'), ...(startingAt !== undefined && { startingAt }) };
      case 'day_of_month':
        return { kind, day: there(day, 'day') };
    }
  },
};

const storedQuantity = shape.record({
  kind: shape.oneOf('fixed', 'to_target'),
  amount: shape.maybe(shape.amount),
  target: shape.maybe(shape.amount),
  minimum: shape.maybe(shape.amount),
});

const quantity: Shape<Quantity> = {
  write: (value) => storedQuantity.write(value),
  read: (json) => {
    const { kind, amount, target, minimum } = storedQuantity.read(json);
    if (kind === 'fixed') return { kind, amount: there(amount, 'amount') };
    return { kind, target: there(target, 'target'), ...(minimum !== undefined && { minimum }) };
  },
};

const period = shape.oneOf('day', 'week', 'month');
/** Of the calendar, in UTC; a week begins on Monday. */
export type Period = shape.TypeOf<typeof period>;

export const policy = shape.record({
  trigger,
  quantity,
  /** The compared figure of the wallet. Pending money is added to it. */
  figure: shape.oneOf('available', 'projected'),
  /** From one request to the next at least. */
  cooldownMs: shape.integer,
  /** Never optional: automatic spending needs an end. */
  maximum: shape.record({ period, money: shape.amount, count: shape.integer }),
});
export type Policy = shape.TypeOf<typeof policy>;

/** Why a policy cannot be set, and in which field, by the name that callers know it by. */
interface PolicyProblem {
  readonly field: string;
  readonly detail: string;
}

/** @param currency of the wallet; one that `currencyExponent` knows */
export function policyProblem(policy: Policy, currency: string): PolicyProblem | undefined {
  return (
    triggerProblem(policy.trigger) ??
    quantityProblem(policy, currency) ??
    outside('cooldown_seconds', policy.cooldownMs / SECOND_MS, 0, COOLDOWN_SECONDS_MAX) ??
    outside('maximum_count', policy.maximum.count, 1, COUNT_MAX)
  );
}

function triggerProblem(trigger: Trigger): PolicyProblem | undefined {
  switch (trigger.kind) {
    case 'threshold':
      return trigger.threshold < ZERO ? { field: 'threshold', detail: 'must be zero or more' } : undefined;
    case 'every_days':
      return outside('every_days', trigger.days, 1, DAYS_MAX);
    case 'day_of_month':
      return outside('day_of_month', trigger.day, 1, DAY_OF_MONTH_MAX);
  }
}

function quantityProblem({ quantity, trigger, maximum }: Policy, currency: string): PolicyProblem | undefined {
  const smallest = quantity.kind === 'fixed' ? quantity.amount : quantity.minimum;
  const field = quantity.kind === 'fixed' ? 'amount' : 'minimum';
  if (smallest !== undefined && !payable(smallest, currency))
    return { field, detail: `must be above zero and a whole number of minor units of ${currency}, which can be paid` };
  const most = quantity.kind === 'fixed' ? quantity.amount : quantity.target;
  if (most <= ZERO) return { field: 'target', detail: 'must be above zero' };
  if (quantity.kind === 'to_target' && trigger.kind === 'threshold' && quantity.target <= trigger.threshold)
    return { field: 'target', detail: 'must be above the threshold, or reaching it would ask again at once' };
  if (maximum.money < most || (smallest !== undefined && maximum.money < smallest))
    return { field: 'maximum_money', detail: 'must allow one top-up at least: send as much as that, or more' };
  return undefined;
}

function payable(money: Amount, currency: string): boolean {
  const exponent = currencyExponent(currency);
  return exponent !== undefined && money > ZERO && minorUnits(money, exponent) !== undefined;
}

const outside = (field: string, value: number, min: number, max: number): PolicyProblem | undefined =>
  Number.isInteger(value) && value >= min && value <= max ? undefined : { field, detail: `must be a whole number from ${min} to ${max}` };
