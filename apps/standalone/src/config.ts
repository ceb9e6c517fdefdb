/** The configuration of the standalone service, from environment variables. */
import {
  type ConfigOf,
  DataVariables,
  TransportVariables,
  EventStoreVariables,
  explainDerivedState,
  explainTransports,
  explainLog,
  explainOps,
  explainPayments,
  explainTopics,
  explainWebhooks,
  explainWindow,
  type Explanation,
  KafkaVariables,
  LedgerVariables,
  OpsVariables,
  ProcessVariables,
  RedisVariables,
  StripeVariables,
  TestClockVariables,
  WebhookVariables,
} from '@drawdown/runtime/bootstrap';

export const SERVICE = 'standalone';

export const config = {
  groups: {
    transports: TransportVariables,
    ops: OpsVariables,
    data: DataVariables,
    eventStore: EventStoreVariables,
    redis: RedisVariables,
    kafka: KafkaVariables,
    ledger: LedgerVariables,
    stripe: StripeVariables,
    webhooks: WebhookVariables,
    testClock: TestClockVariables,
    process: ProcessVariables,
  },
} as const;

type Config = ConfigOf<typeof config.groups>;

/** Any of EventStoreDB, Redis and Kafka may be there; what is not is embedded, or done without. */
export function explain({ transports, ops, data, eventStore, redis, kafka, ledger, stripe, webhooks, testClock }: Config): Explanation {
  const { DATA_DIR: folder } = data;
  const queue =
    kafka.KAFKA_BROKERS.length === 0
      ? [{ what: 'queue', how: 'none: usage comes over HTTP and gRPC' }]
      : explainTopics(kafka, SERVICE, { usage: 'read, straight into the ledger', rejected: 'written with what is rejected' });
  const notes = [
    ...(testClock.TEST_CLOCK
      ? ['the time is that of a test clock: it stands still until it is moved on; webhooks are sent and tried again by the real time']
      : []),
    ...(eventStore.EVENTSTORE_URL !== '' && redis.REDIS_URL === ''
      ? [
          'a second service on the same EventStoreDB would send webhooks too, under the same ids; set REDIS_URL on both, and one of them does',
        ]
      : []),
    ...(eventStore.EVENTSTORE_URL === '' && redis.REDIS_URL !== ''
      ? ['the log is in this folder alone: no other service may use this REDIS_PREFIX']
      : []),
    ...(kafka.KAFKA_BROKERS.length > 0 ? ['usage over HTTP and gRPC goes to the ledger at once, and is answered with its outcome'] : []),
  ];
  return {
    uses: [
      explainLog(eventStore, folder),
      explainDerivedState(redis, folder),
      ...queue,
      explainTransports(transports),
      explainWindow(ledger),
      explainPayments(stripe),
      explainWebhooks(webhooks),
      explainOps(ops),
    ],
    notes,
  };
}
