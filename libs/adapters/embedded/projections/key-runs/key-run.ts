/** One run, open for lookups. Its filter and the first fingerprint of each page are in memory. The rest is read on demand. */
import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { KeyPlace } from '@drawdown/engine/derived-state';
import { KeyFilter } from './key-filter';
import {
  indexBytes,
  indexOffset,
  NAME_HEADER_BYTES,
  nameAt,
  namesOffset,
  NAME_UNIT,
  Page,
  PAGE_BYTES,
  pagesOf,
  type RunEntry,
} from './run-format';

/** Read of a name at first: most names are shorter, and a longer one costs a second read. */
const NAME_BYTES_GUESSED = 128;
const NAME_BYTES_MAX = 2 ** 16 + NAME_HEADER_BYTES;

/** The contents of a file were changed. */
export class RunDamaged extends Error {}

/** A file with runs, closed and removed when the last of them is gone. */
export interface RunFile {
  readonly number: number;
  readonly path: string;
  readonly fd: number;
}

export class KeyRun {
  constructor(
    readonly entry: RunEntry,
    readonly file: RunFile,
    private readonly fences: Float64Array,
    private readonly filter: KeyFilter,
  ) {}

  /** @throws RunDamaged */
  static open(entry: RunEntry, file: RunFile): KeyRun {
    const bytes = new ArrayBuffer(indexBytes(entry));
    const index = readAt(file, Buffer.from(bytes), indexOffset(entry));
    if (index.length < bytes.byteLength || crc32(index) !== entry.indexCrc) throw damaged(file, indexOffset(entry));
    const fences = new Float64Array(bytes, 0, pagesOf(entry.keys));
    return new KeyRun(entry, file, fences, new KeyFilter(new Uint32Array(bytes, fences.byteLength, entry.filterWords)));
  }

  mayHold(fingerprint: number): boolean {
    return this.filter.mayHold(fingerprint);
  }

  /** @throws RunDamaged */
  placesOf(fingerprint: number): KeyPlace[] {
    const places: KeyPlace[] = [];
    for (let page = this.firstPageWith(fingerprint); page < this.fences.length && this.fences[page]! <= fingerprint; page++) {
      const { keys } = this.read(page);
      let i = PAGE.firstNotBelow(fingerprint);
      for (; i < keys && PAGE.fingerprint(i) === fingerprint; i++)
        places.push({ stream: this.nameOf(PAGE.name(i)), revision: PAGE.revision(i) });
      if (i < keys) break;
    }
    return places;
  }

  /** A fingerprint with many places may begin at the end of the page before the one that begins with it. */
  private firstPageWith(fingerprint: number): number {
    let low = 0;
    for (let high = this.fences.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.fences[middle]! < fingerprint) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private read(page: number): Page {
    const offset = this.entry.offset + page * PAGE_BYTES;
    if (readAt(this.file, PAGE.bytes, offset).length < PAGE_BYTES || !PAGE.isIntact) throw damaged(this.file, offset);
    return PAGE;
  }

  private nameOf(unit: number): string {
    const offset = namesOffset(this.entry) + unit * NAME_UNIT;
    const name = nameAt(readAt(this.file, NAME.subarray(0, NAME_BYTES_GUESSED), offset), 0) ?? nameAt(readAt(this.file, NAME, offset), 0);
    if (name === undefined) throw damaged(this.file, offset);
    return name;
  }
}

/** Nothing waits between a read and its use, so one of each serves all runs. */
const PAGE = new Page();
const NAME = Buffer.alloc(NAME_BYTES_MAX);

function readAt({ fd }: RunFile, into: Buffer, offset: number): Buffer {
  let bytes = 0;
  for (let more = 1; more > 0 && bytes < into.length; bytes += more) more = readSync(fd, into, bytes, into.length - bytes, offset + bytes);
  return into.subarray(0, bytes);
}

export const damaged = ({ path }: Pick<RunFile, 'path'>, offset: number): RunDamaged =>
  new RunDamaged(`${path}: byte ${offset} and after are not what was written`);
