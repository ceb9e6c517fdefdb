/**
 * One file of the log: a header and records. Its name is the offset in the log of its first byte, so the segments say
 * themselves whether one is missing. Headers count as bytes of the log.
 *
 *    0  8 bytes  "drawdown"
 *    8  u32      FORMAT_VERSION
 *   12  u32      CRC-32 of the bytes from 16 to the end of the header
 *   16  16 bytes identity of the log, the same in all its segments
 *   32  f64      offset in the log of this segment
 *   40  24 zero bytes
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileOperations } from '../file-operations';
import { LogCorrupt } from './log-corrupt';

const FORMAT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 64;
const MAGIC = 'drawdown';
const NAME = /^(\d{16})\.log$/;
const UNFINISHED = '.unfinished';

export interface SegmentFile {
  readonly path: string;
  readonly base: number;
  /** Bytes in the file, header included. */
  size: number;
}

const segmentPath = (directory: string, base: number): string => join(directory, `${String(base).padStart(16, '0')}.log`);

/** The segments in order. @throws LogCorrupt when one is missing between others. */
export function listSegments(directory: string): SegmentFile[] {
  const segments = readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name): SegmentFile => ({
      path: join(directory, name),
      base: Number(name.slice(0, 16)),
      size: statSync(join(directory, name)).size,
    }));
  let expected = 0;
  for (const { path, base, size } of segments) {
    if (base !== expected)
      throw new LogCorrupt(path, 0, `the log lacks the bytes from ${expected} to ${base}: a segment file is missing or was cut`);
    expected = base + size;
  }
  return segments;
}

/** Makes a segment. Under its name it is complete, or it does not exist. */
export async function createSegment(
  files: FileOperations,
  directory: string,
  base: number,
  identity: Buffer,
): Promise<{ segment: SegmentFile; fd: number }> {
  const path = segmentPath(directory, base);
  await files.remove(path + UNFINISHED);
  const fd = await files.open(path + UNFINISHED, 'create');
  try {
    const header = encodeHeader(base, identity);
    const written = await files.write(fd, header, 0, header.length, 0);
    if (written < header.length) throw Object.assign(new Error('the disk took only a part of a segment header'), { code: 'ENOSPC' });
    await files.datasync(fd);
    await files.rename(path + UNFINISHED, path);
    await files.syncDirectory(directory);
    return { segment: { path, base, size: SEGMENT_HEADER_BYTES }, fd };
  } catch (error) {
    // Nothing was stored in it yet, so it may go. Were it to stay, it would be an empty segment, which does no harm.
    await files.close(fd).catch(() => undefined);
    await files.remove(path + UNFINISHED).catch(() => undefined);
    await files.remove(path).catch(() => undefined);
    throw error;
  }
}

function encodeHeader(base: number, identity: Buffer): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt32LE(FORMAT_VERSION, 8);
  identity.copy(header, 16);
  header.writeDoubleLE(base, 32);
  header.writeUInt32LE(crc32(header.subarray(16)), 12);
  return header;
}

/** The identity of the log that a segment belongs to. @throws LogCorrupt when the header is not one, or of a later version. */
export async function readIdentity(files: FileOperations, segment: SegmentFile): Promise<Buffer> {
  const fd = await files.open(segment.path, 'read');
  try {
    const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
    const read = await files.read(fd, header, SEGMENT_HEADER_BYTES, 0);
    if (read < SEGMENT_HEADER_BYTES || header.toString('latin1', 0, 8) !== MAGIC)
      throw new LogCorrupt(segment.path, 0, 'it does not begin as a segment of a log does');
    const version = header.readUInt32LE(8);
    if (version !== FORMAT_VERSION)
      throw new LogCorrupt(
        segment.path,
        8,
        `it has format version ${version}, this program reads version ${FORMAT_VERSION}; start the version of the program that wrote it`,
      );
    if (crc32(header.subarray(16)) !== header.readUInt32LE(12) || header.readDoubleLE(32) !== segment.base)
      throw new LogCorrupt(segment.path, 12, 'its header does not agree with its checksum or its name');
    return header.subarray(16, 32);
  } finally {
    await files.close(fd);
  }
}
