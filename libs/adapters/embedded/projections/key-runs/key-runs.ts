/**
 * The saved keys: sorted runs in files, and a list of them that the caller keeps, the manifest. A file is written and synced before the
 * manifest names it, and removed only after a manifest without it survives a power cut. So whatever is cut off when, what the manifest
 * names is there, and a file that it does not name is what a crash has left.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FoundKeys, type KeyBatch, type KeyPlace, NOTHING_FOUND } from '@drawdown/engine/derived-state';
import type { FileOperations } from '../../file-operations';
import { KeyRun, RunDamaged, type RunFile } from './key-run';
import { mergeRuns } from './merge-runs';
import type { RunEntry } from './run-format';
import { writeBatch } from './saved-run';

const FILE_NAME = /^(\d{10})\.keys$/;
const FILE_DIGITS = 10;

export class KeyRuns {
  private runs: readonly KeyRun[] = [];
  private readonly open = new Map<number, RunFile>();
  /** Files that no run is in any more. */
  private unused: RunFile[] = [];
  private nextFile = 1;
  private merging = false;

  private constructor(
    private readonly directory: string,
    private readonly files: FileOperations,
  ) {}

  /** @throws RunDamaged a file of the manifest was changed: all keys must be collected again. */
  static async open(directory: string, manifest: readonly RunEntry[], files: FileOperations): Promise<KeyRuns> {
    mkdirSync(directory, { recursive: true });
    const runs = new KeyRuns(directory, files);
    try {
      await runs.openAll(manifest);
    } catch (fault) {
      await runs.close();
      throw fault;
    }
    return runs;
  }

  get all(): readonly KeyRun[] {
    return this.runs;
  }

  /** @throws RunDamaged */
  find(fingerprints: ArrayLike<number>): FoundKeys {
    let found: Map<number, KeyPlace[]> | undefined;
    // Run by run: looked into for one key after another, a filter stays near the processor.
    for (const run of this.runs)
      for (let i = 0; i < fingerprints.length; i++) {
        if (!run.mayHold(fingerprints[i]!)) continue;
        for (const place of run.placesOf(fingerprints[i]!)) {
          found ??= new Map();
          const before = found.get(i);
          if (!before) found.set(i, [place]);
          // A key is saved twice if a failed save was repeated.
          else if (!before.some(({ stream, revision }) => stream === place.stream && revision === place.revision)) before.push(place);
        }
      }
    return found ?? NOTHING_FOUND;
  }

  /** The keys as runs in one file, durable, and not yet among those that are looked into. */
  write(batches: readonly KeyBatch[]): Promise<readonly KeyRun[]> {
    return this.inNewFile(async (file) => {
      const written: KeyRun[] = [];
      let offset = 0;
      for (const batch of batches) {
        const { runs, end } = await writeBatch(this.files, file, offset, batch);
        written.push(...runs);
        offset = end;
      }
      return written;
    });
  }

  /** One run of several, in a file of its own, durable; none when it was stopped. */
  async merge(runs: readonly KeyRun[], isStopped: () => boolean): Promise<readonly KeyRun[]> {
    this.merging = true;
    try {
      return await this.inNewFile(async (file) => {
        const merged = await mergeRuns(this.files, file, runs, isStopped);
        return merged ? [merged] : [];
      });
    } finally {
      this.merging = false;
    }
  }

  /** The new contents of the manifest. Files without a run become unused. */
  replace(gone: readonly KeyRun[], added: readonly KeyRun[]): void {
    this.runs = [...this.runs.filter((run) => !gone.includes(run)), ...added];
    for (const file of new Set(gone.map((run) => run.file))) if (!this.runs.some((run) => run.file === file)) this.leave(file);
  }

  /** Files to remove, each returned once. None while runs are merged, because the merge may read them. */
  takeUnused(): readonly RunFile[] {
    return this.merging ? [] : this.unused.splice(0);
  }

  async remove(files: readonly RunFile[]): Promise<void> {
    for (const file of files) {
      await this.files.close(file.fd);
      await this.files.remove(file.path);
    }
  }

  async close(): Promise<void> {
    for (const { fd } of [...this.open.values(), ...this.unused]) await this.files.close(fd);
    this.open.clear();
    this.unused = [];
    this.runs = [];
  }

  private async openAll(manifest: readonly RunEntry[]): Promise<void> {
    const named = new Set(manifest.map(({ file }) => file));
    for (const name of readdirSync(this.directory)) {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
      this.nextFile = Math.max(this.nextFile, number + 1 || 0);
      if (!named.has(number)) await this.files.remove(join(this.directory, name));
    }
    for (const number of named) {
      const path = this.pathOf(number);
      const fd = await this.files.open(path, 'read').catch((cause: unknown) => {
        throw new RunDamaged(`${path} cannot be opened`, { cause });
      });
      this.open.set(number, { number, path, fd });
    }
    this.runs = manifest.map((entry) => KeyRun.open(entry, this.open.get(entry.file)!));
  }

  private async inNewFile(work: (file: RunFile) => Promise<readonly KeyRun[]>): Promise<readonly KeyRun[]> {
    const number = this.nextFile++;
    const path = this.pathOf(number);
    const file = { number, path, fd: await this.files.open(path, 'create') };
    this.open.set(number, file);
    let runs: readonly KeyRun[] = [];
    try {
      runs = await work(file);
      if (runs.length > 0) {
        await this.files.datasync(file.fd);
        await this.files.syncDirectory(this.directory);
      }
      return runs;
    } catch (fault) {
      runs = [];
      throw fault;
    } finally {
      if (runs.length === 0) this.leave(file);
    }
  }

  private leave(file: RunFile): void {
    if (this.open.delete(file.number)) this.unused.push(file);
  }

  private pathOf = (number: number): string => join(this.directory, `${String(number).padStart(FILE_DIGITS, '0')}.keys`);
}
