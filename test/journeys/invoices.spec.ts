/** Invoices paid out of a wallet, and such payments given back, by processes as they are run. */
import type { Balance, BalanceAnswer, Movement, Movements, VerifySummary } from '../support/clients/answers';
import { chanceOf } from '../support/chance';
import { WalletClient, runCommands, figuresOf } from '../support/wallet-clients';
import { units } from '../support/decimal';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { overGrpc, overHttp } from '../support/clients/transports';
import type { Problem } from '../support/clients/http-client';
import { listenTo } from '../support/trace/trace-account';
import { until } from '../support/waiting';
import { type Notification, WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTE = 60_000;
const CLIENTS = 64;
/** On the full stack each command waits for a double of EventStoreDB on the same two cores: as many as take a minute or so. */
const COMMANDS = { standalone: 10_000, 'full stack': 3_000 };
const SEED = 20_260_301;
/** A grant is added and paid from long before, on the busiest machine. */
const EXPIRES_IN_MS = 10_000;

let service: Deployment;
let inbox: WebhookInbox;
let made = 0;

interface Payment {
  readonly payment_id: string;
  readonly paid: string;
  readonly reversed: string;
  readonly reversible: string;
}
interface PaidAnswer extends BalanceAnswer {
  readonly paid: string;
  readonly remaining: string;
  readonly reason?: string;
  readonly payment?: Payment;
  readonly balance: Balance & { readonly unbilled: string; readonly projected: string };
}

const walletOf = (id: string): string => `/v1/customers/${id}/wallet`;
const add = (id: string, credits: string, more: object = {}): Promise<unknown> =>
  service.http.post(`${walletOf(id)}/credits`, { credits, origin: 'paid', reference: 'p', ...more });
/** A credit is worth a cent. */
async function holder(...credits: readonly string[]): Promise<string> {
  const id = `payer-${made++}`;
  await service.http.post('/v1/customers', { customer_id: id, currency: 'EUR' });
  await service.http.post(walletOf(id), {});
  for (const each of credits) await add(id, each);
  return id;
}
const pay = (id: string, invoice: string, due: string, key?: string) =>
  service.http.send<PaidAnswer & Problem>('POST', `${walletOf(id)}/invoices/${invoice}/pay`, { due }, key === undefined ? {} : { key });
const reverse = (id: string, invoice: string, body: object = {}) =>
  service.http.post<{ readonly reversed: string; readonly returned: readonly object[]; readonly balance: Balance }>(
    `${walletOf(id)}/invoices/${invoice}/reverse`,
    body,
  );
const balanceOf = async (id: string): Promise<PaidAnswer['balance']> =>
  (await service.http.get<PaidAnswer>(`${walletOf(id)}/balance`)).balance;

async function movementsOf(id: string): Promise<readonly Movement[]> {
  const all: Movement[] = [];
  for (let token = ''; ;) {
    const page = await service.http.get<Movements>(
      `${walletOf(id)}/movements?page_size=1000${token && `&page_token=${encodeURIComponent(token)}`}`,
    );
    all.push(...page.movements);
    token = page.next_page_token ?? '';
    if (token === '') return all;
  }
}

const notification = (type: string, id: string): Promise<Notification> =>
  until(`a webhook ${type}`, () => inbox.notifications(type).find(({ data }) => data.customer_id === id));

onEveryDeployment((deployment) => {
  beforeAll(async () => {
    inbox = await WebhookInbox.open();
    service = deployment();
    await service.http.ask('PATCH', '/v1/settings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
    await listenTo(service.http, inbox, ['wallet.invoice_paid', 'wallet.credited', 'wallet.debited']);
    const meters = [{ meter_id: 'seats', event_type: 'seat.used', value_path: 'n', weight: '1', draws_on: 'wallet_on_invoice' }];
    await service.http.post('/v1/credit-products', { credit_product_id: 'seats', name: 'Seats', unit: 'seat', meters });
  });
  afterAll(() => inbox.close());

  describe('an invoice', () => {
    it('is paid as far as the wallet reaches, and the rest is said, here and by a webhook', async () => {
      const id = await holder('1000');
      expect(await pay(id, 'INV-1', '12.50')).toMatchObject({
        status: 200,
        body: { paid: '10', remaining: '2.5', reason: 'insufficient_credits', balance: { booked: '0' } },
      });
      expect((await notification('wallet.invoice_paid', id)).data).toMatchObject({
        invoice_id: 'INV-1',
        due: '12.5',
        amount: '10',
        remaining: '2.5',
        figures: { booked: '0' },
      });
    });

    it('paid again is the same answer, whatever the key, what has happened since, and a kill in between', async () => {
      const id = await holder('1000');
      const first = await pay(id, 'INV-1', '6', 'key-1');
      await add(id, '500');
      await service.http.post(`${walletOf(id)}/pause`, {});
      await service.killAndRestart();
      for (const key of ['key-1', 'key-2', undefined]) {
        const again = await pay(id, 'INV-1', '6.00', key);
        expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([200, first.text, 'true']);
      }
      expect(await pay(id, 'INV-1', '7')).toMatchObject({
        status: 409,
        body: { code: 'INVOICE_CONFLICT', facts: { invoice_id: 'INV-1', due: '6' } },
      });
      expect((await balanceOf(id)).booked).toBe('9');
    });

    it('is not paid out of a wallet that is paused, which is said, and is paid once it goes on', async () => {
      const id = await holder('1000');
      await service.http.post(`${walletOf(id)}/pause`, {});
      expect(await pay(id, 'INV-1', '5', 'key-1')).toMatchObject({
        status: 200,
        body: { paid: '0', remaining: '5', reason: 'balance_paused', balance: { booked: '10' } },
      });
      await service.http.post(`${walletOf(id)}/resume`, {});
      expect((await pay(id, 'INV-1', '5', 'key-1')).body).toMatchObject({ paid: '5', remaining: '0' });
    });

    it('leaves fractions of a cent in the wallet', async () => {
      const id = await holder('1000.5', '0.4');
      expect((await pay(id, 'INV-1', '20')).body).toMatchObject({
        paid: '10',
        remaining: '10',
        balance: { booked: '0.009', available: '0.009' },
      });
      await add(id, '0.1');
      expect((await pay(id, 'INV-2', '10')).body).toMatchObject({ paid: '0.01', balance: { booked: '0' } });
    });

    it('settles the usage that waited for it, which had lowered what is projected at once', async () => {
      const id = await holder('1000');
      await service.use([{ specversion: '1.0', id: `${id}-u`, source: 'tests', type: 'seat.used', subject: id, data: { n: 300 } }]);
      expect(await balanceOf(id)).toMatchObject({ available: '10', unbilled: '3', projected: '7' });
      expect((await pay(id, 'INV-1', '4')).body).toMatchObject({
        paid: '4',
        payment: { billed: '3' },
        balance: { available: '6', unbilled: '0', projected: '6' },
      });
      const accrued = (await movementsOf(id)).find(({ type }) => type === 'accrued');
      expect(accrued).toMatchObject({
        amount: '0',
        unbilled: '3',
        projected: '7',
        usage_count: 1,
        usage: [{ source: 'tests', id: `${id}-u` }],
      });
    });
  });

  describe('a payment that is given back', () => {
    it('goes into the very grants it came from, in reverse order, and is notified', async () => {
      const id = await holder('400', '400', '400');
      await pay(id, 'INV-1', '10');
      expect((await balanceOf(id)).grants.map(({ grant_id, remaining }) => [grant_id, remaining])).toEqual([['g3', '2']]);
      expect((await reverse(id, 'INV-1', { amount: '5' })).returned).toEqual([
        { grant_id: 'g3', amount: '2' },
        { grant_id: 'g2', amount: '3' },
      ]);
      expect((await reverse(id, 'INV-1')).returned).toEqual([
        { grant_id: 'g2', amount: '1' },
        { grant_id: 'g1', amount: '4' },
      ]);
      expect((await balanceOf(id)).grants.map(({ grant_id, remaining }) => [grant_id, remaining])).toEqual([
        ['g1', '4'],
        ['g2', '4'],
        ['g3', '4'],
      ]);
      expect(await service.http.get(`${walletOf(id)}/invoices/INV-1`)).toMatchObject({
        payment: { paid: '10', reversed: '10', reversible: '0' },
      });
      await until('a webhook of the return', () =>
        inbox.notifications('wallet.credited').some(({ data }) => data.customer_id === id && data['invoice_id'] === 'INV-1'),
      );
    });

    it('expires at once where its grant has expired meanwhile', async () => {
      const id = await holder('400');
      const expires_at = new Date(Date.now() + EXPIRES_IN_MS).toISOString();
      await add(id, '400', { priority: 1, expires_at });
      expect((await pay(id, 'INV-1', '5')).body).toMatchObject({
        paid: '5',
        payment: {
          allocations: [
            { grant_id: 'g2', amount: '4' },
            { grant_id: 'g1', amount: '1' },
          ],
        },
      });
      await until(
        'the time of the grant',
        async () => (await service.http.get<{ readonly as_of: string }>(`${walletOf(id)}/balance`)).as_of >= expires_at,
      );
      expect(await reverse(id, 'INV-1')).toMatchObject({
        reversed: '5',
        returned: [
          { grant_id: 'g1', amount: '1' },
          { grant_id: 'g2', amount: '4' },
        ],
        balance: { booked: '4' },
      });
      expect((await movementsOf(id)).slice(-2).map(({ type, amount }) => [type, amount])).toEqual([
        ['invoice_payment_reversed', '5'],
        ['grant_expired', '-4'],
      ]);
    });
  });

  it('a top-up that is voided is notified, and cannot be spent', async () => {
    const id = await holder('400');
    expect(await service.http.post(`${walletOf(id)}/grants/g1/void`, { reason: 'by mistake' })).toMatchObject({
      voided: '4',
      balance: { booked: '0' },
    });
    expect((await notification('wallet.debited', id)).data).toMatchObject({ grant_id: 'g1', amount: '4', reason: 'by mistake' });
    expect((await pay(id, 'INV-1', '1')).body).toMatchObject({ paid: '0' });
  });

  it(
    'of one wallet keeps its sums with 64 clients that pay, top up, hold, capture and reverse at once, on both transports',
    async () => {
      const id = await holder();
      const transports = [overHttp(service), overGrpc(service)];
      const clients = Array.from(
        { length: CLIENTS },
        (_, n) => new WalletClient(`client-${n}`, id, transports[n % 2] ?? overHttp(service), chanceOf(SEED + n * 7_919)),
      );
      const commands = service.name === 'standalone' ? COMMANDS.standalone : COMMANDS['full stack'];
      await runCommands(clients, commands);

      expect(clients.flatMap(({ surprises }) => surprises)).toEqual([]);
      const counts = new Map<string, number>();
      for (const client of clients) for (const [what, n] of client.counts) counts.set(what, (counts.get(what) ?? 0) + n);
      // Each of them happened, so that what follows says something.
      for (const what of [
        'AddCredits',
        'PayInvoice',
        'PlaceHold',
        'CaptureHold',
        'ReleaseHold',
        'ReverseInvoicePayment',
        'again',
        'INSUFFICIENT_CREDITS',
      ])
        expect([what, (counts.get(what) ?? 0) >= commands / 200]).toEqual([what, true]);

      const sum = (figure: (client: WalletClient) => bigint): bigint => clients.reduce((so, client) => so + figure(client), 0n);
      const booked = sum(({ books }) => books.added + books.reversed - books.paid - books.captured);
      const held = sum(({ holds }) => [...holds.values()].reduce((so, each) => so + each, 0n));
      expect(figuresOf(await service.http.get<BalanceAnswer>(`${walletOf(id)}/balance`))).toEqual([booked, held]);

      let before = 0n;
      for (const { revision, amount, ...after } of await movementsOf(id)) {
        before += units(amount);
        expect([revision, units(after.booked), units(after.available) >= 0n, before >= 0n]).toEqual([revision, before, true, true]);
      }
      const summary = await service.grpc.stream<{ readonly summary?: VerifySummary }>('VerifyLedger', {}, () => false);
      expect(summary.at(-1)?.summary).toMatchObject({ valid: true });
    },
    15 * MINUTE,
  );
});
