/** The server's answer to an append, read from its protobuf bytes (`BatchAppendResp` of streams.proto). */
import { Status } from '@eventstore/db-client/generated/status_pb';
import { eachField, readerOf, textIn, uint64, within } from './protobuf-fields';

export interface AppendAnswer {
  /** Which append it answers, as that was sent. */
  readonly correlation: string;
  readonly success: AppendSuccess | undefined;
  readonly error: Status | undefined;
}

interface AppendSuccess {
  readonly revision: number;
  /** Undefined: a server that repeats an answer may leave it out. */
  readonly position: bigint | undefined;
}

/** Field numbers, as streams.proto and shared.proto have them. */
const enum Answer {
  correlation = 1,
  error = 2,
  success = 3,
}
const enum Success {
  revision = 1,
  position = 3,
}
const enum Position {
  commit = 1,
}
const enum Uuid {
  text = 2,
}

/** @throws RangeError, Error for bytes that are no such answer */
export function readAppendAnswer(bytes: Uint8Array): AppendAnswer {
  let correlation = '';
  let success: AppendSuccess | undefined;
  let error: Status | undefined;
  eachField(readerOf(bytes), (field, reader) => {
    switch (field) {
      case Answer.correlation:
        correlation = textIn(within(reader), Uuid.text).toLowerCase();
        return true;
      case Answer.error:
        error = Status.deserializeBinary(reader.bytes());
        return true;
      case Answer.success:
        success = successIn(within(reader));
        return true;
      default:
        return false;
    }
  });
  return { correlation, success, error };
}

function successIn(reader: ReturnType<typeof readerOf>): AppendSuccess {
  let revision = 0n;
  let position: bigint | undefined;
  eachField(reader, (field, from) => {
    if (field === Success.revision) revision = uint64(from);
    else if (field === Success.position) position = commitPosition(within(from));
    else return false;
    return true;
  });
  return { revision: Number(revision), position };
}

function commitPosition(reader: ReturnType<typeof readerOf>): bigint {
  let position = 0n;
  eachField(reader, (field, from) => {
    if (field !== Position.commit) return false;
    position = uint64(from);
    return true;
  });
  return position;
}
