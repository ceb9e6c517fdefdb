import { createHash } from 'node:crypto';
import { until } from '../../../../test/support/waiting';
import { listDeliveries } from '../delivery/delivery-list';
import { credited, Deployment, down, HOUR, type Life, MINUTE, ok, urlOf } from './dispatcher.fixtures';

const STEPS = 40;
const MESSAGES_PER_LIFE = 4;
const MESSAGES = STEPS * MESSAGES_PER_LIFE;

/** A third of the attempts fails, a third is answered late, and no run differs from another. */
const mood = (webhookId: string, attempt: number): number => createHash('sha256').update(`${webhookId}/${attempt}`).digest()[0]! % 3;

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
      if (mood(webhookId, attempt) === 0) return down;
      delivered.add(webhookId);
      // Messages sent after this one are answered before it: what is recorded of them must not speak for it.
      return mood(webhookId, attempt) === 1 ? new Promise((resolve) => at.time.after(2 * MINUTE, () => resolve(ok))) : ok;
    });
    let killed = 0;
    for (let step = 1; step <= STEPS; step++) {
      const life = at.live({}, step);
      void life.dispatcher.start();
      await feeder.topUps('ada', MESSAGES_PER_LIFE);
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
    const sent = new Set(at.receivers.requests.map(({ webhookId, payload }) => `${webhookId} ${payload}`));
    expect(sent.size).toBe(MESSAGES);
    expect((await last.deliveries()).open.size).toBe(0);
    const { deliveries } = await listDeliveries(feeder.ledger, at.log, 'e1', { pageSize: 1_000, status: 'delivered' });
    expect(new Set(deliveries.map(({ webhookId }) => webhookId)).size).toBe(MESSAGES);
    expect(deliveries).toHaveLength(MESSAGES);
  } finally {
    await at.remove();
  }
}, 60_000);
