/**
 * The partitions that this member has for one generation of the group, with what has come of them. It ends before the member joins
 * anew; from then on nothing of it is committed, whatever still runs.
 */
import type { Fault } from '@drawdown/engine/event-store';
import type { Extent } from './group-positions';
import { OffsetCommits } from './offset-commits';
import type { PartitionFeed } from './partition-feed';

/** Bytes fetched and not yet handled, over all partitions of one consumer. Each partition may hold its share, and one fetch more. */
const BUFFERED_BYTES_MAX = 32 * 1024 * 1024;

interface AssignedPartition {
  readonly feed: PartitionFeed;
  /** Not fetched for the moment, because enough of it is waiting. */
  full: boolean;
  /**
   * Where a fetch began that was not the next one. A fetch that begins there again, after the partition was sought where it has to go
   * on, is the next one: between lie only records that are not for reading. Absent: any other fetch is a stray one, of an earlier generation say.
   */
  strayed?: bigint;
}

export class Assignment {
  readonly partitions = new Map<number, AssignedPartition>();
  readonly commits: OffsetCommits;
  /** Of each partition, what was committed when the assignment began. */
  readonly committedBefore = new Map<number, bigint>();
  readonly highWatermarks = new Map<number, bigint>();
  current = true;

  constructor(
    readonly memberId: string,
    /** What is to be assigned, before it is known where each begins. */
    readonly assigned: readonly number[],
    send: (offsets: ReadonlyMap<number, bigint>) => Promise<boolean>,
    commitFailed: (fault: unknown) => void,
  ) {
    this.commits = new OffsetCommits(send, commitFailed);
  }

  begin(feed: PartitionFeed, committed: bigint | undefined, extent: Extent): void {
    this.partitions.set(feed.partition, { feed, full: false });
    if (committed !== undefined) this.committedBefore.set(feed.partition, committed);
    this.highWatermarks.set(feed.partition, extent.high);
  }

  /** Of one partition. */
  get bufferedBytesMax(): number {
    return BUFFERED_BYTES_MAX / Math.max(1, this.assigned.length);
  }

  committed(partition: number): bigint | undefined {
    return this.commits.committed.get(partition) ?? this.committedBefore.get(partition);
  }

  /** Waits for the chunks in hand, without taking new ones. */
  async drained(): Promise<void> {
    for (const { feed } of this.partitions.values()) feed.close();
    await Promise.all([...this.partitions.values()].map(({ feed }) => feed.ended));
  }

  end(): void {
    if (!this.current) return;
    this.current = false;
    this.commits.end();
    for (const { feed } of this.partitions.values()) feed.abort();
  }
}

export interface PartitionFigures {
  readonly partition: number;
  /** Everything before this offset is handled. */
  readonly position: string;
  /** Absent: nothing was committed yet. */
  readonly committed?: string;
  readonly highWatermark: string;
  /** Records that are there and not handled. */
  readonly lag: number;
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  /** Nothing is handed out, because the same chunk has failed and waits to be tried again. */
  readonly paused: boolean;
  readonly reason?: {
    readonly code: string;
    readonly message: string;
    readonly retriable: boolean;
    readonly attempts: number;
    readonly sinceMs: number;
  };
  /** Milliseconds for which the chunk in hand has been handled. */
  readonly handlingMs?: number;
}

export function partitionFigures(assignment: Assignment, { feed }: AssignedPartition, now: number): PartitionFigures {
  const { partition, position, stalled, bufferedRecords, bufferedBytes, handlingSince } = feed;
  const known = assignment.highWatermarks.get(partition) ?? position;
  // What was handled was there, however old the answer about the end is.
  const high = known > position ? known : position;
  const committed = assignment.committed(partition);
  return {
    partition,
    position: String(position),
    ...(committed !== undefined && { committed: String(committed) }),
    highWatermark: String(high),
    lag: Number(high - position),
    bufferedRecords,
    bufferedBytes,
    paused: stalled !== undefined,
    ...(stalled && { reason: { ...codeOf(stalled.fault), attempts: stalled.attempts, sinceMs: stalled.sinceMs } }),
    ...(handlingSince !== undefined && { handlingMs: now - handlingSince }),
  };
}

const codeOf = ({ code, message, retriable }: Fault): Pick<Fault, 'code' | 'message' | 'retriable'> => ({ code, message, retriable });
