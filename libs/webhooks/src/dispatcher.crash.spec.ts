import { createHash } from 'node:crypto';
import { until } from '../../../test/support/waiting';
import { credited, Deployment, down, HOUR, type Life, MINUTE, ok, urlOf } from './dispatcher.fixtures';

const STEPS = 40;
const MESSAGES = 30;

/** Every third attempt fails, and no run differs from another. */
const flaky = (webhookId: string, attempt: number): boolean =>
  createHash('sha256').update(`${webhookId}/${attempt}`).digest()[0]! % 3 === 0;

const isQuiet = async (at: Deployment, { dispatcher }: Life): Promise<boolean> => {
  const { open, queued, inFlight, position, recorded, delivered, retrying, exhausted } = dispatcher.figures();
  return open + queued + inFlight === 0 && recorded === delivered + retrying + exhausted && position === (await at.log.head());
};

it(`killed at each of its first ${STEPS} steps, it has delivered every message in the end, each under one id`, async () => {
  const at = await Deployment.open();
  try {
    const feeder = at.live();
    await feeder.openWallet('ada');
    await feeder.create('e1', credited);
    const attempts = new Map<string, number>();
    const delivered = new Set<string>();
    at.receivers.answers.set(urlOf('e1'), ({ webhookId }) => {
      const attempt = (attempts.get(webhookId) ?? 0) + 1;
      attempts.set(webhookId, attempt);
      if (flaky(webhookId, attempt)) return down;
      delivered.add(webhookId);
      return ok;
    });
    let killed = 0;
    for (let step = 1; step <= STEPS; step++) {
      const life = at.live({}, step);
      void life.dispatcher.start();
      if (step <= MESSAGES) await feeder.topUps('ada', 1);
      await until(`the life of ${step} steps to end`, async () => {
        at.time.pass(MINUTE);
        return life.dead || isQuiet(at, life);
      });
      if (life.dead) killed += 1;
      life.kill();
    }
    // Lives that had nothing to do ended in peace: those that did not are the test.
    expect(killed).toBeGreaterThan(STEPS / 4);
    const last = await at.start();
    await until('everything to be delivered', () => {
      at.time.pass(HOUR);
      return isQuiet(at, last);
    });
    expect(delivered.size).toBe(MESSAGES);
    const told = new Set(at.receivers.requests.map(({ webhookId, payload }) => `${webhookId} ${payload}`));
    expect(told.size).toBe(MESSAGES);
    expect((await last.deliveries()).open.size).toBe(0);
  } finally {
    await at.remove();
  }
}, 60_000);
