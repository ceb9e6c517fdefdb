/** Derived state in lmdb: the default where no Redis is configured. Whoever opens it holds the DirectoryLock. */
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import type { AppliedKey, Changes, Document, FoundKeys, KeyPlace, ListOptions, Projections } from '@drawdown/engine/derived-state';
import { STREAM_NAME_BYTES_MAX } from '@drawdown/engine/event-store';
import { type Bytes, Environment, LOWEST_KEY, Writes } from '../lmdb';
import { type Expiring, forgettable, noteExpiring } from './retention';
import {
  decodeDocument,
  decodeDocumentHeader,
  decodePlaces,
  type DocumentHeader,
  encodeDocument,
  encodePlaces,
  fingerprintKey,
  FORMAT,
  instantKey,
  instantOfKey,
  keptForEver,
  type Place,
  placeOf,
  restOfKey,
} from './projection-records';

/** Keys dropped in one transaction: some milliseconds of the main thread. */
const FORGET_KEYS_AT_ONCE = 4_096;
const META_KEY = Buffer.from('projections');
const EMPTY = Buffer.alloc(0);
/** UTF-8 never holds this byte, so it ends the range of all names that begin alike. */
const AFTER_ALL = Buffer.from([0xff]);
const NUL = Buffer.from([0]);

interface Meta {
  readonly format: number;
  /** A bigint in decimal digits. */
  readonly checkpoint: string;
  /** Number of the last batch of saves. */
  readonly batch: number;
}
const NOTHING: Meta = { format: FORMAT, checkpoint: '-1', batch: 0 };

interface Waiting {
  readonly changes: Changes;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What the saves of one transaction come to: of a document saved several times, only the last is written. */
interface Batch {
  readonly documents: Map<string, { latest: Document | undefined; readonly key: Buffer; readonly stored: DocumentHeader | undefined }>;
  readonly places: Map<number, Place[]>;
  readonly expiring: Expiring[];
}

export class EmbeddedProjections implements Projections {
  private readonly documents: Bytes;
  private readonly dueTimes: Bytes;
  private readonly keys: Bytes;
  private readonly forgetting: Bytes;
  private readonly meta: Bytes;
  private waiting: Waiting[] = [];
  private saving: Promise<void> | undefined;
  /** Ends when the last write that was asked for has ended. There is one writer, so what it reads cannot change under it. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(private readonly environment: Environment) {
    [this.documents, this.dueTimes, this.keys, this.forgetting, this.meta] = environment.tables(
      'documents',
      'due',
      'keys',
      'forgetting',
      'meta',
    );
  }

  /** `directory` is the data directory; this uses `balances/` in it. */
  static async open({ directory }: { readonly directory: string }): Promise<EmbeddedProjections> {
    const projections = new EmbeddedProjections(Environment.open(join(directory, 'balances')));
    if (projections.readMeta().format !== FORMAT) await projections.clear();
    return projections;
  }

  /** The folder is this process's alone: what it saved is there as long as the process is. */
  attach(): Promise<void> {
    return Promise.resolve();
  }

  async load(stream: string): Promise<Document | undefined> {
    const bytes = this.documents.getBinaryFast(Buffer.from(stream));
    return bytes && decodeDocument(stream, bytes);
  }

  async list({ prefix, after, limit }: ListOptions): Promise<readonly Document[]> {
    const begin = Buffer.from(prefix);
    const next = after === undefined ? EMPTY : Buffer.concat([Buffer.from(after), NUL]);
    const start = [LOWEST_KEY, begin, next].reduce((a, b) => (Buffer.compare(a, b) > 0 ? a : b));
    const range = this.documents.getRange({ start, end: Buffer.concat([begin, AFTER_ALL]), limit });
    return [...range].map(({ key, value }) => decodeDocument(key.toString(), value));
  }

  async find(fingerprints: ArrayLike<number>): Promise<FoundKeys> {
    const found = new Map<number, readonly KeyPlace[]>();
    for (let i = 0; i < fingerprints.length; i++) {
      const places = decodePlaces(this.keys.getBinaryFast(fingerprintKey(fingerprints[i]!)));
      if (places.length > 0)
        found.set(
          i,
          places.map(({ stream, revision }) => ({ stream, revision })),
        );
    }
    return found;
  }

  /** Saves that come while one is being written share the next transaction. @throws RangeError for a name or a time that cannot be stored. */
  save(changes: Changes): Promise<void> {
    return new Promise((resolve, reject) => {
      assertStorable(changes);
      this.waiting.push({ changes, resolve, reject });
      this.saving ??= this.inTurn(() => this.saveWaiting());
    });
  }

  async checkpoint(): Promise<bigint> {
    return BigInt(this.readMeta().checkpoint);
  }

  async due(at: Instant, limit: number): Promise<readonly { readonly stream: string; readonly dueAt: Instant }[]> {
    const range = this.dueTimes.getKeys({ start: LOWEST_KEY, end: instantKey(at + 1), limit });
    return [...range].map((key) => ({ stream: restOfKey(key).toString(), dueAt: instantOfKey(key) }));
  }

  /** A key goes when its `keepUntil` is at or before `now`. */
  async forget(now: Instant): Promise<number> {
    let forgotten = 0;
    for (let more = true; more;) {
      const dropped = await this.inTurn(() => this.forgetSome(now));
      forgotten += dropped ?? 0;
      more = dropped !== undefined;
    }
    return forgotten;
  }

  clear(): Promise<void> {
    return this.inTurn(() =>
      this.environment.write(() => {
        for (const table of [this.documents, this.dueTimes, this.keys, this.forgetting, this.meta]) void table.clearAsync();
      }),
    );
  }

  /** After what is being saved; durable when it has resolved. */
  async close(): Promise<void> {
    await this.inTurn(() => this.environment.flushed());
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
    try {
      const writes = this.prepare(saves);
      await this.environment.write(() => writes.apply());
      for (const { resolve } of saves) resolve();
    } catch (error) {
      for (const { reject } of saves) reject(error);
    }
  }

  private prepare(saves: readonly Waiting[]): Writes {
    const writes = new Writes();
    const batch: Batch = { documents: new Map(), places: new Map(), expiring: [] };
    const meta = this.readMeta();
    let checkpoint = BigInt(meta.checkpoint);
    for (const { changes } of saves) {
      for (const document of changes.documents) this.addDocument(document, batch);
      for (const key of changes.keys) this.addKey(key, batch);
      if (changes.checkpoint > checkpoint) checkpoint = changes.checkpoint;
    }
    for (const { latest, key, stored } of batch.documents.values()) if (latest) this.putDocument(writes, latest, key, stored);
    for (const [fingerprint, places] of batch.places) writes.put(this.keys, fingerprintKey(fingerprint), encodePlaces(places));
    if (batch.expiring.length > 0) noteExpiring(writes, this.forgetting, meta.batch + 1, batch.expiring);
    const next: Meta = { format: FORMAT, checkpoint: String(checkpoint), batch: meta.batch + 1 };
    writes.put(this.meta, META_KEY, Buffer.from(JSON.stringify(next)));
    return writes;
  }

  private addDocument(document: Document, { documents }: Batch): void {
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

  private addKey(key: AppliedKey, { places, expiring }: Batch): void {
    const stored = fingerprintKey(key.fingerprint);
    const known = places.get(key.fingerprint) ?? decodePlaces(this.keys.getBinaryFast(stored));
    if (known.some(({ stream, revision }) => stream === key.stream && revision === key.revision)) return;
    const place = placeOf(key);
    places.set(key.fingerprint, [...known, place]);
    if (!keptForEver(place)) expiring.push({ fingerprint: stored, keepUntil: place.keepUntil });
  }

  /** How many places were dropped; undefined when there was nothing left to do. */
  private async forgetSome(now: Instant): Promise<number | undefined> {
    const entries = forgettable(this.forgetting, now, FORGET_KEYS_AT_ONCE);
    if (entries.length === 0) return undefined;
    const writes = new Writes();
    for (const { entry, rest } of entries) {
      if (rest) writes.put(this.forgetting, entry, rest);
      else writes.remove(this.forgetting, entry);
    }
    let dropped = 0;
    const fingerprints = new Map(entries.flatMap((entry) => entry.fingerprints.map((key) => [key.toString('hex'), key])));
    for (const key of fingerprints.values()) {
      const places = decodePlaces(this.keys.getBinaryFast(key));
      const kept = places.filter(({ keepUntil }) => keepUntil > now);
      dropped += places.length - kept.length;
      if (kept.length > 0) writes.put(this.keys, key, encodePlaces(kept));
      else writes.remove(this.keys, key);
    }
    await this.environment.write(() => writes.apply());
    return dropped;
  }

  private readMeta(): Meta {
    const bytes = this.meta.get(META_KEY);
    return bytes ? (JSON.parse(bytes.toString()) as Meta) : NOTHING;
  }
}

/** Checked per save: what is wrong in one must not fail the others that share its transaction. */
function assertStorable({ documents, keys }: Changes): void {
  const named = (stream: string) => {
    if (stream.length < 1 || Buffer.byteLength(stream) > STREAM_NAME_BYTES_MAX)
      throw new RangeError(`a stream name has 1 to ${STREAM_NAME_BYTES_MAX} bytes`);
  };
  const timed = (at: Instant | undefined) => {
    if (at !== undefined && !Number.isSafeInteger(at)) throw new RangeError(`an instant is a whole number of milliseconds; this is ${at}`);
  };
  for (const { stream, dueAt } of documents) {
    named(stream);
    timed(dueAt);
  }
  for (const { stream, keepUntil } of keys) {
    named(stream);
    timed(keepUntil);
  }
}
