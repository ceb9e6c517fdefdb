/**
 * Every metric of every service, in one place: docs/metrics.md lists the same ones, and a test compares the two. Alerts and charts of
 * operators use these names: never change one. The metrics of Kafka have OpenTelemetry's names for messaging.
 */
import type { Metric } from '@drawdown/runtime/server';

const gauge = (name: string, help: string, labels: readonly string[] = []): Metric => ({ name, kind: 'gauge', help, labels });
const counter = (name: string, help: string, labels: readonly string[] = []): Metric => ({ name, kind: 'counter', help, labels });

const TOPIC = 'messaging_destination_name';
const PARTITION = 'messaging_destination_partition_id';
const GROUP = 'messaging_consumer_group_name';

export const METRICS = {
  info: gauge('drawdown_info', 'Always 1; which service this is, and its version.', ['service', 'version']),
  ready: gauge('drawdown_ready', '1 when the service takes work, 0 while it waits for a server, drains, or a part has failed.'),
  partReady: gauge('drawdown_part_ready', '1 when this part works: a server (kafka, eventstoredb, redis) or a part of the service.', [
    'part',
  ]),

  usageEvents: counter('drawdown_usage_events_total', 'Usage events by outcome; reason only where they were rejected.', [
    'status',
    'reason',
  ]),
  usageFaulted: counter(
    'drawdown_usage_faulted_total',
    'Usage events that ended in a fault and have no outcome: they are sent or read again.',
  ),
  usageWaiting: gauge('drawdown_usage_waiting', 'Usage events in memory that wait for their turn or are being applied.'),
  usageRounds: counter('drawdown_usage_rounds_total', 'Rounds of load, decide, append. Each takes all waiting usage.'),
  usageStages: counter('drawdown_usage_stage_seconds_total', 'Seconds that rounds have spent in each stage, waiting included.', ['stage']),
  ingested: counter(
    'drawdown_ingested_records_total',
    'Records of usage that ingestion has passed on, by outcome: rated, or unratable, which the ledger rejects or knows as a duplicate.',
    ['outcome'],
  ),
  ingestedBare: counter(
    'drawdown_ingested_bare_records_total',
    'Usage records without the header of a CloudEvent; they are accepted all the same.',
  ),

  appends: counter('drawdown_appends_total', 'Appends to the log by outcome: appended, conflict, unknown, unavailable.', ['outcome']),
  appendsInFlight: gauge('drawdown_appends_in_flight', 'Appends that wait for an answer of the log.'),
  resubscriptions: counter('drawdown_log_resubscriptions_total', 'New subscriptions to the log after a lost connection.'),

  projectionLag: gauge(
    'drawdown_projection_lag_seconds',
    'Age in seconds of the oldest event of the log that is not processed here; 0 when all are.',
  ),
  derivedStateLosses: counter(
    'drawdown_derived_state_losses_total',
    'Losses of derived state that were noticed, each followed by a rebuild.',
  ),

  consumed: counter('messaging_client_consumed_messages_total', 'Handled records.', [TOPIC, GROUP]),
  consumerLag: gauge('messaging_consumer_lag', 'Records of a partition that are not handled yet.', [TOPIC, PARTITION, GROUP]),
  consumerStalled: gauge(
    'messaging_consumer_stalled_seconds',
    'Seconds for which a partition has been waiting behind a fault; 0 when it moves.',
    [TOPIC, PARTITION, GROUP],
  ),
  consumerBuffered: gauge('messaging_consumer_buffered_messages', 'Records fetched and not handled yet.', [TOPIC, GROUP]),
  consumerRebalances: counter('messaging_consumer_rebalances_total', 'Rebalances of the consumer group.', [TOPIC, GROUP]),
  consumerRetries: counter('messaging_consumer_retries_total', 'Chunks of records that failed and were handed out again.', [TOPIC, GROUP]),
  consumerDeletedUnread: counter(
    'messaging_consumer_deleted_unread_messages_total',
    'Records that Kafka deleted before they were read: lost to this group.',
    [TOPIC, GROUP],
  ),
  sent: counter('messaging_client_sent_messages_total', 'Records that all in-sync replicas have acknowledged.'),
  sendFaults: counter('messaging_client_send_faults_total', 'Sends that ended in a fault; the sender gets the fault and sends again.'),
  sending: gauge('messaging_client_sending_bytes', 'Bytes that wait for an acknowledgement.'),

  webhookActive: gauge('drawdown_webhook_active', '1 where the active dispatcher is; the others wait to take over.'),
  webhookAttempts: counter('drawdown_webhook_attempts_total', 'Attempts at deliveries by outcome: delivered, retrying, exhausted.', [
    'outcome',
  ]),
  webhookInFlight: gauge('drawdown_webhook_in_flight', 'Attempts that wait for an answer.'),
  webhookOpen: gauge('drawdown_webhook_deliveries_open', 'Deliveries without an end: in flight, or waiting for their next attempt.'),
  webhookQueued: gauge('drawdown_webhook_queued', 'Events that wait in the queue of an endpoint.'),
  webhookEndpoints: gauge(
    'drawdown_webhook_endpoints',
    'Endpoints; behind are those that read the log by themselves: full, slow, disabled or catching up.',
    ['state'],
  ),
  webhookLag: gauge('drawdown_webhook_lag_seconds', 'Age of the oldest event that waits in the queue of an endpoint.'),
} as const satisfies Readonly<Record<string, Metric>>;
