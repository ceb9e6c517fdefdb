/**
 * The three services as real processes over the run's real Kafka and real Redis, and over a wire double of EventStoreDB in a
 * process of its own. Topics, groups and key prefixes are this deployment's own.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stackServers } from '../../stack/servers';
import { ROOT } from './build';
import { Child, type Ended } from './child';
import { imported } from './cli';
import type { Deployment, UsageOutcomes } from './deployment';
import { figuresAt, sumOf } from '../clients/metrics';
import { GrpcClient } from '../clients/grpc-client';
import { HttpClient } from '../clients/http-client';
import { type Following, KafkaProgress } from '../clients/kafka-progress';
import { readToEnd } from '../clients/log-progress';
import { ServiceProcess } from './service-process';
import { WEBHOOKS_HERE } from './standalone';
import { sendBatch } from '../clients/usage';
import { COSTLY_PAUSE_MS, until } from '../waiting';

const SETTLES_WITHIN_MS = 60_000;
/** Partitions of an instance that was killed wait so long: the least that a broker takes as it comes. */
const KAFKA_SESSION_TIMEOUT_MS = '6000';
/**
 * For who counts duplicates, and kills nobody that reads a topic: an instance that a busy machine has kept from its heartbeats for longer
 * than its session reads again what it had in hand.
 */
export const LONG_SESSIONS = { KAFKA_SESSION_TIMEOUT_MS: '30000' } as const;
const DOUBLE_MAIN = join(ROOT, 'dist/test/stack/eventstoredb-double/main.js');
const DOUBLE_LISTENS = /listening on (\d+)/;

export type ServiceName = 'ingestion' | 'ledger' | 'webhooks';
export const SERVICES: readonly ServiceName[] = ['ingestion', 'ledger', 'webhooks'];

interface FullStackSetting {
  /** On top of what every service is given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other servers than those of the run; a function of the double's own address, so that a proxy can stand in front of it. */
  readonly servers?: { readonly kafka?: string; readonly redis?: string; readonly eventstore?: (port: number) => Promise<number> };
  readonly instances?: Readonly<Partial<Record<ServiceName, number>>>;
  /** What Node is given before the service's own file. */
  readonly nodeArgs?: readonly string[];
}

interface Topics {
  readonly usage: string;
  readonly rated: string;
  readonly rejected: string;
}

export class FullStack implements Deployment {
  readonly name = 'full stack';

  private constructor(
    readonly kafka: string,
    readonly topics: Topics,
    /** Who reads which topic: ingestion, and behind it the ledger. */
    readonly following: readonly Following[],
    private readonly double: Child,
    private readonly env: Readonly<Record<string, string>>,
    private readonly nodeArgs: readonly string[],
    readonly services: Readonly<Record<ServiceName, ServiceProcess[]>>,
    readonly http: HttpClient,
    readonly grpc: GrpcClient,
    private readonly progress: KafkaProgress,
  ) {}

  static async start({ env = {}, servers = {}, instances = {}, nodeArgs = [] }: FullStackSetting = {}): Promise<FullStack> {
    const { kafka = stackServers().kafka, redis = stackServers().redis } = servers;
    const own = `t${randomBytes(5).toString('hex')}`;
    const topics = { usage: `${own}.usage.v1`, rated: `${own}.rated-usage.v1`, rejected: `${own}.usage.v1.rejected` };
    const double = new Child('the EventStoreDB double', { program: process.execPath, args: [DOUBLE_MAIN], env: { PORT: '0' } });
    const services: Record<ServiceName, ServiceProcess[]> = { ingestion: [], ledger: [], webhooks: [] };
    try {
      const port = await until('the EventStoreDB double to listen', () => {
        if (double.ended) throw new Error(`it ended${double.said()}`);
        return Number(DOUBLE_LISTENS.exec(double.stdout)?.[1]) || undefined;
      });
      const eventstore = (await servers.eventstore?.(port)) ?? port;
      const common = {
        LOG_LEVEL: 'info',
        ...WEBHOOKS_HERE,
        KAFKA_BROKERS: kafka,
        KAFKA_USAGE_TOPIC: topics.usage,
        KAFKA_RATED_TOPIC: topics.rated,
        KAFKA_REJECTED_TOPIC: topics.rejected,
        KAFKA_PARTITIONS: '4',
        KAFKA_SESSION_TIMEOUT_MS,
        EVENTSTORE_URL: `esdb://127.0.0.1:${eventstore}?tls=false`,
        REDIS_URL: redis,
        REDIS_PREFIX: own,
        ...env,
      };
      const starting = SERVICES.flatMap((name) => Array.from({ length: instances[name] ?? 1 }, () => start(name, own, common, nodeArgs)));
      for (const started of await Promise.allSettled(starting)) {
        if (started.status === 'rejected') throw started.reason;
        services[started.value.name as ServiceName].push(started.value);
      }
      const { http = '', grpc = '' } = services.ledger[0]?.addresses ?? {};
      const chain = [
        { group: groupOf('ingestion', own), topic: topics.usage },
        { group: groupOf('ledger', own), topic: topics.rated },
      ];
      return new FullStack(
        kafka,
        topics,
        chain,
        double,
        { own, ...common },
        nodeArgs,
        services,
        new HttpClient(http),
        new GrpcClient(grpc),
        new KafkaProgress(kafka),
      );
    } catch (error) {
      double.kill('SIGKILL');
      await Promise.all(
        Object.values(services)
          .flat()
          .map((service) => service.stop()),
      );
      throw error;
    }
  }

  get url(): string {
    return this.http.url;
  }

  get grpcAddress(): string {
    return this.grpc.address;
  }

  /** Of the EventStoreDB double. */
  get doublePid(): number {
    return this.double.pid;
  }

  /** One more instance beside those that run. */
  async add(name: ServiceName, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const { own = '', ...common } = this.env;
    const service = await start(name, own, { ...common, ...env }, this.nodeArgs);
    this.services[name].push(service);
    return service;
  }

  /** Asks an instance to drain, and forgets it. */
  async remove(service: ServiceProcess): Promise<Ended> {
    const name = service.name as ServiceName;
    this.services[name].splice(this.services[name].indexOf(service), 1);
    return service.sigterm();
  }

  use(events: readonly object[]): Promise<UsageOutcomes> {
    return this.counted(() => sendBatch(this.http, events));
  }

  importUsage(file: string, mapping: readonly string[]): Promise<UsageOutcomes> {
    return this.counted(() => imported(this.url, file, mapping));
  }

  /** What became of the usage that some work sends. */
  async counted(work: () => Promise<unknown>): Promise<UsageOutcomes> {
    const before = await this.outcomes();
    await work();
    await this.settled();
    const after = await this.outcomes();
    return {
      applied: after.applied - before.applied,
      duplicate: after.duplicate - before.duplicate,
      rejected: after.rejected - before.rejected,
    };
  }

  /** Everything in the usage topic and in the rated topic has been handled and committed, and every ledger lists all of it. */
  async settled(withinMs = SETTLES_WITHIN_MS): Promise<void> {
    try {
      await this.progress.settled(this.following, withinMs);
      await Promise.all(
        this.services.ledger.filter(({ running }) => running).map(({ name, addresses }) => readToEnd(name, addresses.http ?? '', withinMs)),
      );
    } catch (error) {
      throw new Error(`${String(error)}${await this.metricsText()}${this.said()}`, { cause: error });
    }
  }

  /** What each service says of itself when something waits. */
  private async metricsText(): Promise<string> {
    const reported = Object.values(this.services)
      .flat()
      .map(async ({ name, addresses }) => {
        const figures = await figuresAt(addresses.ops ?? '').catch(() => []);
        const lines = figures
          .filter(({ name: metric, value }) => value !== 0 && /^(?:drawdown|messaging)_/.test(metric))
          .map(({ name: metric, labels, value }) => `${metric} ${Object.values(labels).join(' ')} ${value}`);
        return `\n--- ${name}, figures:\n${lines.join('\n')}`;
      });
    return (await Promise.all(reported)).join('');
  }

  /** Records that wait in the usage topic and in the rated topic. */
  async lag(): Promise<number> {
    const lags = await Promise.all(this.following.map((following) => this.progress.lag(following)));
    return lags.reduce((sum, lag) => sum + lag, 0);
  }

  /**
   * Kills a service that reads a topic while it has work: records that were there before it stopped had not been committed after.
   * It is frozen first, since a question to the broker takes longer than its work.
   */
  async killAtWork(service: ServiceProcess, withinMs: number): Promise<void> {
    const following = this.following.find(({ group }) => group === groupOf(service.name as ServiceName, this.env['own'] ?? ''));
    if (!following) throw new Error(`${service.name} reads no topic`);
    await until(
      `${service.name} to be at work when it is killed${service.said()}`,
      async () => {
        if (!(await this.hasPartitions(service))) return false;
        try {
          const ends = await this.progress.ends(following.topic);
          service.signal('SIGSTOP');
          if ((await this.progress.lag(following, ends)) > 0) return true;
        } catch {
          await this.progress.close();
        }
        service.signal('SIGCONT');
        return false;
      },
      withinMs,
      COSTLY_PAUSE_MS,
    );
    await service.kill9();
  }

  /** The instance that has a partition reports its lag. */
  async hasPartitions({ addresses }: ServiceProcess): Promise<boolean> {
    return (await figuresAt(addresses.ops ?? '')).some(({ name }) => name === 'messaging_consumer_lag');
  }

  /** Counted by the services that run now. */
  async outcomes(): Promise<UsageOutcomes> {
    const figures = (
      await Promise.all([...this.services.ingestion, ...this.services.ledger].map(({ addresses }) => figuresAt(addresses.ops ?? '')))
    ).flat();
    const usageEvents = (status: string) => sumOf(figures, 'drawdown_usage_events_total', { status });
    return { applied: usageEvents('applied'), duplicate: usageEvents('duplicate'), rejected: usageEvents('rejected') };
  }

  async killAndRestart(): Promise<void> {
    const [ledger] = this.services.ledger;
    await ledger?.kill9();
    await ledger?.restart();
  }

  /** Empties what this deployment has in Redis, which others use too, under the running services. */
  async loseDerivedState(): Promise<void> {
    const redis = new Redis(this.env['REDIS_URL'] ?? '');
    const own: string[] = [];
    for await (const keys of redis.scanStream({ match: `*${this.env['REDIS_PREFIX']}*`, count: 1_000 }) as AsyncIterable<string[]>)
      own.push(...keys);
    // All at once: a service that asks while keys go one after another finds a part of them, and begins anew among what is about to go.
    await redis.unlink(own);
    await redis.quit();
    // Until it has been made anew, what needs it is answered 503.
    await until('answers that are made of derived state', async () => (await this.http.send('GET', '/v1/customers')).status === 200);
  }

  said(): string {
    return [...Object.values(this.services).flat(), this.double].map((child) => child.said()).join('\n');
  }

  async stop(): Promise<void> {
    await this.http.close();
    this.grpc.close();
    await this.progress.close();
    await Promise.all(
      Object.values(this.services)
        .flat()
        .map((service) => service.stop()),
    );
    if (!this.double.ended) this.double.kill('SIGKILL');
    await this.double.end();
  }
}

const groupOf = (name: ServiceName, own: string): string => `${own}-${name}`;
const start = (
  name: ServiceName,
  own: string,
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[],
): Promise<ServiceProcess> =>
  ServiceProcess.start({
    name,
    main: join(ROOT, `dist/apps/${name}/src/main.js`),
    env: { KAFKA_GROUP: own, ...env },
    by: (node, main) => ({ program: node, args: [...nodeArgs, main] }),
  });
