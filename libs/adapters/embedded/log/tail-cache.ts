/** The newest records as objects, so that a follower at the end of the log never reads the disk. Bounded by bytes. */
import type { RecordedEvent } from '@drawdown/engine/event-store';

/** Bytes of an event in memory beside its text, roughly. */
const EVENT_OVERHEAD_BYTES = 200;

interface CachedRecord {
  readonly offset: number;
  readonly bytes: number;
  readonly events: readonly RecordedEvent[];
}

const GONE: CachedRecord = { offset: -1, bytes: 0, events: [] };

export class TailCache {
  private records: CachedRecord[] = [];
  /** Index of the oldest record that still counts; those before it await the next compaction. */
  private first = 0;
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  add(record: CachedRecord): void {
    this.records.push(record);
    this.bytes += costOf(record);
    while (this.bytes > this.bytesMax && this.first < this.records.length) {
      this.bytes -= costOf(this.records[this.first]!);
      this.records[this.first++] = GONE;
    }
    if (this.first * 2 > this.records.length) {
      this.records = this.records.slice(this.first);
      this.first = 0;
    }
  }

  at(offset: number): CachedRecord | undefined {
    const record = this.records[this.search(offset)];
    return record?.offset === offset ? record : undefined;
  }

  /** The records from the first at or after this offset on. Only while nothing is added. */
  *from(offset: number): Generator<CachedRecord> {
    for (let i = this.search(offset); i < this.records.length; i++) yield this.records[i]!;
  }

  private search(offset: number): number {
    let low = this.first;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.records[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const costOf = (record: CachedRecord): number => record.bytes + record.events.length * EVENT_OVERHEAD_BYTES;
