/** Reading the records of a log one after the other when it is opened, and telling a torn tail from damage. */
import { LogCorrupt } from './log-corrupt';
import type { LogFiles } from './log-files';
import {
  isIntact,
  nextMagic,
  readRecordHead,
  RECORD_BYTES_MAX,
  RECORD_HEADER_BYTES,
  recordBytes,
  recordCrc,
  type RecordHead,
} from './record-format';

/** Bytes read at once; a record that is bigger is read by itself. */
const WINDOW_BYTES = 1024 * 1024;

interface ScannedRecord extends RecordHead {
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
}

/** Bytes of the intact record at `at`, or undefined. Needs the complete record in the buffer. */
function intactAt(buffer: Buffer, at: number): number | undefined {
  if (buffer.length - at < RECORD_HEADER_BYTES) return undefined;
  const bytes = recordBytes(buffer, at);
  return bytes !== undefined && at + bytes <= buffer.length && isIntact(buffer, at, bytes) ? bytes : undefined;
}

/** The record at an offset, if an intact one stands there. */
export async function recordAt(files: LogFiles, offset: number): Promise<(ScannedRecord & { readonly buffer: Buffer }) | undefined> {
  const header = await files.read(offset, RECORD_HEADER_BYTES);
  if (header.length < RECORD_HEADER_BYTES) return undefined;
  const buffer = await files.read(offset, recordBytes(header, 0) ?? 0);
  const bytes = intactAt(buffer, 0);
  return bytes === undefined ? undefined : { ...readRecordHead(buffer, 0), offset, bytes, crc: recordCrc(buffer, 0), buffer };
}

/**
 * Every record from an offset on. It ends at the end of the log or at a damaged record. `stoppedAt` is this place.
 */
export async function* scanRecords(files: LogFiles, from: number): AsyncGenerator<ScannedRecord, { stoppedAt: number }> {
  let offset = files.recordOffset(from);
  while (offset < files.end) {
    let buffer = await files.read(offset, WINDOW_BYTES);
    let at = 0;
    for (let bytes = intactAt(buffer, at); bytes !== undefined; bytes = intactAt(buffer, at)) {
      yield { ...readRecordHead(buffer, at), offset: offset + at, bytes, crc: recordCrc(buffer, at) };
      at += bytes;
    }
    if (at === 0) {
      buffer = await files.read(offset, RECORD_BYTES_MAX);
      const bytes = intactAt(buffer, 0);
      if (bytes === undefined) return { stoppedAt: offset };
      yield { ...readRecordHead(buffer, 0), offset, bytes, crc: recordCrc(buffer, 0) };
      at = bytes;
    }
    offset = files.recordOffset(offset + at);
  }
  return { stoppedAt: offset };
}

/**
 * Says that the bytes from `offset` on are a commit that was never finished, or throws. A commit begins only after the
 * one before it is durable. So an intact record of a commit that began later proves that the bad one was whole once.
 * @throws LogCorrupt when it is damage.
 */
export async function assertTornTail(files: LogFiles, offset: number): Promise<void> {
  const segment = files.segmentOf(offset);
  const damaged = (reason: string) => new LogCorrupt(segment.path, offset - segment.base, reason);
  if (!files.isLast(segment)) throw damaged(`a record is not what was written, and later segments follow. ${REMEDY}`);
  const tail = await files.read(offset, files.end - offset);
  for (let at = nextMagic(tail, 1); at !== -1; at = nextMagic(tail, at + 1)) {
    if (intactAt(tail, at) !== undefined && readRecordHead(tail, at).commitStart > offset)
      throw damaged(`a record is not what was written, and an intact later one follows at byte ${offset - segment.base + at}. ${REMEDY}`);
  }
}

const REMEDY = 'This is no write that a crash cut short. Bring the file back from a copy; nothing was changed.';
