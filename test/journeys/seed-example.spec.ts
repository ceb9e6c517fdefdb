/** What Drawdown is for, in its smallest form: one call costs 1 cent, 100 dollars buys 10,000 calls, and warnings come before they run out. */
import type { Endpoint } from '../support/clients/answers';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { LONG_SESSIONS } from '../support/services/full-stack';
import { call } from '../support/clients/usage';
import { until } from '../support/waiting';
import { type Notification, WebhookInbox } from '../support/clients/webhook-inbox';

const PRICE = '0.01';
const BATCH = 1_000;
const NOTICES = ['wallet.low_balance', 'wallet.run_out', 'wallet.recovered', 'usage.uncovered', 'wallet.invoice_paid'];

let service: Deployment;
const inboxes: WebhookInbox[] = [];

/** An inbox of the test's own. It hears of all customers; a test looks at its own. */
async function listening(): Promise<WebhookInbox> {
  const inbox = await WebhookInbox.open();
  inboxes.push(inbox);
  const { secret } = await service.http.post<Endpoint>('/v1/webhook-endpoints', { url: inbox.url, event_types: NOTICES });
  inbox.trust(secret);
  return inbox;
}
const heardOf = (inbox: WebhookInbox, customer: string): Notification[] =>
  inbox.deliveries.filter(({ data }) => data.customer_id === customer).toSorted((a, b) => a.data.revision - b.data.revision);
const heard = (inbox: WebhookInbox, customer: string, count: number): Promise<Notification[]> =>
  until(
    `${count} webhooks of ${customer}; ${inbox.distrusted.join('; ')}`,
    () => heardOf(inbox, customer).length >= count && heardOf(inbox, customer),
  );

interface WalletFigures {
  readonly booked: string;
  readonly available: string;
  readonly projected: string;
  readonly unbilled: string;
  readonly consumed: string;
  readonly uncovered: string;
  readonly credit_equivalent: string;
}
interface Movement {
  readonly revision: number;
  readonly type: string;
  readonly available: string;
  readonly projected: string;
  readonly usage: readonly { readonly id: string }[];
}

/** The wallet, as both transports tell it: the same figures. */
async function wallet(customer: string): Promise<WalletFigures> {
  const { balance } = await service.http.get<{ balance: WalletFigures }>(`/v1/customers/${customer}/wallet/balance`);
  const other = await service.grpc.call<{ balance: WalletFigures }>('GetBalance', { customer_id: customer });
  const figures = ({ booked, available, projected, unbilled, consumed, uncovered, credit_equivalent }: WalletFigures): WalletFigures => ({
    booked,
    available,
    projected,
    unbilled,
    consumed,
    uncovered,
    credit_equivalent,
  });
  expect(figures(other.balance)).toEqual(figures(balance));
  return balance;
}
const movementsOf = async (customer: string, ...types: string[]): Promise<readonly Movement[]> =>
  (
    await service.http.get<{ movements: readonly Movement[] }>(
      `/v1/customers/${customer}/wallet/movements?page_size=1000&${types.map((type) => `types=${type}`).join('&')}`,
    )
  ).movements;

/** A customer with a wallet of 10,000 credits, which are 100 dollars, warned at 10 dollars. */
async function checkCustomer(customer: string): Promise<void> {
  await service.http.post('/v1/customers', { customer_id: customer, currency: 'USD' });
  await service.http.post(`/v1/customers/${customer}/wallet`, { limits: [{ limit_id: 'ten', absolute: '10' }] });
  const added = await service.http.post(`/v1/customers/${customer}/wallet/credits`, {
    credits: '10000',
    origin: 'paid',
    reference: 'payment-1',
  });
  expect(added).toMatchObject({ balance: { available: '100' }, credit_price: PRICE, credit_price_version: 1 });
}

async function callsOf(customer: string, type: string, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) =>
      call({ id: `${customer}-${first + i}`, subject: customer, type }),
    );
    expect(await service.use(events)).toEqual({ applied: events.length, duplicate: 0, rejected: 0 });
  }
}

onEveryDeployment(
  (deployment) => {
    beforeAll(async () => {
      service = deployment();
      await service.http.ask('PATCH', '/v1/settings', { credit_prices: [{ currency: 'USD', price: PRICE }] });
      const product = { unit: 'call', name: 'Calls' };
      const meter = { count: true, weight: '1' };
      await service.http.post('/v1/credit-products', {
        ...product,
        credit_product_id: 'calls',
        meters: [{ ...meter, meter_id: 'calls', event_type: 'api.call.now', draws_on: 'wallet_immediate' }],
      });
      await service.http.post('/v1/credit-products', {
        ...product,
        credit_product_id: 'billed-calls',
        meters: [{ ...meter, meter_id: 'calls', event_type: 'api.call.billed', draws_on: 'wallet_on_invoice' }],
      });
    });
    afterAll(() => Promise.all(inboxes.splice(0).map((inbox) => inbox.close())));

    it('10,000 calls at 1 cent are covered by 100 dollars, the 10,001st goes uncovered, and the warnings came before, in order', async () => {
      const inbox = await listening();
      await checkCustomer('acme');
      await callsOf('acme', 'api.call.now', 0, 8_999);
      expect(await movementsOf('acme', 'low_balance')).toEqual([]);
      await callsOf('acme', 'api.call.now', 8_999, 9_000);
      expect(await movementsOf('acme', 'low_balance')).toMatchObject([{ available: '10' }]);
      await callsOf('acme', 'api.call.now', 9_000, 9_999);
      expect(await wallet('acme')).toMatchObject({ available: '0.01', credit_equivalent: '1', uncovered: '0' });
      expect(await movementsOf('acme', 'run_out')).toEqual([]);
      await callsOf('acme', 'api.call.now', 9_999, 10_000);
      expect(await wallet('acme')).toMatchObject({ booked: '0', available: '0', consumed: '100', uncovered: '0' });
      await callsOf('acme', 'api.call.now', 10_000, 10_001);
      expect(await wallet('acme')).toMatchObject({ booked: '0', available: '0', consumed: '100', uncovered: '0.01' });

      const notifications = await heard(inbox, 'acme', 3);
      expect(notifications.map(({ type }) => type)).toEqual(['wallet.low_balance', 'wallet.run_out', 'usage.uncovered']);
      // Notified with the call that reached the line, and with the last covered one: each in the same append, right behind its debit.
      const [low, out, uncovered] = notifications.map(({ data }) => data.revision);
      const behind = (await movementsOf('acme', 'consumed')).filter(({ revision }) => [low! - 1, out! - 1, uncovered!].includes(revision));
      expect(behind.map(({ usage }) => usage.at(-1)?.id)).toEqual(['acme-8999', 'acme-9999', 'acme-10000']);

      expect(await service.use([call({ id: 'acme-9999', subject: 'acme', type: 'api.call.now' })])).toEqual({
        applied: 0,
        duplicate: 1,
        rejected: 0,
      });
      expect(await wallet('acme')).toMatchObject({ consumed: '100', uncovered: '0.01' });
    });

    it('explains a call down to the price of its time', async () => {
      await checkCustomer('curious');
      await callsOf('curious', 'api.call.now', 0, 1);
      expect(await movementsOf('curious', 'consumed')).toMatchObject([
        {
          amount: '-0.01',
          usage: [
            {
              id: 'curious-0',
              credits: '1',
              amount: '0.01',
              credit_product_id: 'calls',
              credit_price: PRICE,
              credit_price_version: 1,
              parts: [{ meter_id: 'calls', weight: '1', weight_version: 1 }],
            },
          ],
        },
      ]);
    });

    it('calls that an invoice settles lower what is projected at once, warn by it, and the invoice takes the money', async () => {
      const inbox = await listening();
      await checkCustomer('billed');
      await callsOf('billed', 'api.call.billed', 0, 8_999);
      expect(await wallet('billed')).toMatchObject({
        booked: '100',
        available: '100',
        unbilled: '89.99',
        projected: '10.01',
        consumed: '0',
      });
      expect(await movementsOf('billed', 'low_balance')).toEqual([]);
      await callsOf('billed', 'api.call.billed', 8_999, 9_000);
      expect(await movementsOf('billed', 'low_balance')).toMatchObject([{ available: '100', projected: '10' }]);

      const paid = await service.http.post('/v1/customers/billed/wallet/invoices/2026-11/pay', { due: '90' });
      expect(paid).toMatchObject({ balance: { available: '10', unbilled: '0', projected: '10' } });
      expect(await wallet('billed')).toMatchObject({ booked: '10', available: '10', unbilled: '0', projected: '10', uncovered: '0' });
      const again = await service.grpc.call('PayInvoice', { customer_id: 'billed', invoice_id: '2026-11', due: '90' });
      expect(again).toMatchObject({ balance: { available: '10' } });
      expect(await wallet('billed')).toMatchObject({ available: '10', unbilled: '0' });

      const notifications = await heard(inbox, 'billed', 2);
      expect(notifications.map(({ type }) => type)).toEqual(['wallet.low_balance', 'wallet.invoice_paid']);
    });

    it('usage of somebody without a wallet is rejected with the remedy, and applied once it is fixed', async () => {
      await service.http.post('/v1/customers', { customer_id: 'late', currency: 'USD' });
      const usage = [call({ id: 'late-1', subject: 'late', type: 'api.call.now' })];
      expect(await service.use(usage)).toEqual({ applied: 0, duplicate: 0, rejected: 1 });
      const { rejected_usage: kept } = await service.http.get<{
        rejected_usage: readonly { readonly rejection_id: string; readonly reason: string }[];
      }>('/v1/rejected-usage?customer_id=late');
      expect(kept).toMatchObject([{ reason: 'no_wallet' }]);
      await service.http.post('/v1/customers/late/wallet', {});
      await service.http.post('/v1/customers/late/wallet/credits', { credits: '5', origin: 'paid', reference: 'payment-2' });
      await service.http.post(`/v1/rejected-usage/${kept[0]?.rejection_id ?? ''}/replay`, {});
      await until('the replayed call to be debited', async () => (await wallet('late')).consumed === '0.01');
    });
  },
  () => LONG_SESSIONS,
);
