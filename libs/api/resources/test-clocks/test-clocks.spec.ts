import { type Instant, later } from '@drawdown/domain/amounts';
import { freshApplication, HOUR_MS, NOON, type TestApplication } from '../application.fixtures';
import { handlers } from '../handlers';
import type { Handlers } from '../operation';
import { turn } from '../../../../test/support/waiting';

const app = freshApplication();
const iso = (hours: number): string => new Date(NOON + hours * HOUR_MS).toISOString();

/** The test application with a clock that is moved on in steps of an hour, and may break down on its way. */
function rehearsing(): { says: TestApplication['says']; brokenAt: (hours: number | undefined) => void } {
  let broken: Instant | undefined;
  const advance = async (to: Instant): Promise<void> => {
    while (app().now < to) {
      if (broken !== undefined && app().now >= broken) throw new Error('the process is gone');
      await turn();
      app().now = later(app().now, Math.min(HOUR_MS, to - app().now));
    }
  };
  const rehearsed: Handlers = handlers({ ...app().parts, rehearsal: { advance } });
  Object.assign(app().handlers, { AdvanceTestClock: rehearsed.AdvanceTestClock, GetTestClock: rehearsed.GetTestClock });
  return {
    says: (...asked) => app().says(...asked),
    brokenAt: (hours) => (broken = hours === undefined ? undefined : later(NOON, hours * HOUR_MS)),
  };
}

describe('moving a test clock on', () => {
  it('goes on to the same moment when it is asked again under its key, however far it came', async () => {
    const { says, brokenAt } = rehearsing();
    brokenAt(2);
    await expect(says('AdvanceTestClock', { by_seconds: 5 * 3_600 }, 'key')).rejects.toThrow('the process is gone');
    expect(await says('GetTestClock', {})).toMatchObject({ answer: { now: iso(2) } });
    brokenAt(undefined);
    expect(await says('AdvanceTestClock', { by_seconds: 5 * 3_600 }, 'key')).toEqual({ answer: { now: iso(5) }, replayed: true });
    await says('AdvanceTestClock', { by_seconds: 3_600 });
    expect(await says('AdvanceTestClock', { by_seconds: 5 * 3_600 }, 'key')).toEqual({ answer: { now: iso(5) }, replayed: true });
    expect(await says('GetTestClock', {})).toMatchObject({ answer: { now: iso(6) } });
    expect(await says('AdvanceTestClock', { by_seconds: 1 }, 'key')).toEqual({ refused: 'idempotency_conflict' });
  });

  it('is done one after the other: the second counts from where the first has come to', async () => {
    const { says } = rehearsing();
    const both = await Promise.all([says('AdvanceTestClock', { by_seconds: 7_200 }), says('AdvanceTestClock', { by_seconds: 3_600 })]);
    expect(both).toMatchObject([{ answer: { now: iso(2) } }, { answer: { now: iso(3) } }]);
  });

  it('is refused backwards, too far, and where nobody can tell how far; and where there is no such clock', async () => {
    expect(await app().says('AdvanceTestClock', { by_seconds: 1 })).toEqual({ refused: 'test_clock_off' });
    const { says } = rehearsing();
    expect(await says('AdvanceTestClock', { to: iso(-1) })).toEqual({ refused: 'test_clock_backwards' });
    expect(await says('AdvanceTestClock', { to: iso(401 * 24) })).toEqual({ refused: 'test_clock_too_far' });
    expect(await says('AdvanceTestClock', {})).toEqual({ invalid: ['does not say how far'] });
    expect(await says('AdvanceTestClock', { to: iso(1), by_seconds: 3_600 })).toEqual({ invalid: ['by_seconds contradicts to'] });
    expect(await says('AdvanceTestClock', { by_seconds: 0 })).toEqual({
      invalid: ['by_seconds must be a whole number from 1 to 34560000'],
    });
    expect(await says('GetTestClock', {})).toMatchObject({ answer: { now: iso(0) } });
  });
});
