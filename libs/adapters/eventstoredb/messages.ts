/** Requests of EventStoreDB's protocol. Data and metadata go as the very bytes of their texts. */
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { BatchAppendReq, ReadReq } from '@eventstore/db-client/generated/streams_pb';
import type { ExpectedRevision, NewEvent } from '@drawdown/engine/event-store';

/**
 * A server drops an append that comes after its deadline, which is a time of the client's clock: a clock so far behind the
 * server's would have every append dropped. The server has a time limit of its own for writing (2 s by default).
 */
const APPEND_DEADLINE_MS = 60 * 60 * 1_000;

const uuid = (text: string): UUID => {
  const id = new UUID();
  id.setString(text);
  return id;
};

const identifier = (stream: string): StreamIdentifier => {
  const message = new StreamIdentifier();
  message.setStreamName(Buffer.from(stream));
  return message;
};

interface Bytes {
  readonly data: Buffer;
  readonly metadata: Buffer;
}

export function appendRequest(
  correlation: string,
  stream: string,
  events: readonly NewEvent[],
  bytes: readonly Bytes[],
  expected: ExpectedRevision,
): BatchAppendReq {
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(identifier(stream));
  if (expected === 'no_stream') options.setNoStream(new GoogleEmpty());
  else options.setStreamPosition(`${expected}`);
  options.setDeadline(Timestamp.fromDate(new Date(Date.now() + APPEND_DEADLINE_MS)));
  const request = new BatchAppendReq();
  request.setCorrelationId(uuid(correlation));
  request.setOptions(options);
  request.setIsFinal(true);
  request.setProposedMessagesList(events.map((event, i) => proposed(event, bytes[i]!)));
  return request;
}

function proposed({ id, type }: NewEvent, { data, metadata }: Bytes): BatchAppendReq.ProposedMessage {
  const message = new BatchAppendReq.ProposedMessage();
  message.setId(uuid(id));
  // JSON, so that the server's own tools show it.
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(data);
  message.setCustomMetadata(metadata);
  return message;
}

type Direction = 'forwards' | 'backwards';

function readOptions(direction: Direction, count: number): ReadReq.Options {
  const ids = new ReadReq.Options.UUIDOption();
  ids.setString(new Empty());
  const options = new ReadReq.Options();
  options.setUuidOption(ids);
  options.setReadDirection(direction === 'forwards' ? ReadReq.Options.ReadDirection.FORWARDS : ReadReq.Options.ReadDirection.BACKWARDS);
  options.setCount(`${count}`);
  return options;
}

function requestWith(options: ReadReq.Options): ReadReq {
  const request = new ReadReq();
  request.setOptions(options);
  return request;
}

export function streamRequest(stream: string, from: number | 'start' | 'end', direction: Direction, count: number): ReadReq {
  const place = new ReadReq.Options.StreamOptions();
  place.setStreamIdentifier(identifier(stream));
  if (from === 'start') place.setStart(new Empty());
  else if (from === 'end') place.setEnd(new Empty());
  else place.setRevision(`${from}`);
  const options = readOptions(direction, count);
  options.setStream(place);
  options.setNoFilter(new Empty());
  return requestWith(options);
}

function placeInAll(from: bigint | 'start' | 'end'): ReadReq.Options.AllOptions {
  const place = new ReadReq.Options.AllOptions();
  if (from === 'start') place.setStart(new Empty());
  else if (from === 'end') place.setEnd(new Empty());
  else {
    const position = new ReadReq.Options.Position();
    position.setCommitPosition(`${from}`);
    position.setPreparePosition(`${from}`);
    place.setPosition(position);
  }
  return place;
}

/** Forwards the event at `from` is included, backwards it is not. */
export function allRequest(from: bigint | 'start' | 'end', direction: Direction, count: number): ReadReq {
  const options = readOptions(direction, count);
  options.setAll(placeInAll(from));
  options.setNoFilter(new Empty());
  return requestWith(options);
}

/** The event at `after` is not included; events of the server's own are not sent. */
export function subscriptionRequest(after: bigint): ReadReq {
  const streams = new ReadReq.Options.FilterOptions.Expression();
  streams.setRegex('^[^\\$]');
  const filter = new ReadReq.Options.FilterOptions();
  filter.setStreamIdentifier(streams);
  filter.setCount(new Empty());
  // We go by the events that we have handled. The server has to send checkpoints; this many windows apart.
  filter.setCheckpointintervalmultiplier(1_000);
  const options = readOptions('forwards', 0);
  options.setAll(placeInAll(after < 0n ? 'start' : after));
  options.setSubscription(new ReadReq.Options.SubscriptionOptions());
  options.setFilter(filter);
  return requestWith(options);
}
