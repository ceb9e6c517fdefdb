/**
 * The bytes of one record: one complete append. Stored forever: a change is a new FORMAT_VERSION (segment-file.ts).
 *
 *    0  u32  magic            holds 0xFF, which UTF-8 never does: no event's text can look like the start of a record
 *    4  u32  CRC-32           of everything from byte 8 to the end
 *    8  u32  bytes of the complete record
 *   12  f64  offset in the log of the first record of the same commit
 *   20  f64  recordedAt, milliseconds
 *   28  f64  revision of the first event
 *   36  u16  number of events
 *   38  u16  bytes of the stream name
 *   40       stream name, then per event: u8 bytes of type, u32 bytes of data, u32 bytes of metadata, id (36), type, data, metadata
 *
 * All numbers are little-endian, all text is UTF-8.
 */
import { crc32 } from 'node:zlib';
import {
  APPEND_BYTES_MAX,
  AppendTooLarge,
  EVENTS_PER_APPEND_MAX,
  type RecordedEvent,
  STREAM_NAME_BYTES_MAX,
} from '@drawdown/engine/event-store';
import type { Instant } from '@drawdown/domain/amounts';

const MAGIC = 0x4452_ff57;
const MAGIC_BYTES = Buffer.from([0x57, 0xff, 0x52, 0x44]);
const ID_BYTES = 36;
const EVENT_HEADER_BYTES = 1 + 4 + 4 + ID_BYTES;
const CRC_FROM = 8;
export const RECORD_HEADER_BYTES = 40;
const EVENT_TYPE_BYTES_MAX = 255;
export const RECORD_BYTES_MAX =
  RECORD_HEADER_BYTES + STREAM_NAME_BYTES_MAX + APPEND_BYTES_MAX + EVENTS_PER_APPEND_MAX * (EVENT_HEADER_BYTES + EVENT_TYPE_BYTES_MAX);

/** The least size of buffer that surely holds the record: UTF-8 takes at most three bytes per UTF-16 unit. */
export function recordBytesAtMost(stream: string, events: readonly RecordedEvent[]): number {
  let units = stream.length;
  for (const event of events) units += event.type.length + event.data.length + event.metadata.length;
  return RECORD_HEADER_BYTES + events.length * EVENT_HEADER_BYTES + units * 3;
}

/** Writes a record at `start` and returns its bytes. `sealRecord` must follow before it goes to disk. @throws RangeError over a limit. */
export function writeRecord(buffer: Buffer, start: number, events: readonly RecordedEvent[]): number {
  const first = events[0]!;
  const streamBytes = buffer.write(first.stream, start + RECORD_HEADER_BYTES);
  if (streamBytes > STREAM_NAME_BYTES_MAX)
    throw new RangeError(`a stream name has at most ${STREAM_NAME_BYTES_MAX} bytes; this has ${streamBytes}`);
  let at = start + RECORD_HEADER_BYTES + streamBytes;
  let payload = 0;
  for (const { id, type, data, metadata } of events) {
    const header = at;
    // Written one by one: to be written a text is made one piece, and it stays so in the memory of followers.
    buffer.write(id, header + EVENT_HEADER_BYTES - ID_BYTES, 'latin1');
    at += EVENT_HEADER_BYTES;
    const typeBytes = buffer.write(type, at);
    if (typeBytes > EVENT_TYPE_BYTES_MAX)
      throw new RangeError(`an event type has at most ${EVENT_TYPE_BYTES_MAX} bytes; this has ${typeBytes}`);
    at += typeBytes;
    const dataBytes = buffer.write(data, at);
    at += dataBytes;
    const metadataBytes = buffer.write(metadata, at);
    at += metadataBytes;
    buffer[header] = typeBytes;
    buffer.writeUInt32LE(dataBytes, header + 1);
    buffer.writeUInt32LE(metadataBytes, header + 5);
    payload += dataBytes + metadataBytes;
  }
  if (payload > APPEND_BYTES_MAX) throw new AppendTooLarge(payload);
  buffer.writeUInt32LE(MAGIC, start);
  buffer.writeUInt32LE(at - start, start + 8);
  buffer.writeDoubleLE(first.recordedAt, start + 20);
  buffer.writeDoubleLE(first.revision, start + 28);
  buffer.writeUInt16LE(events.length, start + 36);
  buffer.writeUInt16LE(streamBytes, start + 38);
  return at - start;
}

/** Notes which commit the record belongs to, and closes it with its CRC. */
export function closeRecord(buffer: Buffer, start: number, bytes: number, commitStart: number): void {
  buffer.writeDoubleLE(commitStart, start + 12);
  buffer.writeUInt32LE(crc32(buffer.subarray(start + CRC_FROM, start + bytes)), start + 4);
}

/** Bytes of the record with its header at `at`. Undefined if this is no header. Needs RECORD_HEADER_BYTES. */
export function recordBytes(buffer: Buffer, at: number): number | undefined {
  if (buffer.readUInt32LE(at) !== MAGIC) return undefined;
  const bytes = buffer.readUInt32LE(at + 8);
  return bytes >= RECORD_HEADER_BYTES + EVENT_HEADER_BYTES && bytes <= RECORD_BYTES_MAX ? bytes : undefined;
}

export const recordCrc = (buffer: Buffer, at: number): number => buffer.readUInt32LE(at + 4);

export const isIntact = (buffer: Buffer, at: number, bytes: number): boolean =>
  crc32(buffer.subarray(at + CRC_FROM, at + bytes)) === recordCrc(buffer, at);

export interface RecordHead {
  readonly stream: string;
  readonly firstRevision: number;
  readonly events: number;
  readonly commitStart: number;
}

/** The data of an intact record for the index. */
export function readRecordHead(buffer: Buffer, at: number): RecordHead {
  return {
    stream: buffer.toString('utf8', at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + buffer.readUInt16LE(at + 38)),
    firstRevision: buffer.readDoubleLE(at + 28),
    events: buffer.readUInt16LE(at + 36),
    commitStart: buffer.readDoubleLE(at + 12),
  };
}

/** All events of an intact record that stands at `offset` in the log. */
export function readRecordEvents(buffer: Buffer, start: number, offset: number): RecordedEvent[] {
  const { stream, firstRevision, events } = readRecordHead(buffer, start);
  const recordedAt = buffer.readDoubleLE(start + 20) as Instant;
  let at = start + RECORD_HEADER_BYTES + buffer.readUInt16LE(start + 38);
  const list: RecordedEvent[] = [];
  for (let i = 0; i < events; i++) {
    const typeAt = at + EVENT_HEADER_BYTES;
    const dataAt = typeAt + buffer[at]!;
    const metadataAt = dataAt + buffer.readUInt32LE(at + 1);
    const end = metadataAt + buffer.readUInt32LE(at + 5);
    list.push({
      id: buffer.toString('latin1', at + 9, at + 9 + ID_BYTES),
      type: buffer.toString('utf8', typeAt, dataAt),
      data: buffer.toString('utf8', dataAt, metadataAt),
      metadata: buffer.toString('utf8', metadataAt, end),
      stream,
      revision: firstRevision + i,
      position: positionOf(offset, i),
      recordedAt,
    });
    at = end;
  }
  return list;
}

/** The start of the next thing in the buffer that might be a record, or -1. */
export const nextMagic = (buffer: Buffer, from: number): number => buffer.indexOf(MAGIC_BYTES, from);

const POSITION_SHIFT = 12n; // 2^12 = EVENTS_PER_APPEND_MAX
/** Offset of the record and place of the event in it, in one number: from a position one can go straight to the bytes. */
export const positionOf = (offset: number, index: number): bigint =>
  offset < 2 ** 41 ? BigInt(offset * 4096 + index) : (BigInt(offset) << POSITION_SHIFT) | BigInt(index);
export const offsetOf = (position: bigint): number => Number(position >> POSITION_SHIFT);
export const indexOf = (position: bigint): number => Number(position & 4095n);
