/** What goes wrong with Kafka, as faults that name the variable and the remedy. Variables are the ones of the services' configuration. */
import { Fault } from '@drawdown/engine/event-store';

/** The broker does not answer, or not yet: wait and try again. */
export class KafkaUnavailable extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('kafka_unavailable', message, true, options);
  }
}

/** Trying again does not help: the configuration of this service or of the broker has to change. */
export class KafkaMisconfigured extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('kafka_misconfigured', message, false, options);
  }
}

/** The broker did not say whether it has written the records. Send them again: every reader of them recognizes repeats. */
export class WriteUnknown extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('kafka_write_unknown', message, true, options);
  }
}

/** More bytes are waiting to be written than are kept in memory. Nothing was taken. */
export class WriteOverloaded extends Fault {
  constructor(bytesMax: number) {
    super('overloaded', `more than ${bytesMax} bytes are waiting to be written to Kafka; send again in a moment`, true);
  }
}

/** A record that the broker will never take as it is. */
export class RecordTooLarge extends Fault {
  constructor(topic: string, bytes: number, took: string) {
    super(
      'record_too_large',
      `a record of ${bytes} bytes is too large for the topic ${topic}, which takes ${took}: raise its max.message.bytes`,
      false,
    );
  }
}

/** A batch that nobody here can read. What is in it is unknown, so it is not passed over. */
class UnreadableBatch extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('kafka_batch_unreadable', message, false, options);
  }
}

/** Kafka deleted records before they were read here. They are lost to this reader. */
export class RecordsDeletedUnread extends Fault {
  /** How many. */
  readonly records: number;

  constructor(topic: string, partition: number, from: bigint, to: bigint) {
    super(
      'records_deleted_unread',
      `${topic}[${partition}] no longer has the offsets from ${from} to ${to}, which were not read: its retention is shorter than this group was behind, or the topic was made anew. Reading goes on at ${to}; raise retention.ms, and send again what is missing`,
      false,
    );
    // Of a topic that was made anew nobody knows.
    this.records = to > from ? Number(to - from) : 0;
  }
}

const WRONG_CREDENTIALS = /authentication failed|invalid credentials|invalid username or password/i;
const WRONG_MECHANISM = /mechanism is not supported|unsupported.*mechanism|Unsupported SASL/i;
const FORBIDDEN = /_AUTHORIZATION_FAILED$/;
/** Of kafkajs: the connection may come back. */
const CONNECTION_ERRORS: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
]);

/** Said of a peer whose answers cannot be read. */
export const NOT_KAFKA = 'what answers there is not of Kafka';

/** The fault behind anything that kafkajs throws. */
export function kafkaFault(doing: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const found = rootOf(error);
  const said = `${doing}: ${found.message}`;
  const options = { cause: error };
  if (found.type === 'UNSUPPORTED_SASL_MECHANISM' || WRONG_MECHANISM.test(found.message))
    return new KafkaMisconfigured(`${said}. Set KAFKA_SASL_MECHANISM to one that the broker has switched on`, options);
  if (
    found.name === 'KafkaJSSASLAuthenticationError' ||
    found.type === 'SASL_AUTHENTICATION_FAILED' ||
    WRONG_CREDENTIALS.test(found.message)
  )
    return new KafkaMisconfigured(`${said}. Correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`, options);
  if (found.type === 'ILLEGAL_SASL_STATE')
    return new KafkaMisconfigured(
      `${said}. The broker asks for no credentials on this address: unset KAFKA_SASL_MECHANISM, or correct KAFKA_BROKERS`,
      options,
    );
  if (FORBIDDEN.test(found.type))
    return new KafkaMisconfigured(`${said}. Allow the user of KAFKA_SASL_USERNAME to do this (${found.type})`, options);
  if (found.type === 'UNKNOWN_TOPIC_OR_PARTITION')
    return new KafkaUnavailable(`${said}. If the topic is missing, create it or set KAFKA_CREATE_TOPICS=true`, options);
  if (found.name === 'BatchUnreadable')
    return new UnreadableBatch(
      `${said}. Set the group behind it with kafka-consumer-groups.sh --reset-offsets, and have its producer send smaller batches`,
      options,
    );
  // Read as an answer, it ended too early.
  if (found.name === 'RangeError')
    return new KafkaUnavailable(`${doing}: ${NOT_KAFKA} (${found.message}). If this goes on, correct KAFKA_BROKERS`, options);
  if (CONNECTION_ERRORS.has(found.name)) return new KafkaUnavailable(`${said}. If this goes on, check KAFKA_BROKERS`, options);
  return new KafkaUnavailable(said, options);
}

export const isConnectionError = (error: unknown): boolean => CONNECTION_ERRORS.has(rootOf(error).name);

/** The innermost error that kafkajs wrapped, with the code of the protocol if it has one. */
export function rootOf(error: unknown): { readonly name: string; readonly type: string; readonly message: string; readonly code: string } {
  if (typeof error !== 'object' || error === null) return { name: '', type: '', message: String(error), code: '' };
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return rootOf(error.errors[0]);
  if ('cause' in error && typeof error.cause === 'object' && error.cause !== null) return rootOf(error.cause);
  const text = (name: 'name' | 'type' | 'message' | 'code'): string => {
    const value: unknown = name in error ? Reflect.get(error, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { name: text('name'), type: text('type'), message: text('message'), code: text('code') };
}
