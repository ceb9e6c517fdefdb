/**
 * An append as the bytes of its protobuf message (`BatchAppendReq` of streams.proto). Every event that the ledger writes passes here, and the
 * client's own classes took longer to write a message than the ledger to decide it. Data and metadata go as the very bytes of their texts.
 */
import type { ExpectedRevision, NewEvent } from '@drawdown/engine/event-store';

/**
 * A server drops an append that comes after its deadline, which is a time of the client's clock: a clock so far behind the
 * server's would have every append dropped. The server has a time limit of its own for writing (2 s by default).
 */
const APPEND_DEADLINE_MS = 60 * 60 * 1_000;

/** Field numbers, as streams.proto and shared.proto have them. */
const enum Request {
  correlation = 1,
  options = 2,
  proposed = 3,
  isFinal = 4,
}
const enum Options {
  stream = 1,
  position = 2,
  noStream = 3,
  deadline = 6,
}
const enum Timestamp {
  seconds = 1,
  nanos = 2,
}
const enum Proposed {
  id = 1,
  label = 2,
  metadata = 3,
  data = 4,
}
const enum Label {
  key = 1,
  value = 2,
}
const enum StreamIdentifier {
  name = 3,
}
const enum Uuid {
  text = 2,
}

const UUID_CHARACTERS = 36;
const UUID_BYTES = lengthDelimited(UUID_CHARACTERS);
const CONTENT_TYPE = 'content-type';
/** So that the server's own tools show it. */
const JSON_TYPE = 'application/json';
const CONTENT_TYPE_BYTES = lengthDelimited(CONTENT_TYPE.length) + lengthDelimited(JSON_TYPE.length);
const TYPE = 'type';

/** Bytes of an event's texts. */
interface EventBytes {
  readonly data: number;
  readonly metadata: number;
}

export function appendRequest(
  correlation: string,
  stream: string,
  events: readonly NewEvent[],
  sizes: readonly EventBytes[],
  expected: ExpectedRevision,
  deadlineMs = Date.now() + APPEND_DEADLINE_MS,
): Buffer {
  const streamBytes = Buffer.byteLength(stream);
  const seconds = Math.floor(deadlineMs / 1_000);
  const nanos = (deadlineMs % 1_000) * 1_000_000;
  const timestampBytes = (seconds === 0 ? 0 : 1 + varintBytes(seconds)) + (nanos === 0 ? 0 : 1 + varintBytes(nanos));
  const optionsBytes =
    lengthDelimited(lengthDelimited(streamBytes)) +
    1 +
    varintBytes(expected === 'no_stream' ? 0 : expected) +
    lengthDelimited(timestampBytes);
  const types = events.map(({ type }) => Buffer.byteLength(type));
  const proposed = sizes.map(
    ({ data, metadata }, i) =>
      lengthDelimited(UUID_BYTES) +
      lengthDelimited(CONTENT_TYPE_BYTES) +
      lengthDelimited(typeBytes(types[i]!)) +
      present(metadata) +
      present(data),
  );
  const total = proposed.reduce(
    (sum, bytes) => sum + lengthDelimited(bytes),
    lengthDelimited(UUID_BYTES) + lengthDelimited(optionsBytes) + 2,
  );

  const to = new Writer(total);
  to.uuid(Request.correlation, correlation);
  to.begin(Request.options, optionsBytes);
  to.begin(Options.stream, lengthDelimited(streamBytes));
  to.text(StreamIdentifier.name, stream, streamBytes);
  if (expected === 'no_stream') to.begin(Options.noStream, 0);
  else to.number(Options.position, expected);
  to.begin(Options.deadline, timestampBytes);
  if (seconds !== 0) to.number(Timestamp.seconds, seconds);
  if (nanos !== 0) to.number(Timestamp.nanos, nanos);
  for (let i = 0; i < events.length; i++) {
    const { id, type, data, metadata } = events[i]!;
    to.begin(Request.proposed, proposed[i]!);
    to.uuid(Proposed.id, id);
    to.begin(Proposed.label, CONTENT_TYPE_BYTES);
    to.text(Label.key, CONTENT_TYPE, CONTENT_TYPE.length);
    to.text(Label.value, JSON_TYPE, JSON_TYPE.length);
    to.begin(Proposed.label, typeBytes(types[i]!));
    to.text(Label.key, TYPE, TYPE.length);
    to.text(Label.value, type, types[i]!);
    if (metadata !== '') to.text(Proposed.metadata, metadata, sizes[i]!.metadata);
    if (data !== '') to.text(Proposed.data, data, sizes[i]!.data);
  }
  to.number(Request.isFinal, 1);
  return to.written();
}

const typeBytes = (bytes: number): number => lengthDelimited(TYPE.length) + lengthDelimited(bytes);

/** Fields that are empty are left out. */
const present = (bytes: number): number => (bytes === 0 ? 0 : lengthDelimited(bytes));

/** With its tag, which takes one byte for every field here, and its length. */
function lengthDelimited(bytes: number): number {
  return 1 + varintBytes(bytes) + bytes;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

const enum Wire {
  varint = 0,
  lengthDelimited = 2,
}

class Writer {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** A text or message of so many bytes, which follow. */
  begin(field: number, bytes: number): void {
    this.bytes[this.at++] = (field << 3) | Wire.lengthDelimited;
    this.varint(bytes);
  }

  text(field: number, text: string, bytes: number): void {
    this.begin(field, bytes);
    this.at += this.bytes.write(text, this.at, bytes, 'utf8');
  }

  uuid(field: number, id: string): void {
    this.begin(field, UUID_BYTES);
    this.text(Uuid.text, id, UUID_CHARACTERS);
  }

  number(field: number, value: number): void {
    this.bytes[this.at++] = (field << 3) | Wire.varint;
    this.varint(value);
  }

  /** @throws RangeError what was promised is not what was written: the message would be another one. */
  written(): Buffer {
    if (this.at !== this.bytes.length) throw new RangeError(`an append of ${this.bytes.length} bytes was written in ${this.at}`);
    return this.bytes;
  }

  private varint(value: number): void {
    let rest = value;
    // Arithmetic, because revisions and sizes may pass 32 bits.
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 128;
    this.bytes[this.at++] = rest;
  }
}
