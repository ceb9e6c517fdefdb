/**
 * What was asked for in the running day, week and month. All three are kept, so that a policy with another period finds what
 * was spent before it. A request counts from when it is made, whatever becomes of its purchase: one that was declined or has expired
 * may be paid yet, and money that comes late is credited. Only a request of which no purchase was made gives its room back.
 */
import { type Amount, type Instant, instant, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { periodStart } from './calendar';
import type { Period } from './policy';

const window = shape.record({ start: shape.instant, count: shape.integer, money: shape.amount });
type Window = shape.TypeOf<typeof window>;

export const spending = shape.record({ day: window, week: window, month: window });
type Spending = shape.TypeOf<typeof spending>;

/** Before anything was asked for. */
const LONG_AGO = instant('0100-01-01T00:00:00Z');
const EMPTY: Window = { start: LONG_AGO, count: 0, money: ZERO };
export const nothingSpent: Spending = { day: EMPTY, week: EMPTY, month: EMPTY };

/** The spending of the period at a time. It is zero if a new period has begun. */
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

/** Takes back the latest request, which nobody can pay. No request came after it, so it counts in each present window. */
export const withoutLatest = (spent: Spending, money: Amount): Spending =>
  changed(spent, (running) => counted(running, -1, minus(ZERO, money)));

const counted = (window: Window, count: number, money: Amount): Window => ({
  ...window,
  count: window.count + count,
  money: plus(window.money, money),
});
