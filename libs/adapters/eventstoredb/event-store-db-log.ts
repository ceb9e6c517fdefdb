/** The log in EventStoreDB: one stream there for each of ours, under the same name. */
import {
  APPEND_BYTES_MAX,
  appendSeparately,
  type AppendOutcome,
  AppendTooLarge,
  AppendUnknown,
  assertAppendable,
  type EventLog,
  type EventPlace,
  type ExpectedRevision,
  type Fault,
  LogClosed,
  LogUnavailable,
  type NewEvent,
  READ_LIMIT_MAX,
  readSeparately,
  type ReadStreamOptions,
  type RecordedEvent,
  type RoundOutcome,
  type StreamAppend,
  STREAM_NAME_BYTES_MAX,
  type Subscription,
} from '@drawdown/engine/event-store';
import { appendRequest } from './append-request';
import { type Answer, BatchAppends } from './batch-appends';
import { Connection } from './connection';
import { isRefusedPosition } from './faults';
import { InFlight } from './in-flight';
import { EventStoreDbSubscription } from './log-subscription';
import { allRequest, streamRequest } from './messages';
import { type Page, PAGE_BYTES, readPage } from './reading';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';

const APPEND_TIMEOUT_MS = 10_000;
/** A read fails when nothing comes for so long. */
const READ_SILENCE_MS = 10_000;
/** More appends wait in line: what is in flight is all in memory, and all in doubt when the connection breaks. */
const APPENDS_IN_FLIGHT_MAX = 512;
const APPEND_BYTES_IN_FLIGHT_MAX = 16 * 1024 * 1024;
/** Backward pages in the search for the last event that is not the server's own. */
const HEAD_PAGE = 16;
const PROBE_STREAM = 'drawdown-probe';
/** No stream has come so far: an append that expects it is refused, after the rights have been looked at. */
const NEVER_REACHED = Number.MAX_SAFE_INTEGER;
const PROBE: NewEvent = { id: '6f1a2c1e-0d0b-4d3a-9a55-0f8f0f6a7b11', type: 'Probed', data: '{}', metadata: '{}' };
const PROBE_BYTES = { data: PROBE.data.length, metadata: PROBE.metadata.length };

interface EventStoreDbLogOptions {
  /** esdb://... TLS, its authority and the credentials are in it. */
  readonly connectionString: string;
  /** From the call of `append` to its outcome. Default APPEND_TIMEOUT_MS. */
  readonly appendTimeoutMs?: number;
  /** Default READ_SILENCE_MS. */
  readonly readSilenceMs?: number;
  readonly appendsInFlightMax?: number;
  readonly appendBytesInFlightMax?: number;
  /** Each time a subscription has lost its connection and will begin another one. */
  readonly onInterrupted?: (fault: Fault) => void;
}

interface EventStoreDbFigures {
  readonly appended: number;
  readonly conflicts: number;
  /** May or may not have been written. */
  readonly unknown: number;
  /** Nothing was written: no room in time, no connection, or refused. */
  readonly failed: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly resubscriptions: number;
}

export class EventStoreDbLog implements EventLog {
  private readonly subscriptions = new Set<EventStoreDbSubscription>();
  private readonly appends: BatchAppends;
  private readonly inFlight: InFlight;
  private readonly counted = { appended: 0, conflicts: 0, unknown: 0, failed: 0, resubscriptions: 0 };
  /** A position at or before the last event: a search for the head ends there. */
  private knownHead = -1n;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly connection: Connection,
    private readonly options: EventStoreDbLogOptions,
  ) {
    this.appends = new BatchAppends(connection);
    this.inFlight = new InFlight(
      options.appendsInFlightMax ?? APPENDS_IN_FLIGHT_MAX,
      options.appendBytesInFlightMax ?? APPEND_BYTES_IN_FLIGHT_MAX,
    );
  }

  /** Does not wait for the server. @throws Fault naming EVENTSTORE_URL when the connection string cannot be one. */
  static open(options: EventStoreDbLogOptions): EventStoreDbLog {
    return new EventStoreDbLog(Connection.to(options.connectionString), options);
  }

  /**
   * Whether the server is there and lets us read and write; writes nothing.
   * @throws LogUnavailable it cannot be reached now.
   * @throws Fault that is not retriable: what a person must remedy, and where.
   */
  async probe(): Promise<void> {
    await this.head();
    const request = (correlation: string) => appendRequest(correlation, PROBE_STREAM, [PROBE], [PROBE_BYTES], NEVER_REACHED);
    await this.appends.send(request, 'asking whether we may write', this.appendTimeoutMs).catch((error: unknown) => {
      throw error instanceof AppendUnknown ? new LogUnavailable(error.message, { cause: error }) : error;
    });
  }

  figures(): EventStoreDbFigures {
    return { ...this.counted, inFlight: this.inFlight.count, waiting: this.inFlight.waiting };
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    assertAppendable(stream, events, expected);
    assertOurs(stream);
    const sizes = events.map(({ data, metadata }) => ({ data: Buffer.byteLength(data), metadata: Buffer.byteLength(metadata) }));
    const size = sizes.reduce((sum, { data, metadata }) => sum + data + metadata, 0);
    if (size > APPEND_BYTES_MAX) throw new AppendTooLarge(size);
    this.assertOpen();
    try {
      const answer = await this.send(size, stream, (correlation) => appendRequest(correlation, stream, events, sizes, expected));
      if (answer.kind === 'conflict') {
        this.counted.conflicts += 1;
        return { outcome: 'conflict', revision: answer.revision };
      }
      const { revision } = answer;
      const position = answer.position ?? (await this.positionOf(stream, revision));
      this.counted.appended += 1;
      return { outcome: 'appended', revision, position };
    } catch (fault) {
      if (fault instanceof AppendUnknown) this.counted.unknown += 1;
      else this.counted.failed += 1;
      throw fault;
    }
  }

  appendRound(appends: readonly StreamAppend[]): Promise<readonly RoundOutcome[]> {
    return appendSeparately((stream, events, expected) => this.append(stream, events, expected), appends);
  }

  async readStream(
    stream: string,
    { direction = 'forwards', from, limit = READ_LIMIT_MAX }: ReadStreamOptions = {},
  ): Promise<readonly RecordedEvent[]> {
    const count = Math.min(limit, READ_LIMIT_MAX);
    if (count < 1) return [];
    const begin = from ?? (direction === 'forwards' ? 'start' : 'end');
    const { read } = await this.read(streamRequest(stream, begin, direction, count), `reading ${stream}`);
    return read.flatMap(({ event }) => (event ? [event] : []));
  }

  readPlaces(places: readonly EventPlace[]): Promise<readonly (RecordedEvent | undefined)[]> {
    return readSeparately((stream, options) => this.readStream(stream, options), places);
  }

  async readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]> {
    const count = Math.min(limit, READ_LIMIT_MAX);
    if (count < 1) return [];
    // The event at a position is read with what follows it, and events of the server's own lie between ours.
    for (let from: bigint | 'start' = after < 0n ? 'start' : after; ;) {
      const asked: number = from === 'start' ? count : count + 1;
      const { read, complete }: Page = await this.read(allRequest(from, 'forwards', asked), 'reading all', PAGE_BYTES);
      const events = read.flatMap(({ event }) => (event && event.position > after ? [event] : []));
      const last = read.at(-1)?.position;
      if (events.length > 0 || last === undefined || last === from || (complete && read.length < asked)) return events;
      from = last;
    }
  }

  async readAt(position: bigint): Promise<RecordedEvent | undefined> {
    if (position < 0n || position > (await this.head())) return undefined;
    try {
      const { read } = await this.read(allRequest(position, 'forwards', 1), `reading at ${position}`);
      return read.find((item) => item.position === position)?.event;
    } catch (fault) {
      // It answers other questions then.
      if (!isRefusedPosition(fault)) throw fault;
      await this.read(allRequest('end', 'backwards', 1), 'reading the end');
      return undefined;
    }
  }

  async head(): Promise<bigint> {
    for (let from: bigint | 'end' = 'end'; ;) {
      const { read }: Page = await this.read(allRequest(from, 'backwards', HEAD_PAGE), 'looking for the last event');
      const last = read.find(({ event }) => event);
      if (last) this.knownHead = last.position > this.knownHead ? last.position : this.knownHead;
      const lowest = read.at(-1)?.position;
      if (last || lowest === undefined || lowest <= this.knownHead) return this.knownHead;
      from = lowest;
    }
  }

  subscribe(after: bigint, handler: (events: readonly RecordedEvent[]) => Promise<void>): Subscription {
    this.assertOpen();
    const following = {
      connection: this.connection,
      head: () => this.head(),
      silenceMs: this.readSilenceMs,
      interrupted: (fault: Fault) => {
        this.counted.resubscriptions += 1;
        this.options.onInterrupted?.(fault);
      },
      onEnd: (ended: EventStoreDbSubscription) => this.subscriptions.delete(ended),
    };
    const subscription = new EventStoreDbSubscription(following, after, handler);
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** Waits for running handlers; appends in flight become unknown. Do not await it in a handler. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    await this.connection.reconnect();
  }

  private async send(bytes: number, stream: string, request: Parameters<BatchAppends['send']>[0]): Promise<Answer> {
    const withinMs = this.appendTimeoutMs;
    const began = performance.now();
    const doing = `appending to ${stream}`;
    if (!(await this.inFlight.enter(bytes, withinMs)))
      throw new LogUnavailable(
        `${this.inFlight.count} appends are in flight, and none was answered by EventStoreDB (EVENTSTORE_URL) within ${withinMs} ms (${doing})`,
      );
    try {
      return await this.appends.send(request, doing, Math.max(1, withinMs - (performance.now() - began)));
    } finally {
      this.inFlight.leave(bytes);
    }
  }

  /** A server that repeats an answer may leave the position out. */
  private async positionOf(stream: string, revision: number): Promise<bigint> {
    const [event] = await this.readStream(stream, { from: revision, limit: 1 }).catch(() => []);
    if (event) return event.position;
    // It was written; "nothing was written" would be wrong.
    throw new AppendUnknown(`revision ${revision} of ${stream} was appended and cannot be read yet`);
  }

  private read(request: ReadReq, doing: string, bytesMax?: number): Promise<Page> {
    this.assertOpen();
    return readPage(this.connection, request, doing, this.readSilenceMs, bytesMax);
  }

  private get appendTimeoutMs(): number {
    return this.options.appendTimeoutMs ?? APPEND_TIMEOUT_MS;
  }

  private get readSilenceMs(): number {
    return this.options.readSilenceMs ?? READ_SILENCE_MS;
  }

  private assertOpen(): void {
    if (this.closing) throw new LogClosed('the log is closed');
  }
}

function assertOurs(stream: string): void {
  if (stream.startsWith('$')) throw new RangeError(`streams that begin with $ are the server's own; this is ${stream}`);
  const bytes = Buffer.byteLength(stream);
  if (bytes > STREAM_NAME_BYTES_MAX) throw new RangeError(`a stream name has at most ${STREAM_NAME_BYTES_MAX} bytes; this has ${bytes}`);
}
