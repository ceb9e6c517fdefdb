/**
 * Money in: purchases by hand and on a double of Stripe (served on this machine; it is not Stripe), reported on both transports. At most one
 * credit for each, whatever the notifications.
 */
import { StripeDouble } from '../../libs/adapters/stripe/stripe-double.fixtures';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import type { Fields } from '../support/clients/grpc-client';
import { type Ask, PurchasingCustomer, PURCHASE_URLS, TRANSPORTS, setCreditPrice, STRIPE_ENV } from '../support/purchasing-customer';
import { listenTo } from '../support/trace/trace-account';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

let double: StripeDouble;
let service: Deployment;
let inbox: WebhookInbox;
beforeAll(async () => void (double = await StripeDouble.listen()));
afterAll(() => double.close());

/** Until something ends by itself: a request that asks for it comes long before, on the busiest machine. */
const ENDS_IN_MS = 5_000;
const soon = (): string => new Date(Date.now() + ENDS_IN_MS).toISOString();
const pending = { purchase: { status: 'pending' } };
const TYPES = ['purchase.succeeded', 'purchase.failed', 'purchase.flagged', 'wallet.credited'];
/** Of one customer, in the order of the ledger. */
const heard = (customer: string): readonly string[] =>
  TYPES.flatMap((type) => inbox.notifications(type))
    .filter(({ data }) => data.customer_id === customer)
    .toSorted((a, b) => a.data.revision - b.data.revision)
    .map(({ type }) => type);
const hears = async (customer: string, ...types: readonly string[]): Promise<void> => {
  await until(
    `webhooks ${types.join(', ')} of ${customer}, not ${heard(customer).join(', ')}`,
    () => heard(customer).join() === types.join(),
  );
};
const flagged = (reason: string): Fields => ({ refused: 'PURCHASE_FLAGGED', facts: expect.objectContaining({ reason }) as object });

onEveryDeployment(
  (deployment) => {
    beforeAll(async () => {
      inbox = await WebhookInbox.open();
      service = deployment();
      await setCreditPrice(service.http);
      await listenTo(service.http, inbox, TYPES);
    });
    afterAll(async () => {
      await inbox.close();
      expect(inbox.duplicates()).toEqual([]);
    });

    describe.each(TRANSPORTS)('over %s a purchase by hand', (transport, over) => {
      let ask: Ask;
      const openCustomer = async (): Promise<PurchasingCustomer> => PurchasingCustomer.open(service, ask, transport);
      beforeAll(() => void (ask = over(service)));

      it('is pending until it is confirmed, and credited once', async () => {
        const customer = await openCustomer();
        expect(await customer.start({ credits: '2000' })).toMatchObject({
          balance: { booked: '0', pending: '20' },
          purchase: { purchase_id: 'p1', status: 'pending', amount: '20' },
        });
        expect(await customer.confirm({})).toMatchObject({ outcome: 'credited', grant: { grant_id: 'g1', amount: '20', origin: 'paid' } });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
        await hears(customer.id, 'purchase.succeeded', 'wallet.credited');
      });

      it('confirmed twice is credited once: by the same event, by another event of the same payment', async () => {
        const customer = await openCustomer();
        await customer.start();
        const first = await customer.confirm({ event_id: `${customer.id}-1` });
        expect(await customer.confirm({ event_id: `${customer.id}-1` })).toEqual(first);
        expect(await customer.confirm({ event_id: `${customer.id}-2` })).toMatchObject({ outcome: 'already_credited' });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });

      it('confirmed by many at once is credited once', async () => {
        const customer = await openCustomer();
        await customer.start();
        const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => customer.confirm({ event_id: `${customer.id}-${i % 8}` })));
        expect(answers.filter((answer) => answer['outcome'] === 'credited').length).toBeGreaterThan(0);
        expect(answers.filter((answer) => !['credited', 'already_credited'].includes(String(answer['outcome'])))).toEqual([]);
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });

      it('paid a second time is flagged, and the money is not credited', async () => {
        const customer = await openCustomer();
        await customer.start();
        await customer.confirm({});
        expect(await customer.confirm({ payment_id: 'transfer-2' })).toMatchObject(flagged('already_succeeded'));
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
        await hears(customer.id, 'purchase.succeeded', 'wallet.credited', 'purchase.flagged');
      });

      it.each([
        ['amount', { amount: '19.99' }, 'other_amount'],
        ['currency', { currency: 'USD' }, 'other_currency'],
      ])('paid with another %s is flagged and never credited', async (_, paid, reason) => {
        const customer = await openCustomer();
        await customer.start();
        for (let i = 0; i < 2; i++) expect(await customer.confirm(paid)).toMatchObject(flagged(reason));
        expect(await customer.purchase()).toMatchObject({ status: 'pending', flags: [{ reason, payment_id: 'transfer-1' }] });
        expect(await customer.figures()).toEqual({ booked: '0', pending: '20' });
        await hears(customer.id, 'purchase.flagged');
      });

      it('that nobody paid in time has expired, and is credited all the same when its money comes late', async () => {
        const customer = await openCustomer();
        expect(await customer.start({ expires_at: soon() })).toMatchObject(pending);
        await hears(customer.id, 'purchase.failed');
        expect(await customer.purchase()).toMatchObject({ status: 'expired' });
        expect(await customer.figures()).toEqual({ booked: '0', pending: '0' });
        expect(await customer.confirm({})).toMatchObject({ outcome: 'credited' });
        expect(await customer.purchase()).toMatchObject({ status: 'succeeded', late: true });
        await hears(customer.id, 'purchase.failed', 'purchase.succeeded', 'wallet.credited');
      });

      it('failed and then confirmed is credited; confirmed and then failed keeps its credit, and is flagged', async () => {
        const customer = await openCustomer();
        await customer.start();
        expect(await customer.fail()).toMatchObject({ outcome: 'failed' });
        expect(await customer.fail()).toMatchObject({ outcome: 'already_ended' });
        expect(await customer.purchase()).toMatchObject({ status: 'failed', failure_code: 'declined' });
        expect(await customer.confirm({})).toMatchObject({ outcome: 'credited' });
        expect(await customer.fail()).toMatchObject(flagged('failed_after_success'));
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
        await hears(customer.id, 'purchase.failed', 'purchase.succeeded', 'wallet.credited', 'purchase.flagged');
      });

      it('of a wallet that was closed meanwhile is flagged', async () => {
        const customer = await openCustomer();
        await customer.start();
        expect(await ask('CloseWallet', { customer_id: customer.id, reason: 'r' })).toMatchObject({ refused: 'PURCHASES_PENDING' });
        await customer.fail();
        await ask('CloseWallet', { customer_id: customer.id, reason: 'r' });
        expect(await customer.confirm({})).toMatchObject(flagged('balance_closed'));
      });

      it('whose grant would have ended by now is flagged', async () => {
        const customer = await openCustomer();
        const grant_expires_at = soon();
        expect(await customer.start({ grant_expires_at })).toMatchObject(pending);
        await until('the end of the grant', async () => (await customer.now()) >= Date.parse(grant_expires_at));
        expect(await customer.confirm({})).toMatchObject(flagged('grant_already_expired'));
        expect(await customer.figures()).toMatchObject({ booked: '0' });
      });

      it('survives a kill, pending and credited', async () => {
        const customer = await openCustomer();
        await customer.start();
        await service.killAndRestart();
        expect(await customer.figures()).toEqual({ booked: '0', pending: '20' });
        await customer.confirm({ event_id: `${customer.id}-k` });
        await service.killAndRestart();
        expect(await customer.confirm({ event_id: `${customer.id}-k` })).toMatchObject({ outcome: 'credited' });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });

      it('mistyped can be confirmed again as it was, and is credited once', async () => {
        const customer = await openCustomer();
        await customer.start();
        expect(await customer.confirm({ amount: '2' })).toMatchObject(flagged('other_amount'));
        expect(await customer.confirm({})).toMatchObject({ outcome: 'credited' });
        expect(await customer.confirm({ amount: '3' })).toMatchObject(flagged('already_succeeded'));
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });

      it('is for a customer only while the settings allow it, and within their bounds', async () => {
        const customer = await openCustomer();
        const portal = (amount: string): Promise<Fields> => customer.start({ by: 'portal', amount });
        await ask('UpdateSettings', { allow_portal_purchases: false });
        expect(await portal('20')).toMatchObject({ refused: 'PORTAL_PURCHASES_NOT_ALLOWED' });
        await ask('UpdateSettings', {
          allow_portal_purchases: true,
          portal_purchase_limits: [{ currency: 'EUR', minimum: '5', maximum: '50' }],
        });
        expect(await portal('4.99')).toMatchObject({ refused: 'PURCHASE_BELOW_MINIMUM', facts: { minimum: '5', amount: '4.99' } });
        expect(await portal('50.01')).toMatchObject({ refused: 'PURCHASE_ABOVE_MAXIMUM', facts: { maximum: '50' } });
        expect([await portal('5'), await portal('50')]).toMatchObject([
          { purchase: { by: 'portal' } },
          { purchase: { purchase_id: 'p2' } },
        ]);
        for (const chosen of [{ priority: 0 }, { expires_at: '2999-01-01T00:00:00Z' }, { grant_expires_at: '2999-01-01T00:00:00Z' }])
          expect(await customer.start({ by: 'portal', ...chosen })).toMatchObject({ refused: 'INVALID_REQUEST' });
      });

      it('is refused with a reason of its own', async () => {
        const customer = await openCustomer();
        const past = '2020-01-01T00:00:00.000Z';
        const refusals: readonly (readonly [string, Promise<Fields>])[] = [
          ['PURCHASE_NOT_PAYABLE', customer.start({ amount: '20.001' })],
          ['PAYMENT_PROVIDER_NOT_SET_UP', customer.start({ provider: 'nobody', ...PURCHASE_URLS.urls })],
          ['PURCHASE_ALREADY_EXPIRED', customer.start({ expires_at: past })],
          ['GRANT_NEVER_EFFECTIVE', customer.start({ grant_expires_at: past })],
          ['INVALID_REQUEST', customer.start({ provider: 'stripe' })],
          ['PURCHASE_NOT_FOUND', customer.confirm({})],
          ['PURCHASE_NOT_FOUND', customer.fail()],
          ['PURCHASE_NOT_FOUND', ask('GetPurchase', { customer_id: customer.id, purchase_id: 'p1' })],
          ['CUSTOMER_NOT_FOUND', ask('ListPurchases', { customer_id: 'nobody' })],
          ['PAGE_TOKEN_INVALID', ask('ListPurchases', { customer_id: customer.id, page_token: 'x' })],
        ];
        for (const [code, asked] of refusals) expect([code, await asked]).toEqual([code, expect.objectContaining({ refused: code })]);
        await Promise.all(Array.from({ length: 20 }, () => customer.start()));
        expect(await customer.start()).toMatchObject({ refused: 'TOO_MANY_PURCHASES' });
        expect((await ask('ListPurchases', { customer_id: customer.id, page_size: 2 }))['purchases']).toMatchObject([
          { purchase_id: 'p20' },
          { purchase_id: 'p19' },
        ]);
        await ask('UpdateSettings', { enabled: false });
        expect(await customer.start()).toMatchObject({ refused: 'WALLETS_DISABLED' });
        await ask('UpdateSettings', { enabled: true });
      });

      it('under one key is one purchase, and under it nothing else', async () => {
        const customer = await openCustomer();
        const answers = await Promise.all(Array.from({ length: 8 }, () => customer.start({}, `${customer.id}-key`)));
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect(await customer.start({ amount: '21' }, `${customer.id}-key`)).toMatchObject({ refused: 'IDEMPOTENCY_CONFLICT' });
        await customer.confirm({ event_id: `${customer.id}-e` });
        expect(await customer.confirm({ event_id: `${customer.id}-e`, amount: '21' })).toMatchObject({
          refused: 'PAYMENT_EVENT_CONFLICT',
          facts: { event_id: `${customer.id}-e` },
        });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });
    });

    describe.each(TRANSPORTS)('over %s a purchase on the double of Stripe', (transport, over) => {
      let ask: Ask;
      let customer: PurchasingCustomer;
      const page = { provider: 'stripe', ...PURCHASE_URLS.urls };
      beforeAll(() => void (ask = over(service)));
      beforeEach(async () => void (customer = await PurchasingCustomer.open(service, ask, transport)));

      it('leads to its page, and is credited by its signed notification, once', async () => {
        const before = double.sessions.length;
        const started = await customer.start(page, `${customer.id}-key`);
        expect(started).toMatchObject({
          checkout_url: expect.stringMatching(/^https:\/\/checkout\.stripe\.com\//) as string,
          balance: { pending: '20' },
        });
        expect(await customer.start(page, `${customer.id}-key`)).toEqual(started);
        expect(double.sessions.slice(before)).toMatchObject([
          { client_reference_id: 'p1', 'line_items[0][price_data][unit_amount]': '2000', 'metadata[drawdown_customer]': customer.id },
        ]);
        expect(await customer.confirm({})).toMatchObject({ refused: 'PURCHASE_OF_OTHER_PROVIDER' });
        const paid = customer.notification('checkout.session.completed');
        const answers = await Promise.all(Array.from({ length: 8 }, () => customer.deliver(paid)));
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
        const other = customer.notification('checkout.session.async_payment_succeeded', {}, 'second');
        expect(await customer.deliver(other)).toMatchObject({ status: 200, body: { outcome: 'already_known' } });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
        await hears(customer.id, 'purchase.succeeded', 'wallet.credited');
      });

      it('that could not be asked for is gone on with under the same key, and is one', async () => {
        const before = double.sessions.length;
        double.next('rate_limit');
        const down = await customer.start(page, `${customer.id}-key`);
        expect(down).toMatchObject({ refused: 'PAYMENT_PROVIDER_UNAVAILABLE', status: transport === 'HTTP' ? 503 : 'UNAVAILABLE' });
        expect(await customer.start(page, `${customer.id}-key`)).toMatchObject({
          purchase: { purchase_id: 'p1' },
          checkout_url: expect.any(String) as string,
        });
        expect(double.sessions).toHaveLength(before + 1);
        expect(await customer.figures()).toEqual({ booked: '0', pending: '20' });
      });

      it('that is refused there has failed', async () => {
        for (let i = 0; i < 2; i++)
          expect(await customer.start({ ...page, amount: '0.49' }, `${customer.id}-key`)).toMatchObject({
            refused: 'PURCHASE_REFUSED_BY_PROVIDER',
            facts: { reason: 'amount_too_small' },
          });
        expect(await customer.purchase()).toMatchObject({ status: 'failed', failure_code: 'amount_too_small' });
        await hears(customer.id, 'purchase.failed');
      });

      it('is notified out of order, late and with other money: flagged or credited as by hand', async () => {
        await customer.start(page);
        expect(await customer.deliver(customer.notification('checkout.session.completed', { amount_total: 2_001 }, 'more'))).toMatchObject({
          status: 200,
          body: { outcome: 'flagged' },
        });
        expect(await customer.deliver(customer.notification('checkout.session.completed', { currency: 'usd' }, 'other'))).toMatchObject({
          status: 200,
          body: { outcome: 'flagged' },
        });
        expect(await customer.deliver(customer.notification('checkout.session.expired', {}, 'expired'))).toMatchObject({
          status: 200,
          body: { outcome: 'failed' },
        });
        expect(await customer.figures()).toEqual({ booked: '0', pending: '0' });
        expect(await customer.deliver(customer.notification('checkout.session.async_payment_succeeded', {}, 'late'))).toMatchObject({
          status: 200,
          body: { outcome: 'credited' },
        });
        expect(await customer.deliver(customer.notification('checkout.session.async_payment_failed', {}, 'after'))).toMatchObject({
          status: 200,
          body: { outcome: 'flagged' },
        });
        expect(await customer.purchase()).toMatchObject({
          status: 'succeeded',
          late: true,
          flags: [{ reason: 'other_amount' }, { reason: 'other_currency' }, { reason: 'failed_after_success' }],
        });
        expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
      });

      it('is confirmed by nothing that is not signed, that was changed, or that is old', async () => {
        await customer.start(page);
        const paid = customer.notification('checkout.session.completed');
        const bad = { status: 400, body: { code: 'INVALID_PAYMENT_NOTIFICATION' } };
        expect(await customer.deliver(paid, { headers: {} })).toMatchObject({ ...bad, body: { facts: { problem: 'signature_missing' } } });
        expect(await customer.deliver(paid, { secret: 'whsec_of_somebody_else' })).toMatchObject({
          ...bad,
          body: { facts: { problem: 'signature_wrong' } },
        });
        expect(await customer.deliver(paid, { sent: paid.replace('2000', '2001') })).toMatchObject({
          ...bad,
          body: { facts: { problem: 'signature_wrong' } },
        });
        expect(await customer.deliver(paid, { signedAt: Date.now() - 6 * 60_000 })).toMatchObject({
          ...bad,
          body: { facts: { problem: 'too_old' } },
        });
        expect(await customer.deliver(paid, {}, 'manual')).toMatchObject({ ...bad, body: { facts: { problem: 'not_expected' } } });
        expect(await customer.deliver(paid, {}, 'nobody')).toMatchObject({ status: 409, body: { code: 'PAYMENT_PROVIDER_NOT_SET_UP' } });
        expect(await customer.deliver(customer.notification('invoice.paid'))).toMatchObject({ status: 200, body: { outcome: 'ignored' } });
        expect(await customer.deliver(customer.notification('checkout.session.completed', {}, 'unknown', 'p9'))).toMatchObject({
          status: 404,
          body: { code: 'PURCHASE_NOT_FOUND' },
        });
        expect(await customer.figures()).toEqual({ booked: '0', pending: '20' });
      });
    });
  },
  () => STRIPE_ENV(double.url),
);
