import type { KafkaConsumer, KafkaProducer } from '@drawdown/adapters/kafka';
import type { Metric, Metrics } from '@drawdown/runtime/server';
import { METRICS } from './metric-list';

type Figures = ReturnType<KafkaConsumer['figures']>;
type PartitionFigures = Figures['partitions'][number];

export function consumerMetrics(
  metrics: Metrics,
  consumer: Pick<KafkaConsumer, 'figures'>,
  { topic, group }: { readonly topic: string; readonly group: string },
): void {
  const labels = { messaging_destination_name: topic, messaging_consumer_group_name: group };
  const one = (metric: Metric, value: (figures: Figures) => number): void =>
    metrics.follow(metric, () => [{ labels, value: value(consumer.figures()) }]);
  const each = (metric: Metric, value: (figures: PartitionFigures) => number): void =>
    metrics.follow(metric, () =>
      consumer.figures().partitions.map((figures) => ({
        labels: { ...labels, messaging_destination_partition_id: String(figures.partition) },
        value: value(figures),
      })),
    );
  one(METRICS.consumed, ({ totals }) => totals.records);
  one(METRICS.consumerRetries, ({ totals }) => totals.retries);
  one(METRICS.consumerRebalances, ({ totals }) => totals.joins);
  one(METRICS.consumerDeletedUnread, ({ totals }) => totals.deletedUnread);
  one(METRICS.consumerBuffered, ({ partitions }) => partitions.reduce((sum, { bufferedRecords }) => sum + bufferedRecords, 0));
  each(METRICS.consumerLag, ({ lag }) => lag);
  each(METRICS.consumerStalled, ({ reason }) => (reason ? (Date.now() - reason.sinceMs) / 1_000 : 0));
}

export function producerMetrics(metrics: Metrics, producer: Pick<KafkaProducer, 'figures'>): void {
  metrics.follow(METRICS.sent, () => [{ value: producer.figures().records }]);
  metrics.follow(METRICS.sendFaults, () => [{ value: producer.figures().faults }]);
  metrics.follow(METRICS.sending, () => [{ value: producer.figures().waitingBytes }]);
}
