/**
 * The bytes of a run: keys sorted by fingerprint that are kept equally long. All of it is derived: a change raises FORMAT of
 * projection-records.ts, and the stored data is deleted.
 *
 *   pages   4,096 bytes each: u32 CRC of the rest, u32 keys in it, 8 bytes unused, then per key f64 fingerprint, u32 stream, u32 revision
 *   names   per stream: u32 CRC of the name, u16 bytes, name, up to the next multiple of 8; a key names its stream by an eighth of its offset
 *   index   f64 per page: its first fingerprint; then the filter. Its CRC is in the manifest
 *
 * Numbers are in the byte order of the machine, little-endian on all that we run on, so that a page is looked at where it was read.
 */
import { crc32 } from 'node:zlib';

export const PAGE_BYTES = 4_096;
export const PAGE_KEYS = 255;
const PAGE_HEADER_BYTES = 16;
const KEY_BYTES = 16;
/** Of the columns in a page: as many doubles, and as many u32, stand before the first key. */
const FIRST_F64 = PAGE_HEADER_BYTES / 8;
const FIRST_U32 = PAGE_HEADER_BYTES / 4;

/** Keys that end within the same 4 days are in their own runs, which are dropped together. */
export const GROUP_MS = 4 * 86_400_000;
export const GROUP_FOR_EVER = -1;

/** The entry of a run in the manifest. Several runs may be in one file. */
export interface RunEntry {
  readonly file: number;
  /** Of its first page in the file, in bytes. */
  readonly offset: number;
  readonly keys: number;
  readonly nameBytes: number;
  readonly filterWords: number;
  readonly indexCrc: number;
  /** Start of its group as a multiple of GROUP_MS, or GROUP_FOR_EVER. */
  readonly group: number;
  /** The newest of its keys, in milliseconds since 1970; null: forever. */
  readonly keepUntil: number | null;
}

export const pagesOf = (keys: number): number => Math.ceil(keys / PAGE_KEYS);
export const namesOffset = ({ offset, keys }: Pick<RunEntry, 'offset' | 'keys'>): number => offset + pagesOf(keys) * PAGE_BYTES;
export const indexOffset = (run: RunEntry): number => namesOffset(run) + run.nameBytes;
export const indexBytes = ({ keys, filterWords }: RunEntry): number => pagesOf(keys) * 8 + filterWords * 4;

/** A page in memory, read and written through columns over the same bytes. */
export class Page {
  readonly bytes: Buffer;
  private readonly doubles: Float64Array;
  private readonly words: Uint32Array;

  constructor(buffer = new ArrayBuffer(PAGE_BYTES), at = 0) {
    this.bytes = Buffer.from(buffer, at, PAGE_BYTES);
    this.doubles = new Float64Array(buffer, at, PAGE_BYTES / 8);
    this.words = new Uint32Array(buffer, at, PAGE_BYTES / 4);
  }

  get keys(): number {
    return this.words[1]!;
  }

  fingerprint = (i: number): number => this.doubles[FIRST_F64 + i * 2]!;
  name = (i: number): number => this.words[FIRST_U32 + i * 4 + 2]!;
  revision = (i: number): number => this.words[FIRST_U32 + i * 4 + 3]!;

  set(i: number, fingerprint: number, name: number, revision: number): void {
    this.doubles[FIRST_F64 + i * 2] = fingerprint;
    this.words[FIRST_U32 + i * 4 + 2] = name;
    this.words[FIRST_U32 + i * 4 + 3] = revision;
  }

  finish(keys: number): void {
    this.bytes.fill(0, PAGE_HEADER_BYTES + keys * KEY_BYTES);
    this.words[1] = keys;
    this.words[0] = crc32(this.bytes.subarray(4));
  }

  get isIntact(): boolean {
    return this.words[1]! <= PAGE_KEYS && this.words[0] === crc32(this.bytes.subarray(4));
  }

  /** The first key whose fingerprint is not lower. `keys` if all are lower. */
  firstNotBelow(fingerprint: number): number {
    let low = 0;
    for (let high = this.keys; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.fingerprint(middle) < fingerprint) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export const NAME_HEADER_BYTES = 6;
/** Names stand at multiples of it. */
export const NAME_UNIT = 8;
export const nameSize = (bytes: number): number => Math.ceil((NAME_HEADER_BYTES + bytes) / NAME_UNIT) * NAME_UNIT;

/** The name at an offset. Undefined if it is damaged or cut short. */
export function nameAt(bytes: Buffer, offset: number): string | undefined {
  if (offset + NAME_HEADER_BYTES > bytes.length) return undefined;
  const start = offset + NAME_HEADER_BYTES;
  const name = bytes.subarray(start, start + bytes.readUInt16LE(offset + 4));
  return crc32(name) === bytes.readUInt32LE(offset) ? name.toString() : undefined;
}
