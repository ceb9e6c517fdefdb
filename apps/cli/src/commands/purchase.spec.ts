import { ran, ServiceDouble } from '../service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());

const asking = async (...args: readonly string[]) => ran([...args, '--url', double.url]);
const balance = { customer_id: 'a', status: 'open', currency: 'EUR', available: '20', booked: '20' };
const purchase = {
  purchase_id: 'p1',
  customer_id: 'a',
  status: 'pending',
  amount: '20',
  currency: 'EUR',
  credits: '40',
  credit_price: '0.5',
  provider: 'stripe',
  by: 'portal',
  started_at: '2026-03-01T12:00:00.000Z',
};

describe('a purchase', () => {
  it('that is started says where the customer pays', async () => {
    double.answer = () => ({ body: { purchase, balance, checkout_url: 'https://pay.example/1' } });
    const urls = ['--paid-url', 'https://a', '--cancelled-url', 'https://b'];
    const { out } = await asking('purchase', 'start', 'a', '--provider', 'stripe', '--amount', '20', '--by', 'portal', ...urls);
    expect(out).toMatch(
      /^purchase +p1 of a\nstatus +pending\namount +20 EUR\ncredits +40 at 0\.5\nprovider +stripe, asked for by portal\n[^]*\n\nThe customer pays at https:\/\/pay\.example\/1\n$/,
    );
    expect(double.asked.at(-1)).toMatchObject({
      path: '/v1/customers/a/wallet/purchases',
      body: '{"provider":"stripe","by":"portal","amount":"20","paid_url":"https://a","cancelled_url":"https://b"}',
    });
  });

  it('is asked for in credits or in money', async () => {
    for (const both of [[], ['--credits', '1', '--amount', '1']])
      expect(await asking('purchase', 'start', 'a', '--provider', 'manual', ...both)).toMatchObject({
        exitCode: 2,
        err: expect.stringMatching(/either --credits or --amount/) as string,
      });
  });

  it('shows what has to be looked at', async () => {
    const flags = [{ reason: 'other_amount', paid_amount: '21', paid_currency: 'EUR', flagged_at: '2026-03-02T12:00:00.000Z' }];
    double.answer = () => ({ body: { purchase: { ...purchase, status: 'succeeded', late: true, flags } } });
    expect((await asking('purchase', 'get', 'a', 'p1')).out).toMatch(
      /status +succeeded, late\n[^]*LOOK AT +other_amount, 21 EUR paid, 2026-03-02/,
    );
    double.answer = () => ({ body: { purchases: [{ ...purchase, flags }], next_page_token: 'abc' } });
    expect((await asking('purchase', 'list', 'a')).out).toMatch(
      /PURCHASE +STATUS[^]*p1 +pending +20 +EUR +stripe +portal +\S+ +other_amount\n[^]*--page-token abc/,
    );
  });

  it('is confirmed or failed by hand', async () => {
    double.answer = () => ({ body: { outcome: 'already_credited', balance } });
    expect((await asking('purchase', 'confirm', 'a', 'p1', '20', 'EUR', '--payment-id', 't7', '--event-id', 'e1')).out).toMatch(
      /^This payment was reported before/,
    );
    expect(double.asked.at(-1)).toMatchObject({
      path: '/v1/customers/a/wallet/purchases/p1/confirm',
      body: '{"amount":"20","currency":"EUR","payment_id":"t7","event_id":"e1"}',
    });
    double.answer = () => ({ body: { outcome: 'failed', balance } });
    expect((await asking('purchase', 'fail', 'a', 'p1', 'declined', '--reason', 'r')).out).toMatch(/^It has failed\./);
    expect(double.asked.at(-1)).toMatchObject({
      path: '/v1/customers/a/wallet/purchases/p1/fail',
      body: '{"code":"declined","reason":"r"}',
    });
  });
});

it('what is owed is shown per currency, paid and free apart', async () => {
  const currencies = [{ currency: 'EUR', wallets: 2, paid: { granted: '10', outstanding: '9' }, free: { expired: '1' } }];
  double.answer = () => ({ body: { as_of: '2026-03-01T12:00:00.000Z', currencies } });
  const { out } = await asking('report', 'liability', '--at', '2026-03-01T12:00:00Z');
  expect(out).toMatch(
    /^As of 2026-03-01T12:00:00\.000Z\. EUR: 2 wallets\n\nCURRENCY +WHAT +PAID +FREE\nEUR +granted +10 +0\n[^]*expired +0 +1\n[^]*outstanding +9 +0\n/,
  );
  expect(double.asked.at(-1)?.path).toBe('/v1/reports/liability?at=2026-03-01T12%3A00%3A00Z');
});
