/**
 * The ledger on a real Redis that loses what was saved, hangs, or is cleared by another process. What nobody may see: usage charged
 * twice, usage lost, a balance that goes back. The log is the embedded one: it does not fail here.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amount, later } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import type { UsageOutcome } from '@drawdown/engine/usage-pipeline';
import { Fault, streams } from '@drawdown/engine/event-store';
import { RedisConnection, RedisProjections } from '@drawdown/adapters/redis';
import { RedisServer } from '../../infra/local/redis-server';
import { START, TestLedger, tokens } from '../../libs/engine/event-store/ledger.fixtures';
import { until } from '../support/waiting';

/** For an answer of Redis: longer than a busy machine keeps one, but where Redis hangs. */
const TIMEOUT_MS = 10_000;
const SHORT_TIMEOUT_MS = 1_000;
/** A request of usage waits for some answers of Redis, one after another. */
const REFUSED_WITHIN_MS = 30_000;
/** Each fault is done so often. */
const FLUSHES = 20;
const CUSTOMERS = ['ada', 'bob', 'cyd', 'dan'];
const GRANTED = '1000000';

let folder: string;
let server: RedisServer;
let control: RedisConnection;
let homes: TestLedger[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drawdown-redis-lost-'));
  server = await RedisServer.start({ directory: join(folder, 'redis') });
  control = new RedisConnection(server.url);
  homes = [];
});
afterEach(async () => {
  for (const home of homes.reverse()) {
    await home.projector.stop();
    await home.projections.close();
  }
  await homes.at(-1)?.log.close();
  await control.close();
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const projections = (shards = 1, timeoutMs = TIMEOUT_MS) => RedisProjections.open({ url: server.url, shards, timeoutMs });
const flushAll = () => control.command('flushall');

async function open(shards = 1, timeoutMs = TIMEOUT_MS): Promise<TestLedger> {
  const home = await TestLedger.open(join(folder, 'log'), undefined, () => projections(shards, timeoutMs));
  homes.push(home);
  for (const customer of CUSTOMERS) await home.addCustomer(customer);
  await home.addProduct('llm');
  for (const customer of CUSTOMERS) await home.addBalance(customer, 'llm', GRANTED);
  return home;
}

async function openBeside(first: TestLedger, shards = 1): Promise<TestLedger> {
  const other = TestLedger.beside(first, projections(shards));
  homes.push(other);
  await other.projector.start();
  await other.catalog.start(other.projections);
  return other;
}

const usageOf = (i: number) => tokens(`u${i}`, 1, { subject: CUSTOMERS[i % CUSTOMERS.length]! });
/** As a consumer of a queue does: the same again until it is taken. Counts what had to be sent again. */
async function sent(
  home: TestLedger,
  ids: readonly number[],
): Promise<{ readonly outcomes: readonly UsageOutcome['status'][]; readonly refusals: number }> {
  let refusals = 0;
  const outcomes = await until('usage to be taken', async () => {
    try {
      return await home.use(...ids.map(usageOf));
    } catch (fault) {
      if (!(fault instanceof Fault && fault.retriable)) throw fault;
      refusals += 1;
      return undefined;
    }
  });
  return { outcomes: outcomes.map(({ status }) => status), refusals };
}

/** What the log itself says was consumed, and how many lines say so: no derived state is asked. */
async function consumed(home: TestLedger): Promise<{ readonly lines: number; readonly keys: number }> {
  const keys: string[] = [];
  for (let after = -1n; ;) {
    const page = await home.log.readAll(after, 4_096);
    for (const { type, data } of page)
      if (type === 'CreditsConsumed')
        for (const { source, id } of (JSON.parse(data) as { lines: { source: string; id: string }[] }).lines) keys.push(`${source} ${id}`);
    if (page.length === 0) return { lines: keys.length, keys: new Set(keys).size };
    after = page.at(-1)!.position;
  }
}

async function allIsWell(home: TestLedger, used: number): Promise<void> {
  expect(await consumed(home)).toEqual({ lines: used, keys: used });
  await until('derived state to be whole', () => !home.projector.figures().refolding);
  await until('everything to be saved', () =>
    home.projector.save().then(
      () => true,
      () => false,
    ),
  );
  const totals = await Promise.all(CUSTOMERS.map(async (customer) => (await home.balance(customer, 'llm')).totals.consumed));
  expect(totals.reduce<bigint>((a, b) => a + b, 0n)).toBe(amount(`${used}`));
  expect((await home.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
}

/** It is counted when it is over; usage flows before. */
const recovered = (home: TestLedger, times: number): Promise<boolean> =>
  until(`${times} recoveries`, () => home.projector.figures().recoveries >= times);

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe.each([1, 4])('Redis in %i shard(s)', (shards) => {
  it('flushed in mid-run, again and again, with repeats of all usage: nothing is doubled and nothing lost', async () => {
    const home = await open(shards);
    let refusals = 0;
    for (let round = 0; round < FLUSHES; round++) {
      await sent(home, range(round * 20, round * 20 + 20));
      // Half of the time everything has been saved and memory holds no key.
      if (round % 2 === 0) await home.projector.save().catch(() => undefined);
      await flushAll();
      const repeated = await sent(home, range(Math.max(0, round * 20 - 40), round * 20 + 20));
      expect(new Set(repeated.outcomes)).toEqual(new Set(['duplicate']));
      refusals += repeated.refusals;
    }
    await recovered(home, FLUSHES);
    expect(refusals).toBeGreaterThan(0);
    await allIsWell(home, FLUSHES * 20);
  });

  it('flushed while usage and its repeats are under way at once', async () => {
    const home = await open(shards);
    let flushing = true;
    let flushed = 0;
    const flushes = (async () => {
      for (; flushing; flushed++) {
        const { recoveries } = home.projector.figures();
        await flushAll();
        await until('the loss to be noticed', () => !flushing || home.projector.figures().recoveries > recoveries);
      }
    })();
    let round = 0;
    for (; flushed < FLUSHES; round++) {
      const ids = range(round * 10, round * 10 + 10);
      const both = await Promise.all([sent(home, ids), sent(home, ids), sent(home, range(0, round * 10))]);
      expect(both[2].outcomes.filter((outcome) => outcome !== 'duplicate')).toEqual([]);
    }
    flushing = false;
    await flushes;
    await allIsWell(home, round * 10);
  });
});

it('restarted on an older copy of its files: what was saved since is not missed', async () => {
  const home = await open();
  await sent(home, range(0, 50));
  await home.projector.save();
  cpSync(join(folder, 'redis'), join(folder, 'older'), { recursive: true });
  await sent(home, range(50, 100));
  await home.projector.save();
  await server.kill();
  rmSync(join(folder, 'redis'), { recursive: true });
  cpSync(join(folder, 'older'), join(folder, 'redis'), { recursive: true });
  await server.restart();
  expect(new Set((await sent(home, range(0, 100))).outcomes)).toEqual(new Set(['duplicate']));
  await recovered(home, 1);
  expect(home.projector.figures().recoveries).toBe(1);
  await allIsWell(home, 100);
});

it('restarted on an older copy: a process that saved nothing since, and only read, does not miss it either', async () => {
  const writer = await open();
  await sent(writer, range(0, 20));
  await writer.projector.save();
  cpSync(join(folder, 'redis'), join(folder, 'older'), { recursive: true });
  await sent(writer, range(20, 40));
  await writer.projector.save();
  const reader = await openBeside(writer);
  expect(new Set((await sent(reader, range(0, 40))).outcomes)).toEqual(new Set(['duplicate']));
  await writer.projector.stop();
  await server.kill();
  rmSync(join(folder, 'redis'), { recursive: true });
  cpSync(join(folder, 'older'), join(folder, 'redis'), { recursive: true });
  await server.restart();
  expect(new Set((await sent(reader, range(0, 40))).outcomes)).toEqual(new Set(['duplicate']));
  await allIsWell(reader, 40);
});

it('killed and started on its files as they are: nothing was lost, nothing is folded anew', async () => {
  const home = await open();
  await sent(home, range(0, 20));
  await home.projector.save();
  await server.restart();
  expect(new Set((await sent(home, range(0, 20))).outcomes)).toEqual(new Set(['duplicate']));
  expect(home.projector.figures().recoveries).toBe(0);
  await allIsWell(home, 20);
});

it('hung: usage is refused within its bound and not queued, and flows again when Redis does', async () => {
  const home = await open(1, SHORT_TIMEOUT_MS);
  await sent(home, range(0, 20));
  server.pause();
  const began = Date.now();
  const answers = await Promise.allSettled(range(20, 40).map((i) => home.use(usageOf(i))));
  expect(Date.now() - began).toBeLessThan(REFUSED_WITHIN_MS);
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'derived_state_unavailable', retriable: true } });
  server.resume();
  const after = await sent(home, range(0, 40));
  expect(after.outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(20);
  expect(home.projector.figures().recoveries).toBe(0);
  await allIsWell(home, 40);
});

it('restarted empty while nobody asks: the loss is noticed and fixed all the same', async () => {
  const home = await open();
  await sent(home, range(0, 20));
  await home.projector.save();
  await server.restartEmpty();
  await until(
    'derived state to be saved anew',
    async () =>
      home.projector.figures().recoveries === 1 && (await home.projections.checkpoint().catch(() => -1n)) === (await home.log.head()),
  );
  await allIsWell(home, 20);
});

it('rebuilt by one of two processes while the other works: nothing is doubled, and both go on', async () => {
  const one = await open();
  const two = await openBeside(one);
  await sent(one, range(0, 40));
  await Promise.all([one.projector.save(), two.projector.save()]);
  for (let round = 0; round < 5; round++) {
    const { recoveries } = two.projector.figures();
    const fresh = range(40 + round * 10, 50 + round * 10);
    const [, ...outcomes] = await Promise.all([one.ledger.alone(() => one.projector.rebuild()), sent(two, fresh), sent(two, range(0, 40))]);
    expect(new Set(outcomes[1].outcomes)).toEqual(new Set(['duplicate']));
    for (const home of [one, two]) expect(new Set((await sent(home, range(0, 50 + round * 10))).outcomes)).toEqual(new Set(['duplicate']));
    await recovered(two, recoveries + 1);
  }
  await allIsWell(one, 90);
  await allIsWell(two, 90);
});

it('flushed under two processes that are given the same usage', async () => {
  const one = await open();
  const two = await openBeside(one);
  for (let round = 0; round < 10; round++) {
    const ids = range(round * 10, round * 10 + 10);
    await Promise.all([sent(one, ids), sent(two, [...ids].reverse()), flushAll()]);
  }
  await allIsWell(one, 100);
  await allIsWell(two, 100);
});

it('a command with a key is carried out once over a flush', async () => {
  const home = await open();
  const hold = () =>
    until('the command to be answered', () =>
      home.ledger
        .execute(
          creditBalance,
          streams.creditBalance('ada', 'llm'),
          { type: 'PlaceHold', at: home.now, amount: amount('10'), expiresAt: later(START, 3_600_000) },
          { key: 'h', body: 'h' },
        )
        .catch((fault: unknown) =>
          fault instanceof Fault && fault.retriable ? undefined : Promise.reject(fault instanceof Error ? fault : new Error(String(fault))),
        ),
    );
  const first = await hold();
  await home.projector.save();
  await flushAll();
  expect(await hold()).toEqual({ ...first, replayed: true, foundBy: 'h' });
});
