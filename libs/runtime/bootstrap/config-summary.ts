/** Sentences on what groups of variables mean, for `config check`. */
import { withoutPassword } from './config/config';
import type { Explanation } from './explanation';
import { consumerGroup, type Topic, topicSpecs } from './composition/kafka';
import type { TransportVariables } from './variables/transport-variables';
import type { EventStoreVariables } from './variables/eventstore-variables';
import type { KafkaVariables } from './variables/kafka-variables';
import type { LedgerVariables } from './variables/ledger-variables';
import type { OpsVariables } from './variables/ops-variables';
import type { RedisVariables } from './variables/redis-variables';
import type { StripeVariables } from './variables/stripe-variables';
import type { WebhookVariables } from './variables/webhook-variables';

type Use = Explanation['uses'][number];
const use = (what: string, how: string): Use => ({ what, how });

export const explainLog = ({ EVENTSTORE_URL: url, EVENTSTORE_APPEND_TIMEOUT_MS: timeout }: EventStoreVariables, dataDirectory = ''): Use =>
  url === ''
    ? use('log', `embedded, in ${dataDirectory}/log; one process owns the folder`)
    : use('log', `EventStoreDB at ${withoutPassword(url)}; an append without an answer for ${timeout} ms is looked for`);

export const explainDerivedState = (
  { REDIS_URL: url, REDIS_PREFIX: prefix, REDIS_SHARDS: shards }: RedisVariables,
  dataDirectory = '',
): Use =>
  url === ''
    ? use('derived state', `embedded, in ${dataDirectory}/balances`)
    : use('derived state', `Redis at ${withoutPassword(url)}, keys under ${prefix}:, ${shards} shards`);

/** Each topic that a service uses, with what it does with it. */
export function explainTopics(config: KafkaVariables, service: string, topics: Readonly<Partial<Record<Topic, string>>>): readonly Use[] {
  const {
    KAFKA_BROKERS: brokers,
    KAFKA_TLS: tls,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: user,
    KAFKA_CREATE_TOPICS: create,
  } = config;
  const entry = mechanism === '' ? 'without credentials' : `as ${user} by ${mechanism}`;
  const missing = create ? 'created when missing' : 'an error when missing';
  return [
    use('queue', `Kafka at ${brokers.join(',')}, ${tls ? 'TLS' : 'without TLS'}, ${entry}; group ${consumerGroup(config, service)}`),
    ...Object.entries(topics).map(([topic, what]) => {
      const [{ name, partitions, replication }] = topicSpecs(config, [topic as Topic]) as [ReturnType<typeof topicSpecs>[number]];
      return use(
        'topic',
        `${name}: ${what}; at least ${partitions} partitions, ${replication === -1 ? 'as many copies as the brokers make' : `${replication} ${replication === 1 ? 'copy' : 'copies'}`}, ${missing}`,
      );
    }),
  ];
}

export const explainTransports = ({ HTTP_HOST, HTTP_PORT, GRPC_HOST, GRPC_PORT, INSECURE }: TransportVariables): Use =>
  use(
    'transports',
    `HTTP ${HTTP_HOST}:${HTTP_PORT}, gRPC ${GRPC_HOST}:${GRPC_PORT}${INSECURE ? ', beyond this machine too: nobody is asked who they are' : ''}`,
  );

export const explainOps = ({ OPS_HOST, OPS_PORT }: OpsVariables): Use =>
  use('ops', `http://${OPS_HOST}:${OPS_PORT}/metrics, /livez, /readyz`);

export const explainWindow = ({ DEDUPE_WINDOW_DAYS: days }: LedgerVariables): Use =>
  use('dedupe window', `${days} days: older usage is rejected where its key may have been forgotten`);

export function explainPayments({
  STRIPE_SECRET_KEY: key,
  STRIPE_DEPLOYMENT: deployment,
  STRIPE_API_BASE: base,
  STRIPE_WEBHOOK_SECRET: secrets,
}: StripeVariables): Use {
  if (key === '') return use('payments', 'confirmed by hand; Stripe is off');
  const mode = /^(?:sk|rk)_test_/.test(key) ? 'with a test key' : 'with a live key';
  const signed = secrets.length === 1 ? 'one signing secret' : `${secrets.length} signing secrets`;
  return use(
    'payments',
    `confirmed by hand, or on Stripe's page: ${base === '' ? 'https://api.stripe.com' : base}, ${mode}, ${signed}, as deployment ${deployment}`,
  );
}

export const explainWebhooks = ({ WEBHOOK_ALLOWED_NETWORKS: networks, WEBHOOK_SCHEDULE: schedule }: WebhookVariables): Use =>
  use('webhooks', `to public networks${networks.length > 0 ? ` and ${networks.join(', ')}` : ''}; tried again after ${schedule}`);
