/** SIGTERM to each of the three services while usage comes in: it ends with 0 in time, nothing is lost, and nothing is done again. */
import { chanceOf } from '../support/chance';
import { verified } from '../support/services/cli';
import { total } from '../support/decimal';
import { figuresAt, sumOf } from '../support/clients/metrics';
import { FullStack, LONG_SESSIONS, type ServiceName } from '../support/services/full-stack';
import { KafkaProgress } from '../support/clients/kafka-progress';
import { CUSTOMERS, openTrace } from '../support/trace/trace';
import { expectFigures, listenTo, openTraceAccount } from '../support/trace/trace-account';
import { traceEvents } from '../support/trace/trace-events';
import { TracePump } from '../support/trace/trace-pump';
import { COSTLY_PAUSE_MS, pace, until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTES = 60_000;
/** The default of DRAIN_TIMEOUT_MS. */
const DRAINS_WITHIN_MS = 25_000;
const SEED = 5_003;
/** Let go at first, while a service drains, and again when it has been started anew. */
const ROUNDS_AT_ONCE = 60;
/** Some twenty usage events each: more than three services can use up, however long they take. */
const ROUNDS = 7 * ROUNDS_AT_ONCE + 20;
/** A round takes as long. */
const ROUND_MS = 50;
const NO_REPEATS = 0;
const SEND_TIMEOUT_MS = 30_000;
const DEBITED = 'credit_balance.debited';

let service: FullStack;
let inbox: WebhookInbox;
beforeAll(async () => {
  [service, inbox] = await Promise.all([FullStack.start({ env: LONG_SESSIONS }), WebhookInbox.open()]);
  await openTraceAccount(service.http);
  await listenTo(service.http, inbox, [DEBITED]);
});
afterAll(async () => {
  await service?.stop();
  await inbox?.close();
});

it(
  'is answered in time, and the service that is started again goes on exactly where the other ended',
  async () => {
    const trace = openTrace();
    const pump = new TracePump(
      service.kafka,
      service.topics.usage,
      traceEvents(trace),
      chanceOf(SEED),
      ROUNDS,
      NO_REPEATS,
      SEND_TIMEOUT_MS,
    );
    const progress = new KafkaProgress(service.kafka);
    const written = async (topic: string): Promise<number> => (await progress.ends(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    pump.start();
    let sending = true;
    let allowed = ROUNDS_AT_ONCE;
    const sent = (async () => {
      while (sending) await (pump.round < allowed ? pump.next() : pace(ROUND_MS));
    })();

    /** Kafka's records that it has handled, and webhooks that it has sent. */
    const worked = async (name: ServiceName): Promise<number> => {
      const figures = await figuresAt(service.services[name][0]?.addresses.ops ?? '');
      return sumOf(figures, 'messaging_client_consumed_messages_total') + sumOf(figures, 'drawdown_webhook_attempts_total');
    };
    for (const name of ['ledger', 'ingestion', 'webhooks'] as const) {
      const [one] = service.services[name];
      await until(`${name} to be at work`, async () => (await worked(name)) > 0, MINUTES, COSTLY_PAUSE_MS);
      const { round } = pump;
      allowed = round + ROUNDS_AT_ONCE;
      const asked = performance.now();
      expect(await one?.sigterm()).toEqual({ code: 0, signal: null });
      expect(performance.now() - asked).toBeLessThan(DRAINS_WITHIN_MS);
      await until('usage to have come meanwhile', () => pump.round > round);
      await one?.restart();
      allowed = pump.round + ROUNDS_AT_ONCE;
      await until(`the ${name} that is new to be at work`, async () => (await worked(name)) > 0, MINUTES, COSTLY_PAUSE_MS);
    }
    expect(pump.round).toBeLessThan(ROUNDS);
    sending = false;
    await sent;
    await pump.finish();
    await service.settled();
    // A batch that was sent twice would be notified twice.
    expect(pump.refused).toBe(0);

    await expectFigures(service.http, trace);
    const { rows, consumed } = trace.expected;
    // Everything handled is committed by whoever drains: nothing is rated, judged or notified a second time.
    expect({ usage: await written(service.topics.usage), rated: await written(service.topics.rated) }).toEqual({
      usage: rows,
      rated: rows,
    });
    expect(await service.outcomes()).toMatchObject({ duplicate: 0, rejected: 0 });
    const notifiedDebits = () => total(inbox.notifications(DEBITED).map(({ data }) => String(data['amount'])));
    await until('every debit to be notified', () => notifiedDebits() === consumed, MINUTES);
    expect(inbox.deliveries).toHaveLength(inbox.notifications(DEBITED).length);
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0, balances: CUSTOMERS });
    await progress.close();
  },
  15 * MINUTES,
);
