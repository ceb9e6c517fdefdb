/** The configuration of the ingestion service, from environment variables. */
import {
  type ConfigOf,
  EventStoreVariables,
  explainLog,
  explainOps,
  explainTopics,
  type Explanation,
  KafkaVariables,
  NEEDED,
  OPS_PORTS,
  OpsVariables,
  ProcessVariables,
  RedisVariables,
} from '@drawdown/runtime/bootstrap';

export const SERVICE = 'ingestion';

class IngestionOps extends OpsVariables {
  override OPS_PORT: number = OPS_PORTS.ingestion;
}

export const config = {
  groups: { ops: IngestionOps, eventStore: EventStoreVariables, redis: RedisVariables, kafka: KafkaVariables, process: ProcessVariables },
  needs: { KAFKA_BROKERS: NEEDED.KAFKA_BROKERS, EVENTSTORE_URL: NEEDED.EVENTSTORE_URL },
} as const;

type Config = ConfigOf<typeof config.groups>;

export function explain({ ops, eventStore, redis, kafka }: Config): Explanation {
  const topics = { usage: 'read', rated: 'written, keyed by customer', rejected: 'written with what cannot be read' };
  const { what: log, how } = explainLog(eventStore);
  return {
    uses: [
      { what: log, how: `${how}; the catalog is followed, rejected usage is kept` },
      ...explainTopics(kafka, SERVICE, topics),
      explainOps(ops),
    ],
    notes: [
      redis.REDIS_URL === ''
        ? 'a start reads the whole log for the catalog; with REDIS_URL of the ledger it would not'
        : 'Redis is read at the start only, for the catalog',
    ],
  };
}
