/**
 * Whether an append may be, as EventStoreDB's IndexWriter.CheckCommit decides it (oss-v23.10.6): the key is the stream and the
 * event id, and what an event says is never compared.
 */
import type { Proposed, Stored } from './records';

export type Expected = number | 'no_stream' | 'any' | 'stream_exists';
export type AppendRefusal = { readonly kind: 'stream_deleted' } | { readonly kind: 'wrong_revision'; readonly last: number };
type Checked = { readonly kind: 'new' } | { readonly kind: 'again'; readonly revision: number } | AppendRefusal;

interface Streams {
  stream(name: string): readonly Stored[];
  last(stream: string): number;
  tombstoned(stream: string): boolean;
  softDeleted(stream: string): boolean;
  remembered(stream: string, id: string): Stored | undefined;
}

export function checkAppend(streams: Streams, stream: string, expected: Expected, events: readonly Proposed[]): Checked {
  const last = streams.last(stream);
  if (streams.tombstoned(stream)) return { kind: 'stream_deleted' };
  if (expected === 'stream_exists') {
    if (streams.softDeleted(stream)) return { kind: 'stream_deleted' };
    if (last < 0 && streams.last(`$$${stream}`) < 0) return { kind: 'wrong_revision', last };
  }
  if (expected === 'any' || expected === 'stream_exists') return byRememberedIds(streams, stream, last, events);
  const after = expected === 'no_stream' ? -1 : expected;
  if (after === last) return { kind: 'new' };
  if (after > last) return { kind: 'wrong_revision', last };
  return byStoredIds(streams, stream, last, after, events);
}

/** All remembered: done already. None: new. Some: part of it is there, so neither. */
function byRememberedIds(streams: Streams, stream: string, last: number, events: readonly Proposed[]): Checked {
  const first = events[0] && streams.remembered(stream, events[0].id);
  if (!first) return { kind: 'new' };
  let revision = first.revision;
  for (const { id } of events) {
    const known = streams.remembered(stream, id);
    if (!known) return { kind: 'wrong_revision', last };
    revision = known.revision;
  }
  return { kind: 'again', revision };
}

/** The stream is further than expected: it is a repetition when the very same ids follow there. */
function byStoredIds(streams: Streams, stream: string, last: number, after: number, events: readonly Proposed[]): Checked {
  const stored = streams.stream(stream);
  const same = events.every(({ id }, i) => stored[after + 1 + i]?.id === id);
  if (same && events.length > 0) return { kind: 'again', revision: after + events.length };
  const firstDiffers = stored[after + 1]?.id !== events[0]?.id;
  if (after === -1 && firstDiffers && streams.softDeleted(stream)) return { kind: 'new' };
  return { kind: 'wrong_revision', last };
}
