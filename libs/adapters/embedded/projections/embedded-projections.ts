/** Derived state in lmdb: the default without Redis. The caller that opens it holds the DirectoryLock. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { type Changes, type Document, FOR_EVER, type FoundKeys, type ListOptions, type Projections } from '@drawdown/engine/derived-state';
import { DerivedStateLost, STREAM_NAME_BYTES_MAX } from '@drawdown/engine/event-store';
import { type FileOperations, nodeFiles } from '../file-operations';
import { type Bytes, Environment, LOWEST_KEY, Writes } from '../lmdb';
import { type KeyRun, RunDamaged } from './key-runs/key-run';
import { KeyRuns } from './key-runs/key-runs';
import { nextMerge } from './key-runs/merge-runs';
import type { RunEntry } from './key-runs/run-format';
import {
  decodeDocument,
  decodeDocumentHeader,
  type DocumentHeader,
  encodeDocument,
  FORMAT,
  instantKey,
  instantOfKey,
  restOfKey,
} from './projection-records';

const META_KEY = Buffer.from('projections');
const EMPTY = Buffer.alloc(0);
/** UTF-8 never holds this byte, so it ends the range of all names that begin alike. */
const AFTER_ALL = Buffer.from([0xff]);
const NUL = Buffer.from([0]);

interface Meta {
  readonly format: number;
  /** A bigint in decimal digits. */
  readonly checkpoint: string;
}
const NOTHING: Meta = { format: FORMAT, checkpoint: '-1' };

interface Waiting {
  readonly changes: Changes;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Of a document saved several times in one transaction, only the last is written. */
interface Latest {
  latest: Document | undefined;
  readonly key: Buffer;
  readonly stored: DocumentHeader | undefined;
}

interface EmbeddedProjectionsOptions {
  /** The data directory; this uses `balances/` in it. */
  readonly directory: string;
  /** How the files of the keys are written. */
  readonly files?: FileOperations;
}

export class EmbeddedProjections implements Projections {
  private readonly documents: Bytes;
  private readonly dueTimes: Bytes;
  private readonly manifest: Bytes;
  private readonly meta: Bytes;
  private waiting: Waiting[] = [];
  private saving: Promise<void> | undefined;
  /** Ends with the last requested write. There is one writer, so nothing that it reads changes meanwhile. */
  private turn: Promise<unknown> = Promise.resolve();

  private merging: Promise<void> | undefined;
  private closing = false;
  private damage: RunDamaged | undefined;
  private lost: () => void = () => undefined;

  private constructor(
    private readonly environment: Environment,
    private readonly runs: KeyRuns,
    [documents, dueTimes, manifest, meta]: Tables,
  ) {
    [this.documents, this.dueTimes, this.manifest, this.meta] = [documents, dueTimes, manifest, meta];
  }

  /** Data of another version of the program, and damaged data, is deleted, because all of it is derived. */
  static async open({ directory, files = nodeFiles }: EmbeddedProjectionsOptions): Promise<EmbeddedProjections> {
    const path = join(directory, 'balances');
    for (let anew = false; ; anew = true) {
      const environment = Environment.open(path);
      const tables = environment.tables('documents', 'due', 'runs', 'meta');
      try {
        const { format } = readMeta(tables[3]);
        if (format !== FORMAT) throw new RunDamaged(`derived state has format ${format}`);
        const entries = [...tables[2].getRange({ start: LOWEST_KEY })].map(({ value }) => JSON.parse(value.toString()) as RunEntry);
        return new EmbeddedProjections(environment, await KeyRuns.open(join(path, 'keys'), entries, files), tables);
      } catch (fault) {
        await environment.close();
        if (anew || !(fault instanceof RunDamaged)) throw fault;
        rmSync(path, { recursive: true, force: true });
      }
    }
  }

  /** Only this process uses the folder. So its saves stay while it runs, unless the disk damages them. */
  async attach(lost: () => void = () => undefined): Promise<void> {
    this.lost = lost;
    if (this.damage) await this.clear();
  }

  async load(stream: string): Promise<Document | undefined> {
    this.assertSound();
    const bytes = this.documents.getBinaryFast(Buffer.from(stream));
    return bytes && decodeDocument(stream, bytes);
  }

  async list({ prefix, after, limit }: ListOptions): Promise<readonly Document[]> {
    this.assertSound();
    const begin = Buffer.from(prefix);
    const next = after === undefined ? EMPTY : Buffer.concat([Buffer.from(after), NUL]);
    const start = [LOWEST_KEY, begin, next].reduce((a, b) => (Buffer.compare(a, b) > 0 ? a : b));
    const range = this.documents.getRange({ start, end: Buffer.concat([begin, AFTER_ALL]), limit });
    return [...range].map(({ key, value }) => decodeDocument(key.toString(), value));
  }

  async find(fingerprints: ArrayLike<number>): Promise<FoundKeys> {
    this.assertSound();
    try {
      return this.runs.find(fingerprints);
    } catch (cause) {
      throw this.damaged(cause);
    }
  }

  /** Saves that come while one is being written share the next transaction. @throws RangeError for a name or a time that cannot be stored. */
  save(changes: Changes): Promise<void> {
    return new Promise((resolve, reject) => {
      this.assertSound();
      assertStorable(changes);
      this.waiting.push({ changes, resolve, reject });
      this.saving ??= this.inTurn(() => this.saveWaiting());
    });
  }

  async checkpoint(): Promise<bigint> {
    this.assertSound();
    return BigInt(readMeta(this.meta).checkpoint);
  }

  async due(at: Instant, limit: number): Promise<readonly { readonly stream: string; readonly dueAt: Instant }[]> {
    this.assertSound();
    const range = this.dueTimes.getKeys({ start: LOWEST_KEY, end: instantKey(at + 1), limit });
    return [...range].map((key) => ({ stream: restOfKey(key).toString(), dueAt: instantOfKey(key) }));
  }

  /** Runs are being merged in the background. */
  get isMerging(): boolean {
    return this.merging !== undefined;
  }

  /** A run goes when the newest of its keys may: a key may stay for GROUP_MS longer than it has to. */
  async forget(now: Instant): Promise<number> {
    this.assertSound();
    const forgotten = await this.inTurn(async () => {
      const gone = this.runs.all.filter(({ entry: { keepUntil } }) => keepUntil !== null && keepUntil <= now);
      if (gone.length > 0) await this.exchange(gone, []);
      return gone.reduce((sum, { entry }) => sum + entry.keys, 0);
    });
    await this.removeUnused();
    return forgotten;
  }

  async clear(): Promise<void> {
    await this.inTurn(async () => {
      await this.environment.write(() => {
        for (const table of [this.documents, this.dueTimes, this.manifest, this.meta]) void table.clearAsync();
      });
      this.runs.replace(this.runs.all, []);
      this.damage = undefined;
    });
    await this.removeUnused();
  }

  /** Runs after the present save. It is durable when it has resolved. */
  async close(): Promise<void> {
    this.closing = true;
    await this.merging;
    await this.inTurn(() => this.environment.flushed());
    await this.runs.remove(this.runs.takeUnused());
    await this.runs.close();
    await this.environment.close();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async saveWaiting(): Promise<void> {
    const saves = this.waiting;
    this.waiting = [];
    this.saving = undefined;
    let added: readonly KeyRun[] = [];
    try {
      const keys = saves.map(({ changes }) => changes.keys).filter(({ size }) => size > 0);
      if (keys.length > 0) added = await this.runs.write(keys);
      const writes = this.prepare(saves);
      for (const run of added) writes.put(this.manifest, manifestKey(run), Buffer.from(JSON.stringify(run.entry)));
      // Before its document is: a key that is found too early is confirmed in the log, and a document never stands without its keys.
      this.runs.replace([], added);
      await this.environment.write(() => writes.apply());
      for (const { resolve } of saves) resolve();
      this.merging ??= this.mergeRuns().finally(() => (this.merging = undefined));
    } catch (error) {
      this.runs.replace(added, []);
      // On a full disk the partly written files take the room.
      await this.removeUnused().catch(() => undefined);
      for (const { reject } of saves) reject(error);
    }
  }

  private prepare(saves: readonly Waiting[]): Writes {
    const writes = new Writes();
    const documents = new Map<string, Latest>();
    let checkpoint = BigInt(readMeta(this.meta).checkpoint);
    for (const { changes } of saves) {
      for (const document of changes.documents) this.addDocument(document, documents);
      if (changes.checkpoint > checkpoint) checkpoint = changes.checkpoint;
    }
    for (const { latest, key, stored } of documents.values()) if (latest) this.putDocument(writes, latest, key, stored);
    writes.put(this.meta, META_KEY, Buffer.from(JSON.stringify({ format: FORMAT, checkpoint: String(checkpoint) } satisfies Meta)));
    return writes;
  }

  private addDocument(document: Document, documents: Map<string, Latest>): void {
    let known = documents.get(document.stream);
    if (!known) {
      const key = Buffer.from(document.stream);
      documents.set(document.stream, (known = { latest: undefined, key, stored: this.storedHeader(key) }));
    }
    const before = known.latest ?? known.stored;
    if (!before || before.revision < document.revision) known.latest = document;
  }

  private putDocument(writes: Writes, document: Document, key: Buffer, stored: DocumentHeader | undefined): void {
    if (stored?.dueAt !== document.dueAt) {
      if (stored?.dueAt !== undefined) writes.remove(this.dueTimes, instantKey(stored.dueAt, key));
      if (document.dueAt !== undefined) writes.put(this.dueTimes, instantKey(document.dueAt, key), EMPTY);
    }
    writes.put(this.documents, key, encodeDocument(document));
  }

  private storedHeader(key: Buffer): DocumentHeader | undefined {
    const bytes = this.documents.getBinaryFast(key);
    return bytes && decodeDocumentHeader(bytes);
  }

  /** Merges in the background, one after the other, until none is needed. A failed merge is retried after the next save. */
  private async mergeRuns(): Promise<void> {
    const isStopped = () => this.closing || this.damage !== undefined;
    try {
      for (let runs = nextMerge(this.runs.all); runs.length > 0 && !isStopped(); runs = nextMerge(this.runs.all)) {
        const merged = await this.runs.merge(runs, isStopped);
        await this.inTurn(async () => {
          // Forgotten or cleared meanwhile: the merged one would bring them back.
          if (merged.length > 0 && runs.every((run) => this.runs.all.includes(run))) await this.exchange(runs, merged);
          else this.runs.replace(merged, []);
        });
        await this.removeUnused();
      }
    } catch (cause) {
      if (cause instanceof RunDamaged) this.damaged(cause);
    }
  }

  private async exchange(gone: readonly KeyRun[], added: readonly KeyRun[]): Promise<void> {
    const writes = new Writes();
    for (const run of gone) writes.remove(this.manifest, manifestKey(run));
    for (const run of added) writes.put(this.manifest, manifestKey(run), Buffer.from(JSON.stringify(run.entry)));
    await this.environment.write(() => writes.apply());
    this.runs.replace(gone, added);
  }

  /** Only when the manifest without them survives a power cut: the one before it names them. */
  private async removeUnused(): Promise<void> {
    const unused = this.runs.takeUnused();
    if (unused.length === 0) return;
    await this.environment.flushed();
    await this.runs.remove(unused);
  }

  private damaged(cause: unknown): DerivedStateLost {
    if (!this.damage) {
      this.damage = cause instanceof RunDamaged ? cause : new RunDamaged('the files of applied keys cannot be read', { cause });
      this.lost();
    }
    return new DerivedStateLost(`derived state is damaged and is made anew: ${this.damage.message}`);
  }

  private assertSound(): void {
    if (this.damage) throw this.damaged(this.damage);
  }
}

type Tables = readonly [documents: Bytes, dueTimes: Bytes, manifest: Bytes, meta: Bytes];

const manifestKey = ({ entry: { file, offset } }: KeyRun): Buffer => Buffer.from(`${file}@${offset}`);

function readMeta(table: Bytes): Meta {
  const bytes = table.get(META_KEY);
  return bytes ? (JSON.parse(bytes.toString()) as Meta) : NOTHING;
}

/** Checked for each save, because a wrong one must not fail the others in its transaction. */
function assertStorable({ documents, keys }: Changes): void {
  const named = (stream: string) => {
    if (stream.length < 1 || Buffer.byteLength(stream) > STREAM_NAME_BYTES_MAX)
      throw new RangeError(`a stream name has 1 to ${STREAM_NAME_BYTES_MAX} bytes`);
  };
  const timed = (at: number | undefined) => {
    if (at !== undefined && !Number.isSafeInteger(at)) throw new RangeError(`an instant is a whole number of milliseconds; this is ${at}`);
  };
  for (const { stream, dueAt } of documents) {
    named(stream);
    timed(dueAt);
  }
  for (const stream of keys.streams) named(stream);
  for (const keepUntil of keys.keepUntil.subarray(0, keys.size)) if (keepUntil !== FOR_EVER) timed(keepUntil);
}
