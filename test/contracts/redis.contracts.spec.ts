import { KeyBatch, NO_KEYS, NOTHING_FOUND } from '@drawdown/engine/derived-state';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { RedisConnection, RedisLease, RedisProjections } from '@drawdown/adapters/redis';
import { RedisServer } from '../../infra/local/redis-server';
import { until } from '../support/waiting';
import { projectionsContract } from './projections.contract';

const TEST_MS = 60_000;
const directory = mkdtempSync(join(tmpdir(), 'drawdown-redis-'));
let server: RedisServer;
let clustered: RedisServer;
let connection: RedisConnection;
let toCluster: RedisConnection;
beforeAll(async () => {
  server = await RedisServer.start({ directory: join(directory, 'one') });
  connection = new RedisConnection(server.url);
  clustered = await RedisServer.start({
    directory: join(directory, 'cluster'),
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  });
  const node = new RedisConnection(clustered.url);
  await node.command('cluster', 'addslotsrange', 0, 16_383);
  await until('the cluster to be ready', async () => String(await node.command('cluster', 'info')).includes('cluster_state:ok'));
  await node.close();
  toCluster = new RedisConnection(clusterUrl());
}, TEST_MS);
afterAll(async () => {
  await Promise.all([connection.close(), toCluster.close()]);
  await Promise.all([server.stop(), clustered.stop()]);
  rmSync(directory, { recursive: true, force: true });
});
const clusterUrl = (): string => clustered.url.replace('redis:', 'redis-cluster:');

const open = (shards: number, url: () => string, flush: () => Promise<unknown>) => async () => {
  const opened: RedisProjections[] = [];
  const another = () => {
    const projections = RedisProjections.open({ url: url(), prefix: 'contract', shards });
    opened.push(projections);
    return projections;
  };
  await flush();
  const first = another();
  return {
    projections: first,
    // A big save is moved in several steps, so that none keeps everybody else waiting.
    atomicSaves: false,
    keptLongerMs: 0,
    reopen: async () => {
      await first.close();
      return another();
    },
    lose: async () => void (await flush()),
    beside: () => Promise.resolve(another()),
    dispose: async () => {
      for (const projections of opened) await projections.close();
    },
  };
};

const flushOne = () => connection.command('flushall');
projectionsContract(
  'Redis',
  open(1, () => server.url, flushOne),
);
projectionsContract(
  'Redis in four shards',
  open(4, () => server.url, flushOne),
);
// One node that has all slots: what names keys of two slots in one call is refused by it as by any other.
projectionsContract(
  'a Redis cluster in four shards',
  open(4, clusterUrl, () => toCluster.command('flushall')),
);

describe('Redis that is cleared', () => {
  it('keeps nothing of what was there before', async () => {
    await flushOne();
    const projections = RedisProjections.open({ url: server.url, shards: 2 });
    await projections.attach();
    const names = Array.from({ length: 1_500 }, (_, i) => `wallet-${i}`);
    await projections.save({
      documents: names.map((stream) => ({ stream, revision: 1, json: '{}' })),
      keys: new KeyBatch(names.map((stream, i) => ({ stream, fingerprint: i * 2 ** 38, revision: 1 }))),
      checkpoint: 1n,
    });
    await projections.clear();
    // Each shard keeps its process number, the name of its epoch and the sentinel keys of the epoch.
    await until('what was there to be removed', async () => (await connection.command('dbsize')) === 2 * (2 + 32));
    await projections.close();
  });
});

describe('the probe of Redis', () => {
  const probe = async (url: string, warned: string[] = [], timeoutMs = 20_000) => {
    const projections = RedisProjections.open({ url, timeoutMs, warn: (text) => warned.push(text) });
    try {
      await projections.probe();
    } finally {
      await projections.close();
    }
  };
  const unfit = (message: RegExp) => ({ code: 'redis_unfit', retriable: false, message: expect.stringMatching(message) as string });
  /** Changes a setting of the server for the time of a check. */
  const having = async (setting: readonly [string, string, string], check: () => Promise<void>) => {
    const [name, value, before] = setting;
    await connection.command('config', 'set', name, value);
    try {
      await check();
    } finally {
      await connection.command('config', 'set', name, before);
    }
  };

  it('finds nothing wrong with a good one', async () => {
    const warned: string[] = [];
    await probe(server.url, warned);
    await probe(clusterUrl(), warned);
    expect(warned).toEqual([]);
  });

  it('names the variable and the remedy where keys may be evicted', () =>
    having(['maxmemory-policy', 'allkeys-lru', 'noeviction'], () =>
      expect(probe(server.url)).rejects.toMatchObject(unfit(/^REDIS_URL .*allkeys-lru.*"maxmemory-policy noeviction"/)),
    ));

  it('names the variable where the password is wrong or missing', async () => {
    const guarded = await RedisServer.start({ directory: join(directory, 'guarded'), password: 'right' });
    await probe(guarded.url);
    for (const url of [guarded.url.replace('right', 'wrong'), guarded.url.replace(':right@', '')])
      await expect(probe(url)).rejects.toMatchObject(unfit(/^REDIS_URL: .*password/));
    await guarded.stop();
  });

  it('refuses a replica, which takes no writes', async () => {
    const replica = await RedisServer.start({ directory: join(directory, 'replica'), args: ['--replicaof', `127.0.0.1 ${server.port}`] });
    await expect(probe(replica.url)).rejects.toMatchObject(unfit(/^REDIS_URL .*replica.*primary/));
    await replica.stop();
  });

  it('refuses a database that is not there, and takes one that is', async () => {
    await expect(probe(`${server.url}/99`)).rejects.toMatchObject(
      unfit(/^REDIS_URL names database 99, which this Redis does not have.*REDIS_PREFIX/),
    );
    await probe(`${server.url}/3`);
  });

  it('can be tried again where nobody answers, or nobody answers in time', async () => {
    const unavailable = { code: 'derived_state_unavailable', retriable: true, message: expect.stringMatching(/REDIS_URL/) as string };
    const soon = async (url: string) => probe(url, [], 1_000);
    await expect(soon('redis://:secret@127.0.0.1:1')).rejects.toMatchObject(unavailable);
    await expect(soon('redis://:secret@127.0.0.1:1')).rejects.toMatchObject({ message: expect.not.stringContaining('secret') as string });
    server.pause();
    await expect(soon(server.url).finally(() => server.resume())).rejects.toMatchObject(unavailable);
  });

  it('a Redis that is full refuses to save, and takes it when there is room', async () => {
    const projections = RedisProjections.open({ url: server.url });
    await projections.attach();
    const change = { documents: [{ stream: 'wallet-full', revision: 1, json: '{}' }], keys: NO_KEYS, checkpoint: 1n };
    await having(['maxmemory', '1', '0'], () =>
      expect(projections.save(change)).rejects.toMatchObject({
        code: 'derived_state_unavailable',
        message: expect.stringContaining('OOM') as string,
      }),
    );
    await projections.save(change);
    expect(await projections.load('wallet-full')).toMatchObject({ revision: 1 });
    await projections.close();
  });
});

describe('a Redis that several processes use', () => {
  const opened: RedisProjections[] = [];
  const another = async () => {
    const projections = RedisProjections.open({ url: server.url, prefix: 'several' });
    opened.push(projections);
    await projections.attach();
    return projections;
  };
  beforeEach(() => connection.command('flushall'));
  afterEach(async () => {
    for (const projections of opened.splice(0)) await projections.close();
  });
  const day = (n: number) => (Date.UTC(2026, 0, 1) + n * 86_400_000) as Instant;
  const key = (keepUntil: Instant) => ({
    documents: [],
    keys: new KeyBatch([{ fingerprint: 7, stream: 'wallet-a', revision: 0, keepUntil }]),
    checkpoint: -1n,
  });

  it.each([
    ['the shorter window first', 35, 60],
    ['the longer window first', 60, 35],
  ])('keeps a key as long as the longest of their windows says, %s', async (_, first, second) => {
    const [one, two] = [await another(), await another()];
    await one.save(key(day(first)));
    await two.save(key(day(second)));
    expect(await one.forget(day(36))).toBe(0);
    expect(await two.find([7])).toEqual(new Map([[0, [{ stream: 'wallet-a', revision: 0 }]]]));
    expect(await one.forget(day(60))).toBe(1);
    expect(await two.find([7])).toEqual(NOTHING_FOUND);
  });

  it('forgets no key for an instance whose clock is ahead of its own', async () => {
    const one = await another();
    const tomorrow = (Date.now() + 86_400_000) as Instant;
    await one.save(key(tomorrow));
    expect(await one.forget((tomorrow + 86_400_000) as Instant)).toBe(0);
    expect(await one.find([7])).toEqual(new Map([[0, [{ stream: 'wallet-a', revision: 0 }]]]));
  });

  it('is not used any more when it may evict keys since it was connected to anew, until that is fixed', async () => {
    const one = await another();
    await connection.command('config', 'set', 'maxmemory-policy', 'allkeys-lru');
    await connection.command('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await until('the fault to be reported', () =>
      one.find([7]).then(
        () => false,
        (fault: Error) => /maxmemory-policy allkeys-lru/.test(fault.message),
      ),
    );
    await expect(one.load('wallet-a')).rejects.toMatchObject({ code: 'redis_unfit', retriable: false });
    await connection.command('config', 'set', 'maxmemory-policy', 'noeviction');
    await until('it to be used again', () =>
      one.find([7]).then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('a lease in Redis', () => {
  /** Nobody on a busy machine is kept waiting for as long. It is let run out by hand. */
  const TTL_MS = 60_000;
  it('is had by one, kept while it is renewed, and taken over when it is given up or runs out', async () => {
    await flushOne();
    const [one, two] = ['one', 'two'].map((owner) => RedisLease.open({ url: server.url, name: 'webhooks', owner, ttlMs: TTL_MS })) as [
      RedisLease,
      RedisLease,
    ];
    expect(await one.acquire()).toBe(true);
    const [key] = (await connection.command('keys', '*')) as [string];
    const left = async (): Promise<number> => Number(await connection.command('pttl', key));
    await connection.command('pexpire', key, TTL_MS / 3);
    expect(await two.acquire()).toBe(false);
    expect(await left()).toBeLessThanOrEqual(TTL_MS / 3);
    expect(await one.acquire()).toBe(true);
    expect(await left()).toBeGreaterThan(TTL_MS / 3);
    await two.release();
    expect(await two.acquire()).toBe(false);
    await one.release();
    expect(await two.acquire()).toBe(true);
    expect(await one.acquire()).toBe(false);
    await connection.command('pexpire', key, 1);
    await until('the lease of one that died to run out', () => one.acquire());
    expect(await two.acquire()).toBe(false);
    await Promise.all([one.close(), two.close()]);
  });

  it('is nobody’s to the one that cannot ask', async () => {
    const lease = RedisLease.open({ url: 'redis://127.0.0.1:1', name: 'webhooks', ttlMs: 400 });
    await expect(lease.acquire()).rejects.toMatchObject({ retriable: true });
    await lease.close();
  });
});

it('a server that is not installed is said to be so', () =>
  expect(RedisServer.start({ directory: join(directory, 'none'), program: 'redis-server-none' })).rejects.toThrow(
    'apt-get install redis-server',
  ));
