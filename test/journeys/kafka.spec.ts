/** An hour of real usage on the real Kafka, by producers that are not ours: the same exact figures as standalone has. */
import { FullStack } from '../support/full-stack';
import { kcat, produce } from '../support/producers';
import { openTrace, type Trace } from '../support/trace';
import { expectFigures, listenTo, openTraceAccount } from '../support/trace-account';
import { binaryMode, jsonLines, traceEvents } from '../support/trace-events';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/webhook-inbox';

const MINUTES = 60_000;

let service: FullStack;
let inbox: WebhookInbox;
let trace: Trace;

beforeAll(() => {
  trace = openTrace();
});
beforeEach(async () => {
  inbox = await WebhookInbox.open();
  service = await FullStack.start();
  await openTraceAccount(service.http);
  await listenTo(service.http, inbox, ['credit_balance.low_balance', 'credit_balance.run_out']);
}, 2 * MINUTES);
afterEach(async () => {
  await service.stop();
  await inbox.close();
});

async function expectNotices(): Promise<void> {
  const { lowBalance, runOut } = trace.expected;
  await until(`${lowBalance + runOut} notices`, () => inbox.deliveries.length >= lowBalance + runOut);
  expect(inbox.notices('credit_balance.low_balance')).toHaveLength(lowBalance);
  expect(inbox.notices('credit_balance.run_out')).toHaveLength(runOut);
  expect(inbox.toldTwice()).toEqual([]);
  expect(inbox.distrusted).toEqual([]);
}

describe('the trace on Kafka', () => {
  it('is applied from JSON without headers and keys, as kcat sends it; in binary mode it is then known already', async () => {
    const events = traceEvents(trace);
    expect(await service.counted(() => kcat(service.kafka, service.topics.usage, jsonLines(events)))).toEqual({ applied: events.length, duplicate: 0, rejected: 0 });
    await expectFigures(service.http, trace);
    await expectNotices();
    expect(await service.counted(() => produce(service.kafka, service.topics.usage, events.map(binaryMode)))).toEqual({ applied: 0, duplicate: events.length, rejected: 0 });
    await expectFigures(service.http, trace);
  }, 4 * MINUTES);

  it('is applied in binary mode, as kafkajs sends it', async () => {
    const events = traceEvents(trace);
    expect(await service.counted(() => produce(service.kafka, service.topics.usage, events.map(binaryMode)))).toEqual({ applied: events.length, duplicate: 0, rejected: 0 });
    await expectFigures(service.http, trace);
    await expectNotices();
  }, 4 * MINUTES);
});
