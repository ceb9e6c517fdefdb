/**
 * The servers as a service may find them when it starts: away, which it waits for, and such as it can never use, which it says
 * with the variable and the remedy. Kafka and Redis are real; EventStoreDB is our wire double.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts } from '../../infra/local/free-ports';
import { KafkaBroker } from '../../infra/local/kafka-broker';
import { RedisServer } from '../../infra/local/redis-server';
import { stackServers } from '../stack/servers';
import { ROOT } from '../support/services/build';
import type { Child } from '../support/services/child';
import { type RunningDouble, startDouble } from '../support/servers/eventstoredb-double';
import { HttpClient } from '../support/clients/http-client';
import { launchService, ready } from '../support/services/service-process';
import { until } from '../support/waiting';

const MINUTES = 60_000;

type App = 'ingestion' | 'ledger' | 'webhooks' | 'standalone';
type Variables = Readonly<Record<string, string>>;

const folder = mkdtempSync(join(tmpdir(), 'drawdown-servers-at-start-'));
const started: Child[] = [];
let double: RunningDouble;

beforeAll(async () => {
  double = await startDouble();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (!child.ended) child.kill('SIGKILL');
    await child.end();
  }
});
afterAll(async () => {
  double.child.kill('SIGKILL');
  await double.child.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Servers that are as they should be, with names of this test's own. */
function good(): Variables {
  const own = `s${randomBytes(5).toString('hex')}`;
  return {
    KAFKA_BROKERS: stackServers().kafka,
    EVENTSTORE_URL: double.url,
    REDIS_URL: stackServers().redis,
    REDIS_PREFIX: own,
    KAFKA_USAGE_TOPIC: `${own}.usage.v1`,
    KAFKA_RATED_TOPIC: `${own}.rated-usage.v1`,
    KAFKA_REJECTED_TOPIC: `${own}.usage.v1.rejected`,
    KAFKA_PARTITIONS: '2',
    DATA_DIR: join(folder, own),
  };
}

function launch(app: App, variables: Variables): Child {
  const env = { LOG_LEVEL: 'info', HTTP_PORT: '0', GRPC_PORT: '0', OPS_PORT: '0', ...variables };
  const child = launchService({ name: app, main: join(ROOT, `dist/apps/${app}/src/main.js`), env });
  started.push(child);
  return child;
}

interface Line {
  readonly msg: string;
  readonly ops?: string;
  readonly server?: string;
  readonly variable?: string;
  readonly reason?: string;
  readonly nextTryInMs?: number;
}

const linesOf = (child: Child): readonly Line[] =>
  child.stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
const opsOf = (child: Child): Promise<string> =>
  until(`its first line${child.said()}`, () => linesOf(child).find(({ msg }) => msg === 'starting')?.ops);
const waitedFor = (child: Child, server: string): Line | undefined =>
  linesOf(child).find((line) => line.msg === 'waiting for a server' && line.server === server);

interface Readiness {
  readonly ready: boolean;
  readonly parts: readonly { readonly name: string; readonly ready: boolean; readonly detail: string }[];
}
const readiness = async (ops: string): Promise<Readiness & { readonly status: number }> => {
  const answer = await fetch(`${ops}/readyz`);
  return { status: answer.status, ...((await answer.json()) as Readiness) };
};
const partsMissing = async (ops: string): Promise<readonly string[]> =>
  (await readiness(ops)).parts
    .filter(({ ready }) => !ready)
    .map(({ name }) => name)
    .toSorted();

describe('servers that are down when a service starts', () => {
  it(
    'are waited for aloud, in whatever order they come, and then it is ready and works',
    async () => {
      const [broker = 0, controller = 0, redisPort = 0, doublePort = 0] = await freePorts(4);
      const ledger = launch('ledger', {
        ...good(),
        KAFKA_BROKERS: `127.0.0.1:${broker}`,
        EVENTSTORE_URL: `esdb://127.0.0.1:${doublePort}?tls=false`,
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      });
      const ops = await opsOf(ledger);
      const variables = { kafka: 'KAFKA_BROKERS', eventstoredb: 'EVENTSTORE_URL', redis: 'REDIS_URL' };
      for (const [server, variable] of Object.entries(variables)) {
        const line = await until(`it to say that it waits for ${server}${ledger.said()}`, () => waitedFor(ledger, server), 60_000);
        expect(line.variable).toBe(variable);
        expect(line.reason).toContain(variable);
        expect(line.nextTryInMs).toBeGreaterThan(0);
      }
      expect((await fetch(`${ops}/livez`)).status).toBe(200);
      expect(await readiness(ops)).toMatchObject({ status: 503, ready: false });
      expect(await partsMissing(ops)).toEqual(['eventstoredb', 'kafka', 'redis']);
      expect(await (await fetch(`${ops}/metrics`)).text()).toContain('drawdown_part_ready{part="redis"} 0');

      const redis = await RedisServer.start({ directory: join(folder, 'redis'), port: redisPort });
      await until(`it to see Redis${ledger.said()}`, async () => (await partsMissing(ops)).join() === 'eventstoredb,kafka');
      const late = await startDouble({ PORT: String(doublePort) });
      await until(`it to see EventStoreDB${ledger.said()}`, async () => (await partsMissing(ops)).join() === 'kafka', 60_000);
      const kafka = await KafkaBroker.start({ directory: join(folder, 'kafka'), ports: { broker, controller } });
      try {
        const { http = '' } = await ready(ledger);
        expect(await readiness(ops)).toMatchObject({ status: 200, ready: true });
        const client = new HttpClient(http);
        await client.post('/v1/customers', { customer_id: 'acme', currency: 'EUR' });
        expect(await client.get('/v1/customers/acme')).toMatchObject({ customer: { customer_id: 'acme' } });

        // Later: without Kafka the transports go on, without Redis the service is not ready, and both are said.
        await kafka.kill();
        await until(`it to miss Kafka${ledger.said()}`, async () => (await partsMissing(ops)).join() === 'kafka', 60_000);
        expect(await readiness(ops)).toMatchObject({ status: 200, ready: true });
        await client.post('/v1/customers', { customer_id: 'later', currency: 'EUR' });
        await client.close();
        await redis.kill();
        await until(`it to miss Redis${ledger.said()}`, async () => (await readiness(ops)).status === 503);
        expect(await partsMissing(ops)).toContain('redis');
        await redis.restart();
        await until(`it to be ready again${ledger.said()}`, async () => (await readiness(ops)).status === 200, 60_000);
        ledger.kill('SIGTERM');
        expect(await ledger.end()).toEqual({ code: 0, signal: null });
      } finally {
        late.child.kill('SIGKILL');
        await Promise.all([kafka.kill(), redis.kill(), late.child.end()]);
      }
    },
    15 * MINUTES,
  );

  it('do not keep it from stopping', async () => {
    const [nobody = 0] = await freePorts(1);
    const child = launch('webhooks', { ...good(), REDIS_URL: `redis://127.0.0.1:${nobody}` });
    await until(`it to wait${child.said()}`, () => waitedFor(child, 'redis'));
    child.kill('SIGTERM');
    expect(await child.end()).toEqual({ code: 0, signal: null });
  });
});

/** It ends by itself with exit code 1, before it is ready, having said one sentence that names the variable and the remedy. */
async function refused(app: App, variables: Variables, message: RegExp): Promise<void> {
  const child = launch(app, variables);
  expect(await child.end()).toEqual({ code: 1, signal: null });
  expect(child.stderr).toMatch(message);
  expect(child.stderr).not.toMatch(/^ {4}at /m);
  expect(child.stdout).not.toContain('"msg":"ready"');
}

describe('a server that a service can never use', () => {
  it.each<[App, RegExp]>([
    ['ingestion', /KAFKA_BROKERS is not set; .*\n.*EVENTSTORE_URL is not set; set it to a connection string/],
    ['ledger', /KAFKA_BROKERS is not set; .*\n.*EVENTSTORE_URL is not set; .*\n.*REDIS_URL is not set; set it to a URL/],
    ['webhooks', /EVENTSTORE_URL is not set; .*\n.*REDIS_URL is not set; set it to a URL/],
  ])('is one that is not configured: %s says all that it lacks', async (app, message) => {
    await refused(app, { KAFKA_BROKERS: '', EVENTSTORE_URL: '', REDIS_URL: '' }, message);
  });

  it.each<[string, Variables, RegExp]>([
    ['may only be read', { READ_ONLY: 'true' }, /EVENTSTORE_URL.*Give the user the right on the server/],
    ['is full', { DISK_FULL: 'true' }, /the disk of the EventStoreDB of EVENTSTORE_URL is full.*make room there/],
    [
      'asks for credentials',
      { REQUIRE_CREDENTIALS: 'true' },
      /EventStoreDB does not accept the user and password of EVENTSTORE_URL.*correct them/,
    ],
  ])('is an EventStoreDB that %s', async (_, switches, message) => {
    const other = await startDouble(switches);
    await refused('webhooks', { ...good(), EVENTSTORE_URL: other.url }, message);
    other.child.kill('SIGKILL');
    await other.child.end();
  });

  it('is a Redis that evicts, or that does not take our password', async () => {
    const evicting = await RedisServer.start({
      directory: join(folder, 'evicting'),
      args: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'],
    });
    await refused(
      'ledger',
      { ...good(), REDIS_URL: evicting.url },
      /REDIS_URL leads to a Redis with maxmemory-policy allkeys-lru.*Set "maxmemory-policy noeviction"/,
    );
    await evicting.kill();
    const guarded = await RedisServer.start({ directory: join(folder, 'guarded'), password: 'right' });
    for (const who of ['', ':swordfish@']) {
      const child = launch('standalone', {
        ...good(),
        KAFKA_BROKERS: '',
        EVENTSTORE_URL: '',
        REDIS_URL: guarded.url.replace(':right@', who),
      });
      expect(await child.end()).toEqual({ code: 1, signal: null });
      expect(child.stderr).toMatch(/REDIS_URL: Redis does not take the user or the password/);
      expect(child.stderr + child.stdout).not.toContain('swordfish');
    }
    await guarded.kill();
  });

  it('is a Kafka without the topics, where they are not to be created', async () => {
    const variables = good();
    await refused(
      'ingestion',
      { ...variables, KAFKA_CREATE_TOPICS: 'false' },
      /usage\.v1.* do not exist\. Set KAFKA_CREATE_TOPICS=true, or run: kafka-topics\.sh/s,
    );
  });

  it('is a Kafka whose topic has fewer partitions than are stated', async () => {
    const variables = good();
    const admin = new Kafka({ clientId: 'test', brokers: [stackServers().kafka], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: variables['KAFKA_USAGE_TOPIC'] ?? '', numPartitions: 1, replicationFactor: 1 }],
    });
    await admin.disconnect();
    await refused(
      'standalone',
      { ...variables, EVENTSTORE_URL: '', REDIS_URL: '' },
      /has 1 partitions and KAFKA_PARTITIONS says 2\. Set KAFKA_PARTITIONS=1/,
    );
  });

  it('is a Kafka that takes our credentials for nothing it knows', async () => {
    await refused(
      'ingestion',
      { ...good(), KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'swordfish' },
      /unset KAFKA_SASL_MECHANISM/,
    );
  });
});
