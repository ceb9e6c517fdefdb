/**
 * What was asked for in the running day, week and month. All three are kept, so that a policy with another period finds what
 * was spent before it. A request counts from when it is made; a declined one gives its room back.
 */
import { type Amount, type Instant, instant, minus, plus, ZERO } from '@drawdown/amounts';
import { shape } from '@drawdown/decider';
import { periodStart } from './calendar';
import type { Period } from './policy';

const window = shape.record({ start: shape.instant, count: shape.integer, money: shape.amount });
export type Window = shape.Of<typeof window>;

export const spending = shape.record({ day: window, week: window, month: window });
export type Spending = shape.Of<typeof spending>;

/** Before anything was asked for. */
const LONG_AGO = instant('0100-01-01T00:00:00Z');
const EMPTY: Window = { start: LONG_AGO, count: 0, money: ZERO };
export const nothingSpent: Spending = { day: EMPTY, week: EMPTY, month: EMPTY };

/** What counts at a moment: nothing yet, when a new period has begun. */
export function spentAt(spent: Spending, period: Period, at: Instant): Window {
  const running = spent[period];
  const start = periodStart(period, at);
  return start > running.start ? { ...EMPTY, start } : running;
}

const changed = (spent: Spending, by: (running: Window, period: Period) => Window): Spending => ({
  day: by(spent.day, 'day'),
  week: by(spent.week, 'week'),
  month: by(spent.month, 'month'),
});

export const withRequest = (spent: Spending, at: Instant, money: Amount): Spending =>
  changed(spent, (_, period) => counted(spentAt(spent, period, at), 1, money));

/** A request that came to nothing. Periods that are over stay as they were. */
export const withoutRequest = (spent: Spending, requestedAt: Instant, money: Amount): Spending =>
  changed(spent, (running, period) =>
    periodStart(period, requestedAt) === running.start ? counted(running, -1, minus(ZERO, money)) : running,
  );

/** A request that was taken for declined and has been paid after all. */
export const withRequestAgain = (spent: Spending, requestedAt: Instant, money: Amount): Spending =>
  changed(spent, (running, period) => (periodStart(period, requestedAt) === running.start ? counted(running, 1, money) : running));

const counted = (of: Window, count: number, money: Amount): Window => ({
  ...of,
  count: of.count + count,
  money: plus(of.money, money),
});
