/**
 * One write and one sync at a time. What arrives meanwhile waits in the next commit and shares its sync, so a sync's
 * cost is divided among all who wait for it, and nobody waits for more than two.
 */
import { AppendUnknown, LogUnavailable, type RecordedEvent } from '@drawdown/engine/event-store';
import { Commit, type Mutable, type Write } from './commit';
import { type LogFiles, NothingWritten } from './log-files';
import type { StreamHead } from './stream-head';

/** Bytes that may wait for the commit in flight. Beyond it appends are refused: memory is bounded, callers may try again. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

export class GroupCommit {
  private filling = new Commit();
  private spare: Commit | undefined = new Commit();
  private running: Promise<void> | undefined;
  private settled: { promise: Promise<void>; fire: () => void } | undefined;
  /** Why nothing can be appended any more, if so. */
  failure: LogUnavailable | undefined;

  constructor(
    private readonly files: LogFiles,
    /** Called when a commit is durable, before the answers to its callers. */
    private readonly publish: (commit: Commit, offset: number) => void,
    /** Called once, with `failure`. */
    private readonly broken: (failure: LogUnavailable) => void,
  ) {}

  /** Takes part in the next commit. The caller has checked the revision. @throws RangeError, LogUnavailable: it takes no part. */
  add(head: StreamHead, events: Mutable<RecordedEvent>[], resolve: Write['resolve'], reject: Write['reject']): void {
    if (this.failure) throw new LogUnavailable(this.failure.message, { cause: this.failure });
    if (this.filling.bytes > WAITING_BYTES_MAX)
      throw new LogUnavailable(`more than ${WAITING_BYTES_MAX} bytes wait for the disk; try again`);
    this.filling.add(head, events, resolve, reject);
    head.pending += events.length;
    head.inFlight++;
    // Not at once, so that all appends of one turn share the first sync.
    this.running ??= Promise.resolve().then(() => this.run());
  }

  /** Resolves when the commit in flight or, when there is none, the next one has come to an end. */
  nextSettled(): Promise<void> {
    if (!this.settled) {
      let fire = (): void => undefined;
      const promise = new Promise<void>((resolve) => (fire = resolve));
      this.settled = { promise, fire };
    }
    return this.settled.promise;
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.filling.writes.length > 0) {
      const commit = this.filling;
      this.filling = this.spare ?? new Commit();
      this.spare = undefined;
      try {
        const offset = await this.files.append(commit.buffer, commit.bytes, (at) => commit.chain(at));
        this.publish(commit, offset);
      } catch (error) {
        this.fail(commit, error instanceof Error ? error : new Error(String(error)));
      }
      this.spare = commit.recycled();
      this.settled?.fire();
      this.settled = undefined;
    }
    this.running = undefined;
  }

  /** Waiting appends may depend on revisions of the failed commit, so they fail with it. */
  private fail(commit: Commit, error: Error): void {
    const nothingWritten = error instanceof NothingWritten;
    if (!nothingWritten) this.breakWith(error);
    const waiting = this.filling;
    this.filling = new Commit();
    for (const { head } of [...commit.writes, ...waiting.writes]) {
      head.inFlight = 0;
      head.pending = head.revision;
    }
    const unavailable = () => new LogUnavailable(`nothing was written: ${error.message}`, { cause: error });
    for (const { reject } of commit.writes)
      reject(
        nothingWritten
          ? unavailable()
          : new AppendUnknown(`the disk did not say whether it has the append: ${error.message}`, { cause: error }),
      );
    for (const { reject } of waiting.writes) reject(unavailable());
  }

  private breakWith(cause: Error): void {
    if (this.failure) return;
    this.failure = new LogUnavailable(`the log takes nothing until it is opened again: ${cause.message}`, { cause });
    this.broken(this.failure);
  }
}
