/** Writes one run at the end of a file, key by key in order of fingerprint. */
import { crc32 } from 'node:zlib';
import type { FileOperations } from '../../file-operations';
import { KeyFilter } from './key-filter';
import { KeyRun, type RunFile } from './key-run';
import { Page, PAGE_BYTES, PAGE_KEYS, pagesOf, type RunEntry } from './run-format';
import { RunNames } from './run-names';

/** Written at once: 256 KiB. */
const CHUNK_PAGES = 64;

export class RunWriter {
  readonly names = new RunNames();
  private readonly chunk = new ArrayBuffer(CHUNK_PAGES * PAGE_BYTES);
  private readonly pages = Array.from({ length: CHUNK_PAGES }, (_, i) => new Page(this.chunk, i * PAGE_BYTES));
  private readonly filter: KeyFilter;
  private readonly fences: Float64Array;
  /** Pages of the chunk that are full. */
  private full = 0;
  private keysInPage = 0;
  private keys = 0;
  private pagesWritten = 0;
  private last = { fingerprint: -1, name: 0, revision: 0 };

  /** @param keysMax as many keys come, or fewer where some come twice */
  constructor(
    private readonly files: FileOperations,
    private readonly file: RunFile,
    private readonly offset: number,
    keysMax: number,
  ) {
    this.filter = KeyFilter.for(keysMax);
    this.fences = new Float64Array(pagesOf(keysMax));
  }

  /** Not while `isFull`: `flush` first. */
  add(fingerprint: number, name: number, revision: number): void {
    const { last } = this;
    if (last.fingerprint === fingerprint && last.name === name && last.revision === revision) return;
    last.fingerprint = fingerprint;
    last.name = name;
    last.revision = revision;
    if (this.keysInPage === 0) this.fences[this.pagesWritten + this.full] = fingerprint;
    this.pages[this.full]!.set(this.keysInPage, fingerprint, name, revision);
    this.filter.add(fingerprint);
    this.keys += 1;
    this.keysInPage += 1;
    if (this.keysInPage === PAGE_KEYS) this.finishPage();
  }

  get isFull(): boolean {
    return this.full === CHUNK_PAGES;
  }

  async flush(): Promise<void> {
    await this.write(Buffer.from(this.chunk, 0, this.full * PAGE_BYTES), this.offset + this.pagesWritten * PAGE_BYTES);
    this.pagesWritten += this.full;
    this.full = 0;
  }

  /** The run, complete in the file and not synced. @param keepUntil of the newest of its keys */
  async finish(group: number, keepUntil: number | null): Promise<{ readonly run: KeyRun; readonly end: number }> {
    if (this.keysInPage > 0) this.finishPage();
    await this.flush();
    const fences = this.fences.subarray(0, this.pagesWritten);
    const index = Buffer.concat([bytesOf(fences), bytesOf(this.filter.words)]);
    const names = this.names.written();
    const at = this.offset + this.pagesWritten * PAGE_BYTES;
    await this.write(Buffer.concat([names, index]), at);
    const entry: RunEntry = {
      file: this.file.number,
      offset: this.offset,
      keys: this.keys,
      nameBytes: names.length,
      filterWords: this.filter.words.length,
      indexCrc: crc32(index),
      group,
      keepUntil,
    };
    return { run: new KeyRun(entry, this.file, fences, this.filter), end: at + names.length + index.length };
  }

  private finishPage(): void {
    this.pages[this.full]!.finish(this.keysInPage);
    this.full += 1;
    this.keysInPage = 0;
  }

  private async write(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const written = await this.files.write(this.file.fd, bytes, done, bytes.length - done, position + done);
      if (written === 0) throw new Error(`${this.file.path}: nothing could be written`);
      done += written;
    }
  }
}

const bytesOf = (column: Float64Array | Uint32Array): Buffer => Buffer.from(column.buffer, column.byteOffset, column.byteLength);
