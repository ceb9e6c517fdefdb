/** An hour of real usage on the real Kafka, by producers that are not ours: the same exact figures as standalone has. */
import { randomBytes } from 'node:crypto';
import { stackServers } from '../stack/servers';
import { figuresAt, sumOf } from '../support/clients/metrics';
import { FullStack, LONG_SESSIONS } from '../support/services/full-stack';
import { KafkaProgress } from '../support/clients/kafka-progress';
import { kcat, produce } from '../support/clients/producers';
import { Standalone } from '../support/services/standalone';
import { openTrace, type Trace } from '../support/trace/trace';
import { expectFigures, listenTo, openTraceAccount } from '../support/trace/trace-account';
import { binaryMode, jsonLines, traceEvents } from '../support/trace/trace-events';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTES = 60_000;
const CROSSINGS = ['credit_balance.low_balance', 'credit_balance.run_out'] as const;

let trace: Trace;

beforeAll(() => {
  trace = openTrace();
});
async function expectNotices(inbox: WebhookInbox): Promise<void> {
  const { lowBalance, runOut } = trace.expected;
  await until(
    `${lowBalance + runOut} notifications`,
    () => CROSSINGS.flatMap((type) => inbox.notifications(type)).length >= lowBalance + runOut,
  );
  expect(inbox.notifications('credit_balance.low_balance')).toHaveLength(lowBalance);
  expect(inbox.notifications('credit_balance.run_out')).toHaveLength(runOut);
  expect(inbox.duplicates()).toEqual([]);
  expect(inbox.distrusted).toEqual([]);
}

describe('the trace on Kafka', () => {
  let service: FullStack;
  let inbox: WebhookInbox;
  beforeEach(async () => {
    inbox = await WebhookInbox.open();
    service = await FullStack.start({ env: LONG_SESSIONS });
    await openTraceAccount(service.http);
    await listenTo(service.http, inbox, CROSSINGS);
  });
  afterEach(async () => {
    await service.stop();
    await inbox.close();
  });

  it('is applied from JSON without headers and keys, as kcat sends it; in binary mode it is then known already', async () => {
    const events = traceEvents(trace);
    expect(await service.counted(() => kcat(service.kafka, service.topics.usage, jsonLines(events)))).toEqual({
      applied: events.length,
      duplicate: 0,
      rejected: 0,
    });
    await expectFigures(service.http, trace);
    await expectNotices(inbox);
    expect(await service.counted(() => produce(service.kafka, service.topics.usage, events.map(binaryMode)))).toEqual({
      applied: 0,
      duplicate: events.length,
      rejected: 0,
    });
    await expectFigures(service.http, trace);
  });

  it('is applied in binary mode, as kafkajs sends it', async () => {
    const events = traceEvents(trace);
    expect(await service.counted(() => produce(service.kafka, service.topics.usage, events.map(binaryMode)))).toEqual({
      applied: events.length,
      duplicate: 0,
      rejected: 0,
    });
    await expectFigures(service.http, trace);
    await expectNotices(inbox);
  });
});

it('the trace on Kafka is applied by standalone itself, which reads the topic with no other service', async () => {
  const own = `k${randomBytes(5).toString('hex')}`;
  const { kafka } = stackServers();
  const topics = {
    KAFKA_USAGE_TOPIC: `${own}.usage.v1`,
    KAFKA_REJECTED_TOPIC: `${own}.usage.v1.rejected`,
    KAFKA_PARTITIONS: '4',
    KAFKA_GROUP: own,
  };
  const [standalone, notified] = await Promise.all([
    Standalone.start({ env: { KAFKA_BROKERS: kafka, ...topics, ...LONG_SESSIONS } }),
    WebhookInbox.open(),
  ]);
  const progress = new KafkaProgress(kafka);
  try {
    await openTraceAccount(standalone.http);
    await listenTo(standalone.http, notified, CROSSINGS);
    const events = traceEvents(trace);
    for (const outcome of ['applied', 'duplicate']) {
      await kcat(kafka, topics.KAFKA_USAGE_TOPIC, jsonLines(events));
      await progress.settled([{ group: `${own}-standalone`, topic: topics.KAFKA_USAGE_TOPIC }], MINUTES);
      expect(sumOf(await figuresAt(standalone.opsUrl), 'drawdown_usage_events_total', { status: outcome })).toBe(events.length);
      await expectFigures(standalone.http, trace);
    }
    await expectNotices(notified);
  } finally {
    await progress.close();
    await Promise.all([standalone.stop(), notified.close()]);
  }
});
