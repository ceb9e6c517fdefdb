import { ran, ServiceDouble } from '../service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());

const asking = async (...args: readonly string[]): Promise<string> => (await ran([...args, '--url', double.url])).out;
const balance = { customer_id: 'a', status: 'open', currency: 'EUR', available: '0.005', booked: '0.005' };
const payment = {
  invoice_id: 'INV/1',
  payment_id: 'i1',
  due: '12',
  paid: '10',
  remaining: '2',
  billed: '0',
  reversed: '3',
  reversible: '7',
  allocations: [
    { grant_id: 'g1', amount: '4' },
    { grant_id: 'g2', amount: '6' },
  ],
  paid_at: '2026-03-01T12:00:00.000Z',
};

describe('an invoice', () => {
  it('that is paid in part says what remains due, and why', async () => {
    double.answer = () => ({ body: { paid: '10', remaining: '2', reason: 'insufficient_credits', balance, payment } });
    expect(await asking('wallet', 'pay-invoice', 'a', 'INV/1', '12', '--billed', '0', '--currency', 'EUR')).toMatch(
      /^Paid 10, 2 remains due \(insufficient_credits\)\.\n\nbalance/,
    );
    expect(double.asked.at(-1)).toMatchObject({
      path: '/v1/customers/a/wallet/invoices/INV%2F1/pay',
      body: '{"due":"12","billed":"0","currency":"EUR"}',
    });
  });

  it('that is paid whole says no more', async () => {
    double.answer = () => ({ body: { paid: '12', remaining: '0', reason: '', balance, payment } });
    expect(await asking('wallet', 'pay-invoice', 'a', 'INV-1', '12')).toMatch(/^Paid 12\.\n\nbalance/);
  });

  it('is given back to its grants', async () => {
    const returned = [{ grant_id: 'g2', amount: '3' }];
    double.answer = () => ({ body: { reversed: '3', returned, balance, payment } });
    const args = ['--amount', '3', '--reason', 'r', '--reversal-id', 'CN-1'];
    expect(await asking('wallet', 'reverse-payment', 'a', 'INV-1', ...args)).toMatch(/^Returned: 3 \(g2 3\)\n\ninvoice {5}INV\/1\n/);
    expect(double.asked.at(-1)?.body).toBe('{"amount":"3","reason":"r","reversal_id":"CN-1"}');
  });

  it('is shown with what was paid of it', async () => {
    double.answer = () => ({ body: { payment } });
    expect(await asking('wallet', 'payment', 'a', 'INV-1')).toBe(
      'invoice     INV/1\npayment     i1\ndue         12\npaid        10\nremaining   2\nreturned    3\nreversible  7\ngrants      g1 4, g2 6\npaid at     2026-03-01T12:00:00.000Z\n',
    );
  });
});

describe('a top-up', () => {
  it.each([
    [['wallet', 'void', 'a', 'g1'], '/v1/customers/a/wallet/grants/g1/void'],
    [['credits', 'void', 'a', 'calls', 'g1'], '/v1/customers/a/credit-balances/calls/grants/g1/void'],
  ])('is voided: %j', async (args, path) => {
    double.answer = () => ({ body: { voided: '5', balance } });
    expect(await asking(...args, '--reason', 'by mistake')).toMatch(/^Taken back: 5\n/);
    expect(double.asked.at(-1)).toMatchObject({ path, body: '{"reason":"by mistake"}' });
  });
});

describe('the settings', () => {
  const change = async (...args: readonly string[]): Promise<unknown> => {
    await asking('settings', 'set', ...args);
    return JSON.parse(double.asked.at(-1)?.body ?? '');
  };

  it('are changed by what is given', async () => {
    expect(
      await change(
        '--portal-purchases',
        'yes',
        '--portal-limit',
        'EUR=0.5..500',
        '--portal-limit',
        'JPY=..9',
        '--default-limit',
        'low=10:EUR',
        '--default-limit',
        'fifth=20%',
      ),
    ).toEqual({
      allow_portal_purchases: true,
      portal_purchase_limits: [
        { currency: 'EUR', minimum: '0.5', maximum: '500' },
        { currency: 'JPY', maximum: '9' },
      ],
      default_limits: [
        { limit: { limit_id: 'low', absolute: '10' }, currency: 'EUR' },
        { limit: { limit_id: 'fifth', percent_of_last_top_up: '20' } },
      ],
    });
    expect(await change('--no-portal-limits', '--no-default-limits')).toEqual({
      no_portal_purchase_limits: true,
      no_default_limits: true,
    });
    expect(await change('--credit-price', 'EUR=0.02', '--effective-at', '2026-04-01T00:00:00Z')).toEqual({
      credit_prices: [{ currency: 'EUR', price: '0.02', effective_at: '2026-04-01T00:00:00Z' }],
    });
  });

  it('show what a price change would do, wallet by wallet and in all', async () => {
    const units = { before: { booked: '100' }, after: { booked: '50' } };
    const printed = [
      { wallet: { customer_id: 'a', currency: 'EUR', booked: '50', ...units } },
      {
        totals: {
          wallets_touched: 1,
          currencies: [
            {
              currency: 'EUR',
              compared_at: '2026-03-01T12:00:00.000Z',
              price_before: '0.5',
              price_after: '1',
              wallets: 1,
              booked: '50',
              ...units,
            },
          ],
        },
      },
    ];
    double.answer = () => ({ events: printed.map((message) => `data: ${JSON.stringify(message)}\n\n`) });
    expect(await asking('settings', 'preview', '--credit-price', 'EUR=1')).toBe(
      'a  50 EUR  credits 100 -> 50\nWallets touched: 1\nEUR: 0.5 -> 1 at 2026-03-01T12:00:00.000Z, 1 wallets with 50, credits 100 -> 50\n',
    );
    expect(double.asked.at(-1)?.body).toBe('{"credit_prices":[{"currency":"EUR","price":"1"}]}');
  });
});
