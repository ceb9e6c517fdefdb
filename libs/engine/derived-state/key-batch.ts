/**
 * Applied keys in columns: no object and no map entry per key, for every usage event leaves one. A key takes 24 bytes, up to twice that
 * while its columns grow, and the name of its stream is held once for all keys of the stream.
 */
import type { Instant } from '@drawdown/domain/amounts';

/** Where a key was applied. */
export interface KeyPlace {
  readonly stream: string;
  readonly revision: number;
}

/** The key of a command, a payment or a usage event. The fingerprint has 53 bits: a match has to be confirmed in the stream. */
export interface AppliedKey extends KeyPlace {
  readonly fingerprint: number;
  /** After this moment the key may be forgotten. Absent: kept forever. */
  readonly keepUntil?: Instant;
}

/** `keepUntil` of a key that is kept forever. */
export const FOR_EVER = Number.POSITIVE_INFINITY;

const KEYS_AT_FIRST = 64;

export class KeyBatch implements Iterable<AppliedKey> {
  /** Keys; the columns are longer. */
  size = 0;
  fingerprints = new Float64Array(KEYS_AT_FIRST);
  /** Index of the stream in `streams`. */
  ordinals = new Uint32Array(KEYS_AT_FIRST);
  revisions = new Uint32Array(KEYS_AT_FIRST);
  /** Milliseconds since 1970, or FOR_EVER. */
  keepUntil = new Float64Array(KEYS_AT_FIRST);
  readonly streams: string[] = [];
  private readonly ordinalOf = new Map<string, number>();

  constructor(keys: Iterable<AppliedKey> = []) {
    for (const { fingerprint, stream, revision, keepUntil } of keys) this.add(fingerprint, stream, revision, keepUntil);
  }

  /** @throws RangeError for a revision of more than 32 bits */
  add(fingerprint: number, stream: string, revision: number, keepUntil: number = FOR_EVER): void {
    if (revision >>> 0 !== revision) throw new RangeError(`revision ${revision} cannot be stored with a key`);
    if (this.size === this.fingerprints.length) this.grow();
    let ordinal = this.ordinalOf.get(stream);
    if (ordinal === undefined) this.ordinalOf.set(stream, (ordinal = this.streams.push(stream) - 1));
    this.fingerprints[this.size] = fingerprint;
    this.ordinals[this.size] = ordinal;
    this.revisions[this.size] = revision;
    this.keepUntil[this.size] = keepUntil;
    this.size += 1;
  }

  place(row: number): KeyPlace {
    return { stream: this.streams[this.ordinals[row]!]!, revision: this.revisions[row]! };
  }

  *[Symbol.iterator](): Generator<AppliedKey> {
    for (let row = 0; row < this.size; row++) {
      const keepUntil = this.keepUntil[row]!;
      const key = { fingerprint: this.fingerprints[row]!, ...this.place(row) };
      yield keepUntil === FOR_EVER ? key : { ...key, keepUntil: keepUntil as Instant };
    }
  }

  private grow(): void {
    const length = 2 * this.size;
    const { fingerprints, ordinals, revisions, keepUntil } = this;
    (this.fingerprints = new Float64Array(length)).set(fingerprints);
    (this.ordinals = new Uint32Array(length)).set(ordinals);
    (this.revisions = new Uint32Array(length)).set(revisions);
    (this.keepUntil = new Float64Array(length)).set(keepUntil);
  }
}

/** A save of no keys. Nobody adds to it. */
export const NO_KEYS: KeyBatch = new KeyBatch();
