import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisConnection, RedisProjections } from '@drawdown/redis';
import { RedisServer } from '../../infra/local/redis-server';
import { projectionsContract } from './projections.contract';

const directory = mkdtempSync(join(tmpdir(), 'drawdown-redis-'));
let server: RedisServer;
let connection: RedisConnection;
beforeAll(async () => {
  server = await RedisServer.start({ directory });
  connection = new RedisConnection(server.url);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const open = (shards: number) => async () => {
  const opened: RedisProjections[] = [];
  const another = () => {
    const projections = RedisProjections.open({ url: server.url, prefix: 'contract', shards });
    opened.push(projections);
    return projections;
  };
  await connection.command('flushall');
  const first = another();
  return {
    projections: first,
    // A big save is moved in several steps, so that none keeps everybody else waiting.
    wholeSaves: false,
    reopen: async () => {
      await first.close();
      return another();
    },
    lose: async () => void (await connection.command('flushall')),
    beside: () => Promise.resolve(another()),
    dispose: async () => {
      for (const projections of opened) await projections.close();
    },
  };
};

projectionsContract('Redis', open(1));
projectionsContract('Redis in four shards', open(4));
