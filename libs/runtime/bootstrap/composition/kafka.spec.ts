import type { ConsumerFigures } from '@drawdown/adapters/kafka';
import { Health } from '@drawdown/runtime/server';
import { consumerGroup, HELD_UP_MS_MAX, watchConsumer } from './kafka';

describe('the consumer group of a service', () => {
  it('has its name in it, so that one environment for all services gives each a group of its own', () => {
    expect(consumerGroup({ KAFKA_GROUP: '' }, 'ledger')).toBe('drawdown-ledger');
    expect(consumerGroup({ KAFKA_GROUP: 'eu' }, 'ingestion')).toBe('eu-ingestion');
    expect(consumerGroup({ KAFKA_GROUP: 'drawdown-ledger' }, 'ingestion')).not.toBe(consumerGroup({ KAFKA_GROUP: '' }, 'ledger'));
  });
});

describe('the readiness of a consumer', () => {
  const START = Date.UTC(2026, 0, 1);
  type Reason = NonNullable<ConsumerFigures['partitions'][number]['reason']>;
  const figures = (joined: boolean, reasons: readonly (Reason | undefined)[] = []): ConsumerFigures => ({
    joined,
    partitions: reasons.map((reason, partition) => ({
      partition,
      position: '0',
      highWatermark: '0',
      lag: 0,
      bufferedRecords: 0,
      bufferedBytes: 0,
      paused: reason !== undefined,
      ...(reason && { reason }),
    })),
    totals: { lag: 0, paused: 0, records: 0, chunks: 0, retries: 0, joins: 1, sessionsLost: 0, deletedUnread: 0 },
  });
  const held = (retriable: boolean): Reason => ({
    code: retriable ? 'log_unavailable' : 'record_too_large',
    message: 'reported',
    retriable,
    attempts: 3,
    sinceMs: START,
  });
  /** What /readyz says so many milliseconds after the first question. */
  const watch = (found: ConsumerFigures) => {
    let now = START;
    const health = new Health();
    watchConsumer(health, { figures: () => found }, {}, () => now);
    return (ms: number) => {
      now = START + ms;
      return health.report()[0];
    };
  };

  it('is lost at once where a partition waits for a person, with the reason', () =>
    expect(watch(figures(true, [undefined, held(true), held(false)]))(0)).toEqual({
      name: 'kafka',
      ready: false,
      detail: '2 of 3 partitions are held up; partition 2 since 2026-01-01T00:00:00.000Z: record_too_large: reported',
    }));

  it.each([
    ['a partition waits for what comes back by itself', figures(true, [held(true)])],
    ['it joins its group', figures(false)],
  ])('is lost after a while in which %s', (_, found) => {
    const at = watch(found);
    expect([at(0)?.ready, at(HELD_UP_MS_MAX - 1)?.ready, at(HELD_UP_MS_MAX)?.ready]).toEqual([true, true, false]);
  });

  it('is there with partitions that go on, and without any', () =>
    expect([watch(figures(true, [undefined]))(HELD_UP_MS_MAX)?.ready, watch(figures(true))(HELD_UP_MS_MAX)?.ready]).toEqual([true, true]));
});
