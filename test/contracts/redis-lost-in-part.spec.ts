/**
 * Somebody clears the keys of a running deployment one after another, so that a loss is noticed while most keys are still there. They
 * must not be believed: the rest of them goes in a moment, and usage whose key is gone would be charged again.
 */
import { KeyBatch, NO_KEYS, NOTHING_FOUND } from '@drawdown/engine/derived-state';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amount } from '@drawdown/domain/amounts';
import { Fault } from '@drawdown/engine/event-store';
import { RedisConnection, RedisProjections } from '@drawdown/adapters/redis';
import { RedisServer } from '../../infra/local/redis-server';
import { TestLedger, tokens } from '../../libs/engine/event-store/ledger.fixtures';
import { until } from '../support/waiting';

const folder = mkdtempSync(join(tmpdir(), 'drawdown-redis-lost-in-part-'));
let server: RedisServer;
let control: RedisConnection;
let opened: RedisProjections[] = [];
beforeAll(async () => {
  server = await RedisServer.start({ directory: join(folder, 'redis') });
  control = new RedisConnection(server.url);
});
beforeEach(() => control.command('flushall'));
afterEach(async () => {
  for (const projections of opened) await projections.close();
  opened = [];
});
afterAll(async () => {
  await control.close();
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const open = (shards = 1): RedisProjections => {
  const projections = RedisProjections.open({ url: server.url, shards, timeoutMs: 5_000 });
  opened.push(projections);
  return projections;
};
const another = async (): Promise<RedisProjections> => {
  const projections = open();
  await projections.attach();
  return projections;
};

const textsOf = (reply: unknown): string[] => (Array.isArray(reply) ? reply.map(String) : []);
/** Names of all keys there are, the ones that end so first. */
const keysNow = async (ending = ''): Promise<{ readonly first: string[]; readonly rest: string[] }> => {
  const names = textsOf(await control.command('keys', '*'));
  return { first: names.filter((name) => name.endsWith(ending)), rest: names.filter((name) => !name.endsWith(ending)) };
};
const unlink = (names: readonly string[]) => control.command('unlink', ...names);
const META = '{drawdown:0/1}2:meta';
const PROCESSES = '{drawdown:0/1}2:processes';
const epoch = async (): Promise<string> => String(await control.command('hget', META, 'epoch'));

const usageOf = (ids: readonly number[]) => ids.map((id) => tokens(`u${id}`, 1));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
/** As a consumer of a queue does: the same again until it is taken. */
const sent = (home: TestLedger, ids: readonly number[]) =>
  until('usage to be taken', async () => {
    try {
      return (await home.use(...usageOf(ids))).map(({ status }) => status);
    } catch (fault) {
      if (!(fault instanceof Fault && fault.retriable)) throw fault;
      return undefined;
    }
  });

describe.each([1, 4])('two ledgers on Redis in %i shard(s)', (shards) => {
  let homes: [TestLedger, TestLedger];
  beforeEach(async () => {
    const one = await TestLedger.open(undefined, undefined, () => open(shards));
    await one.addCustomer('ada');
    await one.addProduct('llm');
    await one.addBalance('ada', 'llm', '1000');
    const two = TestLedger.beside(one, open(shards));
    await two.projector.start();
    await two.catalog.start(two.projections);
    homes = [one, two];
  });
  afterEach(async () => {
    await homes[1].projector.stop();
    await homes[0].remove();
  });
  const saved = (home: TestLedger) =>
    until('all of it to be saved', () =>
      home.projector.save().then(
        () => true,
        () => false,
      ),
    );

  it.each(['processes', 'meta'])(
    'charge nothing twice and list all when the key %s goes first, they ask, and the rest goes after',
    async (ending) => {
      expect(new Set(await sent(homes[0], range(0, 50)))).toEqual(new Set(['applied']));
      await homes[0].projector.save();
      const { first, rest } = await keysNow(ending);
      expect(first).toHaveLength(shards);
      await unlink(first);
      for (const home of homes) {
        expect(new Set(await sent(home, range(0, 50)))).toEqual(new Set(['duplicate']));
        await until('the loss to be fixed', () => home.projector.figures().recoveries >= 1 && !home.projector.figures().refolding);
        await saved(home);
      }
      await unlink(rest);
      for (const [i, home] of homes.entries()) {
        // What memory knows would hide what the index has lost.
        home.states.trim(0);
        expect(new Set(await sent(home, range(0, 50)))).toEqual(new Set(['duplicate']));
        expect(await sent(home, [50 + i])).toEqual(['applied']);
        await until('derived state to be whole', () => home.projector.isWhole);
        await saved(home);
        const listed = await home.projections.list({ prefix: '', limit: 100 });
        expect(listed.map(({ stream }) => stream)).toEqual(
          expect.arrayContaining(['creditBalance-ada~llm', 'creditProduct-llm', 'customer-ada']),
        );
      }
      expect((await homes[1].balance('ada', 'llm')).totals.consumed).toBe(amount('52'));
      expect((await homes[1].verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
    },
  );

  it('charge nothing twice when every other key goes, in the middle of their work, and neither process number nor epoch', async () => {
    for (let round = 0; round < 5; round++) {
      expect(new Set(await sent(homes[0], range(round * 20, round * 20 + 20)))).toEqual(new Set(['applied']));
      for (const home of homes) await saved(home);
      const names = textsOf(await control.command('keys', '*')).filter((name) => !/(processes|meta)$/.test(name));
      await unlink(names.sort().filter((_, i) => i % 2 === round % 2));
      for (const home of homes) {
        home.states.trim(0);
        expect(new Set(await sent(home, range(0, round * 20 + 20)))).toEqual(new Set(['duplicate']));
      }
    }
    expect((await homes[0].verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
  });
});

describe('process numbers that are gone', () => {
  const saved = {
    documents: [{ stream: 'wallet-a', revision: 1, json: '{}' }],
    keys: new KeyBatch([{ stream: 'wallet-a', fingerprint: 1, revision: 1 }]),
    checkpoint: 1n,
  };
  const lost = { code: 'derived_state_lost' };

  it('begin one epoch, however many attach at once and however often', async () => {
    const [one, two] = [await another(), await another()];
    await one.save(saved);
    expect(await two.checkpoint()).toBe(1n);
    const before = await epoch();
    await unlink([PROCESSES]);
    for (const projections of [one, two]) await expect(projections.find([1])).rejects.toMatchObject(lost);
    await Promise.all([one.attach(), two.attach(), open().attach()]);
    const begun = await epoch();
    expect(begun).not.toBe(before);
    for (let i = 0; i < 3; i++) for (const projections of [one, two]) await projections.attach();
    expect(await epoch()).toBe(begun);
    for (const projections of [one, two])
      expect([await projections.checkpoint(), await projections.find([1])]).toEqual([-1n, NOTHING_FOUND]);
    await one.save(saved);
    expect((await two.find([1])).get(0)).toEqual([{ stream: 'wallet-a', revision: 1 }]);
  });

  it('are missed by a process that starts only now, and has lost nothing itself', async () => {
    await (await another()).save(saved);
    await unlink([PROCESSES]);
    const late = await another();
    expect([await late.checkpoint(), await late.load('wallet-a')]).toEqual([-1n, undefined]);
  });

  it('leave nothing behind of the epoch before', async () => {
    const one = await another();
    await one.save(saved);
    const before = await epoch();
    await unlink([PROCESSES]);
    await one.attach();
    await until(
      'what was there to be removed',
      async () => (await keysNow()).first.every((name) => !name.includes(before)) && (await control.command('hlen', META)) === 1,
    );
  });
});

it('a meta hash that is gone takes everybody to one new epoch', async () => {
  const [one, two] = [await another(), await another()];
  const before = await epoch();
  await unlink([META]);
  await expect(one.checkpoint()).rejects.toMatchObject({ code: 'derived_state_lost' });
  await one.attach();
  const begun = await epoch();
  expect(begun).not.toBe(before);
  await expect(two.checkpoint()).rejects.toMatchObject({ code: 'derived_state_lost' });
  await two.attach();
  expect([await epoch(), await one.checkpoint(), await two.checkpoint()]).toEqual([begun, -1n, -1n]);
});

it('a process number that is lower, or dropped for its age among others, costs a catch-up and no new epoch', async () => {
  const [one, two] = [await another(), await another()];
  const before = await epoch();
  await one.save({ documents: [{ stream: 'wallet-a', revision: 1, json: '{}' }], keys: NO_KEYS, checkpoint: 1n });
  const ids = textsOf(await control.command('hkeys', PROCESSES));
  // As an older copy would have them.
  for (const id of ids) await control.command('hset', PROCESSES, id, 0);
  await expect(one.checkpoint()).rejects.toMatchObject({ code: 'derived_state_lost' });
  await one.attach();
  expect([await epoch(), await one.checkpoint(), await two.checkpoint()]).toEqual([before, 1n, 1n]);
  await control.command('hset', PROCESSES, `${Date.now()}-another`, 0);
  await control.command('hdel', PROCESSES, ...textsOf(await control.command('hkeys', PROCESSES)).filter((id) => !id.endsWith('-another')));
  for (const projections of [one, two]) {
    await expect(projections.checkpoint()).rejects.toMatchObject({ code: 'derived_state_lost' });
    await projections.attach();
    expect([await epoch(), await projections.checkpoint()]).toEqual([before, 1n]);
  }
});
