/**
 * Checks the whole ledger: every stream's chain and revisions, every balance by an auditor's own books, no usage event
 * debited twice, and derived state against the streams it was derived from. Reads only; the ledger may go on meanwhile.
 */
import type { Projections } from '@drawdown/balances';
import { AuditBooks } from './audit-books';
import type { EventLog, RecordedEvent } from './event-log';
import type { Folding } from './folding';
import { commandFingerprint, usageFingerprint } from './keys';
import { CHAIN_START, chainOf, readMetadata } from './seal';
import { categoryOf } from './streams';

const PAGE = 1_000;
/** After every position: of a document whose stream has no event. */
const NEVER = 2n ** 64n;
/** Findings listed; all are counted. */
export const FINDINGS_LISTED_MAX = 1_000;

export type FindingKind = 'chain' | 'revision' | 'conservation' | 'doubled' | 'unreadable' | 'projection' | 'index';

export interface Finding {
  readonly kind: FindingKind;
  readonly stream: string;
  readonly revision?: number;
  readonly detail: string;
}

export interface VerifySummary {
  readonly events: number;
  readonly streams: number;
  readonly usageLines: number;
  /** Wallets and credit balances whose books were kept. */
  readonly balances: number;
  readonly documents: number;
  readonly findings: number;
  readonly byKind: Readonly<Partial<Record<FindingKind, number>>>;
}

export type VerifyStep =
  | { readonly kind: 'progress'; readonly events: number; readonly streams: number }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'summary'; readonly summary: VerifySummary };

interface Trail {
  /** In the log, of the stream's first event. */
  begins: bigint;
  revision: number;
  chain: string;
  books: AuditBooks | undefined;
  folding: Folding | undefined;
  state: unknown;
}

interface Sources {
  readonly log: EventLog;
  readonly projections: Projections;
  readonly foldings: readonly Folding[];
}

export async function* verify({ log, projections, foldings }: Sources): AsyncGenerator<VerifyStep> {
  const audit = new Audit(foldings);
  const checkpoint = await projections.checkpoint();
  for (let after = -1n; ; ) {
    const page = await log.readAll(after, PAGE);
    if (page.length === 0) break;
    after = page.at(-1)!.position;
    for (const event of page) yield* audit.check(event);
    yield* audit.checkIndex(projections, page.filter((event) => event.position <= checkpoint));
    yield { kind: 'progress', events: audit.events, streams: audit.streams };
  }
  for (const { category } of foldings) yield* audit.checkDocuments(log, projections, `${category}-`, checkpoint);
  yield { kind: 'summary', summary: audit.summary() };
}

class Audit {
  events = 0;
  private usageLines = 0;
  private documents = 0;
  private readonly counts: Partial<Record<FindingKind, number>> = {};
  private readonly trails = new Map<string, Trail>();
  private readonly debited = new Set<string>();
  private readonly foldings: ReadonlyMap<string, Folding>;

  constructor(foldings: readonly Folding[]) {
    this.foldings = new Map(foldings.map((folding) => [folding.category, folding]));
  }

  get streams(): number {
    return this.trails.size;
  }

  *check(event: RecordedEvent): Generator<VerifyStep> {
    this.events += 1;
    const trail = this.trailOf(event.stream);
    if (trail.revision < 0) trail.begins = event.position;
    if (event.revision !== trail.revision + 1)
      yield* this.found('revision', event, `revision ${event.revision} follows revision ${trail.revision}`);
    try {
      yield* this.checkChain(trail, event);
      yield* this.checkBooks(trail, event);
      if (trail.folding) trail.state = trail.folding.evolve(trail.state, trail.folding.decode(event.type, event.data));
    } catch (fault) {
      yield* this.found('unreadable', event, fault instanceof Error ? fault.message : String(fault));
    }
    trail.revision = event.revision;
  }

  private *checkChain(trail: Trail, event: RecordedEvent): Generator<VerifyStep> {
    const stored = readMetadata(event).chain;
    const { chain, id } = chainOf(trail.chain, event);
    if (stored !== chain) yield* this.found('chain', event, 'the stored event is not the one that was sealed here: it, its place or one before it was changed');
    else if (event.id !== id) yield* this.found('chain', event, `its id ${event.id} is not the one it was sealed with`);
    // Go on from what is stored, so that one change is one finding.
    trail.chain = stored;
  }

  private *checkBooks(trail: Trail, event: RecordedEvent): Generator<VerifyStep> {
    if (!trail.books) return;
    const data = JSON.parse(event.data) as { readonly lines?: readonly { readonly source: string; readonly id: string }[] };
    for (const wrong of trail.books.book(event.type, data)) yield* this.found('conservation', event, wrong);
    if (event.type !== 'CreditsConsumed') return;
    for (const { source, id } of data.lines ?? []) {
      this.usageLines += 1;
      const key = `${event.stream}\0${source}\0${id}`;
      if (this.debited.has(key)) yield* this.found('doubled', event, `usage ${source} ${id} was debited before`);
      this.debited.add(key);
    }
  }

  /** Every key that the index should have, it has. */
  async *checkIndex(projections: Projections, events: readonly RecordedEvent[]): AsyncGenerator<VerifyStep> {
    const wanted = events.flatMap((event) => keysOf(event).map((fingerprint) => ({ event, fingerprint })));
    const places = await projections.find(wanted.map(({ fingerprint }) => fingerprint));
    for (const [i, { event }] of wanted.entries())
      if (!places[i]?.some((place) => place.stream === event.stream && place.revision === event.revision))
        yield* this.found('index', event, 'a key of this event is missing in the index of applied keys; rebuild the projection');
  }

  async *checkDocuments(log: EventLog, projections: Projections, prefix: string, checkpoint: bigint): AsyncGenerator<VerifyStep> {
    const seen = new Set<string>();
    for (let after: string | undefined; ; ) {
      const page = await projections.list({ prefix, limit: PAGE, ...(after !== undefined && { after }) });
      for (const document of page) {
        seen.add(document.stream);
        this.documents += 1;
        const trail = this.trailOf(document.stream);
        for (const event of await log.readStream(document.stream, { from: trail.revision + 1 }))
          if (event.revision <= document.revision) yield* this.check(event);
        if (document.revision > trail.revision) yield* this.found('projection', document, 'the document is ahead of its stream; rebuild the projection');
        else if (document.revision === trail.revision && document.json !== textOf(trail))
          yield* this.found('projection', document, 'the document is not what its stream folds to; rebuild the projection');
      }
      after = page.at(-1)?.stream;
      if (page.length < PAGE) break;
    }
    // A stream that began after the checkpoint may be saved a moment later.
    for (const [stream, trail] of this.trails)
      if (stream.startsWith(prefix) && !seen.has(stream) && trail.begins <= checkpoint)
        yield* this.found('projection', { stream, revision: trail.revision }, 'the stream has no document; rebuild the projection');
  }

  summary = (): VerifySummary => ({
    events: this.events,
    streams: this.streams,
    usageLines: this.usageLines,
    balances: [...this.trails.values()].filter(({ books }) => books !== undefined).length,
    documents: this.documents,
    findings: Object.values(this.counts).reduce((sum, count) => sum + count, 0),
    byKind: this.counts,
  });

  private *found(kind: FindingKind, { stream, revision }: { readonly stream: string; readonly revision: number }, detail: string): Generator<VerifyStep> {
    const before = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (before < FINDINGS_LISTED_MAX) yield { kind: 'finding', finding: { kind, stream, revision, detail } };
  }

  private trailOf(stream: string): Trail {
    const before = this.trails.get(stream);
    if (before) return before;
    const category = categoryOf(stream);
    const folding = this.foldings.get(category);
    const books = category === 'wallet' || category === 'creditBalance' ? new AuditBooks() : undefined;
    const trail: Trail = { begins: NEVER, revision: -1, chain: CHAIN_START, books, folding, state: folding?.initial };
    this.trails.set(stream, trail);
    return trail;
  }
}

const textOf = ({ folding, chain, state }: Trail): string | undefined =>
  folding && `{"chain":"${chain}","state":${folding.write(state)},"version":${folding.stateVersion}}`;

function keysOf(event: RecordedEvent): readonly bigint[] {
  const { key, index } = readMetadata(event);
  const command = key !== undefined && index === 0 ? [commandFingerprint(event.stream, key)] : [];
  if (event.type !== 'CreditsConsumed') return command;
  const { lines } = JSON.parse(event.data) as { readonly lines: readonly { readonly source: string; readonly id: string }[] };
  return [...command, ...lines.map((line) => usageFingerprint(line.source, line.id))];
}
