/** Writes the keys of a save: a run for each group of them, one behind the other in one file. */
import { FOR_EVER, type KeyBatch } from '@drawdown/engine/derived-state';
import type { FileOperations } from '../../file-operations';
import type { KeyRun, RunFile } from './key-run';
import { rowsInOrder } from './rows-in-order';
import { GROUP_FOR_EVER, GROUP_MS } from './run-format';
import { RunWriter } from './run-writer';

const groupOf = (keepUntil: number): number => (keepUntil === FOR_EVER ? GROUP_FOR_EVER : Math.floor(keepUntil / GROUP_MS));

/** Not synced. @param offset where in the file to begin; `end` is where what was written ends */
export async function writeBatch(
  files: FileOperations,
  file: RunFile,
  offset: number,
  keys: KeyBatch,
): Promise<{ readonly runs: readonly KeyRun[]; readonly end: number }> {
  const runs: KeyRun[] = [];
  let end = offset;
  for (const [group, rows] of rowsByGroup(keys)) {
    const writer = new RunWriter(files, file, end, rows.length);
    const units = new Int32Array(keys.streams.length).fill(-1);
    let keepUntil = -Infinity;
    for (const row of rowsInOrder(keys.fingerprints, rows)) {
      if (writer.isFull) await writer.flush();
      const ordinal = keys.ordinals[row]!;
      if (units[ordinal] === -1) units[ordinal] = writer.names.add(keys.streams[ordinal]!);
      writer.add(keys.fingerprints[row]!, units[ordinal]!, keys.revisions[row]!);
      if (keys.keepUntil[row]! > keepUntil) keepUntil = keys.keepUntil[row]!;
    }
    const written = await writer.finish(group, group === GROUP_FOR_EVER ? null : keepUntil);
    runs.push(written.run);
    end = written.end;
  }
  return { runs, end };
}

function rowsByGroup(keys: KeyBatch): ReadonlyMap<number, Uint32Array> {
  const counts = new Map<number, number>();
  for (let row = 0; row < keys.size; row++) {
    const group = groupOf(keys.keepUntil[row]!);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const rows = new Map([...counts].map(([group, count]) => [group, new Uint32Array(count)]));
  const next = new Map<number, number>();
  for (let row = 0; row < keys.size; row++) {
    const group = groupOf(keys.keepUntil[row]!);
    const at = next.get(group) ?? 0;
    rows.get(group)![at] = row;
    next.set(group, at + 1);
  }
  return rows;
}
