/**
 * The streams this process knows, folded: from a document (the snapshot) plus the tail of the stream, then kept up to date.
 * A cache: an entry may be behind the stream, and every append is checked against the stream itself.
 */
import { hash } from 'node:crypto';
import { type DomainEvent, UnknownEventType } from '@drawdown/domain/decider';
import type { Document, Projections } from '@drawdown/engine/derived-state';
import type { Instant } from '@drawdown/domain/amounts';
import type { EventLog, RecordedEvent } from './event-log';
import { DerivedStateLost, NewerThanThisProgram } from './faults';
import type { StreamDefinition } from './stream-definition';
import type { AppliedKeys } from './applied-keys';
import { type Cause, CHAIN_START, readMetadata } from './hash-chain';
import { categoryOf } from './streams';

/** Folded streams kept in memory. A clean one beyond this is dropped, the longest known first: it costs one load to have it again. */
const STREAMS_CACHED_MAX = 200_000;

/** Events of a stream read and folded at once. Packs of usage have some 80 KB each where traffic is high. */
export const TAIL_PAGE = 64;

export interface StreamState {
  readonly stream: string;
  readonly definition: StreamDefinition;
  state: unknown;
  /** -1: nothing has happened yet. */
  revision: number;
  chain: string;
  /** Changed since its document was last saved. */
  dirty: boolean;
  /** Of the states it belongs to: see `StreamStates.epoch`. */
  readonly epoch: number;
  /** As far as its stream went when it was loaded. The following alone makes entries that may be behind, event by event. */
  complete: boolean;
  /** Resolves when an append of this process has its outcome and is in this entry. Absent: none is on its way. */
  appending?: Promise<void> | undefined;
}

/** One event as it was applied to its stream, with its meaning. */
interface Applied {
  readonly entry: StreamState;
  readonly event: DomainEvent;
  readonly revision: number;
}

type Follower = (applied: Applied) => void;
const NO_KEYS: Pick<Cause, 'key' | 'callerKey'> = {};

export class StreamStates {
  private readonly entries = new Map<string, StreamState>();
  private loading = new Map<string, Promise<StreamState>>();
  private completing = new Map<string, Promise<StreamState>>();
  private cleared = 0;
  /** From a clear on until the log has been met to its end. */
  private refolding = false;
  private readonly streamDefinitions: ReadonlyMap<string, StreamDefinition>;
  private readonly followers = new Set<Follower>();
  private readonly followersOf = new Map<string, Set<Follower>>();

  constructor(
    private readonly log: EventLog,
    private readonly projections: Projections,
    readonly keys: AppliedKeys,
    streamDefinitions: readonly StreamDefinition[],
  ) {
    this.streamDefinitions = new Map(streamDefinitions.map((definition) => [definition.category, definition]));
  }

  /** Calls after every event that changes a folded stream, in order of each stream's revisions. Returns how to stop it. */
  follow(follower: Follower): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  /** The same for one stream: costs nothing where other streams change. */
  followStream(stream: string, follower: Follower): () => void {
    const followers = this.followersOf.get(stream) ?? new Set();
    this.followersOf.set(stream, followers.add(follower));
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && this.followersOf.get(stream) === followers) this.followersOf.delete(stream);
    };
  }

  /** Streams with followers of their own. */
  get streamsFollowed(): number {
    return this.followersOf.size;
  }

  streamDefinitionOf = (stream: string): StreamDefinition | undefined => this.streamDefinitions.get(categoryOf(stream));
  /** The state in memory, unless an earlier answer may have shown a newer one. */
  cached = (stream: string): StreamState | undefined => {
    const entry = this.entries.get(stream);
    return entry && (entry.complete || !this.refolding) ? entry : undefined;
  };

  /**
   * Raised by `clear`. What was folded and looked up in one epoch must not be combined with another: keys let go of in the first
   * may be missing from the index of the second. So whoever decides on both asks `assertCurrent` before the append (decision 0014).
   */
  get epoch(): number {
    return this.cleared;
  }

  /** @throws DerivedStateLost nothing was written; do all of it again. */
  assertCurrent(epoch: number): void {
    if (epoch !== this.cleared) throw new DerivedStateLost();
  }

  /** True while streams are folded anew after a clear: each is whole when it is loaded, lists and what is due are not. */
  get isRefolding(): boolean {
    return this.refolding;
  }

  /** The log has been met to its end. */
  refolded(): void {
    this.refolding = false;
  }

  /** As far as this process knows; reads the stream's tail only when it is not in memory. */
  async load(stream: string): Promise<StreamState> {
    const cached = this.cached(stream);
    if (cached) return cached;
    const entry = await this.once(this.loading, stream, () => this.restore(stream));
    if (entry.complete) return entry;
    return this.once(this.completing, stream, async () => {
      await this.catchUp(entry);
      entry.complete = true;
      return entry;
    });
  }

  /** To the end of the stream, whoever wrote it. */
  async reload(stream: string): Promise<StreamState> {
    return this.catchUp(await this.load(stream));
  }

  /** Whether an event of the log changes nothing: this process knows it, most often because it appended it. */
  knows({ stream, revision }: RecordedEvent): boolean {
    const entry = this.entries.get(stream);
    return entry ? revision <= entry.revision : !this.streamDefinitionOf(stream);
  }

  /** An event of the log, met in order by the catch-up subscription. One that is known already changes nothing. */
  async handle(event: RecordedEvent): Promise<void> {
    if (!this.streamDefinitionOf(event.stream)) return;
    const entry = this.entries.get(event.stream) ?? (await this.once(this.loading, event.stream, () => this.restore(event.stream)));
    // The log tells its followers before it answers: to wait costs less than to decode and apply what this process has made itself.
    if (entry.appending) await entry.appending;
    if (event.revision <= entry.revision) return;
    if (event.revision === entry.revision + 1) this.apply(entry, event);
    else await this.catchUp(entry);
  }

  apply(entry: StreamState, recorded: RecordedEvent): void {
    const event = decoded(entry.definition, recorded);
    this.advance(entry, [event], recorded.revision, readMetadata(recorded), entry.definition.evolve(entry.state, event));
  }

  /**
   * Moves an entry on by events that are certain to be in the log, to the state after them.
   * @param first revision of the first of them; its cause is that of a command when its index is 0
   * @param cause with the chain value of the last of them
   */
  advance(
    entry: StreamState,
    events: readonly DomainEvent[],
    first: number,
    cause: { readonly key?: string; readonly callerKey?: string; readonly index: number; readonly chain: string },
    state: unknown,
  ): void {
    entry.state = state;
    entry.revision = first + events.length - 1;
    entry.chain = cause.chain;
    // Saved, its document would stand in an index that may lack the keys before it. The following meets these events again.
    if (entry.epoch !== this.cleared) return;
    entry.dirty = true;
    const own = this.followersOf.size === 0 ? undefined : this.followersOf.get(entry.stream);
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      const { key, callerKey } = cause.index + i === 0 ? cause : NO_KEYS;
      this.keys.note(entry.stream, first + i, event, key, callerKey);
      const applied: Applied = { entry, event, revision: first + i };
      for (const follower of this.followers) follower(applied);
      if (own) for (const follower of own) follower(applied);
    }
  }

  document(entry: StreamState): Document {
    const { definition, stream, revision, chain, state } = entry;
    const dueAt: Instant | undefined = definition.dueAt(state);
    return {
      stream,
      revision,
      json: documentText(definition, stream, revision, chain, state),
      ...(dueAt !== undefined && { dueAt }),
    };
  }

  /** Drops the longest known clean entries beyond the limit. */
  trim(max = STREAMS_CACHED_MAX): void {
    let excess = this.entries.size - max;
    for (const [stream, entry] of this.entries) {
      if (excess <= 0) return;
      if (entry.dirty) continue;
      this.entries.delete(stream);
      excess -= 1;
    }
  }

  /** Forgets everything that was folded, and its keys: for a rebuild, and when derived state was lost. */
  clear(): void {
    this.cleared += 1;
    this.refolding = true;
    this.entries.clear();
    // Who waits for these is not to be joined by anybody new.
    this.loading = new Map();
    this.completing = new Map();
    this.keys.clear();
  }

  private once(running: Map<string, Promise<StreamState>>, stream: string, work: () => Promise<StreamState>): Promise<StreamState> {
    const before = running.get(stream);
    if (before) return before;
    const started = work().finally(() => running.delete(stream));
    running.set(stream, started);
    return started;
  }

  private async restore(stream: string): Promise<StreamState> {
    const definition = this.streamDefinitionOf(stream);
    if (!definition) throw new RangeError(`no aggregate folds ${stream}`);
    const known = this.entries.get(stream);
    if (known) return known;
    const epoch = this.cleared;
    const document = await this.projections.load(stream);
    // Of before the clear: its keys may be neither in memory nor in the index.
    this.assertCurrent(epoch);
    const restored = (document && readDocument(definition, document)) ?? { state: definition.initial, revision: -1, chain: CHAIN_START };
    const entry: StreamState = { ...restored, stream, definition, epoch, dirty: false, complete: false };
    this.entries.set(stream, entry);
    return entry;
  }

  private async catchUp(entry: StreamState): Promise<StreamState> {
    for (;;) {
      const tail = await this.log.readStream(entry.stream, { from: entry.revision + 1, limit: TAIL_PAGE });
      for (const event of tail) if (event.revision === entry.revision + 1) this.apply(entry, event);
      if (tail.length < TAIL_PAGE) return entry;
      // A long history must not keep everybody else waiting, the heartbeat of a queue's reader least of all.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** @throws NewerThanThisProgram */
function decoded(definition: StreamDefinition, { stream, revision, type, data }: RecordedEvent): DomainEvent {
  try {
    return definition.decode(type, data);
  } catch (cause) {
    throw cause instanceof UnknownEventType ? new NewerThanThisProgram(stream, revision, type, { cause }) : cause;
  }
}

/**
 * The text of a document. Decisions are made on what it says, so it carries a digest of itself: derived state that was damaged
 * is not believed but folded anew.
 */
export function documentText(definition: StreamDefinition, stream: string, revision: number, chain: string, state: unknown): string {
  const text = definition.write(state);
  return `{"chain":"${chain}","digest":"${digestOf(definition, stream, revision, chain, text)}","state":${text},"version":${definition.stateVersion}}`;
}

const digestOf = (definition: StreamDefinition, stream: string, revision: number, chain: string, text: string): string =>
  hash('sha256', `${stream}\0${revision}\0${chain}\0${definition.stateVersion}\0${text}`).slice(0, 16);

/** The folded state in a document; undefined when another version of the program wrote it, or when it is damaged. */
function readDocument(
  definition: StreamDefinition,
  { stream, revision, json }: Document,
): Pick<StreamState, 'state' | 'revision' | 'chain'> | undefined {
  const end = json.lastIndexOf(',"version":');
  const text = json.slice(json.indexOf('"state":') + '"state":'.length, end);
  try {
    const { chain, digest, version } = JSON.parse(json) as { chain: string; digest: string; version: number };
    if (version !== definition.stateVersion || digest !== digestOf(definition, stream, revision, chain, text)) return undefined;
    return { state: definition.read(JSON.parse(text)), revision, chain };
  } catch {
    return undefined;
  }
}

export const stateOf = (definition: StreamDefinition, document: Document): unknown => readDocument(definition, document)?.state;
