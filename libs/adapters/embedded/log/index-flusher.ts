/** Writes the stream index behind the log: a little after the first change, or sooner when much has changed. */
import type { OpenLog } from './log-recovery';
import type { RecordPlace, StreamHead } from './stream-head';
import type { StreamIndex } from './stream-index';

/** Longer: fewer rewrites of the same heads. Shorter: less to read again after a crash. */
const FLUSH_DELAY_MS = 1_000;
/** Changed heads that are not left to wait: about 50 MB of memory. */
const FLUSH_HEADS = 32_768;

export class IndexFlusher {
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private closed = false;
  /** Why the last flush failed, if it did. Appends go on; the next start reads more of the log. */
  failure: Error | undefined;

  constructor(
    readonly streams: StreamIndex,
    private readonly log: OpenLog,
  ) {
    if (streams.dirtyHeads > 0) this.flushLater();
  }

  add(head: StreamHead, place: RecordPlace, lastRevision: number): void {
    this.streams.add(head, place, lastRevision);
    if (this.streams.dirtyHeads >= FLUSH_HEADS) void this.flush();
    else this.flushLater();
  }

  /** Everything before `offset` has been added. */
  reach(offset: number, lastRecord: { readonly offset: number; readonly crc: number }): void {
    this.log.reached = { offset, lastRecord };
  }

  /** Flushes whatever is left. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
    if (this.streams.dirtyHeads > 0) await this.flush();
    await this.streams.close();
  }

  private flushLater(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_DELAY_MS).unref();
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushing ??= this.flushNow().finally(() => {
      this.flushing = undefined;
      if (this.streams.dirtyHeads > 0) this.flushLater();
    });
    return this.flushing;
  }

  private async flushNow(): Promise<void> {
    const { identity, reached, files } = this.log;
    try {
      await this.streams.flush({ log: identity, ...reached }, () => files.end);
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}
