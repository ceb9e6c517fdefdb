/** Warned before it runs out: crossings in the order they happen, and the webhooks that tell of them. */
import type { Endpoint, Movements } from '../support/clients/answers';
import type { Problem } from '../support/clients/http-client';
import { textMatching } from '../support/text-matching';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { Standalone } from '../support/services/standalone';
import { balanceOf, call, CALLS, callsOf, createCalls, createHolder } from '../support/clients/usage';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

let service: Deployment;
const inboxes: WebhookInbox[] = [];

interface Listening {
  readonly inbox: WebhookInbox;
  readonly path: string;
  readonly secret: string;
}

/** An inbox of the test's own, and its endpoint. */
async function listening(...event_types: string[]): Promise<Listening> {
  const inbox = await WebhookInbox.open();
  inboxes.push(inbox);
  const { endpoint, secret } = await service.http.post<Endpoint>('/v1/webhook-endpoints', { url: inbox.url, event_types });
  inbox.trust(secret);
  return { inbox, path: `/v1/webhook-endpoints/${endpoint.endpoint_id}`, secret };
}

const use = async (customer: string, id: string, credits: number): Promise<void> =>
  expect(await service.use([call({ id: `${customer}-${id}`, subject: customer, data: { credits } })])).toMatchObject({ applied: 1 });
const came = (inbox: WebhookInbox, count: number) =>
  until(`${count} webhooks; ${inbox.distrusted.join('; ')}`, () => inbox.deliveries.length >= count);
const CROSSINGS = ['credit_balance.low_balance', 'credit_balance.run_out', 'credit_balance.recovered', 'usage.uncovered'];

interface Deliveries {
  readonly deliveries: readonly {
    readonly webhook_id: string;
    readonly event_type: string;
    readonly status: string;
    readonly attempts: readonly { readonly status_code: number; readonly error?: string }[];
  }[];
}

onEveryDeployment((deployment) => {
  beforeAll(async () => {
    service = deployment();
    await createCalls(service.http);
  });
  afterAll(() => Promise.all(inboxes.splice(0).map((inbox) => inbox.close())));

  describe('100 dollars of calls at one cent', () => {
    it('buy 10,000 calls: the warning comes before, run-out with the last covered call, and the 10,001st goes uncovered', async () => {
      const { inbox } = await listening(...CROSSINGS);
      await service.http.post('/v1/customers', { customer_id: 'buyer', currency: 'USD' });
      await service.http.post('/v1/customers/buyer/credit-balances', {
        credit_product_id: CALLS,
        limits: [{ limit_id: 'tenth', percent_of_last_top_up: '10' }],
      });
      await service.http.post(`${callsOf('buyer')}/top-ups`, {
        amount: '10000',
        origin: 'paid',
        reference: 'invoice-1',
        cost_basis: { amount: '100', currency: 'USD' },
      });
      for (let batch = 0; batch < 10; batch++) {
        const events = Array.from({ length: 1_000 }, (_, i) => call({ id: `buyer-${batch * 1_000 + i}`, subject: 'buyer' }));
        expect(await service.use(events)).toMatchObject({ applied: 1_000 });
        if (batch === 7)
          expect((await service.http.get<Movements>(`${callsOf('buyer')}/movements?types=low_balance`)).movements).toEqual([]);
      }
      expect(await balanceOf(service.http, 'buyer')).toMatchObject({ available: '0', consumed: '10000', uncovered: '0' });
      await use('buyer', 'one-too-many', 1);
      expect(await balanceOf(service.http, 'buyer')).toMatchObject({ available: '0', booked: '0', consumed: '10000', uncovered: '1' });

      await came(inbox, 3);
      expect(inbox.deliveries.toSorted((a, b) => a.data.revision - b.data.revision).map(({ type }) => type)).toEqual([
        'credit_balance.low_balance',
        'credit_balance.run_out',
        'usage.uncovered',
      ]);
      const { movements } = await service.http.get<Movements>(
        `${callsOf('buyer')}/movements?types=low_balance&types=run_out&types=consumed`,
      );
      // The line is crossed with the 9,000th call, and at zero with the 10,000th: in the same append as the debit.
      const at = (type: string) => movements.findIndex((movement) => movement.type === type);
      expect(movements[at('low_balance')]).toMatchObject({ available: '1000', limit_id: 'tenth' });
      expect(movements[at('run_out')]).toMatchObject({ available: '0' });
      expect(at('low_balance')).toBeLessThan(at('run_out'));
      expect(await service.http.get(`${callsOf('buyer')}/can-spend?amount=1`)).toMatchObject({
        can_spend: false,
        available: '0',
        shortfall: '1',
      });
    });
  });

  describe('a limit', () => {
    it('is reported once on the way down, and again only after the balance has been above it', async () => {
      const { inbox } = await listening(...CROSSINGS);
      await createHolder(service.http, 'wave', '20');
      await use('wave', 'a', 9.999999999);
      expect(inbox.deliveries).toEqual([]);
      await use('wave', 'b', 0.000000001);
      await use('wave', 'c', 5);
      await service.http.post(`${callsOf('wave')}/top-ups`, { amount: '5', origin: 'free' });
      await use('wave', 'd', 1);
      await service.http.post(`${callsOf('wave')}/top-ups`, { amount: '2', origin: 'free' });
      await use('wave', 'e', 11);
      await came(inbox, 4);
      const { movements } = await service.http.get<Movements>(
        `${callsOf('wave')}/movements?types=low_balance&types=run_out&types=recovered`,
      );
      expect(movements.map(({ type, available }) => [type, available])).toEqual([
        ['low_balance', '10'],
        ['recovered', '11'],
        ['low_balance', '0'],
        ['run_out', '0'],
      ]);
      expect(inbox.deliveries.toSorted((a, b) => a.data.revision - b.data.revision).map(({ type }) => type)).toEqual([
        'credit_balance.low_balance',
        'credit_balance.recovered',
        'credit_balance.low_balance',
        'credit_balance.run_out',
      ]);
    });

    it('of a product is copied: a later change of the product reaches no balance that exists', async () => {
      await createHolder(service.http, 'copied', '100');
      await service.http.ask('PUT', `/v1/credit-products/${CALLS}/limits`, { limits: [{ limit_id: 'low', absolute: '90' }] });
      await use('copied', 'a', 50);
      expect((await service.http.get<Movements>(`${callsOf('copied')}/movements?types=low_balance`)).movements).toEqual([]);
      await service.http.ask('PUT', `/v1/credit-products/${CALLS}/limits`, { limits: [{ limit_id: 'low', absolute: '10' }] });
    });
  });

  describe('a webhook', () => {
    it('carries what the ledger says, with its revision, and only the types that were asked for', async () => {
      const { inbox } = await listening('credit_balance.run_out');
      await createHolder(service.http, 'filtered', '20');
      await use('filtered', 'a', 20);
      await came(inbox, 1);
      const { revision } = await balanceOf(service.http, 'filtered');
      expect(inbox.deliveries).toEqual([
        expect.objectContaining({
          type: 'credit_balance.run_out',
          data: expect.objectContaining({
            customer_id: 'filtered',
            credit_product_id: CALLS,
            revision,
            figures: { booked: '0', held: '0', available: '0', uncovered: '0' },
          }) as object,
        }),
      ]);
    });

    it('is tried again under the same id until the receiver takes it', async () => {
      const { inbox, path } = await listening('credit_balance.low_balance');
      inbox.status = 500;
      await createHolder(service.http, 'patient', '20');
      await use('patient', 'a', 15);
      await until('a second attempt', () => inbox.attempts >= 2);
      inbox.status = 204;
      await came(inbox, 1);
      const { deliveries } = await until('the delivery to be recorded', async () => {
        const page = await service.http.get<Deliveries>(`${path}/deliveries`);
        return page.deliveries[0]?.status === 'delivered' && page;
      });
      expect(deliveries).toHaveLength(1);
      expect(deliveries[0]?.webhook_id).toBe(inbox.deliveries[0]?.id);
      expect(deliveries[0]?.attempts.map(({ status_code }) => status_code)).toEqual([
        ...Array.from({ length: inbox.attempts - 1 }, () => 500),
        204,
      ]);
    });

    it('is sent again when that is asked for, under its first id', async () => {
      const { inbox, path } = await listening('credit_balance.low_balance');
      await createHolder(service.http, 'again', '20');
      await use('again', 'a', 15);
      await came(inbox, 1);
      const [first] = inbox.deliveries;
      await until(
        'the delivery to be recorded',
        async () => (await service.http.get<Deliveries>(`${path}/deliveries`)).deliveries[0]?.status === 'delivered',
      );
      await service.http.post(`${path}/deliveries/${first?.id ?? ''}/resend`, {});
      await came(inbox, 2);
      expect(inbox.deliveries[1]).toEqual(first);
    });

    it('is not sent after a redirect', async () => {
      const { inbox, path } = await listening('test.ping');
      inbox.status = 302;
      await service.http.post(`${path}/ping`, {});
      const tried = await until('a recorded attempt', async () =>
        (await service.http.get<Deliveries>(`${path}/deliveries`)).deliveries.find(({ attempts }) => attempts.length > 0),
      );
      expect(tried).toMatchObject({
        status: 'pending',
        attempts: expect.arrayContaining([expect.objectContaining({ status_code: 302 })]) as unknown,
      });
    });

    it('is signed with both secrets while one is being replaced', async () => {
      const { inbox, path, secret } = await listening('test.ping');
      const rotated = await service.http.post<{ readonly secret: string }>(`${path}/rotate-secret`, {});
      expect(rotated.secret).not.toBe(secret);
      // Two pings, each verified with one of the secrets alone.
      await service.http.post(`${path}/ping`, {});
      await came(inbox, 1);
      inbox.trust(rotated.secret);
      await service.http.post(`${path}/ping`, {});
      await came(inbox, 2);
      expect(inbox.distrusted).toEqual([]);
    });

    it('waits while its endpoint is disabled, and is not lost', async () => {
      const { inbox, path } = await listening('credit_balance.low_balance');
      await service.http.post(`${path}/disable`, {});
      await createHolder(service.http, 'asleep', '20');
      await use('asleep', 'a', 15);
      // Another endpoint has heard of it, so the disabled one would have, too.
      const other = await listening('test.ping');
      await service.http.post(`${other.path}/ping`, {});
      await came(other.inbox, 1);
      expect(inbox.attempts).toBe(0);
      await service.http.post(`${path}/enable`, {});
      await came(inbox, 1);
      expect(inbox.deliveries[0]?.data.customer_id).toBe('asleep');
    });

    it('that nobody takes slows no other', async () => {
      const dead = await listening('credit_balance.low_balance', 'test.ping');
      dead.inbox.status = 503;
      const { inbox } = await listening('credit_balance.low_balance');
      const customers = Array.from({ length: 20 }, (_, i) => `quick-${i}`);
      await Promise.all(customers.map((customer) => createHolder(service.http, customer, '20')));
      expect(await service.use(customers.map((subject) => call({ id: `${subject}-a`, subject, data: { credits: 15 } })))).toMatchObject({
        applied: 20,
      });
      await came(inbox, 20);
      expect(inbox.notifications('credit_balance.low_balance')).toHaveLength(20);
      expect(dead.inbox.deliveries).toEqual([]);
    });
  });

  describe('an endpoint', () => {
    it.each([
      ['an address without scheme', { url: 'example.com/hook' }, 'URL_INVALID', /http/],
      ['a user name in its address', { url: 'https://user:secret@example.com/' }, 'URL_INVALID', /user name/],
      ['no address', { url: '' }, 'INVALID_REQUEST', /url is missing or empty/],
      [
        'a type that does not exist',
        { url: 'https://example.com/', event_types: ['wallet.low'] },
        'INVALID_REQUEST',
        /event_types\[0\] is not one of wallet.created/,
      ],
    ])('with %s is refused', async (_, body, code, says) => {
      const { status, body: problem } = await service.http.send<Problem>('POST', '/v1/webhook-endpoints', body);
      expect({ status, code: problem.code, detail: problem.detail }).toEqual({ status: 400, code, detail: textMatching(says) });
    });

    it('on a private network is not delivered to unless that is allowed', async () => {
      const guarded = await Standalone.start({ env: { WEBHOOK_ALLOWED_NETWORKS: '' } });
      const inbox = await WebhookInbox.open();
      inboxes.push(inbox);
      try {
        const { endpoint } = await guarded.http.post<Endpoint>('/v1/webhook-endpoints', { url: inbox.url, event_types: ['test.ping'] });
        const path = `/v1/webhook-endpoints/${endpoint.endpoint_id}`;
        await guarded.http.post(`${path}/ping`, {});
        const attempt = await until(
          'a recorded attempt',
          async () => (await guarded.http.get<Deliveries>(`${path}/deliveries`)).deliveries[0]?.attempts[0],
        );
        expect(attempt).toMatchObject({ status_code: 0, error: 'destination_refused' });
        expect(inbox.attempts).toBe(0);
      } finally {
        await guarded.stop();
      }
    });
  });
});
