import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { aDirectory, allOf, anEvent, cleanUp, copyAfterKill, eventsOf, openLog, segmentsOf, written } from '../embedded.fixtures';
import { LogCorrupt } from './log-corrupt';

afterEach(cleanUp);

/** What holds wherever a log is cut or changed: at every byte. */
describe('a log that was cut short', () => {
  it('keeps every append before the cut and drops the one that was cut whole, at every byte of the last record', async () => {
    const sizes = [1, 2];
    const directory = aDirectory();
    const { ends, acknowledged } = await written(sizes, directory, await openLog({ directory }));
    for (let cut = ends[0]!; cut <= ends[1]!; cut++) {
      const copy = copyAfterKill(directory, { withIndex: false });
      truncateSync(segmentsOf(copy)[0]!, cut);
      const log = await openLog({ directory: copy });
      const complete = ends.filter((end) => end <= cut).length;
      expect(await allOf(log)).toEqual(acknowledged.slice(0, eventsOf(sizes.slice(0, complete))));
      expect(log.recovered.tornBytes).toBe(cut - ends[complete - 1]!);
      expect(await log.append('wallet-new', [anEvent()], 'no_stream')).toMatchObject({ outcome: 'appended' });
      await log.close();
      if (cut % 16 > 0) continue;
      const again = await openLog({ directory: copy });
      expect(again.recovered).toEqual({ tornBytes: 0, scannedRecords: 0, indexRebuilt: false });
      await again.close();
    }
  }, 120_000);

  it('holds after any appends, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (sizes, where) => {
          const directory = aDirectory();
          const { ends, acknowledged } = await written(sizes, directory, await openLog({ directory }));
          const copy = copyAfterKill(directory, { withIndex: false });
          const cut = Math.round(64 + where * (ends.at(-1)! - 64));
          truncateSync(segmentsOf(copy)[0]!, cut);
          const kept = eventsOf(sizes.slice(0, ends.filter((end) => end <= cut).length));
          expect(await allOf(await openLog({ directory: copy }))).toEqual(acknowledged.slice(0, kept));
          await cleanUp();
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe('a log with a changed byte', () => {
  it('is refused with file and place when later appends are intact; in the last append it counts as torn', async () => {
    const sizes = [1, 1, 1];
    const directory = aDirectory();
    const { ends, acknowledged } = await written(sizes, directory, await openLog({ directory }));
    const original = readFileSync(segmentsOf(directory)[0]!);
    const copy = copyAfterKill(directory, { withIndex: false });
    const file = segmentsOf(copy)[0]!;
    for (let at = ends[0]!; at < ends[2]!; at++) {
      rmSync(join(copy, 'stream-index'), { recursive: true, force: true });
      const bytes = Buffer.from(original);
      bytes[at]! ^= 0x41;
      writeFileSync(file, bytes);
      if (at < ends[1]!) {
        const error: unknown = await openLog({ directory: copy }).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(LogCorrupt);
        expect(error).toMatchObject({ file, offset: ends[0]!, retriable: false });
        expect(readFileSync(file).equals(bytes)).toBe(true);
      } else {
        const log = await openLog({ directory: copy });
        expect(await allOf(log)).toEqual(acknowledged.slice(0, 2));
        await log.close();
      }
    }
  }, 120_000);
});
