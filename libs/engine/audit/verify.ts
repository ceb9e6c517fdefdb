/**
 * Checks the whole ledger: every stream's chain and revisions, every balance by an auditor's own books, no usage event
 * debited twice, and derived state against the streams it was derived from. Reads only; the ledger may go on meanwhile.
 *
 * What cannot be read is a finding too, and the rest is looked at all the same: behind a damaged place of the log no page can be
 * read, but streams that have a document are read one by one. Doubles are confirmed up to the damage only.
 *
 * What it cannot see: whoever can rewrite the whole log can rewrite its chains and what is derived from it; and the end of a
 * stream that is cut off together with its derived state leaves no trace in what remains. The digest of all heads in the
 * summary, kept elsewhere, shows both: the same log has the same digest at the same position.
 */
import { createHash } from 'node:crypto';
import type { Document, Projections } from '@drawdown/engine/derived-state';
import { readEvent } from '@drawdown/domain/decider';
import { wallet } from '@drawdown/domain/balance';
import { AuditBooks } from './audit-books';
import {
  categoryOf,
  CHAIN_START,
  chainOf,
  commandFingerprint,
  documentText,
  type EventLog,
  type StreamDefinition,
  paymentKeyOf,
  readMetadata,
  type RecordedEvent,
  usageFingerprint,
} from '@drawdown/engine/event-store';
import { type Clock, DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { Debits } from './verify-debits';
import { ChargingLines, type Line, linesOf } from './verify-lines';
import { attempt, attemptLog, PAGE, pagesOf, smaller } from './verify-reads';

/** Findings listed; all are counted. */
export const FINDINGS_LISTED_MAX = 1_000;
/** Debits that look doubled and are looked up in the log before it is said. So many do not meet by chance: more are said at once. */
const SUSPECTS_MAX = 1_000_000;

export type FindingKind = 'chain' | 'revision' | 'conservation' | 'doubled' | 'unreadable' | 'corrupt' | 'projection' | 'index';

export interface Finding {
  readonly kind: FindingKind;
  /** Empty where the place is not one of a stream: `detail` names the file, say. */
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
  /** Of the last event that `heads` covers, -1n for an empty log. */
  readonly position: bigint;
  /** SHA-256, in hex, over a line `<stream> <revision> <chain>\n` for the last event of every stream, sorted by stream. */
  readonly heads: string;
  readonly findings: number;
  readonly byKind: Readonly<Partial<Record<FindingKind, number>>>;
}

export type VerifyStep =
  | { readonly kind: 'progress'; readonly events: number; readonly streams: number }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'summary'; readonly summary: VerifySummary };

interface Trail {
  revision: number;
  /** Of its last event at or before the checkpoint: its document may not be older. */
  saved: number;
  chain: string;
  books: AuditBooks | undefined;
  definition: StreamDefinition | undefined;
  state: unknown;
}

export interface VerifySources {
  readonly log: EventLog;
  readonly projections: Projections;
  readonly streamDefinitions: readonly StreamDefinition[];
  /** Keys of usage may be forgotten that the window has left behind by this clock. Absent: none may. */
  readonly clock?: Clock;
  readonly windowMs?: number;
  /** The digest of heads covers events up to this position. Absent: all. */
  readonly headsAt?: bigint;
}

export async function* verify({
  log,
  projections,
  streamDefinitions,
  clock,
  windowMs = DEDUPE_WINDOW_MS_DEFAULT,
  headsAt,
}: VerifySources): AsyncGenerator<VerifyStep> {
  const checkpoint = await attempt(() => projections.checkpoint());
  const saved = 'read' in checkpoint ? checkpoint.read : -1n;
  const audit = new Audit(streamDefinitions, saved, windowMs, clock);
  if ('lost' in checkpoint) yield* audit.derivedLost('the checkpoint', checkpoint.lost);
  for await (const page of pagesOf(log)) {
    if ('lost' in page) {
      yield* audit.corrupt(page.lost);
      break;
    }
    for (const event of page.read) {
      if (headsAt !== undefined && event.position > headsAt) audit.digestHeads();
      yield* audit.check(event);
    }
    yield* audit.checkIndex(
      projections,
      page.read.filter((event) => event.position <= saved),
    );
    yield { kind: 'progress', events: audit.events, streams: audit.streams };
  }
  // Now, and not at the end: the checks of documents look at what came after, stream by stream.
  audit.digestHeads();
  for (const { category } of streamDefinitions) yield* audit.checkDocuments(log, projections, `${category}-`);
  yield* audit.confirmDoubles(log);
  yield { kind: 'summary', summary: audit.summary() };
}

class Audit {
  events = 0;
  private position = -1n;
  private heads: string | undefined;
  private usageLines = 0;
  private documents = 0;
  private readonly counts: Partial<Record<FindingKind, number>> = {};
  private readonly trails = new Map<string, Trail>();
  private readonly debits: Debits;
  private readonly charging: ChargingLines;
  /** Debits that look doubled by their fingerprints. */
  private readonly suspects = new Set<number>();
  private readonly streamDefinitions: ReadonlyMap<string, StreamDefinition>;
  /** The reported unreadable places. */
  private readonly reported = new Set<string>();

  constructor(
    streamDefinitions: readonly StreamDefinition[],
    private readonly checkpoint: bigint,
    private readonly windowMs: number,
    private readonly clock: Clock | undefined,
  ) {
    this.debits = new Debits(windowMs);
    this.charging = new ChargingLines(windowMs);
    this.streamDefinitions = new Map(streamDefinitions.map((definition) => [definition.category, definition]));
  }

  get streams(): number {
    return this.trails.size;
  }

  *check(event: RecordedEvent): Generator<VerifyStep> {
    this.events += 1;
    const trail = this.trailOf(event.stream);
    if (event.revision !== trail.revision + 1)
      yield* this.found('revision', event, `revision ${event.revision} follows revision ${trail.revision}`);
    try {
      yield* this.checkChain(trail, event);
      yield* this.checkBooks(trail, event);
      if (trail.definition) trail.state = trail.definition.evolve(trail.state, trail.definition.decode(event.type, event.data));
    } catch (fault) {
      yield* this.found('unreadable', event, fault instanceof Error ? fault.message : String(fault));
    }
    trail.revision = event.revision;
    if (this.heads === undefined) this.position = event.position;
    if (event.position <= this.checkpoint) trail.saved = event.revision;
  }

  private *checkChain(trail: Trail, event: RecordedEvent): Generator<VerifyStep> {
    const stored = readMetadata(event).chain;
    const { chain, id } = chainOf(trail.chain, event);
    if (stored !== chain)
      yield* this.found(
        'chain',
        event,
        'the stored event is not the one that was chained here: it, its place or one before it was changed',
      );
    else if (event.id !== id) yield* this.found('chain', event, `its id ${event.id} is not the one it was chained with`);
    // Go on from what is stored, so that one change is one finding.
    trail.chain = stored;
  }

  private *checkBooks(trail: Trail, event: RecordedEvent): Generator<VerifyStep> {
    if (!trail.books) return;
    for (const wrong of trail.books.book(event.type, JSON.parse(event.data) as { readonly [key: string]: unknown }))
      yield* this.found('conservation', event, wrong);
    for (const line of this.charging.linesOf(event)) {
      this.usageLines += 1;
      // An event from the future must not make it forget what is still needed.
      this.debits.dropBefore(Math.min(line.at, this.clock?.() ?? Infinity));
      if (this.debits.has(line.debit, line.at)) {
        if (this.suspects.size < SUSPECTS_MAX) this.suspects.add(line.debit);
        else if (!this.suspects.has(line.debit)) yield* this.doubled(event, line);
      }
      this.debits.add(line.debit, line.keptUntil);
    }
  }

  /** Two keys may have one fingerprint. So where some have, the log is read once more, and source and id are compared in full. */
  async *confirmDoubles(log: EventLog): AsyncGenerator<VerifyStep> {
    if (this.suspects.size === 0) return;
    const debited = new Map<string, number>();
    const charging = new ChargingLines(this.windowMs);
    for await (const page of pagesOf(log)) {
      if ('lost' in page) {
        yield* this.corrupt(page.lost);
        return;
      }
      for (const event of page.read)
        for (const line of readable(() => charging.linesOf(event))) {
          if (!this.suspects.has(line.debit)) continue;
          const key = `${line.debit}\0${line.source}\0${line.id}`;
          if (line.at <= (debited.get(key) ?? -Infinity)) yield* this.doubled(event, line);
          debited.set(key, line.keptUntil);
        }
      yield { kind: 'progress', events: this.events, streams: this.streams };
    }
  }

  private doubled = (event: RecordedEvent, { source, id }: Line): Generator<VerifyStep> =>
    this.found('doubled', event, `usage ${source} ${id} was debited before`);

  /** Every key that the index should have, it has. */
  async *checkIndex(projections: Projections, events: readonly RecordedEvent[]): AsyncGenerator<VerifyStep> {
    const wanted = events.flatMap((event) => this.keysOf(event).map((key) => ({ event, ...key })));
    const found = await attempt(() => projections.find(wanted.map(({ fingerprint }) => fingerprint)));
    if ('lost' in found) {
      yield* this.derivedLost('the index of applied keys', found.lost);
      return;
    }
    const places = found.read;
    // Read after the answer: what was forgotten before it was forgotten by an earlier clock.
    const now = this.clock?.() ?? -Infinity;
    for (const [i, { event, keptUntil }] of wanted.entries())
      if (keptUntil >= now && !places.get(i)?.some((place) => place.stream === event.stream && place.revision === event.revision))
        yield* this.found('index', event, 'a key of this event is missing in the index of applied keys; rebuild the projection');
  }

  async *checkDocuments(log: EventLog, projections: Projections, prefix: string): AsyncGenerator<VerifyStep> {
    const seen = new Set<string>();
    for (let after: string | undefined; ;) {
      const listed = await attempt(() => projections.list({ prefix, limit: PAGE, ...(after !== undefined && { after }) }));
      // Which documents are missing cannot be said then.
      if ('lost' in listed) {
        yield* this.derivedLost(`the documents ${prefix}…`, listed.lost);
        return;
      }
      const page = listed.read;
      for (const document of page) {
        seen.add(document.stream);
        this.documents += 1;
        const trail = this.trailOf(document.stream);
        if (yield* this.checkRest(log, trail, document)) continue;
        if (document.revision > trail.revision)
          yield* this.found('projection', document, 'the document is ahead of its stream; rebuild the projection');
        else if (document.revision < trail.saved)
          yield* this.found(
            'projection',
            document,
            `the document is behind its stream, which is at revision ${trail.saved}; rebuild the projection`,
          );
        else if (document.revision === trail.revision && document.json !== textOf(document.stream, trail))
          yield* this.found('projection', document, 'the document is not what its stream folds to; rebuild the projection');
      }
      after = page.at(-1)?.stream;
      if (page.length < PAGE) break;
    }
    // A stream that began after the checkpoint may be saved a moment later.
    for (const [stream, trail] of this.trails)
      if (stream.startsWith(prefix) && !seen.has(stream) && trail.saved >= 0)
        yield* this.found('projection', { stream, revision: trail.revision }, 'the stream has no document; rebuild the projection');
  }

  /** What the walk over the log has not come to, up to what the document knows. True when it cannot be read. */
  private async *checkRest(log: EventLog, trail: Trail, { stream, revision }: Document): AsyncGenerator<VerifyStep, boolean> {
    for (let limit = PAGE; trail.revision < revision;) {
      const page = await attemptLog(() => log.readStream(stream, { from: trail.revision + 1, limit }));
      if ('lost' in page) {
        if (limit > 1) {
          limit = smaller(limit);
          continue;
        }
        yield* this.found('corrupt', { stream, revision: trail.revision + 1 }, page.lost);
        return true;
      }
      const known = page.read.filter((event) => event.revision <= revision);
      if (known.length === 0) return false;
      for (const event of known) yield* this.check(event);
    }
    return false;
  }

  /** A second read of the log finds the same place again. It is reported once. */
  *corrupt(why: string): Generator<VerifyStep> {
    yield* this.lost('corrupt', why);
  }

  *derivedLost(what: string, why: string): Generator<VerifyStep> {
    yield* this.lost('projection', `${what} cannot be read: ${why}; rebuild the projection`);
  }

  private *lost(kind: FindingKind, detail: string): Generator<VerifyStep> {
    if (this.reported.has(detail)) return;
    this.reported.add(detail);
    yield* this.found(kind, { stream: '' }, detail);
  }

  /** Of what has been looked at up to here; only the first counts. */
  digestHeads(): void {
    if (this.heads !== undefined) return;
    const digest = createHash('sha256');
    for (const stream of [...this.trails.keys()].sort()) {
      const { revision, chain } = this.trails.get(stream)!;
      digest.update(`${stream} ${revision} ${chain}\n`);
    }
    this.heads = digest.digest('hex');
  }

  summary = (): VerifySummary => ({
    events: this.events,
    streams: this.streams,
    usageLines: this.usageLines,
    balances: [...this.trails.values()].filter(({ books }) => books !== undefined).length,
    documents: this.documents,
    position: this.position,
    heads: this.heads ?? '',
    findings: Object.values(this.counts).reduce((sum, count) => sum + count, 0),
    byKind: this.counts,
  });

  private *found(
    kind: FindingKind,
    { stream, revision }: { readonly stream: string; readonly revision?: number },
    detail: string,
  ): Generator<VerifyStep> {
    const before = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (before < FINDINGS_LISTED_MAX)
      yield { kind: 'finding', finding: { kind, stream, ...(revision !== undefined && { revision }), detail } };
  }

  private keysOf(event: RecordedEvent): readonly { readonly fingerprint: number; readonly keptUntil: number }[] {
    try {
      const { key, callerKey, index } = readMetadata(event);
      const keys = index === 0 ? [key, callerKey].filter((each) => each !== undefined) : [];
      const commands = keys.map((each) => ({ fingerprint: commandFingerprint(event.stream, each), keptUntil: Infinity }));
      const payment =
        event.type === 'PurchaseSucceeded' ? paymentKeyOf(event.stream, readEvent(wallet, event.type, event.data)) : undefined;
      const payments = payment === undefined ? [] : [{ fingerprint: payment, keptUntil: Infinity }];
      return [
        ...commands,
        ...payments,
        ...linesOf(event, this.windowMs).map(({ source, id, keptUntil }) => ({ fingerprint: usageFingerprint(source, id), keptUntil })),
      ];
    } catch {
      // Found unreadable already.
      return [];
    }
  }

  private trailOf(stream: string): Trail {
    const before = this.trails.get(stream);
    if (before) return before;
    const category = categoryOf(stream);
    const definition = this.streamDefinitions.get(category);
    const books = category === 'wallet' || category === 'creditBalance' ? new AuditBooks() : undefined;
    const trail: Trail = { revision: -1, saved: -1, chain: CHAIN_START, books, definition, state: definition?.initial };
    this.trails.set(stream, trail);
    return trail;
  }
}

const textOf = (stream: string, { definition, revision, chain, state }: Trail): string | undefined =>
  definition && documentText(definition, stream, revision, chain, state);

/** What cannot be read was found unreadable already. */
function readable<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
