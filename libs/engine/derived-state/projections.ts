/**
 * The port of derived state: one document per stream, the keys already applied, and how far both have come in the log.
 * All of it can be thrown away and rebuilt. Adapters: `EmbeddedProjections` (libs/embedded) and `RedisProjections` (libs/redis).
 * Every adapter passes test/contracts/projections.contract.ts.
 *
 * Where it can be lost apart from this process, every method but `attach` throws `DerivedStateLost` (libs/ledger) from the moment
 * that something this process has saved since it attached is missing, and `DerivedStateUnavailable` while it cannot be reached.
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { KeyBatch, KeyPlace } from './key-batch';

/** What readers see of one stream, and the snapshot that the ledger loads from: the state after `revision`. */
export interface Document {
  readonly stream: string;
  readonly revision: number;
  /** JSON text; its shape belongs to whoever projects. */
  readonly json: string;
  /** When the stream next needs the sweeper, if ever. */
  readonly dueAt?: Instant;
}

export interface Changes {
  readonly documents: readonly Document[];
  readonly keys: KeyBatch;
  /** Everything in the log up to here is contained in what has been saved. */
  readonly checkpoint: bigint;
}

/** Of a question with many fingerprints: index -> all places of that one. What is not known, the common case, has no entry. */
export type FoundKeys = ReadonlyMap<number, readonly KeyPlace[]>;
export const NOTHING_FOUND: FoundKeys = new Map();

export interface ListOptions {
  /** Stream names that begin so. */
  readonly prefix: string;
  /** Only names greater than this one: the last one of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface Projections {
  /**
   * From here on this process relies on what is there now and on what it saves. Called before anything else, and again after a loss:
   * with a memory that holds nothing of before. `lost` is called when a loss is noticed.
   */
  attach(lost?: () => void): Promise<void>;
  load(stream: string): Promise<Document | undefined>;
  /** Documents in order of stream name. */
  list(options: ListOptions): Promise<readonly Document[]>;
  /** The places of the fingerprints that are known, by their index in the question. */
  find(fingerprints: ArrayLike<number>): Promise<FoundKeys>;
  /**
   * A stream's document never without its keys, the checkpoint never without all of it; otherwise a save that fails may have been done in
   * part or whole, and is done again. A document replaces one of a lower revision only; a checkpoint never goes back; a key is saved once.
   */
  save(changes: Changes): Promise<void>;
  /** -1n before anything was saved. */
  checkpoint(): Promise<bigint>;
  /** Streams that are due at or before a moment, soonest first. */
  due(at: Instant, limit: number): Promise<readonly { readonly stream: string; readonly dueAt: Instant }[]>;
  /** Drops keys that need not be kept after `now`, some of them later than they could go; returns how many. */
  forget(now: Instant): Promise<number>;
  /** For everybody who uses it: other processes find that what they rely on is lost. Failing, it is lost for this one too. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
