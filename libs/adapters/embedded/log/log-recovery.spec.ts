import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LogUnavailable, type RecordedEvent } from '@drawdown/engine/event-store';
import {
  aDirectory,
  allOf,
  anEvent,
  cleanUp,
  copyAfterKill,
  openLog,
  segmentsOf,
  someEvents,
  UnreliableDisk,
  written,
} from '../embedded.fixtures';
import type { EmbeddedLog } from './embedded-log';
import { type FileOperations, nodeFiles } from '../file-operations';
import { LogCorrupt } from './log-corrupt';

afterEach(cleanUp);

describe('a log that was cut short', () => {
  it('drops a whole commit of which later records arrived on the disk and an earlier one did not', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    await log.append('wallet-before', [anEvent()], 'no_stream');
    const start = statSync(segmentsOf(directory)[0]!).size;
    await Promise.all(Array.from({ length: 5 }, (_, i) => log.append(`wallet-${i}`, [anEvent()], 'no_stream')));
    const copy = copyAfterKill(directory, { withIndex: false });
    const file = segmentsOf(copy)[0]!;
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, start, start + 40));
    const again = await openLog({ directory: copy });
    expect((await allOf(again)).map(({ stream }) => stream)).toEqual(['wallet-before']);
    expect(again.recovered.tornBytes).toBe(bytes.length - start);
  });

  it('takes zeros after the end, which some file systems leave, for a torn tail', async () => {
    const directory = aDirectory();
    const { ends, acknowledged } = await written([1, 2], directory, await openLog({ directory }));
    const copy = copyAfterKill(directory, { withIndex: false });
    truncateSync(segmentsOf(copy)[0]!, ends[1]! + 10_000);
    const log = await openLog({ directory: copy });
    expect(await allOf(log)).toEqual(acknowledged);
    expect(log.recovered.tornBytes).toBe(10_000);
  });
});

describe('a log with a changed byte', () => {
  it('is refused even in the last append when the index knows that it was durable', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    const { ends } = await written([1, 1], directory, log);
    await log.close();
    const file = segmentsOf(directory)[0]!;
    const original = readFileSync(file);
    writeFileSync(file, Buffer.from(original).fill(0x20, ends[1]! - 3));
    await expect(openLog({ directory })).rejects.toThrow('a record is not what was written');
    writeFileSync(file, original.subarray(0, ends[0]));
    await expect(openLog({ directory })).rejects.toThrow(`was durable up to ${ends[1]}`);
    // The way out that the message names, for whoever brings back an older copy on purpose.
    rmSync(join(directory, 'stream-index'), { recursive: true });
    expect(await allOf(await openLog({ directory }))).toHaveLength(1);
  });

  it('is noticed by a read as well', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory, tailCacheBytes: 0 });
    await log.append('wallet-a', [anEvent('here')], 'no_stream');
    const file = segmentsOf(directory)[0]!;
    writeFileSync(file, readFileSync(file, 'latin1').replace('here', 'hers'), 'latin1');
    await expect(log.readStream('wallet-a')).rejects.toThrow(LogCorrupt);
    await expect(log.readAll(-1n, 10)).rejects.toThrow(LogCorrupt);
    // A follower learns the file and the byte, and not only that the subscription has ended.
    const subscription = log.subscribe(-1n, () => Promise.resolve());
    await expect(subscription.caughtUp).rejects.toThrow(new RegExp(`${file} is damaged at byte \\d+`));
    await expect(subscription.ended).rejects.toThrow(LogCorrupt);
  });
});

describe('segments', () => {
  const threeSegments = async () => {
    const directory = aDirectory();
    const log = await openLog({ directory, segmentBytes: 350 });
    const { acknowledged } = await written([1, 1, 1, 1, 1, 1], directory, log);
    await log.close();
    expect(segmentsOf(directory).length).toBeGreaterThan(2);
    return { directory, acknowledged };
  };

  it('are read as one log, before and after a full scan', async () => {
    const { directory, acknowledged } = await threeSegments();
    rmSync(join(directory, 'stream-index'), { recursive: true });
    const log = await openLog({ directory });
    expect(log.recovered).toMatchObject({ indexRebuilt: true, scannedRecords: 6 });
    expect(await allOf(log)).toEqual(acknowledged);
    for (let i = 0; i < acknowledged.length; i++)
      expect(await log.readAll(acknowledged[i]!.position, 10)).toEqual(acknowledged.slice(i + 1));
    await log.close();
    expect(await allOf(await openLog({ directory }))).toEqual(acknowledged);
  });

  it('are refused when one is missing, cut, damaged, of another log or of a later version', async () => {
    const { directory } = await threeSegments();
    const other = (await threeSegments()).directory;
    const open = async (change: (files: string[], copy: string) => void) => {
      const copy = copyAfterKill(directory, { withIndex: false });
      change(segmentsOf(copy), copy);
      return openLog({ directory: copy });
    };
    await expect(open((files) => rmSync(files[1]!))).rejects.toThrow('a segment file is missing or was cut');
    await expect(open((files) => truncateSync(files[1]!, 200))).rejects.toThrow('a segment file is missing or was cut');
    await expect(open((files) => writeFileSync(files[1]!, readFileSync(files[1]!).fill(7, 100, 110)))).rejects.toThrow(
      'later segments follow',
    );
    await expect(open((files) => copyFileSync(segmentsOf(other).at(-1)!, files.at(-1)!))).rejects.toThrow(LogCorrupt);
    await expect(open((files) => writeFileSync(files[0]!, readFileSync(files[0]!).fill(2, 8, 9)))).rejects.toThrow(
      'it has format version 2',
    );
    await expect(open((files) => truncateSync(files.at(-1)!, 10))).rejects.toThrow(LogCorrupt);
  });

  it('are read on from the next event after any byte, whether a record begins there or not', async () => {
    const { directory, acknowledged } = await threeSegments();
    const log = await openLog({ directory });
    const end = Number(acknowledged.at(-1)!.position >> 12n) + 100;
    for (let byte = 0; byte < end; byte++) {
      for (const place of [0n, 1n, 4095n]) {
        const after = (BigInt(byte) << 12n) | place;
        expect(await log.readAll(after, 2)).toEqual(acknowledged.filter(({ position }) => position > after).slice(0, 2));
      }
    }
    expect(await log.readAll(acknowledged.at(-1)!.position + 2n ** 50n, 10)).toEqual([]);
  });

  it('are refused from a position whose record is damaged, which is no place between two records', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory, tailCacheBytes: 0 });
    const { ends, acknowledged } = await written([1, 2, 1], directory, log);
    const file = segmentsOf(directory)[0]!;
    const bytes = readFileSync(file);
    for (const at of [ends[0]!, ends[0]! + 9, ends[1]! - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x41;
      writeFileSync(file, damaged);
      await expect(log.readAll(acknowledged[1]!.position, 10)).rejects.toThrow(`is damaged at byte ${ends[0]}`);
      await expect(log.readAll(acknowledged[1]!.position - 1n, 10)).rejects.toThrow(`is damaged at byte ${ends[0]}`);
    }
  });
});

describe('what a killed process left behind', () => {
  /** A disk that says what was written to it and synced. */
  const recording = () => {
    const calls: string[] = [];
    const names = new Map<number, string>();
    const files: FileOperations = {
      ...nodeFiles,
      open: async (path, mode) => {
        const fd = await nodeFiles.open(path, mode);
        names.set(fd, basename(path, '.log'));
        return fd;
      },
      write: async (fd, from, offset, length, position) => {
        calls.push(`write ${Number(names.get(fd))}: ${position} to ${position + length}`);
        return nodeFiles.write(fd, from, offset, length, position);
      },
      datasync: async (fd) => {
        await nodeFiles.datasync(fd);
        calls.push(`sync ${Number(names.get(fd))}`);
      },
    };
    return { calls, files };
  };

  it('is made durable before it is shown: the last commit is written again as it is, and synced', async () => {
    const directory = aDirectory();
    const first = await openLog({ directory });
    await written([2, 2], directory, first);
    await first.close();
    const log = await openLog({ directory });
    await log.append('wallet-a', [anEvent('x'.repeat(900_000))], 'no_stream');
    const start = statSync(segmentsOf(directory)[0]!).size;
    await Promise.all(Array.from({ length: 3 }, (_, i) => log.append(`wallet-last-${i}`, [anEvent('y'.repeat(600_000))], 'no_stream')));
    const copy = copyAfterKill(directory);
    const bytes = readFileSync(segmentsOf(copy)[0]!);
    const { calls, files } = recording();
    const again = await openLog({ directory: copy, files });
    expect(again.recovered.scannedRecords).toBe(4);
    expect(calls).toEqual([`write 0: ${start} to ${start + 1_048_576}`, `write 0: ${start + 1_048_576} to ${bytes.length}`, 'sync 0']);
    expect(readFileSync(segmentsOf(copy)[0]!).equals(bytes)).toBe(true);
    expect(await allOf(again)).toEqual(await allOf(log));
  });

  it('is made durable in every segment that was scanned, and in none when nothing was', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory, segmentBytes: 350 });
    const { acknowledged } = await written([1, 1, 1, 1, 1, 1], directory, log);
    await log.close();
    const copy = copyAfterKill(directory, { withIndex: false });
    const before = segmentsOf(copy).map((file) => readFileSync(file));
    const bases = segmentsOf(copy).map((file) => Number(basename(file, '.log')));
    const scanned = recording();
    const again = await openLog({ directory: copy, files: scanned.files });
    expect(scanned.calls.filter((call) => call.startsWith('sync'))).toEqual(bases.map((base) => `sync ${base}`));
    expect(scanned.calls.filter((call) => call.startsWith('write'))).toEqual([expect.stringMatching(`^write ${bases.at(-1)}: `)]);
    expect(segmentsOf(copy).map((file) => readFileSync(file))).toEqual(before);
    expect(await allOf(again)).toEqual(acknowledged);
    await again.close();
    const unscanned = recording();
    await openLog({ directory: copy, files: unscanned.files });
    expect(unscanned.calls).toEqual([]);
  });

  it.each(['write', 'datasync'] as const)('is not shown, and not noted in the index, when the disk fails to %s it', async (call) => {
    const directory = aDirectory();
    const { acknowledged } = await written([1, 2], directory, await openLog({ directory }));
    const copy = copyAfterKill(directory, { withIndex: false });
    const disk = new UnreliableDisk();
    disk.failing = { [call]: 'EIO' };
    await expect(openLog({ directory: copy, files: disk.files })).rejects.toThrow(LogUnavailable);
    const again = await openLog({ directory: copy });
    expect(again.recovered.scannedRecords).toBe(2);
    expect(await allOf(again)).toEqual(acknowledged);
  });
});

describe('the stream index', () => {
  const streamsOf = async (log: EmbeddedLog, all: readonly RecordedEvent[]) => {
    for (const stream of new Set(all.map((event) => event.stream)))
      expect(await log.readStream(stream)).toEqual(all.filter((event) => event.stream === stream));
  };

  it('goes on from where it had come when the process was killed', async () => {
    const directory = aDirectory();
    const first = await openLog({ directory });
    await written([2, 2, 2], directory, first);
    await first.close();
    const log = await openLog({ directory });
    await log.append('wallet-0', someEvents(2), 1);
    await log.append('wallet-new', someEvents(2), 'no_stream');
    const again = await openLog({ directory: copyAfterKill(directory) });
    expect(again.recovered).toEqual({ tornBytes: 0, scannedRecords: 2, indexRebuilt: false });
    const all = await allOf(again);
    expect(all).toHaveLength(10);
    await streamsOf(again, all);
    expect(await again.append('wallet-0', [anEvent()], 3)).toMatchObject({ outcome: 'appended', revision: 4 });
  });

  it('is made anew when it is lost, broken, or of another log', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    const { acknowledged } = await written([1, 2, 3, 1], directory, log);
    await log.close();
    const other = aDirectory();
    const otherLog = await openLog({ directory: other });
    await written([1], other, otherLog);
    await otherLog.close();
    const index = join(directory, 'stream-index');
    for (const spoil of [
      () => rmSync(index, { recursive: true }),
      () => writeFileSync(join(index, 'data.mdb'), 'no database'.repeat(1_000)),
      () => copyFileSync(join(other, 'stream-index', 'data.mdb'), join(index, 'data.mdb')),
    ]) {
      spoil();
      const again = await openLog({ directory });
      expect(again.recovered).toEqual({ tornBytes: 0, scannedRecords: 4, indexRebuilt: true });
      await streamsOf(again, acknowledged);
      await again.close();
    }
  });

  it('finds every record of a long stream, from disk and from memory, after any number of reopenings', async () => {
    const directory = aDirectory();
    let log = await openLog({ directory, headsCached: 2 });
    for (let round = 0, last = -1; round < 4; round++) {
      for (let i = 0; i < 25; i++) {
        const size = 1 + ((round + i) % 3);
        await log.append('wallet-long', someEvents(size), last === -1 ? 'no_stream' : last);
        last += size;
        await log.append(`wallet-${round}-${i}`, [anEvent()], 'no_stream');
      }
      const expected = (await allOf(log)).filter(({ stream }) => stream === 'wallet-long');
      expect(await log.readStream('wallet-long')).toEqual(expected);
      for (const from of [0, 1, 15, 31, last - 1, last])
        expect(await log.readStream('wallet-long', { from, limit: 20 })).toEqual(expected.slice(from, from + 20));
      await log.close();
      log = await openLog({ directory, headsCached: 2 });
    }
  });

  it('reads as few records at the start of a long log as of a short one', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => log.append(`wallet-${i}`, [anEvent()], 'no_stream')));
    await log.close();
    const again = await openLog({ directory });
    expect(again.recovered.scannedRecords).toBe(0);
    expect(await again.head()).toBe((await allOf(again)).at(-1)!.position);
  });
});
