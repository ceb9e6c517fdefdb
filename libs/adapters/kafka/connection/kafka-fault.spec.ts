import { kafkaFault, KafkaUnavailable } from './kafka-fault';

/** As kafkajs throws them; its types do not tell how its errors are made. */
const thrown = (name: string, message: string, fields: object = {}): Error => Object.assign(new Error(message), { name, ...fields });
const protocol = (type: string): Error => thrown('KafkaJSProtocolError', 'refused', { type });

describe('the fault behind an error of kafkajs', () => {
  it('names the credentials when they are wrong', () =>
    expect(kafkaFault('could not read', thrown('KafkaJSSASLAuthenticationError', 'SASL PLAIN authentication failed'))).toMatchObject({
      code: 'kafka_misconfigured',
      retriable: false,
      message: expect.stringContaining('KAFKA_SASL_PASSWORD') as string,
    }));

  it('names the mechanism when the broker has another', () =>
    expect(
      kafkaFault('could not read', thrown('KafkaJSSASLAuthenticationError', 'SASL SCRAM-SHA-256 mechanism is not supported by the server')),
    ).toMatchObject({
      retriable: false,
      message: expect.stringContaining('KAFKA_SASL_MECHANISM') as string,
    }));

  it('names the right that is missing', () =>
    expect(kafkaFault('could not read', protocol('GROUP_AUTHORIZATION_FAILED'))).toMatchObject({
      retriable: false,
      message: expect.stringContaining('GROUP_AUTHORIZATION_FAILED') as string,
    }));

  it('is retriable when the broker is away, however often kafkajs has tried', () => {
    const away = thrown('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED');
    const given = thrown('KafkaJSNumberOfRetriesExceeded', away.message, {
      cause: thrown('KafkaJSNonRetriableError', away.message, { cause: away }),
    });
    expect(kafkaFault('could not read', given)).toMatchObject({
      code: 'kafka_unavailable',
      retriable: true,
      message: expect.stringContaining('KAFKA_BROKERS') as string,
    });
  });

  it('is not retriable when a batch cannot be read, and says how to get behind it', () =>
    expect(
      kafkaFault('could not read', thrown('KafkaJSNonRetriableError', 'x', { cause: thrown('BatchUnreadable', 'at offset 7') })),
    ).toMatchObject({
      code: 'kafka_batch_unreadable',
      retriable: false,
      message: expect.stringContaining('at offset 7') as string,
    }));

  it('is a fault as it was when it was one already', () => {
    const fault = new KafkaUnavailable('x');
    expect(kafkaFault('could not read', fault)).toBe(fault);
  });
});
