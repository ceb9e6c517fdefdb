/**
 * One partition while this member has it: records come in as they are fetched and are handed out in chunks, in order, one chunk at a
 * time. A chunk whose handling failed is handed out again, the very same; nothing behind it is touched before. The feed does not read
 * or commit; it says how far handling has come.
 */
import { Fault } from '@drawdown/engine/event-store';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import { recordBytes } from '../record/records';
import { type Semaphore, backOffMs, pause } from '@drawdown/engine/async';

const RETRY_FIRST_MS = 100;
const RETRY_MS_MAX = 5_000;
/** Where a person is needed first. Slow, so that logs stay readable, and yet without a restart once it is fixed. */
const BROKEN_RETRY_FIRST_MS = 2_000;
const BROKEN_RETRY_MS_MAX = 30_000;

export type Handle = (records: readonly QueueRecord[], signal: AbortSignal) => Promise<void>;

/** Why nothing moves: the fault that the next record meets again and again. */
export interface Stalled {
  readonly fault: Fault;
  readonly attempts: number;
  /** It is another fault than the time before. */
  readonly changed: boolean;
  readonly sinceMs: number;
}

export interface FeedSettings {
  readonly partition: number;
  /** The offset of the next record to be fetched. */
  readonly start: bigint;
  readonly handle: Handle;
  readonly recordsMax: number;
  /** Of one chunk. One record that is larger is a chunk of its own. */
  readonly bytesMax: number;
  readonly slots: Semaphore;
  /** Handling of the same partition from before it was assigned anew: it has to end first. */
  readonly after: Promise<void>;
  /** So many records were handled, and with them everything before the offset `next`. */
  readonly handled: (records: number, next: bigint) => void;
  readonly stalled: (stalled: Stalled) => void;
}

interface Fetched {
  readonly records: readonly QueueRecord[];
  /** Bytes of each. */
  readonly sizes: readonly number[];
  /** The offset after them, which is further than the last one where the batch held records that are not for reading. */
  readonly end: bigint;
}

interface Chunk {
  readonly records: readonly QueueRecord[];
  readonly bytes: number;
  readonly end: bigint;
}

export class PartitionFeed {
  /** The offset that has to be fetched next. */
  expected: bigint;
  /** Everything before this offset is handled. */
  position: bigint;
  bufferedBytes = 0;
  bufferedRecords = 0;
  stalled: Stalled | undefined;
  handlingSince: number | undefined;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;
  private readonly fetched: Fetched[] = [];
  /** Records of the first fetch that were handed out already. */
  private taken = 0;
  private readonly closed = new AbortController();
  private readonly aborted = new AbortController();
  private wake: (() => void) | undefined;

  constructor(private readonly settings: FeedSettings) {
    this.expected = settings.start;
    this.position = settings.start;
    this.ended = this.run();
  }

  get partition(): number {
    return this.settings.partition;
  }

  /** Records in order, fetched from `expected` on. */
  offer(records: readonly QueueRecord[], end: bigint): void {
    const sizes = records.map(recordBytes);
    this.expected = end;
    this.fetched.push({ records, sizes, end });
    this.bufferedRecords += records.length;
    for (const size of sizes) this.bufferedBytes += size;
    this.wakeUp();
  }

  /** Hands out no further chunk; the one in hand is waited for by `ended`. A chunk that waits to be tried again is let go. */
  close(): void {
    this.closed.abort();
    this.wakeUp();
  }

  /** The partition is no longer ours, or there is no more time: the chunk in hand is signalled to stop, and its end does not count. */
  abort(): void {
    this.aborted.abort();
    this.close();
  }

  private get closing(): boolean {
    return this.closed.signal.aborted;
  }

  private async run(): Promise<void> {
    await this.settings.after;
    while (!this.closing) {
      const chunk = this.next();
      if (chunk) await this.handleUntilDone(chunk);
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async handleUntilDone(chunk: Chunk): Promise<void> {
    for (let attempts = 1; !this.closing; attempts++) {
      const outcome = await this.handleOnce(chunk.records);
      if (outcome === 'let go' || this.aborted.signal.aborted) return;
      if (outcome === 'done') return this.done(chunk);
      const before = this.stalled;
      this.stalled = { fault: outcome, attempts, changed: outcome.code !== before?.fault.code, sinceMs: before?.sinceMs ?? Date.now() };
      this.settings.stalled(this.stalled);
      const [first, max] = outcome.retriable ? [RETRY_FIRST_MS, RETRY_MS_MAX] : [BROKEN_RETRY_FIRST_MS, BROKEN_RETRY_MS_MAX];
      await pause(backOffMs(attempts - 1, { minMs: first, maxMs: max }), this.closed.signal);
    }
  }

  private async handleOnce(records: readonly QueueRecord[]): Promise<'done' | 'let go' | Fault> {
    if (records.length === 0) return 'done';
    // Not held while waiting to try again: partitions that are well go on.
    const release = await this.settings.slots.take();
    if (this.closing) {
      release();
      return 'let go';
    }
    this.handlingSince = Date.now();
    try {
      await this.settings.handle(records, this.aborted.signal);
      return 'done';
    } catch (error) {
      // What is no fault is a bug. It needs a person, and the records must not be lost for it.
      return error instanceof Fault
        ? error
        : new Fault('unexpected', error instanceof Error ? error.message : String(error), false, { cause: error });
    } finally {
      this.handlingSince = undefined;
      release();
    }
  }

  private done({ records, bytes, end }: Chunk): void {
    this.stalled = undefined;
    this.position = end;
    this.bufferedRecords -= records.length;
    this.bufferedBytes -= bytes;
    this.settings.handled(records.length, end);
  }

  /** The next chunk, out of as many fetches as it takes. */
  private next(): Chunk | undefined {
    const { recordsMax, bytesMax } = this.settings;
    const records: QueueRecord[] = [];
    let bytes = 0;
    let end: bigint | undefined;
    for (let first = this.fetched[0]; first; first = this.fetched[0]) {
      while (this.taken < first.records.length) {
        const size = first.sizes[this.taken]!;
        const last = records.at(-1);
        if (last && (records.length === recordsMax || bytes + size > bytesMax)) return { records, bytes, end: BigInt(last.offset) + 1n };
        records.push(first.records[this.taken]!);
        bytes += size;
        this.taken += 1;
      }
      end = first.end;
      this.fetched.shift();
      this.taken = 0;
    }
    return end === undefined ? undefined : { records, bytes, end };
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
