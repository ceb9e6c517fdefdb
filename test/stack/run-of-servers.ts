/** The servers of one run of tests, from its start to its end, in the process that runs jest. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBroker } from '../../infra/local/kafka-broker';
import { RedisServer } from '../../infra/local/redis-server';
import { SERVERS_VARIABLE, type StackServers } from './servers';

/** tools/contracts.mjs sets it: the variables below were given for this run, and not left in a shell. */
const SERVERS_NAMED = 'CONTRACT_SERVERS_NAMED';
const VARIABLES = ['KAFKA_BROKERS', 'REDIS_URL', 'EVENTSTORE_URL'] as const;

let running: { readonly directory: string; readonly kafka: KafkaBroker | undefined; readonly redis: RedisServer | undefined } | undefined;

/** @throws Error when a server cannot be started: a suite that lacks its server fails, and never skips. */
export async function startServers(): Promise<void> {
  if (running) return;
  const named = namedServers();
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-servers-'));
  const [kafka, redis] = await Promise.allSettled([
    named.KAFKA_BROKERS ? undefined : KafkaBroker.start({ directory: join(directory, 'kafka') }),
    named.REDIS_URL ? undefined : RedisServer.start({ directory: join(directory, 'redis') }),
  ]);
  if (kafka.status === 'rejected' || redis.status === 'rejected') {
    if (kafka.status === 'fulfilled') await kafka.value?.kill();
    if (redis.status === 'fulfilled') await redis.value?.kill();
    rmSync(directory, { recursive: true, force: true });
    const reasons = [kafka, redis].flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    throw new Error(`these tests need real servers, and could not have them:\n${reasons.join('\n')}`);
  }
  running = { directory, kafka: kafka.value, redis: redis.value };
  const servers: StackServers = {
    kafka: named.KAFKA_BROKERS ?? kafka.value?.brokers ?? '',
    redis: named.REDIS_URL ?? redis.value?.url ?? '',
    ...(named.EVENTSTORE_URL ? { eventstore: named.EVENTSTORE_URL } : {}),
  };
  process.env[SERVERS_VARIABLE] = JSON.stringify(servers);
}

/** Servers that the shell happens to know are taken out of the way: a test would write to them, and a service would use them. */
function namedServers(): Readonly<Partial<Record<(typeof VARIABLES)[number], string>>> {
  const given = VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  if (process.env[SERVERS_NAMED] === 'true')
    return Object.fromEntries(given) as Readonly<Partial<Record<(typeof VARIABLES)[number], string>>>;
  for (const name of VARIABLES) delete process.env[name];
  return {};
}

export async function stopServers(): Promise<void> {
  const { directory, kafka, redis } = running ?? {};
  running = undefined;
  // Nobody reads their data again.
  await Promise.all([kafka?.kill(), redis?.kill()]);
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
