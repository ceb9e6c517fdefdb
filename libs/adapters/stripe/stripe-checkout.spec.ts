import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import {
  PaymentProviderMisconfigured,
  PaymentProviderUnavailable,
  type PurchaseToStart,
  type StartOutcome,
} from '@drawdown/engine/payments';
import { KEYS_MAX, StripeCheckout, type StripeCheckoutOptions } from './stripe-checkout';
import { delivered, eventOf, SECRET_KEY, StripeDouble, WEBHOOK_SECRET } from './stripe-double.fixtures';

const noon: Instant = instant('2024-03-01T12:00:00Z');
const HOUR = 3_600_000;

let double: StripeDouble;
const opened: StripeCheckout[] = [];
beforeEach(async () => (double = await StripeDouble.listen()));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((provider) => provider.close()));
  await double.close();
});

function open(changes: Partial<StripeCheckoutOptions> = {}): StripeCheckout {
  const provider = StripeCheckout.open({
    secretKey: SECRET_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    baseUrl: double.url,
    retries: 0,
    timeoutMs: 2_000,
    ...changes,
  });
  opened.push(provider);
  return provider;
}
const purchase = (changes: Partial<PurchaseToStart> = {}): PurchaseToStart => ({
  purchaseId: 'p1',
  customerId: 'cus_1',
  amount: amount('20'),
  currency: 'EUR',
  startedAt: noon,
  expiresAt: later(noon, HOUR),
  description: '2,000 credits',
  returnTo: { paid: 'https://example.com/paid?a=1&b=2', cancelled: 'https://example.com/' },
  ...changes,
});
const thrown = (promise: Promise<StartOutcome>): Promise<unknown> =>
  promise.then(
    (outcome) => ({ outcome }),
    (fault: unknown) => fault,
  );
const first = { outcome: 'started', reference: 'cs_test_1', checkoutUrl: 'https://checkout.stripe.com/c/pay/cs_test_1' };

describe('starting a purchase at the double of Stripe', () => {
  it('opens a checkout for exactly that amount, which names the purchase', async () => {
    expect(await open().start(purchase())).toEqual(first);
    expect(double.sessions).toEqual([
      {
        mode: 'payment',
        'line_items[0][quantity]': '1',
        'line_items[0][price_data][currency]': 'eur',
        'line_items[0][price_data][unit_amount]': '2000',
        'line_items[0][price_data][product_data][name]': '2,000 credits',
        'adaptive_pricing[enabled]': 'false',
        client_reference_id: 'p1',
        'metadata[drawdown_purchase]': 'p1',
        'metadata[drawdown_customer]': 'cus_1',
        'metadata[drawdown_deployment]': 'drawdown',
        'payment_intent_data[metadata][drawdown_purchase]': 'p1',
        'payment_intent_data[metadata][drawdown_customer]': 'cus_1',
        'payment_intent_data[metadata][drawdown_deployment]': 'drawdown',
        success_url: 'https://example.com/paid?a=1&b=2',
        cancel_url: 'https://example.com/',
        expires_at: String((noon + HOUR) / 1_000),
      },
    ]);
  });

  it('once more gives the same checkout', async () => {
    expect([await open().start(purchase()), await open().start(purchase())]).toEqual([first, first]);
    expect(double.sessions).toHaveLength(1);
  });

  it('once more after an answer that was lost gives the checkout that was made', async () => {
    // A connection that was closed is tried once more by the client, whatever its settings.
    double.next('drop_after_taking', 'drop_after_taking');
    expect(await thrown(open().start(purchase()))).toBeInstanceOf(PaymentProviderUnavailable);
    expect(await open().start(purchase())).toEqual(first);
    expect(double.sessions).toHaveLength(1);
  });

  it('of others gives others: another purchase, another customer, another deployment', async () => {
    const started = [
      await open().start(purchase()),
      await open().start(purchase({ purchaseId: 'p2' })),
      await open().start(purchase({ customerId: 'cus_2' })),
      await open({ deployment: 'staging' }).start(purchase()),
    ];
    expect(started.map((outcome) => outcome.outcome === 'started' && outcome.reference)).toEqual([
      'cs_test_1',
      'cs_test_2',
      'cs_test_3',
      'cs_test_4',
    ]);
  });

  it('with other values under the same key says what is wrong, and is not tried again', async () => {
    await open().start(purchase());
    const fault = await thrown(open().start(purchase({ amount: amount('21') })));
    expect(fault).toBeInstanceOf(PaymentProviderMisconfigured);
    expect(fault).toMatchObject({ retriable: false, message: expect.stringContaining('STRIPE_DEPLOYMENT') as string });
  });

  it.each([
    ['sooner than Stripe can', 5 * 60_000, 31 * 60_000],
    ['as soon as Stripe can', 31 * 60_000, 31 * 60_000],
    ['later than Stripe can', 48 * HOUR, 24 * HOUR - 60_000],
  ])('ends the checkout with the purchase, or as near as possible: %s', async (_, after, ends) => {
    await open().start(purchase({ expiresAt: later(noon, after) }));
    expect(double.sessions[0]?.['expires_at']).toBe(String((noon + ends) / 1_000));
  });

  it('so late that its end is too near for Stripe ends when Stripe ends it, and is one page however often it is started', async () => {
    double.now = later(noon, 60_001);
    const soon = purchase({ expiresAt: later(noon, 5 * 60_000) });
    expect(await open().start(soon)).toEqual(first);
    double.now = later(noon, 10 * 60_000);
    expect(await open().start(soon)).toEqual(first);
    expect(double.sessions.map((session) => session['expires_at'])).toEqual([undefined]);
  });

  it('that was opened in time is found again when its end is near', async () => {
    double.now = noon;
    const soon = purchase({ expiresAt: later(noon, 5 * 60_000) });
    await open().start(soon);
    double.now = later(noon, 20 * 60_000);
    expect(await open().start(soon)).toEqual(first);
    expect(double.sessions).toHaveLength(1);
  });

  it('of which the real time is not known says no end to Stripe', async () => {
    const { startedAt: _, expiresAt: __, ...timeless } = purchase();
    expect(await open().start(timeless)).toEqual(first);
    expect(double.sessions[0]).not.toHaveProperty('expires_at');
  });

  it('ends the checkout as late as Stripe can where the purchase has no end', async () => {
    const { expiresAt: _, ...endless } = purchase();
    await open().start(endless);
    expect(double.sessions[0]?.['expires_at']).toBe(String((noon + 24 * HOUR) / 1_000 - 60));
  });

  it('tries again under the same key, by the client, before it gives up', async () => {
    double.next('drop');
    expect(await open({ retries: 1 }).start(purchase())).toEqual(first);
    const keys = double.requests.map(({ key }) => key);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^drawdown-[0-9a-f]{64}-1$/);
  });

  it('takes the next key when Stripe repeats its own failure, and finds the same checkout by the same keys', async () => {
    double.next('fail');
    expect(await thrown(open().start(purchase()))).toBeInstanceOf(PaymentProviderUnavailable);
    expect([await open().start(purchase()), await open().start(purchase())]).toEqual([first, first]);
    expect(double.sessions).toHaveLength(1);
    expect(double.requests.map(({ key }) => key?.at(-1))).toEqual(['1', '1', '2', '1', '2']);
  });

  it('uses up so many keys and no more', async () => {
    for (let i = 0; i < KEYS_MAX; i++) {
      double.next(...Array.from({ length: i }, () => 'usual' as const), 'fail');
      expect(await thrown(open().start(purchase()))).toBeInstanceOf(PaymentProviderUnavailable);
    }
    expect(await thrown(open().start(purchase()))).toBeInstanceOf(PaymentProviderUnavailable);
    expect(new Set(double.requests.map(({ key }) => key)).size).toBe(KEYS_MAX);
    expect(double.sessions).toEqual([]);
  });
});

describe('a purchase that Stripe will never take', () => {
  it.each([
    ['5.5', 'ISK', 'amount_not_representable'],
    ['5', 'LYD', 'currency_not_supported'],
    ['10000000000', 'EUR', 'amount_too_large'],
  ])('is refused without asking: %s %s', async (text, currency, reason) => {
    expect(await open().start(purchase({ amount: amount(text), currency }))).toMatchObject({ outcome: 'refused', reason });
    expect(double.requests).toEqual([]);
  });

  it.each([
    ['0.49', 'EUR', 'amount_too_small'],
    ['20', 'KPW', 'currency_not_supported'],
  ])('is refused in our words when Stripe says so: %s %s', async (text, currency, reason) =>
    expect(await open().start(purchase({ amount: amount(text), currency }))).toMatchObject({ outcome: 'refused', reason }),
  );
});

describe('when Stripe is not there', () => {
  it.each([['hang'], ['drop', 'drop'], ['fail'], ['rate_limit'], ['nonsense']] as const)(
    '(%s) it may be asked again',
    async (...troubles) => {
      double.next(...troubles);
      const fault = await thrown(open({ timeoutMs: 200 }).start(purchase()));
      expect(fault).toBeInstanceOf(PaymentProviderUnavailable);
      expect(fault).toMatchObject({ retriable: true });
      expect(await open().start(purchase())).toEqual(first);
    },
  );

  it('at all, it may be asked again', async () => {
    const gone = await StripeDouble.listen();
    const { url } = gone;
    await gone.close();
    expect(await thrown(open({ baseUrl: url }).start(purchase()))).toBeInstanceOf(PaymentProviderUnavailable);
  });
});

describe('when this deployment is set up wrong', () => {
  it.each([
    ['a key that Stripe does not know', { secretKey: 'sk_test_unknown' }, []],
    ['a key without the right', {}, ['forbid']],
  ] as const)('it says which variable to fix, and no secret: %s', async (_, options, troubles) => {
    double.next(...troubles);
    const fault = await thrown(open(options).start(purchase()));
    expect(fault).toBeInstanceOf(PaymentProviderMisconfigured);
    expect(fault).toMatchObject({ retriable: false, message: expect.stringContaining('STRIPE_SECRET_KEY') as string });
    expect(String(fault)).not.toContain('sk_test');
  });

  it.each([
    [{ secretKey: '' }, 'STRIPE_SECRET_KEY'],
    [{ secretKey: 'pk_live_publishable' }, 'STRIPE_SECRET_KEY'],
    [{ secretKey: `${SECRET_KEY}\n` }, 'STRIPE_SECRET_KEY'],
    [{ webhookSecrets: [] }, 'STRIPE_WEBHOOK_SECRET'],
    [{ webhookSecrets: [WEBHOOK_SECRET, ''] }, 'STRIPE_WEBHOOK_SECRET'],
    [{ webhookSecrets: ['whsec_'] }, 'STRIPE_WEBHOOK_SECRET'],
    [{ baseUrl: 'stripe' }, 'STRIPE_API_BASE'],
    [{ baseUrl: 'http://api.stripe.com' }, 'STRIPE_API_BASE'],
    [{ baseUrl: 'http://127.example.com' }, 'STRIPE_API_BASE'],
    [{ baseUrl: 'https://example.com/stripe' }, 'STRIPE_API_BASE'],
  ])('it does not open: %j', (options, variable) => expect(() => open(options)).toThrow(variable));

  it.each(['https://api.stripe.com', 'https://localhost:12112', 'http://localhost:12111', 'http://[::1]:12111'])(
    'it opens with %s',
    (baseUrl) => expect(open({ baseUrl }).name).toBe('stripe'),
  );
});

it('believes no notice of real money with a test key, and passes over tests with a live one', () => {
  const notification = (livemode: boolean) => delivered(eventOf('checkout.session.completed', undefined, { livemode }), noon);
  const live = open({ secretKey: 'sk_live_1' });
  expect(open().readNotice(notification(false))).toMatchObject({ outcome: 'confirmed' });
  expect(open().readNotice(notification(true))).toMatchObject({
    outcome: 'problem',
    problem: 'other_mode',
    detail: expect.stringContaining('STRIPE_SECRET_KEY') as string,
  });
  expect(live.readNotice(notification(true))).toMatchObject({ outcome: 'confirmed' });
  expect(open({ secretKey: 'rk_live_1' }).readNotice(notification(false))).toMatchObject({ outcome: 'ignored' });
  expect(open({ secretKey: 'sk_of_another_server' }).readNotice(notification(true))).toMatchObject({ outcome: 'confirmed' });
});

it('reads notifications with its own secrets', () => {
  const notification = delivered(eventOf('checkout.session.expired'), noon);
  expect(open().readNotice(notification)).toMatchObject({ outcome: 'failed', code: 'expired' });
  expect(open({ webhookSecrets: ['whsec_another'] }).readNotice(notification)).toMatchObject({ outcome: 'problem' });
});
