/** What an append must be before any log looks at it. A breach is a bug of the caller: RangeError. */
import { APPEND_BYTES_MAX, EVENTS_PER_APPEND_MAX, type ExpectedRevision, type NewEvent, STREAM_NAME_BYTES_MAX } from './event-log';

declare global {
  interface String {
    /** ES2024, in Node since 20. */
    isWellFormed(): boolean;
  }
}

/** What can be divided may be appended in parts, one after another. */
export class AppendTooLarge extends RangeError {
  constructor(bytes: number | string) {
    super(`an append has at most ${APPEND_BYTES_MAX} bytes of data and metadata; this has ${bytes}`);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Limits in bytes are checked again, exactly, by the log that writes; here no text is walked that is surely too long. */
export function assertAppendable(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): void {
  if (events.length < 1 || events.length > EVENTS_PER_APPEND_MAX)
    throw new RangeError(`an append has 1 to ${EVENTS_PER_APPEND_MAX} events; this has ${events.length}`);
  if (stream.length < 1 || stream.length > STREAM_NAME_BYTES_MAX || !stream.isWellFormed())
    throw new RangeError(`a stream name is well-formed text of 1 to ${STREAM_NAME_BYTES_MAX} bytes`);
  if (expected !== 'no_stream' && !(Number.isSafeInteger(expected) && expected >= 0))
    throw new RangeError(`an expected revision is 'no_stream' or an integer from 0; this is ${expected}`);
  let units = 0;
  for (const { id, type, data, metadata } of events) {
    if (!UUID.test(id)) throw new RangeError(`an event id is a UUID in lower case; this is ${JSON.stringify(id)}`);
    // A lone surrogate would come back from the disk as another character.
    if (!type.isWellFormed() || !data.isWellFormed() || !metadata.isWellFormed())
      throw new RangeError(`event ${id} holds a lone surrogate`);
    units += data.length + metadata.length;
  }
  if (units > APPEND_BYTES_MAX) throw new AppendTooLarge(`more than ${units - 1}`);
}
