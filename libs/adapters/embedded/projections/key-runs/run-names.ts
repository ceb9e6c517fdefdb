/** The names of a run as they are collected: each once, at an offset that is a multiple of NAME_UNIT. */
import { crc32 } from 'node:zlib';
import { NAME_HEADER_BYTES, NAME_UNIT, nameSize } from './run-format';

const BYTES_AT_FIRST = 4_096;

export class RunNames {
  private bytes = Buffer.alloc(BYTES_AT_FIRST);
  private end = 0;
  private readonly units = new Map<string, number>();

  /** The offset of the name, in units. */
  add(name: string): number {
    const known = this.units.get(name);
    if (known !== undefined) return known;
    const at = this.end;
    const length = Buffer.byteLength(name);
    while (at + nameSize(length) > this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(this.bytes.length)]);
    const start = at + NAME_HEADER_BYTES;
    this.bytes.write(name, start);
    this.bytes.writeUInt32LE(crc32(this.bytes.subarray(start, start + length)), at);
    this.bytes.writeUInt16LE(length, at + 4);
    this.end += nameSize(length);
    this.units.set(name, at / NAME_UNIT);
    return at / NAME_UNIT;
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.end);
  }
}
