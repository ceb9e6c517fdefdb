/** Two groups of ledgers are fed the same partitions on purpose, which no right deployment does: nothing is doubled. */
import { FullStack, LONG_SESSIONS } from '../support/services/full-stack';
import { KafkaProgress } from '../support/clients/kafka-progress';
import { produce } from '../support/clients/producers';
import { verified } from '../support/services/cli';
import { openTrace } from '../support/trace/trace';
import { expectFigures, openTraceAccount } from '../support/trace/trace-account';
import { binaryMode, traceEvents } from '../support/trace/trace-events';

const MINUTES = 60_000;
const OTHER_GROUP = 'a-second-group-of-ledgers';

let service: FullStack;
beforeAll(async () => {
  service = await FullStack.start({ env: LONG_SESSIONS });
});
afterAll(() => service.stop());

it('applies every usage event once, whichever ledger is first', async () => {
  const trace = openTrace();
  await openTraceAccount(service.http);
  const group = `${service.topics.rated}-${OTHER_GROUP}`;
  await service.add('ledger', { KAFKA_GROUP: group });
  const events = traceEvents(trace);
  const progress = new KafkaProgress(service.kafka);
  const outcomes = await service.counted(async () => {
    await produce(service.kafka, service.topics.usage, events.map(binaryMode));
    await service.settled();
    await progress.settled([{ group: `${group}-ledger`, topic: service.topics.rated }], MINUTES);
  });
  await progress.close();
  // Both judged every event: one of them applied it, and for the other it was known.
  expect(outcomes).toEqual({ applied: events.length, duplicate: events.length, rejected: 0 });
  await expectFigures(service.http, trace);
  expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0, balances: 100 });
});
