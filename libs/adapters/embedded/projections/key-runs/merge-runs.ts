/** Which runs are merged when, and merging them. */
import { setImmediate } from 'node:timers/promises';
import type { FileOperations } from '../../file-operations';
import { damaged, type KeyRun, type RunFile } from './key-run';
import { NAME_UNIT, nameAt, namesOffset, nameSize, NAME_HEADER_BYTES, Page, PAGE_BYTES, pagesOf } from './run-format';
import { RunWriter } from './run-writer';

/** So many runs of about one size become one: each key is written again once for every time its run grows so many times. */
const MERGED_AT_ONCE = 4;
const SMALLEST_SIZE_KEYS = 4_096;
/** Runs of all groups that a question looks into. Beyond it the group that costs least becomes one run. */
const RUNS_MAX = 24;
/** A run takes 1.5 bytes of memory a key. */
const RUN_KEYS_MAX = 2 ** 28;
/** Names looked at between two turns of the event loop. */
const NAMES_AT_ONCE = 4_096;
const PAGES_READ_AT_ONCE = 16;

const sizeOf = ({ entry }: KeyRun): number =>
  Math.max(0, Math.floor(Math.log(entry.keys / SMALLEST_SIZE_KEYS) / Math.log(MERGED_AT_ONCE)) + 1);
const keysOf = (runs: readonly KeyRun[]): number => runs.reduce((sum, { entry }) => sum + entry.keys, 0);

/** The runs to merge next, or none. */
export function nextMerge(runs: readonly KeyRun[]): readonly KeyRun[] {
  const groups = new Map<number, KeyRun[]>();
  const alike = new Map<string, KeyRun[]>();
  for (const run of runs) {
    const { group } = run.entry;
    groups.set(group, [...(groups.get(group) ?? []), run]);
    const size = `${group} ${sizeOf(run)}`;
    alike.set(size, [...(alike.get(size) ?? []), run]);
  }
  const cheapest = (candidates: Iterable<readonly KeyRun[]>, least: number): readonly KeyRun[] =>
    [...candidates].filter((some) => some.length >= least && keysOf(some) <= RUN_KEYS_MAX).sort((a, b) => keysOf(a) - keysOf(b))[0] ?? [];
  const grown = cheapest(alike.values(), MERGED_AT_ONCE);
  return grown.length > 0 || runs.length <= RUNS_MAX ? grown : cheapest(groups.values(), 2);
}

/**
 * One run of all keys of several, in a file of its own and not synced; undefined when it was stopped.
 * @throws RunDamaged
 */
export async function mergeRuns(
  files: FileOperations,
  file: RunFile,
  runs: readonly KeyRun[],
  isStopped: () => boolean,
): Promise<KeyRun | undefined> {
  const writer = new RunWriter(files, file, 0, keysOf(runs));
  const cursors = runs.map((run) => new Cursor(files, run));
  for (const cursor of cursors) await cursor.open(writer);
  let live = cursors;
  while (live.length > 0) {
    let least = live[0]!;
    for (const cursor of live) if (cursor.fingerprint < least.fingerprint) least = cursor;
    writer.add(least.fingerprint, least.name, least.revision);
    if (!least.next() && !(await least.read())) live = live.filter((cursor) => cursor !== least);
    if (writer.isFull) {
      await writer.flush();
      await setImmediate();
      if (isStopped()) return undefined;
    }
  }
  const { group } = runs[0]!.entry;
  const ends = runs.map(({ entry }) => entry.keepUntil ?? Infinity);
  const newest = Math.max(...ends);
  return (await writer.finish(group, newest === Infinity ? null : newest)).run;
}

/** Reads a run from its beginning to its end. */
class Cursor {
  fingerprint = 0;
  private readonly buffer = new ArrayBuffer(PAGES_READ_AT_ONCE * PAGE_BYTES);
  private readonly pages = Array.from({ length: PAGES_READ_AT_ONCE }, (_, i) => new Page(this.buffer, i * PAGE_BYTES));
  /** Unit of a name in the run -> its unit in the merged one. */
  private units = new Uint32Array(0);
  private pagesRead = 0;
  private pagesHere = 0;
  private page = 0;
  private at = 0;

  constructor(
    private readonly files: FileOperations,
    private readonly run: KeyRun,
  ) {}

  get name(): number {
    return this.units[this.pages[this.page]!.name(this.at)]!;
  }

  get revision(): number {
    return this.pages[this.page]!.revision(this.at);
  }

  async open(writer: RunWriter): Promise<void> {
    const { entry, file } = this.run;
    const bytes = Buffer.alloc(entry.nameBytes);
    await this.readAt(bytes, namesOffset(entry));
    this.units = new Uint32Array(entry.nameBytes / NAME_UNIT);
    let names = 0;
    for (let at = 0; at < bytes.length; at += nameSize(bytes.readUInt16LE(at + NAME_HEADER_BYTES - 2))) {
      const name = nameAt(bytes, at);
      if (name === undefined) throw damaged(file, namesOffset(entry) + at);
      this.units[at / NAME_UNIT] = writer.names.add(name);
      names += 1;
      if (names % NAMES_AT_ONCE === 0) await setImmediate();
    }
    await this.read();
  }

  /** To the next key among those in memory. */
  next(): boolean {
    this.at += 1;
    if (this.at === this.pages[this.page]!.keys) {
      this.at = 0;
      this.page += 1;
      if (this.page === this.pagesHere) return false;
    }
    this.fingerprint = this.pages[this.page]!.fingerprint(this.at);
    return true;
  }

  /** The next pages from the file; false at the end of the run. */
  async read(): Promise<boolean> {
    const { entry, file } = this.run;
    this.pagesHere = Math.min(PAGES_READ_AT_ONCE, pagesOf(entry.keys) - this.pagesRead);
    if (this.pagesHere === 0) return false;
    const offset = entry.offset + this.pagesRead * PAGE_BYTES;
    await this.readAt(Buffer.from(this.buffer, 0, this.pagesHere * PAGE_BYTES), offset);
    for (const [i, page] of this.pages.slice(0, this.pagesHere).entries())
      if (!page.isIntact || page.keys === 0) throw damaged(file, offset + i * PAGE_BYTES);
    this.pagesRead += this.pagesHere;
    this.page = this.at = 0;
    this.fingerprint = this.pages[0]!.fingerprint(0);
    return true;
  }

  private async readAt(into: Buffer, offset: number): Promise<void> {
    const { file } = this.run;
    const part = Buffer.alloc(into.length);
    for (let done = 0; done < into.length;) {
      const bytes = await this.files.read(file.fd, done === 0 ? into : part, into.length - done, offset + done);
      if (bytes === 0) throw damaged(file, offset + done);
      if (done > 0) part.copy(into, done, 0, bytes);
      done += bytes;
    }
  }
}
