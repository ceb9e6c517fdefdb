/** Due times and periods, all in UTC. Pure: the caller gives the time. */
import type { Instant } from '@drawdown/domain/amounts';
import type { Period, Trigger } from './policy';

const DAY_MS = 24 * 3_600_000;
const DAYS_PER_WEEK = 7;
/** 1970-01-01 was a Thursday: the Monday before it. */
const FIRST_MONDAY = -3 * DAY_MS;

const at = (ms: number): Instant => ms as Instant;
const month = (moment: Instant): readonly [year: number, month: number] => {
  const date = new Date(moment);
  return [date.getUTCFullYear(), date.getUTCMonth()];
};

/** The first moment of the period that a moment lies in. */
export function periodStart(period: Period, moment: Instant): Instant {
  switch (period) {
    case 'day':
      return at(Math.floor(moment / DAY_MS) * DAY_MS);
    case 'week': {
      const week = DAYS_PER_WEEK * DAY_MS;
      return at(Math.floor((moment - FIRST_MONDAY) / week) * week + FIRST_MONDAY);
    }
    case 'month':
      return at(Date.UTC(...month(moment), 1));
  }
}

/** The first moment of the next period. */
export function periodEnd(period: Period, moment: Instant): Instant {
  const start = periodStart(period, moment);
  switch (period) {
    case 'day':
      return at(start + DAY_MS);
    case 'week':
      return at(start + DAYS_PER_WEEK * DAY_MS);
    case 'month': {
      const [year, index] = month(start);
      return at(Date.UTC(year, index + 1, 1));
    }
  }
}

/**
 * When a schedule is due for the first time after a moment (exclusive); undefined for a threshold, which has no times.
 * @param since when the schedule was configured
 */
export function nextDue(trigger: Trigger, since: Instant, after: Instant): Instant | undefined {
  switch (trigger.kind) {
    case 'threshold':
      return undefined;
    case 'every_days': {
      const step = trigger.days * DAY_MS;
      const first = trigger.startingAt ?? since + step;
      return at(first > after ? first : first + (Math.floor((after - first) / step) + 1) * step);
    }
    case 'day_of_month': {
      const [year, index] = month(after);
      const due = dayOfMonth(year, index, trigger.day);
      return due > after ? due : dayOfMonth(year, index + 1, trigger.day);
    }
  }
}

/** Day 0 of the next month is the last one of this month. */
const dayOfMonth = (year: number, index: number, day: number): Instant =>
  at(Math.min(Date.UTC(year, index, day), Date.UTC(year, index + 1, 0)));
