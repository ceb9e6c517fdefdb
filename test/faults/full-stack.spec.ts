/**
 * Everything that can go wrong with the three services and their servers goes wrong, again and again, while the trace comes in:
 * the figures are exact at the end, and what waits is handled within 30 seconds of healing, without a person.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RedisServer } from '../../infra/local/redis-server';
import { type OwnKafka, startKafka } from '../stack/servers';
import { chanceOf } from '../support/chance';
import { verified } from '../support/cli';
import { CuttingProxy } from '../support/cutting-proxy';
import { figuresAt } from '../support/figures-of';
import { FullStack, type ServiceName } from '../support/full-stack';
import type { ServiceProcess } from '../support/service-process';
import { openTrace, type Trace } from '../support/trace';
import { expectFigures, listenTo, openTraceAccount } from '../support/trace-account';
import { traceEvents } from '../support/trace-events';
import { TracePump } from '../support/trace-pump';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/webhook-inbox';

const SEED = 7_311;
const EACH = 20;
const HEALED_WITHIN_MS = 30_000;
const MINUTES = 60_000;
/** Faults between two looks at whether the stack heals by itself. */
const LOOK_EVERY = 16;

let kafka: OwnKafka;
let redis: RedisServer;
let redisFolder: string;
let proxy: CuttingProxy;
let service: FullStack;
let inbox: WebhookInbox;
let trace: Trace;
let pump: TracePump;

beforeAll(async () => {
  trace = openTrace();
  redisFolder = mkdtempSync(join(tmpdir(), 'drawdown-redis-'));
  [kafka, redis, inbox] = await Promise.all([startKafka(), RedisServer.start({ directory: redisFolder }), WebhookInbox.open()]);
  service = await FullStack.start({
    servers: {
      kafka: kafka.broker.brokers,
      redis: redis.url,
      eventstore: async (port) => {
        proxy = await CuttingProxy.open(port);
        return proxy.port;
      },
    },
  });
  await openTraceAccount(service.http);
  await listenTo(service.http, inbox, ['credit_balance.low_balance', 'credit_balance.run_out']);
  pump = new TracePump(kafka.broker.brokers, service.topics.usage, traceEvents(trace), chanceOf(SEED), EACH * FAULTS.length);
}, 3 * MINUTES);

afterAll(async () => {
  await pump.stop();
  await service.stop();
  await proxy.close();
  await inbox.close();
  await redis.stop();
  await kafka.remove();
  rmSync(redisFolder, { recursive: true, force: true });
});

const the = (name: ServiceName) => {
  const [first] = service.services[name];
  if (!first) throw new Error(`there is no ${name}`);
  return first;
};

/** The lag of a partition is told by the instance that has it. */
const hasPartitions = async ({ addresses }: ServiceProcess): Promise<boolean> =>
  (await figuresAt(addresses.ops ?? '')).some(({ name }) => name === 'messaging_consumer_lag');

/** Kills a service while usage is on its way through it. */
const kill = (name: ServiceName) => async (): Promise<void> => {
  await until('usage to be under way', async () => name === 'webhooks' || (await service.lag()) > 0);
  await the(name).kill9();
  await the(name).restart();
};

/** Each resolves when the fault has landed and was healed; one that cannot land fails the test. */
const FAULTS: readonly (readonly [name: string, happen: () => Promise<void>])[] = [
  ['ingestion is killed', kill('ingestion')],
  ['ledger is killed', kill('ledger')],
  ['webhooks is killed', kill('webhooks')],
  ['partitions are shared out anew', async () => {
    const name = pump.round % 2 === 0 ? 'ledger' : 'ingestion';
    const second = await service.add(name);
    await until(`the second ${name} to have partitions`, () => hasPartitions(second), MINUTES);
    await service.remove(second);
  }],
  ['Kafka is stopped and started', async () => {
    await kafka.broker.kill();
    await kafka.broker.restart();
  }],
  ['the store is cut in mid-append', () => proxy.cutNextRequest()],
  ['Redis is emptied', async () => {
    const client = new Redis(redis.url);
    expect(await client.dbsize()).toBeGreaterThan(0);
    await client.flushall();
    await client.quit();
  }],
  ['Redis is started again without its data', () => redis.restartEmpty()],
];

it(`survives each of its faults ${EACH} times`, async () => {
  const pick = chanceOf(SEED);
  const landed = new Map<string, number>();
  const todo = FAULTS.flatMap((fault) => Array.from({ length: EACH }, () => fault));
  pump.start();
  for (let happened = 1; todo.length > 0; happened++) {
    const [[name, happen] = ['', async () => undefined]] = todo.splice(pick(0, todo.length - 1), 1);
    await pump.next();
    await happen().catch((error: unknown) => {
      throw new Error(`fault ${happened}, ${name}: ${String(error)}${service.said()}`);
    });
    landed.set(name, (landed.get(name) ?? 0) + 1);
    if (happened % LOOK_EVERY === 0) await pump.pausedWhile(() => service.settled(HEALED_WITHIN_MS));
  }
  await pump.finish();
  await service.settled(HEALED_WITHIN_MS);
  expect(Object.fromEntries(landed)).toEqual(Object.fromEntries(FAULTS.map(([name]) => [name, EACH])));
  await expectFigures(service.http, trace);
}, 30 * MINUTES);

it('has told of every crossing, each under one id, and verify finds nothing', async () => {
  const { lowBalance, runOut } = trace.expected;
  const told = (type: string) => new Set(inbox.notices(type).map(({ id }) => id)).size;
  await until(`${lowBalance + runOut} notices`, () => told('credit_balance.low_balance') >= lowBalance && told('credit_balance.run_out') >= runOut, HEALED_WITHIN_MS);
  expect({ lowBalance: told('credit_balance.low_balance'), runOut: told('credit_balance.run_out') }).toEqual({ lowBalance, runOut });
  expect(await verified(service.url)).toMatchObject({ sound: true, findings: 0, balances: 100 });
}, 4 * MINUTES);
