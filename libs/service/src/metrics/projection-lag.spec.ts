import { LogUnavailable } from '@drawdown/ledger';
import { ProjectionLag } from './projection-lag';

const following = () => {
  const at = { now: 0, head: -1n, met: -1n, down: false };
  const head = () => (at.down ? Promise.reject(new LogUnavailable('down')) : Promise.resolve(at.head));
  return { at, lag: new ProjectionLag({ head }, () => at.met, () => at.now) };
};

describe('how far a projection is behind', () => {
  it('is nothing where there is nothing, and where everything has been met', async () => {
    const { at, lag } = following();
    await lag.look();
    expect(lag.seconds).toBe(0);
    Object.assign(at, { now: 1_000, head: 70n, met: 70n });
    await lag.look();
    at.now = 9_000;
    expect(lag.seconds).toBe(0);
  });

  it('is the time since the oldest event that is not met was seen in the log', async () => {
    const { at, lag } = following();
    Object.assign(at, { now: 1_000, head: 10n });
    await lag.look();
    Object.assign(at, { now: 4_000, head: 20n });
    await lag.look();
    at.now = 6_000;
    expect(lag.seconds).toBe(5);
    at.met = 10n;
    expect(lag.seconds).toBe(2);
    at.met = 20n;
    expect(lag.seconds).toBe(0);
  });

  it('goes on growing while the log does not answer', async () => {
    const { at, lag } = following();
    at.head = 10n;
    await lag.look();
    Object.assign(at, { now: 3_000, down: true });
    await lag.look();
    expect(lag.seconds).toBe(3);
  });
});
