/** Messages of the protocol: what comes in read into plain values, what goes out made of them. */
import { randomUUID } from 'node:crypto';
import { Metadata, status } from '@grpc/grpc-js';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { Expected } from './append-check';
import type { Proposed, Stored } from './records';
import type { Store } from './store';

interface ProposedMessage {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export const proposed = (message: ProposedMessage): Proposed => ({
  id: uuidText(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: Buffer.from(message.getData_asU8()),
  metadata: Buffer.from(message.getCustomMetadata_asU8()),
});

/** What counts against the largest append, as in 24.10: data, metadata and two bytes for each character of the type. */
export const sizeOf = ({ data, metadata, type }: Proposed): number => data.length + metadata.length + type.length * 2;

export function uuidText(id: UUID | undefined): string {
  const halves = id?.getStructured();
  if (!halves) return (id?.getString() ?? '').toLowerCase();
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(halves.getMostSignificantBits())), 0);
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(halves.getLeastSignificantBits())), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const nameOf = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

export function identifier(stream: string): StreamIdentifier {
  const message = new StreamIdentifier();
  message.setStreamName(Buffer.from(stream));
  return message;
}

export function expectedOf(
  options: { hasAny(): boolean; hasNoStream(): boolean; hasStreamExists(): boolean },
  revision: () => string,
): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : Number(revision());
}

function recorded(stored: Stored): ReadResp.ReadEvent.RecordedEvent {
  const message = new ReadResp.ReadEvent.RecordedEvent();
  const id = new UUID();
  id.setString(stored.id);
  message.setId(id);
  message.setStreamIdentifier(identifier(stored.stream));
  message.setStreamRevision(`${stored.revision}`);
  message.setPreparePosition(`${stored.position}`);
  message.setCommitPosition(`${stored.position}`);
  message.getMetadataMap().set('type', stored.type).set('created', `${stored.created}`).set('content-type', stored.contentType);
  message.setCustomMetadata(stored.metadata);
  message.setData(stored.data);
  return message;
}

/** An event as bytes; a link with what it leads to, when links are resolved. */
export function eventBytes(store: Store, stored: Stored, resolveLinks: boolean): Buffer {
  const isLink = resolveLinks && stored.type === '$>';
  if (stored.encoded && !isLink) return stored.encoded;
  const event = new ReadResp.ReadEvent();
  event.setCommitPosition(`${stored.position}`);
  if (isLink) {
    const [revision, ...stream] = stored.data.toString('utf8').split('@');
    const target = store.stream(stream.join('@'))[Number(revision)];
    event.setLink(recorded(stored));
    if (target) event.setEvent(recorded(target));
  } else {
    event.setEvent(recorded(stored));
  }
  const bytes = response((message) => message.setEvent(event));
  if (!isLink) stored.encoded = bytes;
  return bytes;
}

function response(fill: (message: ReadResp) => void): Buffer {
  const message = new ReadResp();
  fill(message);
  return Buffer.from(message.serializeBinary());
}

export const caughtUpBytes = response((message) => message.setCaughtUp(new ReadResp.CaughtUp()));

export const checkpointBytes = (position: number): Buffer =>
  response((message) => {
    const checkpoint = new ReadResp.Checkpoint();
    checkpoint.setCommitPosition(`${position}`);
    checkpoint.setPreparePosition(`${position}`);
    message.setCheckpoint(checkpoint);
  });

export const confirmationBytes = (): Buffer =>
  response((message) => {
    const confirmation = new ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(randomUUID());
    message.setConfirmation(confirmation);
  });

export const notFoundBytes = (stream: string): Buffer =>
  response((message) => {
    const notFound = new ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(identifier(stream));
    message.setStreamNotFound(notFound);
  });

export class Refusal extends Error {
  readonly metadata = new Metadata();
  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Readonly<Record<string, string | number>> = {},
  ) {
    super(details);
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, String(value));
  }
}

export const streamDeleted = (stream: string): Refusal =>
  new Refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, { exception: 'stream-deleted', 'stream-name': stream });
export const accessDenied = (): Refusal => new Refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
export const notLeader = (host: string, port: number): Refusal =>
  new Refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': port,
  });
export const unauthenticated = (): Refusal => new Refusal(status.UNAUTHENTICATED, 'Unauthenticated');

export const empty = (): Empty => new Empty();
