/** The test clock on the transports. */
import { formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import { KeyedMutex } from '@drawdown/engine/async';
import { carriedOutBefore, carryOut, expectEvent } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { TEST_CLOCK_STREAM, testClock, type TestClockCommand } from '@drawdown/engine/process-managers';

/** The longest step: a year, and a little. */
const ADVANCE_SECONDS_MAX = 400 * 86_400;

export function testClockOperations(parts: ApiParts): Pick<Handlers, 'GetTestClock' | 'AdvanceTestClock'> {
  const turns = new KeyedMutex();

  /** The target is recorded under the key before anything moves: a retry after a crash goes on to it, and not as far again from there. */
  async function advance(asked: Asked, context: Context): Promise<Instant> {
    const rehearsal = on(parts);
    const before = await carriedOutBefore(parts, context, testClock, TEST_CLOCK_STREAM);
    const advanceStarted = (now: Instant): TestClockCommand => ({ type: 'StartAdvance', at: now, to: target(asked, now) });
    const begun = before ?? (await carryOut(parts, context, testClock, TEST_CLOCK_STREAM, advanceStarted));
    const { to } = expectEvent(begun.events, 'TestClockAdvanceStarted');
    const { at } = (await parts.ledger.load(testClock, TEST_CLOCK_STREAM)).state;
    if (before && at !== undefined && at >= to) return to;
    await rehearsal.advance(to);
    await parts.ledger.execute(testClock, TEST_CLOCK_STREAM, { type: 'Move', at: parts.clock() });
    return to;
  }

  return {
    GetTestClock: () => Promise.resolve().then(() => (on(parts), { now: formatInstant(parts.clock()) })),

    async AdvanceTestClock(request, context) {
      on(parts);
      const asked = readRequest(request, (from) => {
        const { to, by } = { to: from.optionalInstant('to'), by: from.integer('by_seconds', 1, ADVANCE_SECONDS_MAX) };
        if (from.has('to') && from.has('by_seconds')) from.violation('by_seconds', 'contradicts to', 'send one of the two');
        if (!from.has('to') && !from.has('by_seconds')) from.violation('', 'does not say how far', 'send either to or by_seconds');
        return { to, by };
      });
      // A second call starts from the end of the first one.
      return { now: formatInstant(await turns.run(TEST_CLOCK_STREAM, () => advance(asked, context))) };
    },
  };
}

interface Asked {
  readonly to: Instant | undefined;
  readonly by: number | undefined;
}

/** @throws Refused test_clock_backwards, test_clock_too_far */
function target({ to, by = 0 }: Asked, now: Instant): Instant {
  const moment = to ?? later(now, by * 1_000);
  if (moment < now) throw new Refused({ code: 'test_clock_backwards', clockAt: now });
  if (moment - now > ADVANCE_SECONDS_MAX * 1_000) throw new Refused({ code: 'test_clock_too_far', max: ADVANCE_SECONDS_MAX });
  return moment;
}

/** @throws Refused test_clock_off */
function on({ rehearsal }: ApiParts): NonNullable<ApiParts['rehearsal']> {
  if (!rehearsal) throw new Refused({ code: 'test_clock_off' });
  return rehearsal;
}
