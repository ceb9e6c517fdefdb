/** The configuration of the ledger service, from environment variables. */
import {
  type ConfigOf,
  TransportVariables,
  EventStoreVariables,
  explainDerivedState,
  explainTransports,
  explainLog,
  explainOps,
  explainPayments,
  explainTopics,
  explainWindow,
  type Explanation,
  KafkaVariables,
  LedgerVariables,
  NEEDED,
  OPS_PORTS,
  OpsVariables,
  ProcessVariables,
  RedisVariables,
  StripeVariables,
} from '@drawdown/runtime/bootstrap';

export const SERVICE = 'ledger';

class LedgerOps extends OpsVariables {
  override OPS_PORT: number = OPS_PORTS.ledger;
}

export const config = {
  groups: {
    transports: TransportVariables,
    ops: LedgerOps,
    eventStore: EventStoreVariables,
    redis: RedisVariables,
    kafka: KafkaVariables,
    ledger: LedgerVariables,
    stripe: StripeVariables,
    process: ProcessVariables,
  },
  needs: { KAFKA_BROKERS: NEEDED.KAFKA_BROKERS, EVENTSTORE_URL: NEEDED.EVENTSTORE_URL, REDIS_URL: NEEDED.REDIS_URL },
} as const;

type Config = ConfigOf<typeof config.groups>;

export function explain({ transports, ops, eventStore, redis, kafka, ledger, stripe }: Config): Explanation {
  return {
    uses: [
      explainLog(eventStore),
      explainDerivedState(redis),
      ...explainTopics(kafka, SERVICE, {
        rated: 'read',
        usage: 'written with usage that comes over HTTP and gRPC',
        rejected: 'written with what is rejected',
      }),
      explainTransports(transports),
      explainWindow(ledger),
      explainPayments(stripe),
      explainOps(ops),
    ],
    notes: ['webhooks are sent by the webhooks service'],
  };
}
