/** Counts how appends come out, in front of whatever log there is. */
import {
  type AppendOutcome,
  AppendUnknown,
  type EventLog,
  type EventPlace,
  type ExpectedRevision,
  type NewEvent,
  type ReadStreamOptions,
  type RecordedEvent,
  type RoundOutcome,
  type StreamAppend,
  type Subscription,
} from '@drawdown/engine/event-store';
import type { Metrics } from '@drawdown/runtime/server';
import { METRICS } from '../metrics/metric-list';

export class CountedLog implements EventLog {
  private readonly outcomes = { appended: 0, conflict: 0, unknown: 0, unavailable: 0 };
  private inFlight = 0;

  constructor(private readonly log: EventLog) {}

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    this.inFlight += 1;
    try {
      const outcome = await this.log.append(stream, events, expected);
      this.outcomes[outcome.outcome] += 1;
      return outcome;
    } catch (fault) {
      this.outcomes[fault instanceof AppendUnknown ? 'unknown' : 'unavailable'] += 1;
      throw fault;
    } finally {
      this.inFlight -= 1;
    }
  }

  async appendRound(appends: readonly StreamAppend[]): Promise<readonly RoundOutcome[]> {
    this.inFlight += appends.length;
    const outcomes = await this.log.appendRound(appends);
    this.inFlight -= appends.length;
    for (const one of outcomes)
      if (one.outcome !== 'failed') this.outcomes[one.outcome] += 1;
      else this.outcomes[one.fault instanceof AppendUnknown ? 'unknown' : 'unavailable'] += 1;
    return outcomes;
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]> {
    return this.log.readStream(stream, options);
  }

  readPlaces(places: readonly EventPlace[]): Promise<readonly (RecordedEvent | undefined)[]> {
    return this.log.readPlaces(places);
  }

  readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]> {
    return this.log.readAll(after, limit);
  }

  readAt(position: bigint): Promise<RecordedEvent | undefined> {
    return this.log.readAt(position);
  }

  head(): Promise<bigint> {
    return this.log.head();
  }

  subscribe(after: bigint, handler: (events: readonly RecordedEvent[]) => Promise<void>): Subscription {
    return this.log.subscribe(after, handler);
  }

  close(): Promise<void> {
    return this.log.close();
  }

  show(metrics: Metrics): this {
    metrics.follow(METRICS.appends, () => Object.entries(this.outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })));
    metrics.follow(METRICS.appendsInFlight, () => [{ value: this.inFlight }]);
    return this;
  }
}
