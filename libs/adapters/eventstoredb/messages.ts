/** Requests to read, in EventStoreDB's protocol. */
import { Empty, StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import { ReadReq } from '@eventstore/db-client/generated/streams_pb';

const identifier = (stream: string): StreamIdentifier => {
  const message = new StreamIdentifier();
  message.setStreamName(Buffer.from(stream));
  return message;
};

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
