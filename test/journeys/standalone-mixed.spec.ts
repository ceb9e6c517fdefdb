/** Standalone with any of the servers, alone or together: the same answers, whatever is behind them. */
import { randomBytes } from 'node:crypto';
import { stackServers } from '../stack/servers';
import { startDouble } from '../support/servers/eventstoredb-double';
import { figuresAt, sumOf } from '../support/clients/metrics';
import { LONG_SESSIONS } from '../support/services/full-stack';
import type { HttpClient } from '../support/clients/http-client';
import { readToEnd } from '../support/clients/log-progress';
import { produce } from '../support/clients/producers';
import { Standalone } from '../support/services/standalone';
import { listenTo } from '../support/trace/trace-account';
import { balanceOf, call, createCalls, createHolder, EVENT_TYPE } from '../support/clients/usage';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

type Variables = Readonly<Record<string, string>>;
type Server = 'EventStoreDB' | 'Redis' | 'Kafka';

const CUSTOMER = 'acme';

/** The variables of the servers, with names of this test's own; the double of EventStoreDB is its own as a whole. */
async function openServers(servers: readonly Server[]): Promise<{ readonly env: Variables; close(): Promise<void> }> {
  const own = `m${randomBytes(5).toString('hex')}`;
  const double = servers.includes('EventStoreDB') ? await startDouble() : undefined;
  const redis = { REDIS_URL: stackServers().redis, REDIS_PREFIX: own };
  const topics = {
    KAFKA_USAGE_TOPIC: `${own}.usage.v1`,
    KAFKA_REJECTED_TOPIC: `${own}.usage.v1.rejected`,
    KAFKA_PARTITIONS: '3',
    KAFKA_GROUP: own,
    ...LONG_SESSIONS,
  };
  return {
    env: {
      ...(double && { EVENTSTORE_URL: double.url }),
      ...(servers.includes('Redis') && redis),
      ...(servers.includes('Kafka') && { KAFKA_BROKERS: stackServers().kafka, ...topics }),
    },
    close: async () => {
      double?.child.kill('SIGKILL');
      await double?.child.end();
    },
  };
}

const availableOf = async (http: HttpClient): Promise<string> => (await balanceOf(http, CUSTOMER)).available;
const outcomeOf = async (http: HttpClient, id: string, subject = CUSTOMER): Promise<string> =>
  (await http.post<{ readonly outcome: { readonly status: string } }>('/v1/usage', call({ id, subject }), { contentType: EVENT_TYPE }))
    .outcome.status;

describe.each<{ with: readonly Server[] }>([
  { with: ['Redis'] },
  { with: ['Kafka'] },
  { with: ['EventStoreDB'] },
  { with: ['Redis', 'Kafka'] },
  { with: ['EventStoreDB', 'Redis', 'Kafka'] },
])('standalone with $with', ({ with: names }) => {
  let servers: Awaited<ReturnType<typeof openServers>>;
  let service: Standalone;
  beforeAll(async () => {
    servers = await openServers(names);
    service = await Standalone.start({ env: servers.env });
  });
  afterAll(async () => {
    await service?.stop();
    await servers.close();
  });

  it('answers usage over HTTP with its outcome, and charges it once', async () => {
    await createCalls(service.http);
    await createHolder(service.http, CUSTOMER, '10');
    expect(await outcomeOf(service.http, '1')).toBe('applied');
    expect(await outcomeOf(service.http, '1')).toBe('duplicate');
    expect(await outcomeOf(service.http, '2', 'nobody')).toBe('rejected');
    expect(await availableOf(service.http)).toBe('9');
  });

  if (names.includes('Kafka'))
    it('takes usage of Kafka into the same books, repeats of HTTP included', async () => {
      const events = [
        call({ id: '1', subject: CUSTOMER }),
        call({ id: '3', subject: CUSTOMER }),
        call({ id: '3', subject: CUSTOMER }),
        call({ id: '4', subject: 'nobody' }),
      ];
      const values = ['{"broken', ...events.map((event) => JSON.stringify(event))];
      const { KAFKA_BROKERS = '', KAFKA_USAGE_TOPIC = '' } = servers.env;
      await produce(
        KAFKA_BROKERS,
        KAFKA_USAGE_TOPIC,
        values.map((value) => ({ key: CUSTOMER, value })),
      );
      const outcomes = await until('every record to have its outcome', async () => {
        const figures = await figuresAt(service.opsUrl);
        const [applied = 0, duplicate = 0, rejected = 0] = ['applied', 'duplicate', 'rejected'].map((outcome) =>
          sumOf(figures, 'drawdown_usage_events_total', { status: outcome }),
        );
        // The three over HTTP are counted too.
        return applied + duplicate + rejected >= 3 + values.length && { applied, duplicate, rejected };
      });
      expect(outcomes).toEqual({ applied: 2, duplicate: 3, rejected: 3 });
      expect(await availableOf(service.http)).toBe('8');
      // Rejected usage of Kafka is published beside being kept; that of HTTP has been answered.
      expect(sumOf(await figuresAt(service.opsUrl), 'messaging_client_sent_messages_total')).toBe(2);
      await readToEnd('the service', service.url);
      expect((await service.http.get<{ readonly rejected_usage: readonly object[] }>('/v1/rejected-usage')).rejected_usage).toHaveLength(3);
    });

  it('has the same figures after a kill, and still knows what it has charged', async () => {
    const before = await availableOf(service.http);
    await service.kill9();
    await service.restart();
    expect(await availableOf(service.http)).toBe(before);
    expect(await outcomeOf(service.http, '1')).toBe('duplicate');
    expect(await service.sigterm()).toEqual({ code: 0, signal: null });
  });
});

describe('two standalones on one EventStoreDB and one Redis', () => {
  it('have the same books, and one of them sends webhooks', async () => {
    const { env, close } = await openServers(['EventStoreDB', 'Redis']);
    const [first, second] = await Promise.all([Standalone.start({ env }), Standalone.start({ env })]);
    const inbox = await WebhookInbox.open();
    try {
      await createCalls(first.http);
      await createHolder(first.http, CUSTOMER, '10');
      await listenTo(first.http, inbox, ['credit_balance.run_out']);
      expect(await outcomeOf(first.http, 'a')).toBe('applied');
      // It rates by what it has met of the log, and is milliseconds behind.
      await readToEnd('the second', second.url);
      expect(await outcomeOf(second.http, 'a')).toBe('duplicate');
      for (let i = 0; i < 9; i++) expect(await outcomeOf(i % 2 ? first.http : second.http, `b${i}`)).toBe('applied');
      for (const { http } of [first, second])
        await until('both to say that nothing is left', async () => (await availableOf(http)) === '0');
      await until('the notification', () => inbox.notifications('credit_balance.run_out').length === 1);
      // Whoever was kept from asking for it in time leaves the work to the other, and hears of that a moment later.
      await until('one of them to send webhooks, and not the other', async () => {
        const active = await Promise.all(
          [first, second].map(async ({ opsUrl }) => sumOf(await figuresAt(opsUrl), 'drawdown_webhook_active')),
        );
        return active.toSorted((a, b) => a - b).join() === '0,1';
      });
      expect(inbox.duplicates()).toEqual([]);
    } finally {
      await Promise.all([first.stop(), second.stop(), inbox.close()]);
      await close();
    }
  });
});
