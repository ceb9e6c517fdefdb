/**
 * Seals an event into its stream's hash chain: h(n) = SHA-256(h(n-1) + canonical JSON of event n). The event's id is the
 * first half of h(n), so the same command attempted again on the same state makes the same id, and finds itself.
 */
import { hash } from 'node:crypto';
import { type Json, shape } from '@drawdown/domain/decider';
import type { NewEvent, RecordedEvent } from './event-log';

/** Before the first event of a stream. */
export const CHAIN_START = '0'.repeat(64);

const causeShape = shape.record({
  /** Who asked, as the transport knows it. */
  actor: shape.maybe(shape.text),
  /** Idempotency key of the command. */
  key: shape.maybe(shape.text),
  /** The caller's key, where the command is known by another one: it is used up beside it. */
  callerKey: shape.maybe(shape.text),
  /** SHA-256 of the command's body: tells a retry from another command under the same key. */
  body: shape.maybe(shape.text),
  /** W3C trace context of the request. */
  traceparent: shape.maybe(shape.text),
  /** Place of the event among those appended together, from 0, and how many they are. */
  index: shape.integer,
  size: shape.integer,
});
export type Cause = shape.TypeOf<typeof causeShape>;
const metadataShape = shape.record({ ...causeShape.fields, chain: shape.text });
type Metadata = shape.TypeOf<typeof metadataShape>;

export interface ChainedEvent extends NewEvent {
  readonly chain: string;
}

export function chainEvent(previous: string, stream: string, revision: number, type: string, data: string, cause: Cause): ChainedEvent {
  const written = causeShape.write(cause);
  flatten(data);
  const chain = chained(previous, stream, revision, type, data, written);
  return { id: idOf(chain), type, data, metadata: withChain(written, chain), chain };
}

/**
 * Text that was put together from pieces is a tree of them, and everybody who reads it goes through all of it. To ask for a character makes
 * it one piece: the chain, the check of the log and the record read this text.
 */
const flatten = (text: string): number => text.charCodeAt(0);

/** Canonical JSON of the cause and the chain value: of its fields, `actor`, `body` and `callerKey` sort before `chain`, `index` right after. */
function withChain(cause: string, chain: string): string {
  const at = cause.indexOf('"index":');
  return `${cause.slice(0, at)}"chain":"${chain}",${cause.slice(at)}`;
}

const chained = (previous: string, stream: string, revision: number, type: string, data: string, cause: string): string =>
  hash('sha256', `${previous}{"cause":${cause},"data":${data},"revision":${revision},"stream":${JSON.stringify(stream)},"type":"${type}"}`);

/** A UUID of version 8 (RFC 9562, section 5.8: the bits are ours). */
const idOf = (chain: string): string =>
  `${chain.slice(0, 8)}-${chain.slice(8, 12)}-8${chain.slice(13, 16)}-8${chain.slice(17, 20)}-${chain.slice(20, 32)}`;

export const readMetadata = (event: RecordedEvent): Metadata => metadataShape.read(JSON.parse(event.metadata));

/** The chain value and id that an event should carry, computed anew from what is stored, to the letter. */
export function chainOf(previous: string, event: RecordedEvent): { readonly chain: string; readonly id: string } {
  const { chain: stored, ...cause } = JSON.parse(event.metadata) as { readonly [key: string]: Json };
  // The cause is chained without the chain, so its text has to be made; that of the whole shows that nothing else was in it.
  const unchanged = shape.canonicalJson({ ...cause, chain: stored ?? '' }) === event.metadata;
  const chain = chained(
    previous,
    event.stream,
    event.revision,
    event.type,
    event.data,
    unchanged ? shape.canonicalJson(cause) : event.metadata,
  );
  return { chain, id: idOf(chain) };
}
