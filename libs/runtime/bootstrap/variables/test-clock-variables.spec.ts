import { TestClockVariables } from './test-clock-variables';

const asked = (TEST_CLOCK: boolean, env: Readonly<Record<string, string>> = {}): readonly string[] => {
  const before = process.env;
  process.env = { ...env };
  try {
    return Object.assign(new TestClockVariables(), { TEST_CLOCK })
      .problems()
      .map(({ problem }) => problem);
  } finally {
    process.env = before;
  }
};

describe('a test clock', () => {
  it('is off by default, and then nothing is in its way', () => {
    expect(new TestClockVariables().TEST_CLOCK).toBe(false);
    expect(asked(false, { NODE_ENV: 'production', KAFKA_BROKERS: 'a:1' })).toEqual([]);
  });

  it('is possible in a process with files and money of its own', () =>
    expect(asked(true, { NODE_ENV: 'test', EVENTSTORE_URL: '', STRIPE_SECRET_KEY: 'sk_test_1' })).toEqual([]));

  it.each([
    ['NODE_ENV', 'production', 'NODE_ENV=production'],
    ['EVENTSTORE_URL', 'esdb://me:secret@127.0.0.1:2113', 'EVENTSTORE_URL'],
    ['REDIS_URL', 'redis://:secret@127.0.0.1:6379', 'REDIS_URL'],
    ['KAFKA_BROKERS', '127.0.0.1:9092', 'KAFKA_BROKERS'],
    ['STRIPE_SECRET_KEY', 'sk_live_secret', 'a STRIPE_SECRET_KEY of live mode'],
  ])('is refused together with %s', (variable, value, logger) =>
    expect(asked(true, { [variable]: value })).toEqual([`is true together with ${logger}`]),
  );
});
