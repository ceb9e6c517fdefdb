import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { BatchAppendReq } from '@eventstore/db-client/generated/streams_pb';
import type { ExpectedRevision, NewEvent } from '@drawdown/engine/event-store';
import { appendRequest } from './append-request';

const CORRELATION = '0b9b0ed5-6d3c-4f4d-9f5e-2f1f3b8f0a77';
const ID = '6f1a2c1e-0d0b-4d3a-9a55-0f8f0f6a7b11';

interface Append {
  readonly stream?: string;
  readonly events?: readonly NewEvent[];
  readonly expected?: ExpectedRevision;
  readonly deadlineMs?: number;
}

const event = (data: string, metadata = '{"chain":"é"}', type = 'CreditsConsumed'): NewEvent => ({ id: ID, type, data, metadata });

const uuid = (text: string): UUID => {
  const id = new UUID();
  id.setString(text);
  return id;
};

/** As the client's own classes write it. */
function official({ stream, events, expected, deadlineMs }: Required<Append>): Uint8Array {
  const name = new StreamIdentifier();
  name.setStreamName(Buffer.from(stream));
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(name);
  if (expected === 'no_stream') options.setNoStream(new GoogleEmpty());
  else options.setStreamPosition(`${expected}`);
  options.setDeadline(Timestamp.fromDate(new Date(deadlineMs)));
  const request = new BatchAppendReq();
  request.setCorrelationId(uuid(CORRELATION));
  request.setOptions(options);
  request.setIsFinal(true);
  request.setProposedMessagesList(
    events.map(({ id, type, data, metadata }) => {
      const message = new BatchAppendReq.ProposedMessage();
      message.setId(uuid(id));
      message.getMetadataMap().set('type', type).set('content-type', 'application/json');
      message.setData(Buffer.from(data));
      message.setCustomMetadata(Buffer.from(metadata));
      return message;
    }),
  );
  return request.serializeBinary();
}

describe('an append as bytes', () => {
  it.each<readonly [string, Append]>([
    ['an event of a new stream', {}],
    ['revision 0', { expected: 0 }],
    ['a revision of two bytes', { expected: 128 }],
    ['the largest revision', { expected: Number.MAX_SAFE_INTEGER }],
    ['a stream name beyond ASCII', { stream: 'wallet-日本é' }],
    ['a stream name as long as it may be', { stream: 's'.repeat(1_024) }],
    ['several events', { events: [event('{"a":1}'), event('{"b":2}', '{}', 'WalletToppedUp'), event('{}')] }],
    ['lengths around one, two and three bytes', { events: [127, 128, 16_383, 16_384, 70_000].map((length) => event('x'.repeat(length))) }],
    ['texts of two, three and four bytes a character', { events: [event('{"a":"é日本😀"}', '{"b":"😀"}', 'Größe')] }],
    ['empty texts', { events: [event('', '')] }],
    ['a deadline at a full second', { deadlineMs: 1_767_225_600_000 }],
    ['a deadline at the beginning of time', { deadlineMs: 0 }],
  ])('is, byte for byte, what the official client writes: %s', (_, given) => {
    const append = {
      stream: 'wallet-ann',
      events: [event('{"a":1}')],
      expected: 'no_stream' as const,
      deadlineMs: 1_767_225_600_123,
      ...given,
    };
    const { stream, events, expected, deadlineMs } = append;
    const sizes = events.map(({ data, metadata }) => ({ data: Buffer.byteLength(data), metadata: Buffer.byteLength(metadata) }));
    const written = appendRequest(CORRELATION, stream, events, sizes, expected, deadlineMs);
    expect(written.toString('hex')).toBe(Buffer.from(official(append)).toString('hex'));
  });

  it('is refused when its texts are not of the bytes that were promised', () => {
    const promised = { data: 3, metadata: 2 };
    expect(() => appendRequest(CORRELATION, 'wallet-ann', [event('{}', '{}')], [promised], 1)).toThrow(RangeError);
  });
});
