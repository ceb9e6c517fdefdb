/** Opens a log from the checkpoint of the index, so that the time does not grow with the history. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileOperations } from '../file-operations';
import { LogCorrupt } from './log-corrupt';
import { LogFiles } from './log-files';
import { assertTornTail, recordAt, scanRecords } from './log-scan';
import { positionOf } from './record-format';
import { createSegment, listSegments, readIdentity, SEGMENT_HEADER_BYTES } from './segment-file';
import { type IndexCheckpoint, StreamIndex } from './stream-index';

/** Heads that may wait to be written while an index is made anew. */
const DIRTY_HEADS_MAX = 32_768;

export interface Recovered {
  /** Bytes of a commit that a crash cut short; none of them was ever acknowledged. They were dropped. */
  readonly tornBytes: number;
  /** Records read from the log because the index had not come so far. */
  readonly scannedRecords: number;
  /** The index was missing, or of another log, and was made anew. */
  readonly indexRebuilt: boolean;
}

export interface OpenLog {
  readonly files: LogFiles;
  readonly identity: string;
  /** How far records have been noted in the index, in memory or on disk. */
  reached: Pick<IndexCheckpoint, 'offset' | 'lastRecord'>;
}

const NOTHING = { offset: 0, lastRecord: null };

/** @throws LogCorrupt when a segment is missing or is not of this log. */
export async function openLogFiles(files: FileOperations, directory: string, segmentBytesMax: number): Promise<OpenLog> {
  mkdirSync(directory, { recursive: true });
  const segments = listSegments(directory);
  if (segments.length === 0) {
    await files.syncDirectory(dirname(directory));
    const identity = randomBytes(16);
    const { segment, fd } = await createSegment(files, directory, 0, identity);
    return {
      files: new LogFiles(files, directory, identity, segmentBytesMax, [segment], fd),
      identity: identity.toString('hex'),
      reached: NOTHING,
    };
  }
  const last = segments.at(-1)!;
  const identity = await readIdentity(files, last);
  if (!identity.equals(await readIdentity(files, segments[0]!)))
    throw new LogCorrupt(last.path, 16, 'it belongs to another log than the first segment');
  // The process that made the last segment may have been killed before the segment's name was durable.
  await files.syncDirectory(directory);
  const fd = await files.open(last.path, 'write');
  return {
    files: new LogFiles(files, directory, identity, segmentBytesMax, segments, fd),
    identity: identity.toString('hex'),
    reached: NOTHING,
  };
}

export async function recoverIndex(
  log: OpenLog,
  directory: string,
  headsCached: number,
): Promise<{ streams: StreamIndex; last: bigint; recovered: Recovered }> {
  const { files, identity } = log;
  let streams = StreamIndex.open(directory, headsCached);
  try {
    const known = streams.checkpoint();
    const usable = known?.log === identity;
    if (!usable) {
      await streams.close();
      streams = StreamIndex.openEmpty(directory, headsCached);
    }
    let last = usable ? await lastIndexed(log, known) : -1n;
    let scannedRecords = 0;
    /** Where in the log what was scanned and may not be on the disk begins, and the commit that was scanned last. */
    let doubtful = usable ? known.offset : 0;
    let lastCommit = 0;
    // Before anything of it is visible, in the index too.
    const settle = async (): Promise<void> => {
      await files.makeDurable(doubtful, lastCommit, log.reached.offset);
      doubtful = log.reached.offset;
    };
    const scan = scanRecords(files, doubtful);
    let next = await scan.next();
    for (; !next.done; next = await scan.next()) {
      const { stream, firstRevision, events, commitStart, offset, bytes, crc } = next.value;
      const head = streams.head(stream);
      const lastRevision = firstRevision + events - 1;
      if (firstRevision === head.revision + 1) {
        streams.add(head, { firstRevision, offset, bytes }, lastRevision);
        head.pending = lastRevision;
      } else if (lastRevision > head.revision) {
        const segment = files.segmentOf(offset);
        throw new LogCorrupt(segment.path, offset - segment.base, `${stream} goes from revision ${head.revision} to ${firstRevision}`);
      }
      log.reached = { offset: offset + bytes, lastRecord: { offset, crc } };
      last = positionOf(offset, events - 1);
      lastCommit = commitStart;
      scannedRecords++;
      if (streams.dirtyHeads < DIRTY_HEADS_MAX) continue;
      await settle();
      await streams.flush({ log: identity, ...log.reached }, () => log.reached.offset);
    }
    const tornBytes = files.end - next.value.stoppedAt;
    if (tornBytes > 0) {
      if (usable) assertNotAcknowledged(log, known, next.value.stoppedAt);
      await assertTornTail(files, next.value.stoppedAt);
      await files.cutTail(next.value.stoppedAt);
    }
    if (scannedRecords > 0) await settle();
    return { streams, last, recovered: { tornBytes, scannedRecords, indexRebuilt: !usable && scannedRecords > 0 } };
  } catch (error) {
    await streams.close();
    throw error;
  }
}

/** Position of the last event in the index, once it is certain that the log still holds it. */
async function lastIndexed(log: OpenLog, known: IndexCheckpoint): Promise<bigint> {
  assertNotAcknowledged(log, known, log.files.end);
  if (!known.lastRecord) return -1n;
  const { offset, crc } = known.lastRecord;
  const record = await recordAt(log.files, offset);
  if (record?.crc !== crc) {
    const segment = log.files.segmentOf(offset);
    throw new LogCorrupt(segment.path, offset - segment.base, `a record is not what was written. ${RESTORED}`);
  }
  log.reached = { offset: known.offset, lastRecord: known.lastRecord };
  return positionOf(offset, record.events - 1);
}

/** The index is written after the log is durable. Its records were acknowledged, so to drop one would be a loss. */
function assertNotAcknowledged({ files }: OpenLog, known: IndexCheckpoint, end: number): void {
  if (known.ahead <= end) return;
  const segment = files.segmentOf(end);
  throw new LogCorrupt(
    segment.path,
    Math.max(end - segment.base, SEGMENT_HEADER_BYTES),
    `the log ends there, but was durable up to ${known.ahead - segment.base}. ${RESTORED}`,
  );
}

const RESTORED = 'Bring the file back from a copy; or, if you did put an older copy here on purpose, remove the directory stream-index';
