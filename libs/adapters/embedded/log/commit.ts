/** The appends that go to disk together: their bytes in one buffer, and the callers that wait for them. */
import type { AppendOutcome, RecordedEvent } from '@drawdown/engine/event-store';
import { recordBytesAtMost, closeRecord, writeRecord } from './record-format';
import type { StreamHead } from './stream-head';

const BUFFER_BYTES = 256 * 1024;
/** A bigger buffer is given back after its commit, so that one burst does not hold memory forever. */
const KEPT_BUFFER_BYTES_MAX = 8 * 1024 * 1024;

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Write {
  readonly head: StreamHead;
  /** Their positions are set when the commit is durable. */
  readonly events: Mutable<RecordedEvent>[];
  readonly start: number;
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: Error) => void;
}

export class Commit {
  readonly writes: Write[] = [];
  bytes = 0;

  constructor(public buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)) {}

  /** @throws RangeError when the append is over a limit; then the commit is as it was. */
  add(head: StreamHead, events: Mutable<RecordedEvent>[], resolve: Write['resolve'], reject: Write['reject']): void {
    const needed = this.bytes + recordBytesAtMost(head.stream, events);
    if (needed > this.buffer.length) this.grow(needed);
    const bytes = writeRecord(this.buffer, this.bytes, events);
    this.writes.push({ head, events, start: this.bytes, bytes, resolve, reject });
    this.bytes += bytes;
  }

  chain(offset: number): void {
    for (const { start, bytes } of this.writes) closeRecord(this.buffer, start, bytes, offset);
  }

  /** An empty commit that takes over the buffer. */
  recycled(): Commit {
    return this.buffer.length > KEPT_BUFFER_BYTES_MAX ? new Commit() : new Commit(this.buffer);
  }

  private grow(needed: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(bigger, 0, 0, this.bytes);
    this.buffer = bigger;
  }
}
