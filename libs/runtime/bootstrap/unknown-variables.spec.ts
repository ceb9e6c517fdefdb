import { explanationText } from './explanation';
import { explained } from './serve';
import { unknownVariables } from './unknown-variables';
import { TransportVariables } from './variables/transport-variables';
import { KafkaVariables } from './variables/kafka-variables';
import { OpsVariables } from './variables/ops-variables';
import { ProcessVariables } from './variables/process-variables';
import { RedisVariables } from './variables/redis-variables';

const config = {
  groups: { transports: TransportVariables, ops: OpsVariables, redis: RedisVariables, kafka: KafkaVariables, process: ProcessVariables },
};
const logger = (environment: Record<string, string>): readonly string[] => unknownVariables(config, environment);

describe('a variable that is set and not known', () => {
  it.each([
    ['KAFKA_PARTITIION', 'KAFKA_PARTITIONS'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['kafka_brokers', 'KAFKA_BROKERS'],
    ['HTTP_PROT', 'HTTP_PORT'],
  ])('is reported with the name that it nearly is: %s', (name, meant) => {
    expect(logger({ [name]: 'secret' })).toEqual([`${name} is not known; did you mean ${meant}?`]);
  });

  it('is reported when it begins like a group of ours, however far it is from all names', () => {
    expect(logger({ KAFKA_HOME: '/opt/kafka', REDIS_HOST: 'x' })).toEqual([
      'KAFKA_HOME is not known, so nothing here reads it; .env.example has the names that are',
      'REDIS_HOST is not known, so nothing here reads it; .env.example has the names that are',
    ]);
  });

  it('is a note where a configuration is checked, beside those of the service, and no problem', () => {
    const program = { config, explain: () => ({ uses: [{ what: 'log', how: 'embedded' }], notes: ['first'] }) };
    expect(explanationText('test', explained(program, { KAFKA_PARTITIION: '48' }))).toContain(
      'Note: first\nNote: KAFKA_PARTITIION is not known; did you mean KAFKA_PARTITIONS?',
    );
  });

  it('is nobody’s concern when it is of another program, or of a group that the service does not have', () => {
    expect(
      logger({
        HTTP_PROXY: 'x',
        HTTPS_PROXY: 'x',
        GRPC_TRACE: 'all',
        PATH: '/bin',
        HOST: 'x',
        PORT: '1',
        STRIPE_API_KEY: 'x',
        EVENTSTORE_DB: 'x',
        WEBHOOK_SCHEDULE: '1s',
      }),
    ).toEqual([]);
  });

  it('is not reported when it is empty or known', () => {
    expect(logger({ KAFKA_PARTITIION: '', KAFKA_PARTITIONS: '48' })).toEqual([]);
  });
});
