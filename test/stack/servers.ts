/**
 * The real servers of a run of tests: one Kafka and one Redis that all test files use side by side, so each file takes
 * topics, groups and key prefixes of its own. They are there in the projects contracts, journeys and faults.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBroker, type KafkaBrokerOptions } from '../../infra/local/kafka-broker';

/** How start-servers.ts passes addresses to the processes that run the tests. Not DRAWDOWN_...: services refuse what they do not know. */
export const SERVERS_VARIABLE = 'STACK_TEST_SERVERS';

export interface StackServers {
  /** What `KAFKA_BROKERS` takes. */
  readonly kafka: string;
  /** What `REDIS_URL` takes. */
  readonly redis: string;
  /** What `EVENTSTORE_URL` takes, where the contract suites were pointed at a real one. */
  readonly eventstore?: string;
}

/** @throws Error in a project of tests that is given no servers. */
export function stackServers(): StackServers {
  const text = process.env[SERVERS_VARIABLE];
  if (text === undefined)
    throw new Error('no servers were started for this test: run it in the project contracts, journeys or faults (jest.config.cjs)');
  return JSON.parse(text) as StackServers;
}

export interface OwnKafka {
  readonly broker: KafkaBroker;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** A broker of the test's own, to stop, kill and hang. It takes about eight seconds and 300 MiB. */
export async function startKafka(options: Omit<KafkaBrokerOptions, 'directory'> = {}): Promise<OwnKafka> {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-kafka-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const broker = await KafkaBroker.start({ ...options, directory });
    return {
      broker,
      async remove() {
        await broker.kill();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
