import { LogUnavailable } from '@drawdown/engine/event-store';
import { LogWatch } from './log-watch';

const following = () => {
  const at = { now: 0, head: -1n, processed: -1n, down: false };
  const head = () => (at.down ? Promise.reject(new LogUnavailable('down')) : Promise.resolve(at.head));
  return {
    at,
    watch: new LogWatch(
      { head },
      () => at.processed,
      () => at.now,
    ),
  };
};

describe('how far a follower of the log is behind', () => {
  it('is nothing where there is nothing, and where everything has been met', async () => {
    const { at, watch } = following();
    await watch.look();
    expect(watch.lagSeconds).toBe(0);
    Object.assign(at, { now: 1_000, head: 70n, processed: 70n });
    await watch.look();
    at.now = 9_000;
    expect(watch.lagSeconds).toBe(0);
  });

  it('is the time since the oldest event that is not met was seen in the log', async () => {
    const { at, watch } = following();
    Object.assign(at, { now: 1_000, head: 10n });
    await watch.look();
    Object.assign(at, { now: 4_000, head: 20n });
    await watch.look();
    at.now = 6_000;
    expect(watch.lagSeconds).toBe(5);
    at.processed = 10n;
    expect(watch.lagSeconds).toBe(2);
    at.processed = 20n;
    expect(watch.lagSeconds).toBe(0);
  });

  it('goes on growing while the log does not answer', async () => {
    const { at, watch } = following();
    at.head = 10n;
    await watch.look();
    Object.assign(at, { now: 3_000, down: true });
    await watch.look();
    expect(watch.lagSeconds).toBe(3);
  });
});

it('a log that does not answer is not ready, with the reason, until it answers', async () => {
  const { at, watch } = following();
  at.down = true;
  await watch.look();
  expect(watch.health()).toEqual({ ready: false, detail: 'down' });
  at.down = false;
  await watch.look();
  expect(watch.health()).toEqual({ ready: true, detail: 'answers' });
});
