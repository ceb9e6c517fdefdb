/**
 * The bare stack: the least that any two programs in this runtime have to do for usage that goes Kafka -> Kafka -> Redis, with nothing
 * of a ledger in it. The first reads the same records with kafkajs, parses, sums, and writes them to a second topic; the second reads
 * that, parses, sums, and adds the sums up in Redis with one EVALSHA a batch. The calibration of the full stack, on the same servers.
 */
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { Child } from '../../support/services/child';
import { until } from '../../support/waiting';
import type { Result } from '../measure/figures';
import type { RealServers } from './real-servers';
import { spread } from '../load/usage-bodies';
import { UsageFeed } from './usage-feed';
import { sustained } from './usage-through';

const PARTITIONS = 4;
const READY_WITHIN_MS = 30_000;

export async function bareStack({ kafka, redis: url, pids }: RealServers, customers: number): Promise<Result> {
  const admin = new Kafka({ clientId: 'bare', brokers: kafka.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: ['bare.usage', 'bare.summed'].map((topic) => ({ topic, numPartitions: PARTITIONS })),
    waitForLeaders: true,
  });
  await admin.disconnect();
  const stage = (name: string, ...args: readonly string[]): Child =>
    new Child(`the ${name} stage`, {
      program: process.execPath,
      args: ['--max-semi-space-size=64', join(__dirname, 'bare-stage.js'), name, kafka, ...args],
    });
  const stages = { first: stage('first', 'bare.usage', 'bare.summed'), second: stage('second', 'bare.summed', url) };
  const redis = new Redis(url);
  try {
    await until('both stages to be ready', () => Object.values(stages).every(({ stdout }) => stdout.includes('ready')), READY_WITHIN_MS);
    const feed = new UsageFeed(kafka, 'bare.usage', spread(customers), 0);
    const chain = {
      pids: { first: stages.first.pid, second: stages.second.pid, ...pids },
      done: async () => Number(await redis.get('bare:done')),
    };
    const { perSecond, perWindow, cpuOf } = await sustained(chain, feed);
    return {
      name: 'bare stack: Kafka, parse, sum, Kafka, parse, sum, Redis',
      unit: 'usage events',
      perSecond,
      windows: perWindow,
      cpuMicros: (cpuOf['first'] ?? 0) + (cpuOf['second'] ?? 0),
      cpuOf,
      ratio: 1,
    };
  } finally {
    await redis.quit();
    for (const child of Object.values(stages)) child.kill('SIGKILL');
    await Promise.all(Object.values(stages).map((child) => child.end()));
  }
}
