import { later } from '@drawdown/domain/amounts';
import { DAY, HOUR, MINUTE, NOON, SECOND } from '../dispatch/dispatcher.fixtures';
import { nextAttempt, parseSchedule, SCHEDULE_DEFAULT } from './schedule';

const schedule = parseSchedule(SCHEDULE_DEFAULT);

describe('a schedule', () => {
  it('is read as people write it', () =>
    expect(schedule.pauses).toEqual([5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]));

  it.each(['', '5', '5 s', '0s', '-1s', '1.5h', '5s,5m', '44h', '2d', Array(51).fill('1s').join(' ')])('"%.20s" is refused', (text) =>
    expect(() => parseSchedule(text)).toThrow(RangeError),
  );

  it('takes the longest pause and the most of them', () => {
    expect(parseSchedule('43h').pauses).toEqual([43 * HOUR]);
    expect(parseSchedule(Array(50).fill('1s').join(' ')).pauses).toHaveLength(50);
  });
});

describe('the next attempt', () => {
  it('comes after the pause and at most a tenth of it, always at the same moment', () => {
    const jitters = new Set<number>();
    for (let i = 0; i < 1_000; i++) {
      const due = nextAttempt(schedule, `msg_${i}`, 2, NOON)! - NOON;
      expect(due).toBe(nextAttempt(schedule, `msg_${i}`, 2, NOON)! - NOON);
      expect(due).toBeGreaterThanOrEqual(5 * MINUTE);
      expect(due).toBeLessThan(5.5 * MINUTE);
      jitters.add(due);
    }
    expect(jitters.size).toBeGreaterThan(900);
  });

  it('does not come after the last', () => {
    expect(nextAttempt(schedule, 'msg_1', 9, NOON)).toBeDefined();
    expect(nextAttempt(schedule, 'msg_1', 10, NOON)).toBeUndefined();
    expect(nextAttempt(schedule, 'msg_1', 10, NOON, HOUR)).toBeUndefined();
  });

  it('is put off by the receiver, up to a day, and never brought forward', () => {
    expect(nextAttempt(schedule, 'msg_1', 1, NOON, HOUR)).toBe(later(NOON, HOUR));
    expect(nextAttempt(schedule, 'msg_1', 1, NOON, 30 * DAY)).toBe(later(NOON, DAY));
    expect(nextAttempt(schedule, 'msg_1', 3, NOON, SECOND)).toBe(nextAttempt(schedule, 'msg_1', 3, NOON));
  });
});
