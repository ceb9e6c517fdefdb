import type { Instant } from '@drawdown/domain/amounts';
import { until } from '../../../../test/support/waiting';
import { ActiveDispatcher } from './active-dispatcher';
import { listDeliveries } from '../delivery/delivery-list';
import { credited, Deployment, down, held, type Life, MINUTE, ok, urlOf } from './dispatcher.fixtures';
import { type Lease, LEASE_TTL_MS_DEFAULT } from './lease';

const STEP_MS = 250;

/** A double of what keeps the lease for all processes. */
class LeaseKeeper {
  holder: string | undefined;
  private endsAt = 0 as Instant;
  /** What happens to questions instead of an answer. */
  trouble: (() => Promise<never>) | undefined;

  constructor(private readonly now: () => Instant) {}

  for(name: string): Lease {
    return {
      acquire: () => {
        if (this.trouble) return this.trouble();
        if (this.holder !== undefined && this.holder !== name && this.now() < this.endsAt) return Promise.resolve(false);
        this.give(name);
        return Promise.resolve(true);
      },
      release: () => {
        if (this.holder === name) this.holder = undefined;
        return Promise.resolve();
      },
    };
  }

  /** As if the server had forgotten who had it. */
  give(name: string): void {
    this.holder = name;
    this.endsAt = (this.now() + LEASE_TTL_MS_DEFAULT) as Instant;
  }
}

interface Process {
  readonly life: Life;
  readonly active: ActiveDispatcher;
}

let at: Deployment;
let leases: LeaseKeeper;
let feeder: Life;
let running: Process[];
const faults: unknown[] = [];

beforeEach(async () => {
  at = await Deployment.open();
  leases = new LeaseKeeper(at.time.now);
  faults.length = 0;
  running = [];
  feeder = at.live();
  await feeder.openWallet('ada');
  await feeder.create('e1', credited);
});
afterEach(() => at.remove());

function startProcess(name: string, life = at.live(), dispatcher = () => life.newDispatcher()): Process {
  const active = new ActiveDispatcher({
    lease: life.mortal(leases.for(name)),
    dispatcher,
    timers: life.timers,
    failed: (fault) => faults.push(fault),
  });
  active.start();
  const process = { life, active };
  running.push(process);
  return process;
}
/** Lets time pass in small steps until something holds; says how much it took. */
async function passUntil(what: string, holds: () => boolean): Promise<number> {
  const from = at.time.now();
  await until(what, () => {
    if (holds()) return true;
    at.time.pass(STEP_MS);
    return false;
  });
  return at.time.now() - from;
}
const isActive = ({ active }: Process): boolean => active.figures().active;
const sentIds = (): string[] => at.receivers.to(urlOf('e1')).map(({ webhookId }) => webhookId);
const recordedBy = ({ active }: Process): number => active.figures().dispatcher?.recorded ?? 0;

describe('of two processes', () => {
  let a: Process;
  let b: Process;
  beforeEach(async () => {
    a = startProcess('a');
    await until('a to be active', () => isActive(a));
    b = startProcess('b');
  });

  it('the one with the lease sends, and goes on for as long as it can renew it', async () => {
    for (let i = 1; i <= 5; i++) {
      await feeder.topUps('ada', 1);
      await at.sent('e1', i);
      for (let ms = 0; ms < LEASE_TTL_MS_DEFAULT; ms += STEP_MS) {
        at.time.pass(STEP_MS);
        await until('a to have asked again', () => leases.holder === 'a');
      }
    }
    expect([isActive(a), isActive(b), a.active.figures().activations]).toEqual([true, false, 1]);
    expect(new Set(sentIds()).size).toBe(5);
    expect(sentIds()).toHaveLength(5);
  });

  it('the other takes over within seconds when the first is killed, and sends what was not sent', async () => {
    await feeder.topUps('ada', 3);
    await passUntil('three records', () => recordedBy(a) === 3);
    a.life.kill();
    await feeder.topUps('ada', 2);
    expect(await passUntil('b to be active', () => isActive(b))).toBeLessThanOrEqual(1.5 * LEASE_TTL_MS_DEFAULT);
    await passUntil('two records', () => recordedBy(b) === 2);
    expect(sentIds()).toHaveLength(5);
    expect(new Set(sentIds()).size).toBe(5);
  });

  it('the other takes over at its next question when the first is stopped, after what that had in flight', async () => {
    const answer = held();
    at.receivers.answers.set(urlOf('e1'), () => answer.answer);
    await feeder.topUps('ada', 1);
    await at.sent('e1', 1);
    const stopped = a.active.stop();
    // Longer than the lease lasts unless it is renewed.
    for (let ms = 0; ms < 2 * LEASE_TTL_MS_DEFAULT; ms += STEP_MS) {
      at.time.pass(STEP_MS);
      await until('a to have renewed it', () => leases.holder === 'a');
    }
    expect(isActive(b)).toBe(false);
    answer.give(ok);
    await stopped;
    expect(leases.holder).toBeUndefined();
    expect(await passUntil('b to be active', () => isActive(b))).toBeLessThanOrEqual(LEASE_TTL_MS_DEFAULT / 2);
    await feeder.topUps('ada', 1);
    await at.sent('e1', 2);
    expect(sentIds()).toHaveLength(2);
  });

  it('one that was active before knows what the other has recorded since', async () => {
    at.receivers.answers.set(urlOf('e1'), () => ok);
    for (const [i, now] of [a, b, a, b].entries()) {
      leases.give(now === a ? 'a' : 'b');
      await passUntil(
        'the lease to be where it was given',
        () => isActive(now) && running.every((process) => process === now || !isActive(process)),
      );
      await feeder.topUps('ada', 3);
      await passUntil('three records more', () => recordedBy(now) === 3);
      expect(sentIds()).toHaveLength(3 * (i + 1));
    }
    expect(new Set(sentIds()).size).toBe(12);
    expect(a.active.figures()).toMatchObject({ activations: 2, losses: 2 });
  });
});

describe('a lease that cannot be asked for', () => {
  it.each([
    ['says so', () => Promise.reject(new Error('the keeper is down (a double)'))],
    ['says nothing', () => new Promise<never>(() => undefined)],
  ])('and %s is used for as long as it lasts, then no more, and is won again', async (_, trouble) => {
    const a = startProcess('a');
    await until('a to be active', () => isActive(a));
    leases.trouble = trouble;
    const lasted = await passUntil('a to step down', () => !isActive(a));
    expect(lasted).toBeGreaterThan(LEASE_TTL_MS_DEFAULT / 2);
    expect(lasted).toBeLessThanOrEqual(LEASE_TTL_MS_DEFAULT);
    expect(a.active.figures().leaseFaults).toBeGreaterThan(1);
    leases.trouble = undefined;
    await passUntil('a to be active again', () => isActive(a));
    await feeder.topUps('ada', 1);
    await at.sent('e1', 1);
  });
});

it('a dispatcher that cannot start is tried again', async () => {
  let starts = 0;
  const life = at.live();
  const a = startProcess('a', life, () => {
    const made = life.newDispatcher();
    starts += 1;
    if (starts < 3) made.start = () => Promise.reject(new Error('the log is down (a double)'));
    return made;
  });
  await feeder.topUps('ada', 1);
  await passUntil('the third to send', () => sentIds().length === 1);
  expect([starts, faults.length, isActive(a)]).toEqual([3, 2, true]);
});

it('two that are active at once send everything, under the same ids, and what they record agrees', async () => {
  const MESSAGES = 300;
  const attempts = new Map<string, number>();
  const bodies = new Map<string, Set<string>>();
  at.receivers.answers.set(urlOf('e1'), ({ webhookId, payload }) => {
    attempts.set(webhookId, (attempts.get(webhookId) ?? 0) + 1);
    bodies.set(webhookId, (bodies.get(webhookId) ?? new Set()).add(payload));
    // Every third fails the first time, whoever sends it.
    return attempts.get(webhookId) === 1 && bodies.size % 3 === 0 ? down : ok;
  });
  const [a, b] = [await at.start(), await at.start()];
  await feeder.topUps('ada', MESSAGES);
  const quiet = ({ dispatcher }: Life): boolean => {
    const { open, queued, inFlight, position, delivered } = dispatcher.figures();
    return open + queued + inFlight === 0 && delivered === MESSAGES && position >= 0n;
  };
  await until('both to have delivered everything', () => {
    at.time.pass(MINUTE);
    return quiet(a) && quiet(b);
  });
  await Promise.all([a, b].map(({ dispatcher }) => dispatcher.stop()));
  expect(bodies.size).toBe(MESSAGES);
  expect([...bodies.values()].every((payloads) => payloads.size === 1)).toBe(true);
  // At most once each by both, and once more for what failed.
  expect(at.receivers.requests.length).toBeLessThanOrEqual(2 * MESSAGES + MESSAGES / 2);
  const reader = at.live();
  expect((await reader.deliveries()).open.size).toBe(0);
  const { deliveries } = await listDeliveries(reader.ledger, at.log, 'e1', { pageSize: 1_000, status: 'delivered' });
  expect(deliveries).toHaveLength(MESSAGES);
  expect(new Set(deliveries.map(({ webhookId }) => webhookId)).size).toBe(MESSAGES);
}, 60_000);
