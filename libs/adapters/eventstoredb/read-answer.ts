/**
 * An answer of EventStoreDB's to a read or a subscription, read from its protobuf bytes (`ReadResp` of streams.proto) straight into an
 * event of ours. Every service meets every event of the log, and the client's own classes took a third of what that costs.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { Fault, type RecordedEvent } from '@drawdown/engine/event-store';
import type protobuf from 'protobufjs';
import { eachField, readerOf, textIn, uint64, within } from './protobuf-fields';

export interface Received {
  readonly position: bigint;
  readonly bytes: number;
  /** Undefined for an event of the server's own. */
  readonly event: RecordedEvent | undefined;
}

export interface ReadAnswer {
  /** The server has begun the subscription. */
  readonly confirmed: boolean;
  /** Undefined: the answer brings no event. */
  readonly received: Received | undefined;
  /** What a person must remedy. Not thrown: the call it came by would make another error of it. */
  readonly fault: Fault | undefined;
}

const TICKS_PER_MS = 10_000n;
/** What a server says for a position that it does not tell. */
const NO_POSITION = 2n ** 63n;
/** Events of a stream or type of this beginning are the server's own. */
const SYSTEM = '$';
const NOTHING = new Uint8Array();

/** Field numbers, as streams.proto and shared.proto have them. */
const enum Answer {
  event = 1,
  confirmation = 2,
}
const enum Read {
  event = 1,
}
const enum Recorded {
  id = 1,
  stream = 2,
  revision = 3,
  commitPosition = 5,
  labels = 6,
  metadata = 7,
  data = 8,
}
const enum Uuid {
  text = 2,
}
const enum StreamIdentifier {
  name = 3,
}
const enum Label {
  key = 1,
  value = 2,
}

/** @throws RangeError, Error for bytes that are no such answer */
export function readAnswer(bytes: Uint8Array): ReadAnswer {
  let confirmed = false;
  let received: Received | undefined;
  eachField(readerOf(bytes), (field, reader) => {
    if (field === Answer.confirmation) confirmed = true;
    if (field !== Answer.event) return false;
    eachField(within(reader), (inner, event) => {
      if (inner !== Read.event) return false;
      received = recorded(within(event));
      return true;
    });
    return true;
  });
  return { confirmed, received, fault: received && received.position >= NO_POSITION ? positionUntold() : undefined };
}

function recorded(reader: protobuf.Reader): Received {
  let [id, stream, type] = ['', '', ''];
  let [revision, position, created] = [0n, 0n, 0n];
  let [data, metadata]: [Uint8Array, Uint8Array] = [NOTHING, NOTHING];
  eachField(reader, (field, from) => {
    switch (field) {
      case Recorded.id:
        id = textIn(within(from), Uuid.text);
        return true;
      case Recorded.stream:
        stream = textIn(within(from), StreamIdentifier.name);
        return true;
      case Recorded.revision:
        revision = uint64(from);
        return true;
      case Recorded.commitPosition:
        position = uint64(from);
        return true;
      case Recorded.labels: {
        const [key, value] = label(within(from));
        if (key === 'type') type = value;
        if (key === 'created') created = BigInt(value);
        return true;
      }
      case Recorded.metadata:
        metadata = from.bytes();
        return true;
      case Recorded.data:
        data = from.bytes();
        return true;
      default:
        return false;
    }
  });
  const bytes = data.length + metadata.length;
  if (stream.startsWith(SYSTEM) || type.startsWith(SYSTEM)) return { position, bytes, event: undefined };
  const recordedAt = Number(created / TICKS_PER_MS) as Instant;
  return {
    position,
    bytes,
    event: { id, type, data: text(data), metadata: text(metadata), stream, revision: Number(revision), position, recordedAt },
  };
}

const positionUntold = (): Fault =>
  new Fault(
    'log_not_supported',
    'the server of EVENTSTORE_URL does not tell the positions of events: it must be EventStoreDB 22.10 or later',
    false,
  );

function label(reader: protobuf.Reader): readonly [key: string, value: string] {
  let [key, value] = ['', ''];
  eachField(reader, (field, from) => {
    if (field === Label.key) key = from.string();
    else if (field === Label.value) value = from.string();
    else return false;
    return true;
  });
  return [key, value];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
