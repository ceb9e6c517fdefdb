/** The configuration of the webhooks service, from environment variables. */
import {
  type ConfigOf,
  EventStoreVariables,
  explainDerivedState,
  explainLog,
  explainOps,
  explainWebhooks,
  type Explanation,
  NEEDED,
  OPS_PORTS,
  OpsVariables,
  ProcessVariables,
  RedisVariables,
  WebhookVariables,
} from '@drawdown/runtime/bootstrap';

export const SERVICE = 'webhooks';

class WebhooksOps extends OpsVariables {
  override OPS_PORT: number = OPS_PORTS.webhooks;
}

export const config = {
  groups: {
    ops: WebhooksOps,
    eventStore: EventStoreVariables,
    redis: RedisVariables,
    webhooks: WebhookVariables,
    process: ProcessVariables,
  },
  needs: { EVENTSTORE_URL: NEEDED.EVENTSTORE_URL, REDIS_URL: NEEDED.REDIS_URL },
} as const;

type Config = ConfigOf<typeof config.groups>;

export function explain({ ops, eventStore, redis, webhooks }: Config): Explanation {
  return {
    uses: [explainLog(eventStore), explainDerivedState(redis), explainWebhooks(webhooks), explainOps(ops)],
    notes: ['of several instances one sends; another takes over within seconds when it dies'],
  };
}
