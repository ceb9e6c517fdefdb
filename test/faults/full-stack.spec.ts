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
import { verified } from '../support/services/cli';
import { CuttingProxy } from '../support/servers/cutting-proxy';
import { total } from '../support/decimal';
import { figuresAt, sumOf } from '../support/clients/metrics';
import { FullStack, type ServiceName } from '../support/services/full-stack';
import type { ServiceProcess } from '../support/services/service-process';
import { CUSTOMERS, openTrace, type Trace } from '../support/trace/trace';
import { expectFigures, expectRated, listenTo, openTraceAccount } from '../support/trace/trace-account';
import { traceEvents } from '../support/trace/trace-events';
import { TracePump } from '../support/trace/trace-pump';
import { COSTLY_PAUSE_MS, until, within } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const SEEDS = [7_311];
const EACH = 20;
const HEALED_WITHIN_MS = 30_000;
/** A fault that cannot land within this is not counted, and fails the test. */
const LANDS_WITHIN_MS = 120_000;
const MINUTES = 60_000;
/** Faults between two looks at whether the stack heals by itself. */
const LOOK_EVERY = 16;
/** As it stands in the request that appends it. */
const USAGE_APPENDED = 'CreditsConsumed';
/** Documents of the balances and their customers, and 32 sentinel keys. With fewer keys there is no derived state to lose. */
const DERIVED_KEYS_MIN = 2 * CUSTOMERS + 32;
const TYPES = ['credit_balance.debited', 'usage.uncovered', 'credit_balance.low_balance', 'credit_balance.run_out'] as const;

type Fault = readonly [name: string, happen: () => Promise<void>];

describe.each(SEEDS)('chance %i', (seed) => {
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
    await listenTo(service.http, inbox, TYPES);
    pump = new TracePump(kafka.broker.brokers, service.topics.usage, traceEvents(trace), chanceOf(seed), EACH * FAULTS.length);
  });

  afterAll(async () => {
    await pump?.stop();
    await service?.stop();
    await proxy?.close();
    await inbox.close();
    await redis.stop();
    await kafka.remove();
    rmSync(redisFolder, { recursive: true, force: true });
  });

  const the = (name: ServiceName): ServiceProcess => {
    const [first] = service.services[name];
    if (!first) throw new Error(`there is no ${name}`);
    return first;
  };
  const figure = async ({ addresses }: ServiceProcess, name: string): Promise<number> => sumOf(await figuresAt(addresses.ops ?? ''), name);
  const losses = (): Promise<number> => figure(the('ledger'), 'drawdown_derived_state_losses_total');

  /** Resolves when the ledger has found what it relied on to be lost. */
  const loseDerivedState = async (lose: () => Promise<unknown>): Promise<void> => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    await until('derived state to be there', async () => (await client.dbsize()) > DERIVED_KEYS_MIN, LANDS_WITHIN_MS, COSTLY_PAUSE_MS);
    const before = await losses();
    await lose();
    client.disconnect();
    await until('the ledger to notice', async () => (await losses()) > before, LANDS_WITHIN_MS, COSTLY_PAUSE_MS);
  };

  /** Each resolves when the fault has landed and was healed; more of the trace is let go as it begins. */
  const FAULTS: readonly Fault[] = [
    [
      'ingestion is killed with records in hand',
      async () => {
        await service.killAtWork(the('ingestion'), LANDS_WITHIN_MS);
        await the('ingestion').restart();
      },
    ],
    [
      'ledger is killed with an append under way',
      async () => {
        await proxy.holdAnswerTo(USAGE_APPENDED);
        await the('ledger').kill9();
        proxy.cut();
        await the('ledger').restart();
      },
    ],
    [
      'webhooks is killed with a request under way',
      async () => {
        await inbox.leaveOneUnanswered();
        await the('webhooks').kill9();
        await the('webhooks').restart();
      },
    ],
    [
      'partitions are shared out anew',
      async () => {
        const name = pump.round % 2 === 0 ? 'ledger' : 'ingestion';
        const second = await service.add(name);
        await until(
          `the second ${name} to handle usage${second.said()}`,
          async () => (await figure(second, 'messaging_client_consumed_messages_total')) > 0,
          LANDS_WITHIN_MS,
          COSTLY_PAUSE_MS,
        );
        expect(await service.remove(second)).toEqual({ code: 0, signal: null });
      },
    ],
    [
      'Kafka is killed and started',
      async () => {
        const { refused } = pump;
        await kafka.broker.kill();
        await until('a producer to notice', () => pump.refused > refused, LANDS_WITHIN_MS);
        await kafka.broker.restart();
      },
    ],
    [
      'the store is cut in mid-append',
      async () => {
        await proxy.holdAnswerTo(USAGE_APPENDED);
        proxy.cut();
      },
    ],
    [
      'Redis is emptied',
      () =>
        loseDerivedState(async () => {
          const client = new Redis(redis.url);
          await client.flushall();
          await client.quit();
        }),
    ],
    ['Redis is started again without its data', () => loseDerivedState(() => redis.restartEmpty())],
  ];

  /** These need nothing of what the others take away, and happen beside them. */
  const BESIDE = ['ingestion is killed with records in hand', 'webhooks is killed with a request under way'];

  it(
    `survives each of its faults ${EACH} times`,
    async () => {
      const pick = chanceOf(seed);
      const landed = new Map<string, number>();
      const todo = FAULTS.flatMap((fault) => Array.from({ length: EACH }, () => fault));
      const oneAfterAnother = async (faults: readonly Fault[]): Promise<void> => {
        for (const [name, happen] of faults) {
          const lands = within('it to land and to be healed', 2 * LANDS_WITHIN_MS, happen());
          await Promise.all([lands, pump.next()]).catch((error: unknown) => {
            throw new Error(`${name}, after ${JSON.stringify([...landed])}: ${String(error)}${service.said()}`);
          });
          landed.set(name, (landed.get(name) ?? 0) + 1);
        }
      };
      pump.start();
      while (todo.length > 0) {
        const some = Array.from({ length: Math.min(LOOK_EVERY, todo.length) }, () => todo.splice(pick(0, todo.length - 1), 1)).flat();
        await Promise.all([true, false].map((beside) => oneAfterAnother(some.filter(([name]) => BESIDE.includes(name) === beside))));
        await pump.pausedWhile(async () => {
          await service.settled(HEALED_WITHIN_MS);
          await expectRated(service.http, pump.sentSoFar);
        });
      }
      await pump.finish();
      await service.settled(HEALED_WITHIN_MS);
      expect(Object.fromEntries(landed)).toEqual(Object.fromEntries(FAULTS.map(([name]) => [name, EACH])));
      await expectFigures(service.http, trace);
    },
    30 * MINUTES,
  );

  it('has notified of every debit and every crossing, each under one id, and verify finds nothing', async () => {
    const { lowBalance, runOut, consumed, uncovered } = trace.expected;
    const [debited, beyond, low, out] = TYPES;
    const figures = () => ({
      consumed: total(inbox.notifications(debited).map(({ data }) => String(data['amount']))),
      uncovered: total(inbox.notifications(beyond).map(({ data }) => String(data['uncovered']))),
      lowBalance: inbox.notifications(low).length,
      runOut: inbox.notifications(out).length,
    });
    const expected = { consumed, uncovered, lowBalance, runOut };
    await until('every notification to have come', () => JSON.stringify(figures()) === JSON.stringify(expected), HEALED_WITHIN_MS).catch(
      () => undefined,
    );
    expect(figures()).toEqual(expected);
    expect(inbox.duplicates()).toEqual([]);
    expect(inbox.distrusted).toEqual([]);
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0, balances: CUSTOMERS });
  });
});
