/**
 * The same servers without the middle topic: one standalone service reads usage from Kafka, rates it and applies it. The double of
 * EventStoreDB is a fresh one, so the log begins empty as it does for the three services.
 */
import { randomBytes } from 'node:crypto';
import { figuresAt, sumOf } from '../../support/clients/metrics';
import { startDouble } from '../../support/servers/eventstoredb-double';
import { Standalone } from '../../support/services/standalone';
import { spread } from '../load/usage-bodies';
import type { Result } from '../measure/figures';
import { setUp } from '../standalone/service';
import { freshness, PROBES } from './freshness';
import type { RealServers } from './real-servers';
import { UsageFeed } from './usage-feed';
import { sustained } from './usage-through';

const NAME = 'one process';
const IDS_OF_A_LOAD = 100_000_000;

interface OneProcess {
  readonly servers: RealServers;
  readonly bare: Result;
  readonly customers: number;
  readonly nodeArgs: readonly string[];
  /** Rates of the loads that freshness is measured at. */
  readonly perSecond: readonly number[];
}

export async function* oneProcess({ servers, bare, customers, nodeArgs, perSecond }: OneProcess): AsyncGenerator<Result> {
  const own = `o${randomBytes(5).toString('hex')}`;
  const topic = `${own}.usage.v1`;
  const double = await startDouble();
  try {
    const service = await Standalone.start({
      env: {
        EVENTSTORE_URL: double.url,
        REDIS_URL: servers.redis,
        REDIS_PREFIX: own,
        KAFKA_BROKERS: servers.kafka,
        KAFKA_USAGE_TOPIC: topic,
        KAFKA_REJECTED_TOPIC: `${topic}.rejected`,
        KAFKA_PARTITIONS: '4',
        KAFKA_GROUP: own,
      },
      by: (node, main) => ({ program: node, args: [...nodeArgs, main] }),
    });
    try {
      const { http } = service;
      await setUp({ call: (method, path, body) => http.ask(method, path, body) }, customers + PROBES);
      const pids = { [NAME]: service.pid, ...servers.pids, 'double of EventStoreDB': double.child.pid };
      const outcomes = async (status: string): Promise<number> =>
        sumOf(await figuresAt(service.opsUrl), 'drawdown_usage_events_total', { status });
      const feed = (load: number): UsageFeed => new UsageFeed(servers.kafka, topic, spread(customers, 0), load * IDS_OF_A_LOAD);
      const costOf = (cpuOf: Readonly<Record<string, number>>) => ({
        cpuOf,
        cpuMicros: cpuOf[NAME] ?? 0,
        cpuRatio: (cpuOf[NAME] ?? 0) / bare.cpuMicros!,
      });

      // An append that went unanswered on a busy machine is met again as a duplicate.
      const chain = { pids, done: async () => (await outcomes('applied')) + (await outcomes('duplicate')) };
      const flat = await sustained(chain, feed(1));
      yield {
        name: `usage Kafka -> ${NAME} -> log and Redis, ${customers} customers`,
        unit: 'usage events',
        perSecond: flat.perSecond,
        windows: flat.perWindow,
        ratio: flat.perSecond / bare.perSecond!,
        ...costOf(flat.cpuOf),
        note: '',
      };
      for (const [i, rate] of perSecond.entries()) {
        const load = 2 * i + 2;
        const probed = await freshness(
          { kafka: servers.kafka, topic, http, firstProbe: customers, feed: feed(load), firstProbeId: (load + 1) * IDS_OF_A_LOAD, pids },
          rate,
        );
        yield { ...probed, name: `${NAME}, ${probed.name}`, ...costOf(probed.cpuOf) };
      }
      const rejected = await outcomes('rejected');
      if (rejected > 0) throw new Error(`${rejected} usage events were rejected${service.said()}`);
    } finally {
      await service.sigterm();
      await service.stop();
    }
  } finally {
    double.child.kill('SIGKILL');
    await double.child.end();
  }
}
