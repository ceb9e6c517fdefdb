import { formatInstant, instant } from '@drawdown/domain/amounts';
import { nextDue, periodEnd, periodStart } from './calendar';
import type { Period, Trigger } from './policy';

const short = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatInstant(instant(new Date(ms).toISOString()));

describe('a period', () => {
  it.each<[Period, string, string, string]>([
    ['day', '2024-02-29T23:59:59.999Z', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['day', '2024-03-01T00:00:00Z', '2024-03-01T00:00:00.000Z', '2024-03-02T00:00:00.000Z'],
    ['week', '2024-03-03T23:59:59.999Z', '2024-02-26T00:00:00.000Z', '2024-03-04T00:00:00.000Z'],
    ['week', '2024-03-04T00:00:00Z', '2024-03-04T00:00:00.000Z', '2024-03-11T00:00:00.000Z'],
    ['month', '2024-02-29T23:59:59.999Z', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['month', '2024-12-31T12:00:00Z', '2024-12-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
    ['day', '1969-12-31T12:00:00Z', '1969-12-31T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    ['week', '1969-12-28T12:00:00Z', '1969-12-22T00:00:00.000Z', '1969-12-29T00:00:00.000Z'],
  ])('%s of %s is from %s to %s', (period, moment, start, end) => {
    expect(short(periodStart(period, instant(moment)))).toBe(start);
    expect(short(periodEnd(period, instant(moment)))).toBe(end);
  });
});

describe('the next due time', () => {
  const noon = instant('2024-03-01T12:00:00Z');
  const due = (trigger: Trigger, after: string, since = noon) => short(nextDue(trigger, since, instant(after)));

  it('of so many days is counted from when it was set', () => {
    const weekly: Trigger = { kind: 'every_days', days: 7 };
    expect(due(weekly, '2024-03-01T12:00:00Z')).toBe('2024-03-08T12:00:00.000Z');
    expect(due(weekly, '2024-03-08T11:59:59.999Z')).toBe('2024-03-08T12:00:00.000Z');
    expect(due(weekly, '2024-03-08T12:00:00Z')).toBe('2024-03-15T12:00:00.000Z');
    expect(due(weekly, '2024-04-30T00:00:00Z')).toBe('2024-05-03T12:00:00.000Z');
  });

  it('of so many days is counted from its beginning, where it has one', () => {
    const from: Trigger = { kind: 'every_days', days: 1, startingAt: instant('2024-03-10T06:00:00Z') };
    expect(due(from, '2024-03-01T12:00:00Z')).toBe('2024-03-10T06:00:00.000Z');
    expect(due(from, '2024-03-10T06:00:00Z')).toBe('2024-03-11T06:00:00.000Z');
  });

  it('of a day of the month is its beginning in UTC, and the last day where a month is shorter', () => {
    const last: Trigger = { kind: 'day_of_month', day: 31 };
    expect(due(last, '2024-01-31T00:00:00Z')).toBe('2024-02-29T00:00:00.000Z');
    expect(due(last, '2023-01-31T00:00:00Z')).toBe('2023-02-28T00:00:00.000Z');
    expect(due(last, '2024-02-29T00:00:00Z')).toBe('2024-03-31T00:00:00.000Z');
    expect(due(last, '2024-12-31T00:00:00Z')).toBe('2025-01-31T00:00:00.000Z');
    const first: Trigger = { kind: 'day_of_month', day: 1 };
    expect(due(first, '2024-02-29T23:59:59.999Z')).toBe('2024-03-01T00:00:00.000Z');
    expect(due(first, '2024-03-01T00:00:00Z')).toBe('2024-04-01T00:00:00.000Z');
  });

  it('of a threshold never comes', () => expect(nextDue({ kind: 'threshold', threshold: 0n as never }, noon, noon)).toBeUndefined());
});
