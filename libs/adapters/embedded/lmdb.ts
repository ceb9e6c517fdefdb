/**
 * How this folder uses lmdb: keys and values are bytes, writes go in batches off the main thread.
 *
 * What we rely on (lmdb-js README, "Overlapping Sync Options", on by default except on Windows): a batch is one transaction.
 * After `kill -9` the last committed transaction is there. After a power cut (another boot id) the last transaction that
 * was flushed whole is there, older but consistent. So nothing here waits for a sync: all of it is derived.
 */
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';

export type Bytes = Database<Buffer, Buffer>;

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** Lower than every key that we make. lmdb-js would otherwise begin a range at byte 5. */
export const LOWEST_KEY = Buffer.from([0]);

/** Puts and removals that go into one transaction, or none of them. They are collected first: lmdb-js commits what a throwing batch has put so far. */
export class Writes {
  private readonly list: { readonly table: Bytes; readonly key: Buffer; readonly value: Buffer | undefined }[] = [];

  put(table: Bytes, key: Buffer, value: Buffer): void {
    this.list.push({ table, key, value });
  }

  remove(table: Bytes, key: Buffer): void {
    this.list.push({ table, key, value: undefined });
  }

  /** In an `Environment.write`. */
  apply(): void {
    for (const { table, key, value } of this.list) void (value ? table.put(key, value) : table.remove(key));
  }
}

export class Environment {
  private constructor(private readonly root: RootDatabase<Buffer, Buffer>) {}

  /**
   * Opens its own directory. A file that is no database, or is cut short, is deleted, because everything here is derived.
   *
   * `eventTurnBatching` off: for each turn in which something is written lmdb-js would make a batch of its own, with a promise that it
   * hands to nobody. When a commit fails, on a full disk say, that promise rejects unheard and ends the process.
   */
  static open(directory: string): Environment {
    if (!looksLikeDatabase(join(directory, 'data.mdb'))) rmSync(directory, { recursive: true, force: true });
    return new Environment(open<Buffer, Buffer>({ path: directory, noSubdir: false, eventTurnBatching: false, ...BYTES }));
  }

  /** Tables of these names, in their order; made where there are none. In one transaction: each of them would wait for the disk by itself. */
  tables<const N extends readonly string[]>(...names: N): { readonly [I in keyof N]: Bytes } {
    const opened = this.root.transactionSync(() => names.map((name) => this.root.openDB<Buffer, Buffer>(name, BYTES)));
    // As many as names: a mapped list has the length of its source.
    return opened as unknown as { readonly [I in keyof N]: Bytes };
  }

  /** All writes that `action` makes, as one transaction; resolves when readers see it. `action` must not throw. */
  async write(action: () => void): Promise<void> {
    try {
      await this.root.batch(action);
    } catch (error) {
      const { commitError } = error as { commitError?: Promise<unknown> };
      // lmdb-js tells the reason by a promise that rejects; unheard it would end the process.
      const cause: unknown = await commitError?.catch((reason: unknown) => reason);
      throw new Error(`lmdb took nothing: ${String(cause ?? error)}`, { cause: cause ?? error });
    }
  }

  /** Resolves when all that was written survives a power cut. */
  async flushed(): Promise<void> {
    await this.root.flushed;
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

const META_MAGIC = 0xbeef_c0de;
/** After the header of the page, in the format that lmdb 3.5 writes. */
const META_MAGIC_AT = 24;
/** Two meta pages stand at the beginning, whatever the page size, and it is at least this. */
const LEAST_BYTES = 2 * 4_096;

/** lmdb-js ends the process with a segmentation fault when it opens a file that is no database, so this has to be seen before. */
function looksLikeDatabase(path: string): boolean {
  if (!existsSync(path)) return true; // it will be made
  const fd = openSync(path, 'r');
  try {
    const header = Buffer.alloc(LEAST_BYTES);
    const bytes = readSync(fd, header, 0, LEAST_BYTES, 0);
    return bytes === 0 || (bytes === LEAST_BYTES && header.readUInt32LE(META_MAGIC_AT) === META_MAGIC);
  } finally {
    closeSync(fd);
  }
}
