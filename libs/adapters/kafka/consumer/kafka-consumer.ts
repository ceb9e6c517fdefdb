/**
 * Reads a topic as a member of a group and hands records out in chunks; a record is committed when it is durably handled, and never
 * skipped. Whatever happens to the connection, it comes back by itself: a session that ended is followed by a new one.
 */
import type { Fault } from '@drawdown/engine/event-store';
import { partitionFigures, type PartitionFigures } from './assignment';
import { ConsumerSession } from './consumer-session';
import { topicExtents } from './group-positions';
import type { KafkaConnection } from '../connection/kafka-connection';
import { RecordsDeletedUnread } from '../connection/kafka-fault';
import type { Handle } from './partition-feed';
import { Semaphore, backOffMs, pause, withTimeout } from '@drawdown/engine/async';

const RECORDS_MAX_DEFAULT = 2_000;
const BYTES_MAX_DEFAULT = 1024 * 1024;
const PARTITIONS_CONCURRENTLY_DEFAULT = 16;
const SESSION_TIMEOUT_MS_DEFAULT = 10_000;
const DRAIN_MS_DEFAULT = 10_000;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MS_MAX = 10_000;
/** How old the end of a topic may be that lag is computed from, when nothing is fetched. */
const LAG_EVERY_MS = 5_000;
const STOP_WITHIN_MS = 30_000;

export interface KafkaConsumerSettings {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /**
   * Resolves when all of them are durably handled; they are of one partition, in order. A fault, retriable or not: the very same
   * records are handed in again later, and nothing behind them before. The signal aborts when the partition went to another
   * member or the time for draining is over: what it does after that is repeated by somebody.
   */
  readonly handle: Handle;
  /** Records and bytes of one chunk. One record that is larger comes alone. */
  readonly recordsMax?: number;
  readonly bytesMax?: number;
  /** Partitions whose chunks are handled at the same time. */
  readonly partitionsConcurrently?: number;
  /** A member that is killed keeps its partitions for this long. */
  readonly sessionTimeoutMs?: number;
  /** A group that has committed nothing reads from the oldest record on. There is no other way: it would be a loss. */
  readonly fromBeginning: true;
  /** How long `stop` waits for chunks in hand. */
  readonly drainMs?: number;
  /** Whatever holds up reading: once for each kind of trouble until it is over. */
  readonly fault?: (fault: Fault, partition?: number) => void;
}

export interface ConsumerFigures {
  /** A member of the group, with or without partitions. */
  readonly joined: boolean;
  readonly memberId?: string;
  readonly partitions: readonly PartitionFigures[];
  readonly totals: {
    readonly lag: number;
    readonly paused: number;
    readonly records: number;
    readonly chunks: number;
    /** Chunks that failed and are handed out again. */
    readonly retries: number;
    /** Times at which the partitions were given out anew. */
    readonly joins: number;
    /** Memberships that ended by trouble. */
    readonly sessionsLost: number;
    /** Records that Kafka deleted before they were read here. */
    readonly deletedUnread: number;
  };
  /** What holds up reading as a whole. */
  readonly fault?: Fault;
}

export class KafkaConsumer {
  private session: ConsumerSession | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly slots: Semaphore;
  private readonly inHand = new Map<number, Promise<void>>();
  private readonly count = { records: 0, chunks: 0, retries: 0, joins: 0, sessionsLost: 0, deletedUnread: 0 };
  private trouble: Fault | undefined;

  constructor(private readonly settings: KafkaConsumerSettings) {
    this.slots = new Semaphore(settings.partitionsConcurrently ?? PARTITIONS_CONCURRENTLY_DEFAULT);
  }

  /** Begins, and does not wait for the broker: `figures().joined` says when it has taken this member in. */
  start(): Promise<void> {
    this.running ??= Promise.all([this.run(), this.watchLag()]).then(() => undefined);
    return Promise.resolve();
  }

  /** Takes no new chunk, waits for those in hand, commits, leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.session?.leave(this.settings.drainMs ?? DRAIN_MS_DEFAULT);
    await withTimeout(
      (this.settings.drainMs ?? DRAIN_MS_DEFAULT) + STOP_WITHIN_MS,
      this.running ?? Promise.resolve(),
      () => new Error('late'),
    ).catch(() => undefined);
  }

  figures(): ConsumerFigures {
    const assignment = this.session?.assignment;
    const current = assignment?.current ? assignment : undefined;
    const now = Date.now();
    const partitions = current ? [...current.partitions.values()].map((assigned) => partitionFigures(current, assigned, now)) : [];
    return {
      joined: current !== undefined && current.partitions.size === current.assigned.length,
      ...(current && { memberId: current.memberId }),
      partitions,
      totals: {
        ...this.count,
        lag: partitions.reduce((lag, figures) => lag + figures.lag, 0),
        paused: partitions.filter(({ paused }) => paused).length,
      },
      ...(this.trouble && { fault: this.trouble }),
    };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const joins = this.count.joins;
      this.session = this.newSession();
      const fault = await this.session.run();
      if (fault && !signal.aborted) {
        this.count.sessionsLost += 1;
        failures = this.count.joins > joins ? 0 : failures + 1;
        this.report(fault);
        await pause(backOffMs(failures, { minMs: RECONNECT_FIRST_MS, maxMs: RECONNECT_MS_MAX }), signal);
      }
    }
    this.session = undefined;
  }

  private newSession(): ConsumerSession {
    const {
      connection,
      groupId,
      topic,
      sessionTimeoutMs = SESSION_TIMEOUT_MS_DEFAULT,
      handle,
      recordsMax,
      bytesMax,
      fault,
    } = this.settings;
    return new ConsumerSession({
      connection,
      groupId,
      topic,
      sessionTimeoutMs,
      handle,
      recordsMax: recordsMax ?? RECORDS_MAX_DEFAULT,
      bytesMax: bytesMax ?? BYTES_MAX_DEFAULT,
      slots: this.slots,
      running: this.inHand,
      handled: (_, records) => {
        this.count.records += records;
        if (records > 0) this.count.chunks += 1;
      },
      stalled: (partition, stalled) => {
        this.count.retries += 1;
        // The first time, and whenever it is another fault: what repeats itself stands in the figures.
        if (stalled.changed) fault?.(stalled.fault, partition);
      },
      onFault: (trouble) => this.report(trouble),
      joined: () => {
        this.count.joins += 1;
        this.trouble = undefined;
      },
      committed: () => (this.trouble = undefined),
    });
  }

  private report(fault: Fault): void {
    const again = this.trouble?.code === fault.code && this.trouble.message === fault.message;
    // A loss is reported, counted and over; it holds nothing up.
    if (fault instanceof RecordsDeletedUnread) this.count.deletedUnread += fault.records;
    else this.trouble = fault;
    if (!again) this.settings.fault?.(fault);
  }

  /** Fetches tell where a topic ends, but not while a partition is full or waits. */
  private async watchLag(): Promise<void> {
    const { connection, topic } = this.settings;
    const { signal } = this.stopping;
    for (;;) {
      await pause(LAG_EVERY_MS, signal);
      if (signal.aborted) return;
      const assignment = this.session?.assignment;
      if (!assignment?.current) continue;
      // The session notifications by itself that the broker is away.
      const extents = await topicExtents(connection, topic).catch(() => undefined);
      for (const [partition, { high }] of extents ?? [])
        if (assignment.partitions.has(partition)) assignment.highWatermarks.set(partition, high);
    }
  }
}
