/** The service is killed while it delivers webhooks: every notification comes at least once, and always under the same id. */
import type { Movements } from '../support/clients/answers';
import { chanceOf } from '../support/chance';
import { Standalone } from '../support/services/standalone';
import { listenTo } from '../support/trace/trace-account';
import { call, callsOf, createCalls, createHolder, sendBatch } from '../support/clients/usage';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const SEED = 7;
const KILLS = 12;
const CUSTOMERS_PER_ROUND = 5;
const MINUTES = 60_000;
const TYPES = ['credit_balance.low_balance', 'credit_balance.run_out'];

let service: Standalone;
let inbox: WebhookInbox;
beforeAll(async () => {
  inbox = await WebhookInbox.open();
  service = await Standalone.start();
  await createCalls(service.http);
  await listenTo(service.http, inbox, TYPES);
});
afterAll(async () => {
  await service.stop();
  await inbox.close();
});

const customerOf = (round: number, i: number): string => `cus-${round}-${i}`;

/** Each customer's usage runs it low and then out: two notifications. */
async function useUp(round: number): Promise<void> {
  for (let i = 0; i < CUSTOMERS_PER_ROUND; i++) await createHolder(service.http, customerOf(round, i), '20');
  const use = (credits: number) =>
    Array.from({ length: CUSTOMERS_PER_ROUND }, (_, i) =>
      call({ id: `${round}-${i}-${credits}`, subject: customerOf(round, i), data: { credits } }),
    );
  await sendBatch(service.http, use(12));
  await sendBatch(service.http, use(8));
}

describe(`webhooks of a service that is killed ${KILLS} times while it delivers (seed ${SEED})`, () => {
  it('come at least once each, each under one id', async () => {
    const pick = chanceOf(SEED);
    let landed = 0;
    for (let round = 0; round < KILLS; round++) {
      // Every third time the receiver is down, so that the retry has to survive the kill.
      inbox.status = round % 3 === 2 ? 503 : 204;
      const before = inbox.attempts;
      await useUp(round);
      const aim = before + pick(1, 2 * CUSTOMERS_PER_ROUND - 1);
      await until(`attempt ${aim} to deliver`, () => inbox.attempts >= aim);
      await service.kill9();
      landed += 1;
      inbox.status = 204;
      await service.restart();
    }
    expect(landed).toBe(KILLS);
    const wanted = KILLS * CUSTOMERS_PER_ROUND;
    await until(`${wanted} notifications of each type`, () => TYPES.every((type) => inbox.notifications(type).length >= wanted), MINUTES);
    for (const type of TYPES) expect(inbox.notifications(type)).toHaveLength(wanted);
    expect(inbox.duplicates()).toEqual([]);
    expect(inbox.distrusted).toEqual([]);
    // As many as the ledger has: none was invented.
    for (let round = 0; round < KILLS; round++)
      for (let i = 0; i < CUSTOMERS_PER_ROUND; i++) {
        const { movements } = await service.http.get<Movements>(
          `${callsOf(customerOf(round, i))}/movements?types=low_balance&types=run_out`,
        );
        expect(movements.map(({ type }) => type)).toEqual(['low_balance', 'run_out']);
      }
  });
});
