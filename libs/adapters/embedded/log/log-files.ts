/** The segments of one log as one row of bytes: appends at the end, reads anywhere. Knows nothing of streams. */
import type { FileOperations } from '../file-operations';
import { LogUnavailable } from '@drawdown/engine/event-store';
import { createSegment, SEGMENT_HEADER_BYTES, type SegmentFile } from './segment-file';

const REWRITE_BYTES = 1024 * 1024;
/** Finished segments kept open for reading. */
const OPEN_SEGMENTS_MAX = 64;

/** The write left nothing: the log ends durably at its earlier end. */
export class NothingWritten extends Error {}
/** Nobody knows which bytes of the write are on disk before the log is opened again. */
class WriteUnknown extends Error {}

interface OpenSegment {
  readonly fd: Promise<number>;
  readers: number;
}

export class LogFiles {
  private readonly reading = new Map<number, OpenSegment>();

  constructor(
    private readonly files: FileOperations,
    private readonly directory: string,
    private readonly identity: Buffer,
    private readonly segmentBytesMax: number,
    private readonly segments: SegmentFile[],
    private fd: number,
  ) {}

  /** Offset of the first byte that is not durable. */
  get end(): number {
    return this.active.base + this.active.size;
  }

  private get active(): SegmentFile {
    return this.segments.at(-1)!;
  }

  /**
   * Writes bytes at the end and syncs them. `chain` is called with their offset before they are written.
   * @throws NothingWritten the disk refused them (full, most likely); the next append may work.
   * @throws WriteUnknown never append again.
   */
  async append(buffer: Buffer, bytes: number, chain: (offset: number) => void): Promise<number> {
    if (this.active.size > SEGMENT_HEADER_BYTES && this.active.size + bytes > this.segmentBytesMax) await this.roll();
    const { active, fd } = this;
    chain(active.base + active.size);
    try {
      for (let done = 0; done < bytes;) done += await this.files.write(fd, buffer, done, bytes - done, active.size + done);
    } catch (cause) {
      await this.cutBack(fd, active.size, cause);
      throw new NothingWritten(reasonOf(cause), { cause });
    }
    try {
      await this.files.datasync(fd);
    } catch (cause) {
      // A failed sync cannot be tried again: the kernel may have dropped the unwritten pages and marked them clean, so a
      // second sync would succeed over lost bytes. Only reading the file anew tells what it holds.
      throw new WriteUnknown(reasonOf(cause), { cause });
    }
    const offset = active.base + active.size;
    active.size += bytes;
    return offset;
  }

  /** Bytes from an offset; fewer than asked only at the end of the segment. */
  async read(offset: number, length: number): Promise<Buffer> {
    const segment = this.segmentOf(offset);
    const at = offset - segment.base;
    const wanted = Math.min(length, segment.size - at);
    const into = Buffer.allocUnsafe(Math.max(wanted, 0));
    const open = this.openForReading(segment);
    open.readers++;
    try {
      const fd = await open.fd;
      let done = 0;
      while (done < wanted) {
        const read = await this.files.read(fd, into.subarray(done), wanted - done, at + done);
        if (read === 0) break;
        done += read;
      }
      return into.subarray(0, done);
    } finally {
      open.readers--;
    }
  }

  segmentOf(offset: number): SegmentFile {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.segments[middle]!.base <= offset) low = middle;
      else high = middle - 1;
    }
    return this.segments[low]!;
  }

  isLast = (segment: SegmentFile): boolean => segment === this.active;

  /** The offset of the next record. After the end of a segment it is behind the header of the next one. */
  recordOffset(offset: number): number {
    const { base, size } = this.segmentOf(offset);
    if (offset < base + SEGMENT_HEADER_BYTES) return base + SEGMENT_HEADER_BYTES;
    return offset >= base + size && offset < this.end ? base + size + SEGMENT_HEADER_BYTES : offset;
  }

  /** Drops a torn tail, durably. Only while the log is being opened. @throws LogUnavailable */
  async cutTail(offset: number): Promise<void> {
    this.active.size = offset - this.active.base;
    try {
      await this.files.truncate(this.fd, this.active.size);
      await this.files.datasync(this.fd);
    } catch (cause) {
      throw notDurable(cause);
    }
  }

  /**
   * Makes sure that bytes which were read are on the disk. What a killed process wrote and did not sync can be read, and a power
   * cut still takes it. The last commit, the only one whose sync may have failed, is written once more with the same bytes: after
   * a failed sync the kernel may hold them as clean and would sync nothing. Only while the log is being opened.
   * @throws LogUnavailable
   */
  async makeDurable(from: number, lastCommit: number, to: number): Promise<void> {
    try {
      for (const segment of this.segments) {
        if (segment.base + segment.size <= from || segment.base >= to) continue;
        const fd = this.isLast(segment) ? this.fd : await this.files.open(segment.path, 'write');
        try {
          if (segment === this.segmentOf(lastCommit)) await this.rewrite(fd, segment, lastCommit, to);
          await this.files.datasync(fd);
        } finally {
          if (fd !== this.fd) await this.files.close(fd);
        }
      }
    } catch (cause) {
      throw notDurable(cause);
    }
  }

  async close(): Promise<void> {
    await this.files.close(this.fd);
    for (const { fd } of this.reading.values()) await this.files.close(await fd);
    this.reading.clear();
  }

  private async rewrite(fd: number, segment: SegmentFile, from: number, to: number): Promise<void> {
    for (let offset = from; offset < to;) {
      const bytes = await this.read(offset, Math.min(REWRITE_BYTES, to - offset));
      if (bytes.length === 0) throw new Error(`${segment.path} has become shorter`);
      for (let done = 0; done < bytes.length;)
        done += await this.files.write(fd, bytes, done, bytes.length - done, offset - segment.base + done);
      offset += bytes.length;
    }
  }

  // The cut is synced as well: after a power cut no record may come back of which we said that it was not written.
  private async cutBack(fd: number, size: number, cause: unknown): Promise<void> {
    try {
      await this.files.truncate(fd, size);
      await this.files.datasync(fd);
    } catch (second) {
      throw new WriteUnknown(`${reasonOf(cause)}; and taking it back failed: ${reasonOf(second)}`, { cause: second });
    }
  }

  private async roll(): Promise<void> {
    try {
      const { segment, fd } = await createSegment(this.files, this.directory, this.end, this.identity);
      const finished = this.fd;
      this.segments.push(segment);
      this.fd = fd;
      await this.files.close(finished).catch(() => undefined); // its bytes are synced; there is nothing left to lose
    } catch (cause) {
      throw new NothingWritten(reasonOf(cause), { cause });
    }
  }

  private openForReading(segment: SegmentFile): OpenSegment {
    const known = this.reading.get(segment.base);
    if (known) return known;
    for (const [base, old] of this.reading) {
      if (this.reading.size < OPEN_SEGMENTS_MAX) break;
      if (old.readers > 0) continue;
      this.reading.delete(base);
      void old.fd.then((fd) => this.files.close(fd)).catch(() => undefined);
    }
    const opened: OpenSegment = { fd: this.files.open(segment.path, 'read'), readers: 0 };
    opened.fd.catch(() => this.reading.delete(segment.base)); // the next reader tries again
    this.reading.set(segment.base, opened);
    return opened;
  }
}

const notDurable = (cause: unknown): LogUnavailable =>
  new LogUnavailable(`the log cannot be opened, because the disk cannot make durable what is in it: ${reasonOf(cause)}`, { cause });

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' ? `disk full (${code})` : message;
};
