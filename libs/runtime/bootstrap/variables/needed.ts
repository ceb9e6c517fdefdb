/** Servers that a service may be unable to do without, each with how it is set. */
export const NEEDED = {
  KAFKA_BROKERS: 'set it to host:port between commas, such as 127.0.0.1:9092',
  EVENTSTORE_URL: 'set it to a connection string, such as esdb://127.0.0.1:2113?tls=false',
  REDIS_URL: 'set it to a URL, such as redis://127.0.0.1:6379',
} as const;
