/**
 * The streams this process knows, folded: from a document (the snapshot) plus the tail of the stream, then kept up to date.
 * A cache: an entry may be behind the stream, and every append is checked against the stream itself.
 */
import { hash } from 'node:crypto';
import type { DomainEvent } from '@drawdown/decider';
import type { Document, Projections } from '@drawdown/balances';
import type { Instant } from '@drawdown/amounts';
import { type EventLog, READ_LIMIT_MAX, type RecordedEvent } from './event-log';
import type { Folding } from './folding';
import type { AppliedKeys } from './applied-keys';
import { CHAIN_START, readMetadata } from './seal';
import { categoryOf } from './streams';

/** Folded streams kept in memory. A clean one beyond this is dropped, the longest known first: it costs one load to have it again. */
export const STREAMS_CACHED_MAX = 200_000;

export interface StreamState {
  readonly stream: string;
  readonly folding: Folding;
  state: unknown;
  /** -1: nothing has happened yet. */
  revision: number;
  chain: string;
  /** Changed since its document was last saved. */
  dirty: boolean;
}

/** One event as it was applied to its stream, with its meaning. */
export interface Applied {
  readonly entry: StreamState;
  readonly event: DomainEvent;
  readonly revision: number;
}

export type Follower = (applied: Applied) => void;
const NOBODY: readonly Follower[] = [];

export class StreamStates {
  private readonly entries = new Map<string, StreamState>();
  private readonly loading = new Map<string, Promise<StreamState>>();
  private readonly foldings: ReadonlyMap<string, Folding>;
  private readonly followers = new Set<Follower>();
  private readonly followersOf = new Map<string, Set<Follower>>();

  constructor(
    private readonly log: EventLog,
    private readonly projections: Projections,
    readonly keys: AppliedKeys,
    foldings: readonly Folding[],
  ) {
    this.foldings = new Map(foldings.map((folding) => [folding.category, folding]));
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

  foldingOf = (stream: string): Folding | undefined => this.foldings.get(categoryOf(stream));
  cached = (stream: string): StreamState | undefined => this.entries.get(stream);

  /** As far as this process knows; reads the stream's tail only when it is not in memory. */
  async load(stream: string): Promise<StreamState> {
    const entry = this.entries.get(stream);
    if (entry) return entry;
    return this.once(stream, async () => this.catchUp(await this.restore(stream)));
  }

  /** To the end of the stream, whoever wrote it. */
  async reload(stream: string): Promise<StreamState> {
    return this.catchUp(await this.load(stream));
  }

  /** An event of the log, met in order by the catch-up subscription. One that is known already changes nothing. */
  async meet(event: RecordedEvent): Promise<void> {
    if (!this.foldingOf(event.stream)) return;
    const entry = this.entries.get(event.stream) ?? (await this.once(event.stream, () => this.restore(event.stream)));
    if (event.revision <= entry.revision) return;
    if (event.revision === entry.revision + 1) this.apply(entry, event);
    else await this.catchUp(entry);
  }

  apply(entry: StreamState, recorded: RecordedEvent): void {
    const event = entry.folding.decode(recorded.type, recorded.data);
    this.advance(entry, [event], recorded.revision, readMetadata(recorded), entry.folding.evolve(entry.state, event));
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
    cause: { readonly key?: string; readonly index: number; readonly chain: string },
    state: unknown,
  ): void {
    entry.state = state;
    entry.revision = first + events.length - 1;
    entry.chain = cause.chain;
    entry.dirty = true;
    for (const [i, event] of events.entries()) {
      this.keys.note(entry.stream, first + i, event, cause.index + i === 0 ? cause.key : undefined);
      const applied: Applied = { entry, event, revision: first + i };
      for (const follower of this.followers) follower(applied);
      for (const follower of this.followersOf.get(entry.stream) ?? NOBODY) follower(applied);
    }
  }

  document(entry: StreamState): Document {
    const { folding, stream, revision, chain, state } = entry;
    const dueAt: Instant | undefined = folding.dueAt(state);
    return {
      stream,
      revision,
      json: documentText(folding, stream, revision, chain, state),
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

  /** Forgets everything that was folded, for a rebuild. */
  clear(): void {
    this.entries.clear();
  }

  private once(stream: string, load: () => Promise<StreamState>): Promise<StreamState> {
    const running = this.loading.get(stream);
    if (running) return running;
    const started = load().finally(() => this.loading.delete(stream));
    this.loading.set(stream, started);
    return started;
  }

  private async restore(stream: string): Promise<StreamState> {
    const folding = this.foldingOf(stream);
    if (!folding) throw new RangeError(`no aggregate folds ${stream}`);
    const document = await this.projections.load(stream);
    const entry = (document && readDocument(folding, document)) ?? {
      stream,
      folding,
      state: folding.initial,
      revision: -1,
      chain: CHAIN_START,
      dirty: false,
    };
    this.entries.set(stream, entry);
    return entry;
  }

  private async catchUp(entry: StreamState): Promise<StreamState> {
    for (;;) {
      const tail = await this.log.readStream(entry.stream, { from: entry.revision + 1 });
      for (const event of tail) if (event.revision === entry.revision + 1) this.apply(entry, event);
      if (tail.length < READ_LIMIT_MAX) return entry;
    }
  }
}

/**
 * The text of a document. Decisions are made on what it says, so it carries a digest of itself: derived state that was damaged
 * is not believed but folded anew.
 */
export function documentText(folding: Folding, stream: string, revision: number, chain: string, state: unknown): string {
  const text = folding.write(state);
  return `{"chain":"${chain}","digest":"${digestOf(folding, stream, revision, chain, text)}","state":${text},"version":${folding.stateVersion}}`;
}

const digestOf = (folding: Folding, stream: string, revision: number, chain: string, text: string): string =>
  hash('sha256', `${stream}\0${revision}\0${chain}\0${folding.stateVersion}\0${text}`).slice(0, 16);

/** The folded state in a document; undefined when another version of the program wrote it, or when it is damaged. */
function readDocument(folding: Folding, { stream, revision, json }: Document): StreamState | undefined {
  const end = json.lastIndexOf(',"version":');
  const text = json.slice(json.indexOf('"state":') + '"state":'.length, end);
  try {
    const { chain, digest, version } = JSON.parse(json) as { chain: string; digest: string; version: number };
    if (version !== folding.stateVersion || digest !== digestOf(folding, stream, revision, chain, text)) return undefined;
    return { stream, folding, state: folding.read(JSON.parse(text)), revision, chain, dirty: false };
  } catch {
    return undefined;
  }
}

export const stateOf = (folding: Folding, document: Document): unknown => readDocument(folding, document)?.state;
