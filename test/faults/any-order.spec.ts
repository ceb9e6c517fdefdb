/** The three services are started before any of their servers, which then come in whatever order: usage goes through all the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../infra/local/free-ports';
import { RedisServer } from '../../infra/local/redis-server';
import { type OwnKafka, startKafka } from '../stack/servers';
import { verified } from '../support/services/cli';
import { CuttingProxy } from '../support/servers/cutting-proxy';
import { FullStack, SERVICES } from '../support/services/full-stack';
import { produce } from '../support/clients/producers';
import { listenTo } from '../support/trace/trace-account';
import { balanceOf, call, createCalls, createHolder } from '../support/clients/usage';
import { COSTLY_PAUSE_MS, until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTES = 60_000;
const DEBITED = 'credit_balance.debited';
const WAITS = '"msg":"waiting for a server"';

const folder = mkdtempSync(join(tmpdir(), 'drawdown-any-order-'));
let kafka: OwnKafka;
let redis: RedisServer;
let store: { readonly double: number; readonly port: number; proxy: CuttingProxy };
let service: FullStack;
let inbox: WebhookInbox;

beforeAll(async () => {
  [kafka, redis, inbox] = await Promise.all([startKafka(), RedisServer.start({ directory: join(folder, 'redis') }), WebhookInbox.open()]);
  const [port = 0] = await freePorts(1);
  const eventstore = async (double: number): Promise<number> => {
    store = { double, port, proxy: await CuttingProxy.open(double, port) };
    return port;
  };
  service = await FullStack.start({ servers: { kafka: kafka.broker.brokers, redis: redis.url, eventstore } });
  await createCalls(service.http);
  await createHolder(service.http, 'acme', '100');
  await listenTo(service.http, inbox, [DEBITED]);
});

afterAll(async () => {
  await service?.stop();
  await store?.proxy.close();
  await Promise.all([inbox?.close(), redis?.stop(), kafka?.remove()]);
  rmSync(folder, { recursive: true, force: true });
});

/** The double of EventStoreDB forgets what it holds when it ends, so it is its port that nobody listens on. */
const SERVERS = {
  Kafka: { end: () => kafka.broker.kill(), start: () => kafka.broker.restart() },
  Redis: { end: () => redis.kill(), start: () => redis.restart() },
  EventStoreDB: {
    end: () => store.proxy.close(),
    start: async () => void (store.proxy = await CuttingProxy.open(store.double, store.port)),
  },
} as const;

it.each<{ order: readonly (keyof typeof SERVERS)[] }>([
  { order: ['Kafka', 'Redis', 'EventStoreDB'] },
  { order: ['Redis', 'EventStoreDB', 'Kafka'] },
  { order: ['EventStoreDB', 'Kafka', 'Redis'] },
])(
  'services that are there before their servers are ready when $order have come',
  async ({ order }) => {
    const services = SERVICES.flatMap((name) => service.services[name]);
    await Promise.all(services.map((one) => one.kill9()));
    await Promise.all(Object.values(SERVERS).map(({ end }) => end()));

    const ready = Promise.all(services.map((one) => one.restart()));
    const missing = async (): Promise<void> => {
      for (const server of order) {
        await until(
          'every service to wait for its servers',
          () => services.every(({ output }) => output.includes(WAITS)),
          MINUTES,
          COSTLY_PAUSE_MS,
        );
        await SERVERS[server].start();
      }
    };
    await Promise.all([ready, missing()]);

    const { consumed } = await balanceOf(service.http, 'acme');
    const notifications = inbox.notifications(DEBITED).length;
    const value = JSON.stringify(call({ id: order.join(), subject: 'acme' }));
    await produce(service.kafka, service.topics.usage, [{ value }, { value }]);
    await until(`the webhook${service.said()}`, () => inbox.notifications(DEBITED).length > notifications, MINUTES, COSTLY_PAUSE_MS);
    await service.settled();
    expect(await balanceOf(service.http, 'acme')).toMatchObject({ consumed: String(Number(consumed) + 1) });
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0 });
  },
  10 * MINUTES,
);
