/**
 * One membership in a group, from connecting until it crashes or is left. kafkajs fetches, joins and keeps the membership alive;
 * nothing is handled inside its callbacks, because it waits for all partitions of a broker before it fetches or beats again.
 *
 * Of kafkajs 2.2.4, and guarded here: a fetch of an earlier generation may be delivered after joining anew; its `commitOffsets` may
 * repeat a commit under a later generation; it starts at the oldest record without a word when the wanted one was deleted.
 */
import type { Fault } from '@drawdown/engine/event-store';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { Assignment } from './assignment';
import { Gathering } from './gathering';
import { committedOffsets, type Extent, topicExtents } from './group-positions';
import type { KafkaConnection } from '../connection/kafka-connection';
import { KafkaMisconfigured, KafkaUnavailable, RecordsDeletedUnread } from '../connection/kafka-fault';
import { type Handle, PartitionFeed, type Stalled } from './partition-feed';
import { queueRecord } from '../record/records';
import { type Semaphore, pause, withTimeout } from '@drawdown/engine/async';

/** So many heartbeats may be lost, and the member is still one. */
const HEARTBEATS_IN_SESSION = 6;
/** How long the group waits for a member to join anew. Members do so at once: nothing here holds them up. */
const REBALANCE_TIMEOUT_MS = 15_000;
/** A partition that was full is fetched again after at most this long; and so many fetches a second does an idle topic cost. */
const FETCH_WAIT_MS = 100;
/** Parts of one fetch that are taken in together. Of more partitions, the last ones wait until the first have been held. */
const FETCHED_PARTITIONS_AT_ONCE = 64;
const PARTITION_FETCH_BYTES = 1024 * 1024;
const FETCH_BYTES = 4 * 1024 * 1024;
const SILENCE_MS_MAX = 45_000;
const CONNECT_WITHIN_MS = 20_000;
const LEAVE_WITHIN_MS = 10_000;
const COMMIT_WITHIN_MS = 10_000;
const POSITIONS_RETRY_MS = 500;

interface SessionSettings {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  readonly sessionTimeoutMs: number;
  readonly handle: Handle;
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly slots: Semaphore;
  /** What is still running of each partition, from this session and those before it. */
  readonly running: Map<number, Promise<void>>;
  readonly handled: (partition: number, records: number) => void;
  readonly stalled: (partition: number, stalled: Stalled) => void;
  readonly onFault: (fault: Fault) => void;
  readonly joined: () => void;
  readonly committed: () => void;
}

export class ConsumerSession {
  assignment: Assignment | undefined;
  private readonly consumer: Consumer;
  private readonly gathering = new Gathering();
  private readonly ending = new AbortController();
  private readonly ended: Promise<Fault | undefined>;
  private end!: (fault: Fault | undefined) => void;
  private commit: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;
  private lastSign = Date.now();
  private leaving = false;

  constructor(
    private readonly settings: SessionSettings,
    client: Kafka = settings.connection.client(),
  ) {
    const { groupId, sessionTimeoutMs } = settings;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.consumer = client.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / HEARTBEATS_IN_SESSION),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_FETCH_BYTES,
      maxBytes: FETCH_BYTES,
      allowAutoTopicCreation: false,
      // A session that crashed is replaced from outside, always, by one with fresh connections.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.listen();
  }

  /** Resolves when the membership is over: with what ended it, or undefined after `leave`. Nothing of it is left then. */
  async run(): Promise<Fault | undefined> {
    const { connection, topic } = this.settings;
    try {
      await withTimeout(CONNECT_WITHIN_MS, this.connect(topic), () => new KafkaUnavailable(`no connection within ${CONNECT_WITHIN_MS} ms`));
      const watch = setInterval(() => this.watch(), FETCH_WAIT_MS * 10);
      const fault = await this.ended.finally(() => clearInterval(watch));
      return fault;
    } catch (error) {
      return connection.fault(`read ${topic}`, error);
    } finally {
      this.endAssignment();
      this.ending.abort();
      await withTimeout(LEAVE_WITHIN_MS, this.consumer.disconnect(), () => new Error('late')).catch(() => undefined);
    }
  }

  /** Takes no new chunk, waits for those in hand within the bound, commits, and ends. */
  async leave(drainMs: number): Promise<void> {
    this.leaving = true;
    const { assignment } = this;
    if (assignment?.current) {
      this.onKafka(() => this.consumer.pause([{ topic: this.settings.topic }]));
      await withTimeout(drainMs, assignment.drained(), () => new Error('late')).catch(() => undefined);
      await withTimeout(COMMIT_WITHIN_MS, assignment.commits.flush(), () => new Error('late')).catch(() => undefined);
    }
    this.end(undefined);
  }

  private async connect(topic: string): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: FETCHED_PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.take(payload),
    });
  }

  private listen(): void {
    const { events } = this.consumer;
    const { topic, connection, groupId } = this.settings;
    this.consumer.on(events.CRASH, ({ payload }) => this.end(connection.fault(`read ${topic}`, payload.error)));
    this.consumer.on(events.REBALANCING, () => this.endAssignment());
    // Joining anew without an announcement. The new generation is in use only after the next answer, so nothing is committed under it by mistake.
    this.consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'JoinGroup') this.endAssignment();
    });
    this.consumer.on(events.FETCH, () => (this.lastSign = Date.now()));
    this.consumer.on(events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.passOver(payload.partition, BigInt(payload.firstOffset), BigInt(payload.lastOffset));
    });
    // In front of GROUP_JOIN, which then begins nothing: partitions of ours may have gone to a member that does not read them.
    this.consumer.on(events.RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => {
      this.leaving = true;
      this.end(
        new KafkaMisconfigured(
          `the group ${groupId} is shared with members that read ${payload.topicsNotSubscribed.join(', ')}, and this one reads ${topic}. Give each topic's readers a group of their own: correct KAFKA_GROUP`,
        ),
      );
    });
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.lastSign = Date.now();
      void this.begin(payload.memberId, payload.memberAssignment[topic] ?? []);
    });
  }

  private watch(): void {
    if (Date.now() - this.lastSign <= SILENCE_MS_MAX) return;
    this.end(
      new KafkaUnavailable(`nothing was heard from Kafka for ${SILENCE_MS_MAX} ms while reading ${this.settings.topic}; connecting anew`),
    );
  }

  /** Each partition goes on where the group has committed: asked here, and not left to the client, so that any gap is noticed. */
  private async begin(memberId: string, assigned: readonly number[]): Promise<void> {
    this.endAssignment();
    if (this.leaving) return;
    const { connection, groupId, topic } = this.settings;
    const assignment = new Assignment(
      memberId,
      assigned,
      (offsets) => this.send(assignment, offsets),
      (error) => this.settings.onFault(connection.fault(`commit offsets of ${topic} for the group ${groupId}`, error)),
    );
    this.assignment = assignment;
    this.onKafka(() => this.consumer.pause([{ topic, partitions: [...assigned] }]));
    for (;;) {
      try {
        const [extents, committed] = await Promise.all([topicExtents(connection, topic), committedOffsets(connection, groupId, topic)]);
        if (!assignment.current) return;
        for (const partition of assigned) this.open(assignment, partition, committed.get(partition), extents.get(partition) ?? EMPTY);
        return this.settings.joined();
      } catch (error) {
        if (!assignment.current) return;
        this.settings.onFault(connection.fault(`find where the group ${groupId} stands in ${topic}`, error));
        await pause(POSITIONS_RETRY_MS, this.ending.signal);
        if (!assignment.current) return;
      }
    }
  }

  private open(assignment: Assignment, partition: number, committed: bigint | undefined, extent: Extent): void {
    const { handle, recordsMax, bytesMax, slots, running } = this.settings;
    const start = committed ?? extent.low;
    const feed: PartitionFeed = new PartitionFeed({
      partition,
      start: this.within(start, extent, partition),
      handle,
      recordsMax,
      bytesMax,
      slots,
      after: running.get(partition) ?? Promise.resolve(),
      handled: (records, next) => {
        this.settings.handled(partition, records);
        if (!assignment.current) return;
        assignment.commits.note(partition, next);
        this.fetchAgain(assignment, partition);
      },
      stalled: (stalled) => this.settings.stalled(partition, stalled),
    });
    running.set(partition, feed.ended);
    assignment.begin(feed, committed, extent);
    this.goTo(partition, feed.expected);
  }

  /** Where to go on, when the wanted offset may be gone. Said loudly: what was deleted unread is lost to this group. */
  private within(wanted: bigint, { low, high }: Extent, partition: number): bigint {
    if (wanted >= low && wanted <= high) return wanted;
    this.settings.onFault(new RecordsDeletedUnread(this.settings.topic, partition, wanted, low));
    return low;
  }

  private goTo(partition: number, offset: bigint): void {
    const { topic } = this.settings;
    this.onKafka(() => {
      this.consumer.seek({ topic, partition, offset: String(offset) });
      this.consumer.resume([{ topic, partitions: [partition] }]);
    });
  }

  private async take({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    this.commit = commitOffsetsIfNecessary;
    const { assignment } = this;
    const assigned = assignment?.partitions.get(partition);
    if (assignment?.current && assigned) {
      const { feed } = assigned;
      const from = fetchedFrom(batch);
      if (from === feed.expected || (from > feed.expected && from === assigned.strayed)) {
        delete assigned.strayed;
        feed.offer(
          batch.messages.map((message) => queueRecord(topic, partition, message)),
          BigInt(batch.lastOffset()) + 1n,
        );
        resolveOffset(batch.lastOffset());
        assignment.highWatermarks.set(partition, BigInt(batch.highWatermark));
        if (feed.bufferedBytes >= assignment.bufferedBytesMax) {
          assigned.full = true;
          this.consumer.pause([{ topic, partitions: [partition] }]);
        }
        // kafkajs fetches again when all parts of this fetch are done with.
        const ms = this.gathering.fetched(batch.messages.length);
        if (ms > 0) await pause(ms, this.ending.signal);
      } else await this.findBack(assignment, partition, from);
    }
    await heartbeat();
  }

  /** Only marks of transactions, or records of those that were broken off. */
  private passOver(partition: number, first: bigint, last: bigint): void {
    const assigned = this.assignment?.partitions.get(partition);
    if (!assigned || !this.assignment?.current || first !== assigned.feed.expected) return;
    delete assigned.strayed;
    assigned.feed.offer([], last + 1n);
  }

  /** A fetch from elsewhere than where the partition has to go on: of an earlier generation, or because records were deleted. */
  private async findBack(assignment: Assignment, partition: number, from: bigint): Promise<void> {
    const assigned = assignment.partitions.get(partition)!;
    const extent = (await topicExtents(this.settings.connection, this.settings.topic)).get(partition);
    if (!assignment.current || !extent) return;
    assigned.feed.expected = this.within(assigned.feed.expected, extent, partition);
    assigned.strayed = from;
    this.goTo(partition, assigned.feed.expected);
  }

  private fetchAgain(assignment: Assignment, partition: number): void {
    const assigned = assignment.partitions.get(partition)!;
    if (!assigned.full || assigned.feed.bufferedBytes > assignment.bufferedBytesMax / 2) return;
    assigned.full = false;
    this.onKafka(() => this.consumer.resume([{ topic: this.settings.topic, partitions: [partition] }]));
  }

  /**
   * Not by the consumer's own `commitOffsets`: this one reads the generation at once and never repeats itself under a later one. It comes
   * with the first records of any partition; where a partition begins with marks of transactions alone, its offset waits for that.
   */
  private async send(assignment: Assignment, offsets: ReadonlyMap<number, bigint>): Promise<boolean> {
    const { commit } = this;
    if (!commit || !assignment.current) return false;
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    await withTimeout(
      COMMIT_WITHIN_MS,
      commit({ topics: [{ topic: this.settings.topic, partitions }] }),
      () => new KafkaUnavailable(`no answer within ${COMMIT_WITHIN_MS} ms`),
    );
    this.settings.committed();
    return true;
  }

  private endAssignment(): void {
    this.assignment?.end();
  }

  /** After a crash kafkajs refuses such calls; the session is over then anyhow. */
  private onKafka(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.end(this.settings.connection.fault(`read ${this.settings.topic}`, error));
    }
  }
}

const EMPTY: Extent = { low: 0n, high: 0n };

/** The offset that was asked for. kafkajs 2.2.4 has it on every batch; its types do not say so. */
function fetchedFrom(batch: EachBatchPayload['batch']): bigint {
  const from: unknown = Reflect.get(batch, 'fetchedOffset');
  if (typeof from !== 'string') throw new TypeError('kafkajs no longer says which offset a batch was fetched from');
  return BigInt(from);
}
