/** Reserving now and settling later, on a wallet and on a credit balance of a real process. */
import type { BalanceAnswer, HoldAnswer } from '../support/clients/answers';
import type { Answer, Problem } from '../support/clients/http-client';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { balanceOf, call, callsOf, createCalls, createHolder } from '../support/clients/usage';
import { until } from '../support/waiting';
import { listenTo } from '../support/trace/trace-account';
import { WebhookInbox } from '../support/clients/webhook-inbox';

let service: Deployment;
let inbox: WebhookInbox;
let made = 0;
/** A request that asks for it comes long before, on the busiest machine. */
const ENDS_IN_MS = 5_000;

/** A wallet with 100 EUR and a credit balance with 100 calls. */
async function customer(): Promise<string> {
  const id = `customer-${made++}`;
  await createHolder(service.http, id, '100');
  await service.http.post(`/v1/customers/${id}/wallet`, {});
  await service.http.post(`/v1/customers/${id}/wallet/credits`, { credits: '10000', origin: 'free' });
  return id;
}

const KINDS = [
  ['a wallet', (id: string) => `/v1/customers/${id}/wallet`],
  ['a credit balance', callsOf],
] as const;

const figures = async (path: string): Promise<object> => {
  const { booked, held, available } = (await service.http.get<BalanceAnswer>(`${path}/balance`)).balance;
  return { booked, held, available };
};
const place = (path: string, amount: string, more: object = {}, key?: string): Promise<HoldAnswer> =>
  service.http.post(`${path}/holds`, { amount, ...more }, key === undefined ? {} : { key });
const capture = (path: string, hold: string, body: object): Promise<Answer<HoldAnswer & Problem>> =>
  service.http.send('POST', `${path}/holds/${hold}/capture`, body);
const release = (path: string, hold: string): Promise<Answer<HoldAnswer & Problem & { readonly released: string }>> =>
  service.http.send('POST', `${path}/holds/${hold}/release`, {});

onEveryDeployment((deployment) => {
  beforeAll(async () => {
    inbox = await WebhookInbox.open();
    service = deployment();
    await createCalls(service.http);
    await service.http.ask('PATCH', '/v1/settings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
    await listenTo(service.http, inbox, ['hold.expired']);
  });
  afterAll(() => inbox.close());

  describe.each(KINDS)('a hold on %s', (_, pathOf) => {
    it('lowers what is available and nothing else, until a part is captured and the rest given back', async () => {
      const path = pathOf(await customer());
      const { hold } = await place(path, '40', { reference: 'order-1' });
      expect(hold).toMatchObject({ amount: '40', reference: 'order-1', allocations: [{ amount: '40' }] });
      expect(await figures(path)).toEqual({ booked: '100', held: '40', available: '60' });
      expect((await capture(path, hold.hold_id, { amount: '25.5' })).body).toMatchObject({
        allocations: [{ grant_id: 'g1', amount: '25.5' }],
      });
      expect(await figures(path)).toEqual({ booked: '74.5', held: '0', available: '74.5' });
      expect(await release(path, hold.hold_id)).toMatchObject({ status: 404, body: { code: 'HOLD_NOT_OPEN' } });
    });

    it('is captured in several steps when it is kept open', async () => {
      const path = pathOf(await customer());
      const { hold } = await place(path, '40');
      expect((await capture(path, hold.hold_id, { amount: '10', keep_open: true })).body.hold).toMatchObject({
        hold_id: hold.hold_id,
        amount: '30',
      });
      expect(await figures(path)).toEqual({ booked: '90', held: '30', available: '60' });
      expect((await release(path, hold.hold_id)).body.released).toBe('30');
      expect(await figures(path)).toEqual({ booked: '90', held: '0', available: '90' });
    });

    it('takes all that is available, and not one billionth more', async () => {
      const path = pathOf(await customer());
      const refused = await service.http.send<Problem>('POST', `${path}/holds`, { amount: '100.000000001' });
      expect(refused).toMatchObject({
        status: 402,
        body: { code: 'INSUFFICIENT_CREDITS', facts: { available: '100', requested: '100.000000001' } },
      });
      await place(path, '100');
      expect(await figures(path)).toEqual({ booked: '100', held: '100', available: '0' });
    });

    it('is captured beyond its amount only where that is allowed, and only out of what is available', async () => {
      const path = pathOf(await customer());
      const { hold } = await place(path, '40');
      expect(await capture(path, hold.hold_id, { amount: '41' })).toMatchObject({
        status: 409,
        body: { code: 'CAPTURE_EXCEEDS_HOLD', facts: { held: '40', requested: '41' } },
      });
      expect(await capture(path, hold.hold_id, { amount: '101', overrun: 'from_available' })).toMatchObject({
        status: 402,
        body: { code: 'INSUFFICIENT_CREDITS' },
      });
      expect(await capture(path, hold.hold_id, { amount: '100', overrun: 'from_available' })).toMatchObject({ status: 200 });
      expect(await figures(path)).toEqual({ booked: '0', held: '0', available: '0' });
    });

    it('is placed once however often it is asked for under one key', async () => {
      const path = pathOf(await customer());
      const answers = await Promise.all(Array.from({ length: 8 }, () => place(path, '10', {}, 'order-7')));
      expect(new Set(answers.map(({ hold }) => hold.hold_id)).size).toBe(1);
      expect(await figures(path)).toEqual({ booked: '100', held: '10', available: '90' });
    });

    it('is never promised twice: of many at once only as many are placed as there is value for', async () => {
      const path = pathOf(await customer());
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => service.http.send<HoldAnswer & Problem>('POST', `${path}/holds`, { amount: '9' })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(11);
      expect(answers.filter(({ body }) => body.code === 'INSUFFICIENT_CREDITS')).toHaveLength(19);
      expect(await figures(path)).toEqual({ booked: '100', held: '99', available: '1' });
    });

    it('ends by itself at its time, with a notification', async () => {
      const id = await customer();
      const path = pathOf(id);
      const { hold, balance } = await place(path, '40', { expires_at: new Date(Date.now() + ENDS_IN_MS).toISOString() });
      expect(balance).toMatchObject({ booked: '100', held: '40', available: '60' });
      await until(
        'the hold to be given back',
        async () => JSON.stringify(await figures(path)) === JSON.stringify({ booked: '100', held: '0', available: '100' }),
      );
      expect((await capture(path, hold.hold_id, { amount: '1' })).body).toMatchObject({ code: 'HOLD_NOT_OPEN' });
      const notification = await until('the webhook of the end', () =>
        inbox
          .notifications('hold.expired')
          .find(({ data }) => data.customer_id === id && 'credit_product_id' in data === path.includes('credit-balances')),
      );
      expect(notification.data).toMatchObject({ hold_id: hold.hold_id });
    });

    it('survives a kill', async () => {
      const path = pathOf(await customer());
      const { hold } = await place(path, '40');
      await service.killAndRestart();
      expect(await figures(path)).toEqual({ booked: '100', held: '40', available: '60' });
      expect(await capture(path, hold.hold_id, { amount: '40' })).toMatchObject({ status: 200 });
      expect(await figures(path)).toEqual({ booked: '60', held: '0', available: '60' });
    });
  });

  describe('held credits', () => {
    it('are not there for usage: it goes uncovered instead', async () => {
      const id = await customer();
      const { hold } = await place(callsOf(id), '60');
      expect(await service.use([call({ id: `${id}-1`, subject: id, data: { credits: 50 } })])).toMatchObject({ applied: 1 });
      expect(await balanceOf(service.http, id)).toMatchObject({
        booked: '60',
        held: '60',
        available: '0',
        consumed: '40',
        uncovered: '10',
      });
      await release(callsOf(id), hold.hold_id);
      expect(await balanceOf(service.http, id)).toMatchObject({ booked: '60', held: '0', available: '60', uncovered: '10' });
    });

    it('return to the very grants they came from', async () => {
      const id = await customer();
      await service.http.post(`${callsOf(id)}/top-ups`, { amount: '10', origin: 'paid', reference: 'p', priority: 1 });
      const { hold } = await place(callsOf(id), '30');
      expect(hold.allocations).toEqual([
        { grant_id: 'g2', amount: '10' },
        { grant_id: 'g1', amount: '20' },
      ]);
      await capture(callsOf(id), hold.hold_id, { amount: '15', keep_open: true });
      await release(callsOf(id), hold.hold_id);
      const { grants } = await balanceOf(service.http, id);
      expect(grants.map(({ grant_id, remaining, held }) => ({ grant_id, remaining, held }))).toEqual([
        { grant_id: 'g1', remaining: '95', held: '0' },
      ]);
    });

    it('keep a balance from being closed', async () => {
      const id = await customer();
      await place(callsOf(id), '1');
      expect(await service.http.send('POST', `${callsOf(id)}/close`, { reason: 'r' })).toMatchObject({
        status: 409,
        body: { code: 'HOLDS_OPEN' },
      });
    });
  });
});
