/** A real Kafka and a real Redis of one benchmark's own, in a folder that goes with them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBroker } from '../../../infra/local/kafka-broker';
import { RedisServer } from '../../../infra/local/redis-server';

export interface RealServers {
  /** What KAFKA_BROKERS takes. */
  readonly kafka: string;
  /** What REDIS_URL takes. */
  readonly redis: string;
  readonly pids: { readonly Kafka: number; readonly Redis: number };
  stop(): Promise<void>;
}

export async function startServers(): Promise<RealServers> {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-bench-servers-'));
  const [kafka, redis] = await Promise.all([
    KafkaBroker.start({ directory: join(directory, 'kafka') }),
    RedisServer.start({ directory: join(directory, 'redis') }),
  ]);
  return {
    kafka: kafka.brokers,
    redis: redis.url,
    pids: { Kafka: kafka.pid!, Redis: redis.pid! },
    async stop() {
      await Promise.all([kafka.kill(), redis.kill()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
