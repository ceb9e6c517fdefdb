import { ran, ServiceDouble } from '../service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());

const balance = (revision: number, available: string) =>
  `id: ${revision}\ndata: ${JSON.stringify({ revision, as_of: '2026-01-31T12:00:00.000Z', balance: { status: 'open', available, consumed: '1' } })}\n\n`;

describe('watching a balance', () => {
  it('prints a line for each change', async () => {
    double.answer = () => ({ events: [balance(1, '9'), ': alive\n\n', balance(2, '8')] });
    const { exitCode, out } = await ran(['balance', 'watch', 'acme', 'calls', '--url', double.url]);
    expect(exitCode).toBe(0);
    expect(out).toBe(
      '2026-01-31T12:00:00.000Z  revision 1  open  available 9  held 0  consumed 1  uncovered 0\n' +
        '2026-01-31T12:00:00.000Z  revision 2  open  available 8  held 0  consumed 1  uncovered 0\n',
    );
    expect(double.asked.at(-1)?.path).toBe('/v1/customers/acme/credit-balances/calls/watch');
  });
  it('ends after as many lines as were asked for', async () => {
    double.answer = () => ({ events: [balance(1, '9'), balance(2, '8')] });
    expect((await ran(['balance', 'watch', 'acme', '--count', '1', '--json', '--url', double.url])).out.split('\n')).toHaveLength(2);
  });
  it('ends with the problem that ends the stream', async () => {
    double.answer = () => ({ events: [balance(1, '9'), 'event: error\ndata: {"title":"Gone","code":"X"}\n\n'] });
    expect(await ran(['balance', 'watch', 'acme', '--url', double.url])).toMatchObject({
      exitCode: 1,
      err: 'Gone (X)\n',
    });
  });
});

describe('a balance', () => {
  it('is shown without the figures that say nothing', async () => {
    const limits = [{ limit: { limit_id: 'low', percent_of_last_top_up: '20' }, threshold: '20', reached: true }];
    double.answer = () => ({
      body: {
        balance: {
          customer_id: 'a',
          credit_product_id: 'calls',
          name: 'Calls',
          status: 'open',
          unit: 'call',
          available: '12',
          booked: '12',
          held: '0',
          uncovered: '0',
          consumed: '88',
          limits,
          revision: 3,
        },
      },
    });
    expect((await ran(['balance', 'get', 'a', 'calls', '--url', double.url])).out).toBe(
      'balance    a, calls (Calls)\nstatus     open\navailable  12 call\nbooked     12\nconsumed   88\nlimits     low at 20% (20), reached\nrevision   3\n',
    );
  });
});
