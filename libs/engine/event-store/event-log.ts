/**
 * The port of the truth. Adapters: `EmbeddedLog` (libs/embedded) and `EventStoreDbLog` (libs/eventstoredb). Every adapter passes
 * test/contracts/event-log.contract.ts.
 */
import type { Instant } from '@drawdown/domain/amounts';

export interface NewEvent {
  /** UUID in lower case, deterministic: the same command attempted again makes the same id. */
  readonly id: string;
  readonly type: string;
  /** Canonical JSON text. It comes back to the letter, whatever text it is: hashes are of these very characters. */
  readonly data: string;
  /** Canonical JSON text. */
  readonly metadata: string;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Position in the stream, from 0. */
  readonly revision: number;
  /** Position in the whole log: strictly rising, with gaps. */
  readonly position: bigint;
  readonly recordedAt: Instant;
}

/** The revision of the stream's last event as the writer knows it; never "any". */
export type ExpectedRevision = number | 'no_stream';

export type AppendOutcome =
  | { readonly outcome: 'appended'; readonly revision: number; readonly position: bigint }
  /** Another writer was first: nothing was written. `revision` is the stream's real last one. */
  | { readonly outcome: 'conflict'; readonly revision: ExpectedRevision };

/** One append of a round. */
export interface StreamAppend {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: ExpectedRevision;
}

/** `fault` is what `append` would throw. */
export type RoundOutcome = AppendOutcome | { readonly outcome: 'failed'; readonly fault: unknown };

/** Where one event stands. */
export interface EventPlace {
  readonly stream: string;
  readonly revision: number;
}

export interface ReadStreamOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** First revision to return. Default: the first when forwards, the last when backwards. */
  readonly from?: number;
  readonly limit?: number;
}

export interface Subscription {
  /** Resolves when everything that was in the log at the start has been handled. */
  readonly caughtUp: Promise<void>;
  /** Settles when the subscription has ended: resolved by `close`, rejected when the handler threw or a person has to fix something. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface EventLog {
  /**
   * Appends all events or none, durably. 1 to EVENTS_PER_APPEND_MAX events.
   * @throws LogUnavailable nothing was written; try later.
   * @throws AppendUnknown it may or may not have been written: reload and look for your own ids.
   * @throws Fault that is not retriable: nothing was written, and a person has to fix something first.
   */
  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome>;
  /**
   * Many appends at once, each of them all or none, with outcomes in the order given. Appends to one stream follow each other in that
   * order. Where the log can, they share one write. Never rejects.
   */
  appendRound(appends: readonly StreamAppend[]): Promise<readonly RoundOutcome[]>;
  /** Events of one stream; an empty list for a stream that does not exist. At most `limit` (default and cap READ_LIMIT_MAX). */
  readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]>;
  /** The event at each place, in the order of the places. Undefined: its stream is not so long. Where the log can, they share reads. */
  readPlaces(places: readonly EventPlace[]): Promise<readonly (RecordedEvent | undefined)[]>;
  /**
   * Events of the whole log after a position (exclusive), in order. At most `limit`, and fewer when they are big; none only at the end.
   * `after` is -1n, the beginning, or the position of an event: a store may be unable to start anywhere else.
   */
  readAll(after: bigint, limit: number): Promise<readonly RecordedEvent[]>;
  /** The event at exactly this position; undefined where none begins there, whatever is stored around it. */
  readAt(position: bigint): Promise<RecordedEvent | undefined>;
  /** Position of the last event, -1n when there is none. */
  head(): Promise<bigint>;
  /**
   * Calls the handler with batches in order, one at a time, for ever, whatever connection is lost meanwhile. The next batch waits
   * for the handler. `after` as for `readAll`.
   */
  subscribe(after: bigint, handler: (events: readonly RecordedEvent[]) => Promise<void>): Subscription;
  close(): Promise<void>;
}

export const EVENTS_PER_APPEND_MAX = 4_096;
/** Bytes of one append, data and metadata together: well under EventStoreDB's 1 MiB default. */
export const APPEND_BYTES_MAX = 960 * 1024;
export const READ_LIMIT_MAX = 4_096;
export const STREAM_NAME_BYTES_MAX = 1_024;
