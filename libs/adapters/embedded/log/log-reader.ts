/** Reads durable events: new ones from memory, others from the files. The CRC of every record is checked. */
import {
  type EventPlace,
  EVENTS_PER_APPEND_MAX,
  READ_LIMIT_MAX,
  type ReadStreamOptions,
  type RecordedEvent,
} from '@drawdown/engine/event-store';
import { LogCorrupt } from './log-corrupt';
import type { LogFiles } from './log-files';
import { recordAt, scanRecords } from './log-scan';
import { indexOf, isIntact, offsetOf, readRecordEvents, RECORD_HEADER_BYTES, recordBytes } from './record-format';
import type { RecordPlace } from './stream-head';
import type { StreamIndex } from './stream-index';
import type { TailCache } from './tail-cache';

const WINDOW_BYTES = 256 * 1024;
/** A page of the complete log ends after the record that exceeds this. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Records that lie near each other in a file are read together, up to this. */
const RUN_BYTES_MAX = 1024 * 1024;
/** Between two records of one read. To read so much more costs less than to read twice. */
const GAP_BYTES_MAX = 16 * 1024;
const READS_AT_ONCE = 16;

export class LogReader {
  constructor(
    private readonly files: LogFiles,
    private readonly index: StreamIndex,
    private readonly tail: TailCache,
  ) {}

  async readStream(
    stream: string,
    { direction = 'forwards', from, limit = READ_LIMIT_MAX }: ReadStreamOptions,
  ): Promise<readonly RecordedEvent[]> {
    const head = this.index.head(stream);
    const count = Math.min(limit, READ_LIMIT_MAX);
    const forwards = direction === 'forwards';
    const low = Math.max(0, forwards ? (from ?? 0) : Math.min(from ?? head.revision, head.revision) - count + 1);
    const high = Math.min(head.revision, forwards ? low + count - 1 : (from ?? head.revision));
    if (low > high) return [];
    const records = await this.readRecords(this.index.places(head, low, high));
    const events = records.flat().filter(({ revision }) => revision >= low && revision <= high);
    return forwards ? events : events.reverse();
  }

  /** The event at each place, in the order of the places. Undefined: the stream is not so long. */
  async readPlaces(places: readonly EventPlace[]): Promise<readonly (RecordedEvent | undefined)[]> {
    const wanted: { readonly i: number; readonly revision: number; readonly record: RecordPlace }[] = [];
    for (const [i, { stream, revision }] of places.entries()) {
      const head = this.index.head(stream);
      if (revision <= head.revision) wanted.push({ i, revision, record: this.index.place(head, revision) });
    }
    wanted.sort((a, b) => a.record.offset - b.record.offset);
    const records = await this.readRecords(wanted.map(({ record }) => record));
    const found = new Array<RecordedEvent | undefined>(places.length);
    for (const [k, { i, revision, record }] of wanted.entries()) found[i] = records[k]![revision - record.firstRevision];
    return found;
  }

  async readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let page = 0;
    /** Takes a record's events; true when the page is full. */
    const take = (record: readonly RecordedEvent[], bytes: number): boolean => {
      const fresh = record[0]!.position > after ? record : record.slice(indexOf(after) + 1);
      for (const event of fresh) {
        if (events.length >= limit) return true;
        events.push(event);
      }
      page += bytes;
      return page >= PAGE_BYTES || events.length >= limit;
    };
    let offset = await this.startAfter(after);
    while (offset < this.files.end) {
      if (this.tail.at(offset)) {
        for (const record of this.tail.from(offset)) if (take(record.events, record.bytes)) break;
        return events;
      }
      const window = await this.files.read(offset, WINDOW_BYTES);
      let at = 0;
      while (at + RECORD_HEADER_BYTES <= window.length) {
        const bytes = recordBytes(window, at);
        if (bytes !== undefined && at + bytes > window.length) break;
        if (bytes === undefined || !isIntact(window, at, bytes)) throw this.unreadable(offset + at);
        if (take(readRecordEvents(window, at, offset + at), bytes)) return events;
        at += bytes;
      }
      if (at === 0) {
        const record = await recordAt(this.files, offset);
        if (!record) throw this.unreadable(offset);
        if (take(readRecordEvents(record.buffer, 0, offset), record.bytes)) return events;
        at = record.bytes;
      }
      offset = this.files.recordOffset(offset + at);
    }
    return events;
  }

  /** The offset of a record, or the end of the log. No earlier event is after the position. The position may be of another log. */
  private async startAfter(after: bigint): Promise<number> {
    if (after < 0n) return this.files.recordOffset(0);
    // The position before that of a record's first event is, in numbers, the last place at the byte before the record.
    const next = this.files.recordOffset(offsetOf(after) + 1);
    if (indexOf(after) === EVENTS_PER_APPEND_MAX - 1 && (await this.beginsAt(next))) return next;
    const own = this.files.recordOffset(offsetOf(after));
    return own >= this.files.end || (await this.beginsAt(own)) ? own : this.recordFrom(own);
  }

  private async beginsAt(offset: number): Promise<boolean> {
    return this.tail.at(offset) !== undefined || (await recordAt(this.files, offset)) !== undefined;
  }

  /**
   * Where the first record at or after an offset begins, wherever in a segment that is. Found by going through the segment from its
   * start, so that a damaged record is never taken for a place between two.
   */
  private async recordFrom(offset: number): Promise<number> {
    const scan = scanRecords(this.files, this.files.segmentOf(offset).base);
    let next = await scan.next();
    for (; !next.done; next = await scan.next()) if (next.value.offset >= offset) return next.value.offset;
    if (next.value.stoppedAt < this.files.end) throw this.unreadable(next.value.stoppedAt);
    return this.files.end;
  }

  /** The events of each record. @param places by rising offset */
  private async readRecords(places: readonly RecordPlace[]): Promise<(readonly RecordedEvent[])[]> {
    const runs: RecordPlace[][] = [];
    let run: RecordPlace[] | undefined;
    for (const place of places) {
      if (run && this.joins(run, place)) run.push(place);
      else runs.push((run = [place]));
    }
    const records: (readonly RecordedEvent[])[] = [];
    for (let i = 0; i < runs.length; i += READS_AT_ONCE)
      for (const read of await Promise.all(runs.slice(i, i + READS_AT_ONCE).map((next) => this.readRun(next)))) records.push(...read);
    return records;
  }

  private joins(run: readonly RecordPlace[], { offset, bytes }: RecordPlace): boolean {
    const first = run[0]!.offset;
    const last = run.at(-1)!;
    if (offset - (last.offset + last.bytes) > GAP_BYTES_MAX || offset + bytes - first > RUN_BYTES_MAX) return false;
    return this.files.segmentOf(first) === this.files.segmentOf(offset);
  }

  private async readRun(places: readonly RecordPlace[]): Promise<(readonly RecordedEvent[])[]> {
    const cached = places.map(({ offset }) => this.tail.at(offset)?.events);
    if (cached.every((events) => events !== undefined)) return cached;
    const start = places[0]!.offset;
    const last = places.at(-1)!;
    const buffer = await this.files.read(start, last.offset + last.bytes - start);
    return places.map(({ offset, bytes }) => {
      const at = offset - start;
      if (at + bytes > buffer.length || recordBytes(buffer, at) !== bytes || !isIntact(buffer, at, bytes)) throw this.unreadable(offset);
      return readRecordEvents(buffer, at, offset);
    });
  }

  private unreadable(offset: number): Error {
    const segment = this.files.segmentOf(offset);
    return new LogCorrupt(segment.path, offset - segment.base, 'a record is not what was written. Bring the file back from a copy');
  }
}
