/**
 * How this folder uses lmdb: keys and values are bytes, writes go in batches off the main thread.
 *
 * What we rely on (lmdb-js README, "Overlapping Sync Options", on by default except on Windows): a batch is one transaction.
 * After `kill -9` the last committed transaction is there. After a power cut (another boot id) the last transaction that
 * was flushed whole is there, older but consistent. So nothing here waits for a sync: all of it is derived.
 */
import { rmSync } from 'node:fs';
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

  /** Opens a directory of its own; one that lmdb cannot open is thrown away, for all of it is derived. */
  static open(directory: string): Environment {
    const attempt = () => new Environment(open<Buffer, Buffer>({ path: directory, noSubdir: false, ...BYTES }));
    try {
      return attempt();
    } catch {
      rmSync(directory, { recursive: true, force: true });
      return attempt();
    }
  }

  table(name: string): Bytes {
    return this.root.openDB<Buffer, Buffer>(name, BYTES);
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
