/**
 * Purchases on a double of Stripe (served on this machine; it is not Stripe) while the time is a test clock's. The double, like Stripe,
 * signs by the real time.
 */
import { StripeDouble } from '../../libs/adapters/stripe/stripe-double.fixtures';
import { PurchasingCustomer, PURCHASE_URLS, TRANSPORTS, setCreditPrice, STRIPE_ENV } from '../support/purchasing-customer';
import { Standalone } from '../support/services/standalone';
import { HOUR_MS } from '../../libs/domain/amounts/amounts.fixtures';

let double: StripeDouble;
let service: Standalone;
beforeAll(async () => {
  double = await StripeDouble.listen();
  service = await Standalone.start({ env: { TEST_CLOCK: 'true', ...STRIPE_ENV(double.url) } });
  await setCreditPrice(service.http);
});
afterAll(async () => {
  await service.stop();
  await double.close();
});

it('with a test clock notifications are believed by the real time, and the page has no expiry', async () => {
  const { now } = await service.http.get<{ readonly now: string }>('/v1/test-clock');
  await service.http.post('/v1/test-clock/advance', { to: new Date(Date.parse(now) + HOUR_MS).toISOString() });
  const [[transport, over]] = TRANSPORTS as [(typeof TRANSPORTS)[number]];
  const customer = await PurchasingCustomer.open(service, over(service), transport);
  expect(await customer.start({ provider: 'stripe', ...PURCHASE_URLS.urls })).toMatchObject({ checkout_url: expect.any(String) as string });
  expect(double.sessions).toMatchObject([{ client_reference_id: 'p1' }]);
  expect(double.sessions[0]).not.toHaveProperty('expires_at');
  const paid = customer.notification('checkout.session.completed');
  expect(await customer.deliver(paid, { signedAt: Date.now() - 6 * 60_000 })).toMatchObject({
    status: 400,
    body: { facts: { problem: 'too_old' } },
  });
  expect(await customer.deliver(paid)).toMatchObject({ status: 200, body: { outcome: 'credited' } });
  expect(await customer.figures()).toEqual({ booked: '20', pending: '0' });
});
