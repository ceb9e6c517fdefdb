/**
 * Where the records of each stream are. Derived from the log and behind it: what is not in lmdb yet is held in memory, and
 * is read from the log again after a crash. Writing it is on no append's way.
 *
 *   heads:  stream name -> id, last revision, the places of its last 1 to PLACES_PER_CHUNK records
 *   chunks: id, first revision -> PLACES_PER_CHUNK places, in order
 *   meta:   how far the index has come, and in which log
 */
import { rmSync } from 'node:fs';
import { type Bytes, Environment } from '../lmdb';
import { type RecordPlace, StreamHead } from './stream-head';

const FORMAT = 1;
/** Heads written in one transaction. A slice costs a millisecond or two of the main thread. */
const SLICE_HEADS = 1_024;
const ID_BYTES = 6;
const HEAD_BYTES = ID_BYTES + 6;
const PLACE_BYTES = 6 + 6 + 4;
const META_KEY = Buffer.from('index');

/** How far the index has come in the log. */
export interface IndexCheckpoint {
  readonly format: number;
  readonly log: string;
  /** Everything before this offset is in the index. */
  readonly offset: number;
  /** The last record before it, to know the log again by. */
  readonly lastRecord: { readonly offset: number; readonly crc: number } | null;
  /** Some of what is before this offset may be in the index. */
  readonly ahead: number;
}

export class StreamIndex {
  // Two maps, a young and an old one. An entry that was not used while the young one filled up is dropped with the old one.
  private young = new Map<string, StreamHead>();
  private old = new Map<string, StreamHead>();
  private forgetAt: number;
  private dirty: StreamHead[] = [];

  private constructor(
    private readonly environment: Environment,
    private readonly heads: Bytes,
    private readonly chunks: Bytes,
    private readonly meta: Bytes,
    private readonly headsCachedMax: number,
  ) {
    this.forgetAt = headsCachedMax;
  }

  static open(directory: string, headsCachedMax: number): StreamIndex {
    const environment = Environment.open(directory);
    const [heads, chunks, meta] = environment.tables('heads', 'chunks', 'meta');
    return new StreamIndex(environment, heads, chunks, meta, headsCachedMax);
  }

  /** An empty index in place of whatever the directory holds. */
  static openEmpty(directory: string, headsCachedMax: number): StreamIndex {
    rmSync(directory, { recursive: true, force: true });
    return StreamIndex.open(directory, headsCachedMax);
  }

  /** Undefined when the index holds nothing, or was written in another format. */
  checkpoint(): IndexCheckpoint | undefined {
    const bytes = this.meta.get(META_KEY);
    if (!bytes) return undefined;
    const checkpoint = JSON.parse(bytes.toString()) as IndexCheckpoint;
    return checkpoint.format === FORMAT ? checkpoint : undefined;
  }

  get dirtyHeads(): number {
    return this.dirty.length;
  }

  head(stream: string): StreamHead {
    const known = this.young.get(stream);
    if (known) return known;
    const head = this.old.get(stream) ?? this.load(stream);
    this.young.set(stream, head);
    if (this.young.size >= this.forgetAt) this.forgetUnused();
    return head;
  }

  /** Notes a durable record. */
  add(head: StreamHead, place: RecordPlace, lastRevision: number): void {
    head.add(place, lastRevision);
    if (head.dirty) return;
    head.dirty = true;
    this.dirty.push(head);
  }

  /** The places of the records that hold the revisions `low` to `high` of a stream, in order. Both must exist. */
  places(head: StreamHead, low: number, high: number): RecordPlace[] {
    const inMemory = [...head.full.flat(), ...head.recent];
    const first = inMemory[0];
    const stored = first && low < first.firstRevision ? this.storedPlaces(head.id, low, Math.min(high, first.firstRevision - 1)) : [];
    const places = [...stored, ...inMemory];
    return places.slice(places.indexOf(placeIn(places, low))).filter((place) => place.firstRevision <= high);
  }

  /** The place of the record that holds one revision, which must exist. */
  place(head: StreamHead, revision: number): RecordPlace {
    const chunks = head.full;
    if (head.recent[0]!.firstRevision <= revision) return placeIn(head.recent, revision);
    for (let i = chunks.length - 1; i >= 0; i--) if (chunks[i]![0]!.firstRevision <= revision) return placeIn(chunks[i]!, revision);
    const start = chunkKey(head.id, revision);
    const [stored] = [...this.chunks.getRange({ start, end: chunkKey(head.id, 0), inclusiveEnd: true, reverse: true, limit: 1 })];
    return placeIn(decodePlaces(stored!.value, 0), revision);
  }

  /**
   * Writes what has changed. `durable` is the log's durable end at this moment, `reached` what the checkpoint shall say.
   * Rejects when lmdb cannot write; then all of it stays to be written.
   */
  async flush(reached: Omit<IndexCheckpoint, 'format' | 'ahead'>, durable: () => number): Promise<void> {
    const heads = this.dirty;
    this.dirty = [];
    let done = 0;
    try {
      const before = this.checkpoint() ?? { ...reached, offset: 0, lastRecord: null };
      while (done < heads.length) {
        const slice = heads.slice(done, done + SLICE_HEADS);
        // A slice may hold records beyond `reached`. To index those again changes nothing, and `ahead` tells how far they go.
        await this.writeSlice(slice, { ...before, format: FORMAT, log: reached.log, ahead: durable() });
        done += slice.length;
      }
      const ahead = this.checkpoint()?.ahead ?? 0;
      await this.environment.write(() => this.putCheckpoint({ ...reached, format: FORMAT, ahead: Math.max(ahead, reached.offset) }));
    } catch (error) {
      const unwritten = new Set([...heads.slice(done), ...this.dirty]);
      for (const head of unwritten) head.dirty = true;
      this.dirty = [...unwritten];
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.environment.flushed();
    await this.environment.close();
  }

  private async writeSlice(heads: readonly StreamHead[], checkpoint: IndexCheckpoint): Promise<void> {
    const fullChunks = heads.map((head) => head.full.length);
    try {
      await this.environment.write(() => {
        for (const head of heads) {
          head.dirty = false;
          head.flushing = true;
          for (const chunk of head.full) void this.chunks.put(chunkKey(head.id, chunk[0]!.firstRevision), encodePlaces(chunk, 0));
          void this.heads.put(Buffer.from(head.stream), encodeHead(head));
        }
        this.putCheckpoint(checkpoint);
      });
      heads.forEach((head, i) => head.full.splice(0, fullChunks[i]));
    } finally {
      for (const head of heads) head.flushing = false;
    }
  }

  private putCheckpoint(checkpoint: IndexCheckpoint): void {
    void this.meta.put(META_KEY, Buffer.from(JSON.stringify(checkpoint)));
  }

  private load(stream: string): StreamHead {
    const head = new StreamHead(stream);
    const bytes = this.heads.getBinaryFast(Buffer.from(stream));
    if (!bytes) return head;
    head.id = bytes.readUIntBE(0, ID_BYTES);
    head.revision = head.pending = bytes.readUIntBE(ID_BYTES, 6);
    head.recent = decodePlaces(bytes, HEAD_BYTES);
    return head;
  }

  private storedPlaces(id: number, low: number, high: number): RecordPlace[] {
    const lowest = chunkKey(id, 0);
    const [first] = [...this.chunks.getKeys({ start: chunkKey(id, low), end: lowest, inclusiveEnd: true, reverse: true, limit: 1 })];
    const range = this.chunks.getRange({ start: first ?? lowest, end: chunkKey(id, high + 1) });
    return [...range].flatMap(({ value }) => decodePlaces(value, 0));
  }

  private forgetUnused(): void {
    const kept = new Map<string, StreamHead>();
    for (const [stream, head] of this.old) {
      if (!head.forgettable && !this.young.has(stream)) kept.set(stream, head);
    }
    this.old = this.young;
    this.young = kept;
    this.forgetAt = kept.size + this.headsCachedMax;
  }
}

function placeIn(places: readonly RecordPlace[], revision: number): RecordPlace {
  let i = places.length - 1;
  while (i > 0 && places[i]!.firstRevision > revision) i--;
  return places[i]!;
}

function chunkKey(id: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(ID_BYTES + 6);
  key.writeUIntBE(id, 0, ID_BYTES);
  key.writeUIntBE(revision, ID_BYTES, 6);
  return key;
}

function encodeHead(head: StreamHead): Buffer {
  const bytes = encodePlaces(head.recent, HEAD_BYTES);
  bytes.writeUIntBE(head.id, 0, ID_BYTES);
  bytes.writeUIntBE(head.revision, ID_BYTES, 6);
  return bytes;
}

function encodePlaces(places: readonly RecordPlace[], from: number): Buffer {
  const bytes = Buffer.allocUnsafe(from + places.length * PLACE_BYTES);
  let at = from;
  for (const place of places) {
    bytes.writeUIntBE(place.firstRevision, at, 6);
    bytes.writeUIntBE(place.offset, at + 6, 6);
    bytes.writeUInt32BE(place.bytes, at + 12);
    at += PLACE_BYTES;
  }
  return bytes;
}

function decodePlaces(bytes: Buffer, from: number): RecordPlace[] {
  const places: RecordPlace[] = [];
  // `length`, not `byteLength`: lmdb-js lends a longer buffer.
  for (let at = from; at < bytes.length; at += PLACE_BYTES)
    places.push({ firstRevision: bytes.readUIntBE(at, 6), offset: bytes.readUIntBE(at + 6, 6), bytes: bytes.readUInt32BE(at + 12) });
  return places;
}
