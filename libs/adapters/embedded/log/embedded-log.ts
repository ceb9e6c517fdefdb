/** The log in files of its own process: the default without EventStoreDB. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import {
  type AppendOutcome,
  assertAppendable,
  type EventLog,
  type EventPlace,
  type ExpectedRevision,
  LogClosed,
  type LogUnavailable,
  type NewEvent,
  READ_LIMIT_MAX,
  type ReadStreamOptions,
  type RecordedEvent,
  type RoundOutcome,
  type StreamAppend,
  type Subscription,
} from '@drawdown/engine/event-store';
import type { Commit } from './commit';
import { DirectoryLock } from '../directory-lock';
import { type FileOperations, nodeFiles } from '../file-operations';
import { GroupCommit } from './group-commit';
import { LogReader } from './log-reader';
import { LogSubscription } from './log-subscription';
import { IndexFlusher } from './index-flusher';
import { openLogFiles, type Recovered, recoverIndex } from './log-recovery';
import { positionOf, recordCrc } from './record-format';
import { TailCache } from './tail-cache';

export interface EmbeddedLogOptions {
  /** The data directory: this log uses `log/`, `stream-index/` and the file LOCK in it. Made when it is not there. */
  readonly directory: string;
  readonly clock: () => Instant;
  /** A new file is begun when one would grow beyond this. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Newest events kept in memory for followers. Default 8 MiB. */
  readonly tailCacheBytes?: number;
  /** Streams whose head is kept in memory. Default 32,768; about 1 KB each. */
  readonly headsCached?: number;
  readonly files?: FileOperations;
}

export class EmbeddedLog implements EventLog {
  private readonly subscriptions = new Set<LogSubscription>();
  private readonly commits: GroupCommit;
  private readonly reader: LogReader;
  private closing: Promise<void> | undefined;
  /**
   * Rejects, once, with `failure` when the disk has left an append unknown: the log takes nothing more until it is opened again,
   * and can be read meanwhile. Never settles otherwise. Nobody has to listen.
   */
  readonly broken: Promise<never>;

  private constructor(
    private readonly clock: () => Instant,
    private readonly lock: DirectoryLock,
    private readonly log: Awaited<ReturnType<typeof openLogFiles>>,
    private readonly index: IndexFlusher,
    private readonly tail: TailCache,
    private last: bigint,
    /** The repairs at opening. If one of them is not zero, the service logs them. */
    readonly recovered: Recovered,
  ) {
    this.reader = new LogReader(log.files, index.streams, tail);
    let broken: (failure: LogUnavailable) => void = () => undefined;
    this.broken = new Promise((_, reject) => (broken = reject));
    this.broken.catch(() => undefined);
    this.commits = new GroupCommit(log.files, (commit, offset) => this.publish(commit, offset), broken);
  }

  /**
   * @throws DirectoryLocked another process has the directory.
   * @throws LogCorrupt stored bytes are damaged; nothing was changed.
   */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const {
      directory,
      clock,
      segmentBytes = 64 * 1024 * 1024,
      tailCacheBytes = 8 * 1024 * 1024,
      headsCached = 32_768,
      files = nodeFiles,
    } = options;
    mkdirSync(directory, { recursive: true });
    const lock = DirectoryLock.acquire(directory);
    try {
      const log = await openLogFiles(files, join(directory, 'log'), segmentBytes);
      try {
        const { streams, last, recovered } = await recoverIndex(log, join(directory, 'stream-index'), headsCached);
        const index = new IndexFlusher(streams, log);
        return new EmbeddedLog(clock, lock, log, index, new TailCache(tailCacheBytes), last, recovered);
      } catch (error) {
        await log.files.close();
        throw error;
      }
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Why the log takes nothing until it is opened again, if so. A full disk is no such reason: it is forgotten when there is room. */
  get failure(): LogUnavailable | undefined {
    return this.commits.failure;
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      assertAppendable(stream, events, expected);
      const answered = this.tryAppend(stream, events, expected, false, resolve, reject);
      if (!answered) this.appendWhenSettled(stream, events, expected, resolve, reject);
    });
  }

  appendRound(appends: readonly StreamAppend[]): Promise<readonly RoundOutcome[]> {
    return new Promise((resolve) => {
      const outcomes = new Array<RoundOutcome>(appends.length);
      let open = appends.length;
      if (open === 0) resolve(outcomes);
      const settle = (i: number, outcome: RoundOutcome): void => {
        outcomes[i] = outcome;
        open -= 1;
        if (open === 0) resolve(outcomes);
      };
      for (let i = 0; i < appends.length; i++) {
        const { stream, events, expected } = appends[i]!;
        const appended = (outcome: AppendOutcome): void => settle(i, outcome);
        const failed = (fault: unknown): void => settle(i, { outcome: 'failed', fault });
        try {
          assertAppendable(stream, events, expected);
          if (!this.tryAppend(stream, events, expected, false, appended, failed))
            this.appendWhenSettled(stream, events, expected, appended, failed);
        } catch (fault) {
          failed(fault);
        }
      }
    });
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    this.assertOpen();
    return this.reader.readStream(stream, options);
  }

  async readPlaces(places: readonly EventPlace[]): Promise<readonly (RecordedEvent | undefined)[]> {
    this.assertOpen();
    return this.reader.readPlaces(places);
  }

  async readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]> {
    this.assertOpen();
    return after >= this.last ? [] : this.reader.readAll(after, Math.min(limit, READ_LIMIT_MAX));
  }

  async readAt(position: bigint): Promise<RecordedEvent | undefined> {
    const [event] = position < 0n ? [] : await this.readAll(position - 1n, 1);
    return event?.position === position ? event : undefined;
  }

  async head(): Promise<bigint> {
    this.assertOpen();
    return this.last;
  }

  subscribe(after: bigint, handler: (events: readonly RecordedEvent[]) => Promise<void>): Subscription {
    this.assertOpen();
    const subscription = new LogSubscription(this, this.last, after, handler, () => this.subscriptions.delete(subscription));
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** Waits for appends in flight and for running handlers; later calls are refused. Do not await it in a handler. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await this.commits.idle();
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    try {
      await this.index.close();
      await this.log.files.close();
    } finally {
      this.lock.release();
    }
  }

  /** False when only the commit in flight can tell the answer. */
  private tryAppend(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
    waited: boolean,
    resolve: (outcome: AppendOutcome) => void,
    reject: (error: Error) => void,
  ): boolean {
    this.assertOpen();
    const head = this.index.streams.head(stream);
    const wanted = expected === 'no_stream' ? -1 : expected;
    if (wanted === head.pending) {
      const recordedAt = this.clock();
      const recorded = events.map(({ id, type, data, metadata }, i) => ({
        id,
        type,
        data,
        metadata,
        stream,
        revision: wanted + 1 + i,
        position: -1n,
        recordedAt,
      }));
      this.commits.add(head, recorded, resolve, reject);
      return true;
    }
    // An append in flight may still come to nothing, so it is no reason for a conflict until it is durable.
    if (head.inFlight > 0 && (!waited || wanted === head.revision)) return false;
    resolve({ outcome: 'conflict', revision: head.revision === -1 ? 'no_stream' : head.revision });
    return true;
  }

  private appendWhenSettled(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
    resolve: (outcome: AppendOutcome) => void,
    reject: (error: Error) => void,
  ): void {
    this.commits
      .nextSettled()
      .then(() => {
        const answered = this.tryAppend(stream, events, expected, true, resolve, reject);
        if (!answered) this.appendWhenSettled(stream, events, expected, resolve, reject);
      })
      .catch(reject);
  }

  private publish(commit: Commit, commitStart: number): void {
    for (const { head, events, start, bytes, resolve } of commit.writes) {
      const offset = commitStart + start;
      for (let i = 0; i < events.length; i++) events[i]!.position = positionOf(offset, i);
      const { revision, position } = events.at(-1)!;
      this.index.add(head, { firstRevision: events[0]!.revision, offset, bytes }, revision);
      this.tail.add({ offset, bytes, events });
      head.inFlight--;
      this.last = position;
      resolve({ outcome: 'appended', revision, position });
    }
    const { start } = commit.writes.at(-1)!;
    this.index.reach(commitStart + commit.bytes, { offset: commitStart + start, crc: recordCrc(commit.buffer, start) });
    for (const subscription of this.subscriptions) subscription.wake();
  }

  private assertOpen(): void {
    if (this.closing) throw new LogClosed('the log is closed');
  }
}
