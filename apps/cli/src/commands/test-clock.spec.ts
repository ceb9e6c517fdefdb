import { ran, ServiceDouble } from '../service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());
beforeEach(() => (double.answer = () => ({ body: { now: '2027-01-31T12:00:00.000Z' } })));

const asking = (...args: readonly string[]) => ran(['test-clock', ...args, '--url', double.url]);

describe('the test clock', () => {
  it('is shown', async () => {
    expect((await asking('show')).out).toBe('2027-01-31T12:00:00.000Z\n');
    expect(double.asked.at(-1)).toMatchObject({ method: 'GET', path: '/v1/test-clock' });
  });

  it.each([
    [['--by', '30d'], '{"by_seconds":2592000}'],
    [['--by', '90s'], '{"by_seconds":90}'],
    [['--by', '12h'], '{"by_seconds":43200}'],
    [['--to', '2027-01-31T12:00:00Z'], '{"to":"2027-01-31T12:00:00Z"}'],
  ])('is moved on with %j', async (args, body) => {
    expect((await asking('advance', ...args)).out).toBe('2027-01-31T12:00:00.000Z\n');
    expect(JSON.parse(double.asked.at(-1)?.body ?? '')).toEqual(expect.objectContaining(JSON.parse(body)));
  });

  it.each([
    [[], 'give either --by or --to'],
    [['--by', '1d', '--to', '2027-01-31T12:00:00Z'], 'give either --by or --to'],
    [['--by', '1 month'], 'such as 30d'],
    [['--by', '-1d'], 'such as 30d'],
  ])('is not moved by %j', async (args, said) => {
    const { exitCode, err } = await asking('advance', ...args);
    expect(exitCode).toBe(2);
    expect(err).toContain(said);
  });
});
