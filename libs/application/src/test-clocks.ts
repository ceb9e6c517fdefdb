/** The test clock at the doors. */
import { formatInstant, type Instant, later } from '@drawdown/amounts';
import { carriedOutBefore, carryOut } from './carry-out';
import { Refused } from './errors';
import { readRequest } from './fields';
import type { Handlers } from './operation';
import type { Parts } from './parts';
import { TEST_CLOCK_STREAM, testClock } from './test-clock';

/** Of one step: a year, and a little. */
export const ADVANCE_SECONDS_MAX = 400 * 86_400;

export const testClockOperations = (parts: Parts): Pick<Handlers, 'GetTestClock' | 'AdvanceTestClock'> => ({
  GetTestClock: () => Promise.resolve().then(() => (on(parts), { now: formatInstant(parts.clock()) })),

  async AdvanceTestClock(request, context) {
    const rehearsal = on(parts);
    const { to, by } = readRequest(request, (from) => {
      const asked = { to: from.optionalInstant('to'), by: from.integer('by_seconds', 1, ADVANCE_SECONDS_MAX) };
      if ((asked.to === undefined) === (asked.by === undefined)) from.violation('', 'does not say how far', 'send either to or by_seconds');
      return asked;
    });
    const before = await carriedOutBefore(parts, context, testClock, TEST_CLOCK_STREAM);
    if (before) return { now: formatInstant(before.at) };
    const now = parts.clock();
    const moment = to ?? later(now, (by ?? 0) * 1_000);
    if (moment < now) throw new Refused({ code: 'test_clock_backwards', clockAt: now });
    if (moment - now > ADVANCE_SECONDS_MAX * 1_000) throw new Refused({ code: 'test_clock_too_far', max: ADVANCE_SECONDS_MAX });
    await rehearsal.advance(moment);
    const done = await carryOut(parts, context, testClock, TEST_CLOCK_STREAM, (at: Instant) => ({ type: 'Move', at }));
    return { now: formatInstant(done.at) };
  },
});

/** @throws Refused test_clock_off */
function on({ rehearsal }: Parts): NonNullable<Parts['rehearsal']> {
  if (!rehearsal) throw new Refused({ code: 'test_clock_off' });
  return rehearsal;
}
