/** The servers of one run of tests, from its start to its end, in the process that runs jest. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBroker } from '../../infra/local/kafka-broker';
import { RedisServer } from '../../infra/local/redis-server';
import { SERVERS_VARIABLE, type StackServers } from './servers';

let running: { readonly directory: string; readonly kafka: KafkaBroker; readonly redis: RedisServer } | undefined;

/** @throws Error when a server cannot be started: a suite that lacks its server fails, and never skips. */
export async function startServers(): Promise<void> {
  if (running) return;
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-servers-'));
  const [kafka, redis] = await Promise.allSettled([
    KafkaBroker.start({ directory: join(directory, 'kafka') }),
    RedisServer.start({ directory: join(directory, 'redis') }),
  ]);
  if (kafka.status === 'rejected' || redis.status === 'rejected') {
    if (kafka.status === 'fulfilled') await kafka.value.kill();
    if (redis.status === 'fulfilled') await redis.value.kill();
    rmSync(directory, { recursive: true, force: true });
    const reasons = [kafka, redis].flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    throw new Error(`these tests need real servers, and could not have them:\n${reasons.join('\n')}`);
  }
  running = { directory, kafka: kafka.value, redis: redis.value };
  const servers: StackServers = { kafka: kafka.value.brokers, redis: redis.value.url };
  process.env[SERVERS_VARIABLE] = JSON.stringify(servers);
}

export async function stopServers(): Promise<void> {
  const { directory, kafka, redis } = running ?? {};
  running = undefined;
  // Nobody reads their data again.
  await Promise.all([kafka?.kill(), redis?.kill()]);
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
