/** The events of the double, in memory: one list for all, one per stream, and positions that grow as byte offsets would. */
import type { Proposed, Stored } from './records';
import { randomUUID } from 'node:crypto';
import { checkAppend, type Expected, type AppendRefusal } from './append-check';

interface StreamMetadata {
  readonly $maxCount?: number;
  /** Seconds. */
  readonly $maxAge?: number;
  /** Events before this revision are gone; DELETED_BEFORE and above: the stream is deleted, and may be begun again. */
  readonly $tb?: number;
}

export type Appended = { readonly kind: 'appended'; readonly revision: number; readonly position: number | undefined };

/** int64's largest, which a JavaScript number does not hold exactly. */
const DELETED_BEFORE = 9e18;
/** Ids remembered for appends that expect any revision, twice: a new generation begins when one is full, so that forgetting costs nothing. */
const IDS_REMEMBERED = 100_000;

export class Store {
  readonly log: Stored[] = [];
  private readonly streams = new Map<string, Stored[]>();
  private readonly tombstones = new Set<string>();
  private readonly followers = new Set<() => void>();
  private ids = new Map<string, Stored>();
  private olderIds = new Map<string, Stored>();
  private nextPosition = 0;
  private waking = false;

  stream(name: string): readonly Stored[] {
    return this.streams.get(name) ?? [];
  }

  /** The last revision, -1 for a stream that does not exist. A deleted one keeps its revisions. */
  last(stream: string): number {
    return this.stream(stream).length - 1;
  }

  tombstoned(stream: string): boolean {
    return this.tombstones.has(stream);
  }

  metadata(stream: string): StreamMetadata {
    const last = this.stream(`$$${stream}`).at(-1);
    if (!last) return {};
    try {
      return JSON.parse(last.data.toString('utf8')) as StreamMetadata;
    } catch {
      return {};
    }
  }

  softDeleted(stream: string): boolean {
    return (this.metadata(stream).$tb ?? 0) >= DELETED_BEFORE;
  }

  /** An event of this stream under this id, as far as the server remembers: not forever. */
  remembered(stream: string, id: string): Stored | undefined {
    const found = this.ids.get(id) ?? this.olderIds.get(id);
    return found?.stream === stream ? found : undefined;
  }

  append(stream: string, expected: Expected, events: readonly Proposed[]): Appended | AppendRefusal {
    const check = checkAppend(this, stream, expected, events);
    if (check.kind === 'again')
      return { kind: 'appended', revision: check.revision, position: this.stream(stream)[check.revision]?.position };
    if (check.kind !== 'new') return check;
    const shownFrom = this.softDeleted(stream) ? this.last(stream) + 1 : undefined;
    const added = events.map((event) => this.add(stream, event)).at(-1);
    // A stream that begins again after its deletion shows only what comes from now on.
    if (shownFrom !== undefined) this.add(`$$${stream}`, system('$metadata', { ...this.metadata(stream), $tb: shownFrom }));
    this.wake();
    return { kind: 'appended', revision: added?.revision ?? this.last(stream), position: added?.position };
  }

  delete(stream: string, expected: Expected, forEver: boolean): { readonly kind: 'deleted'; readonly position: number } | AppendRefusal {
    const check = checkAppend(this, stream, expected, [system('$streamDeleted')]);
    if (check.kind !== 'new') return check.kind === 'again' ? { kind: 'wrong_revision', last: this.last(stream) } : check;
    if (!forEver && this.last(stream) < 0) return { kind: 'wrong_revision', last: -1 };
    const marker = forEver
      ? this.add(stream, system('$streamDeleted'))
      : this.add(`$$${stream}`, { ...system('$metadata'), data: Buffer.from('{"$tb":9223372036854775807}') });
    if (forEver) this.tombstones.add(stream);
    this.wake();
    return { kind: 'deleted', position: marker.position };
  }

  /** Adds without asking. */
  add(stream: string, proposed: Proposed): Stored {
    const list = this.streams.get(stream) ?? [];
    if (list.length === 0) this.streams.set(stream, list);
    const stored: Stored = {
      ...proposed,
      stream,
      revision: list.length,
      position: this.nextPosition,
      created: BigInt(Date.now()) * 10_000n,
    };
    this.nextPosition += 64 + 2 * (stream.length + proposed.type.length) + proposed.data.length + proposed.metadata.length;
    list.push(stored);
    this.log.push(stored);
    this.ids.set(stored.id, stored);
    if (this.ids.size > IDS_REMEMBERED) {
      this.olderIds = this.ids;
      this.ids = new Map();
    }
    return stored;
  }

  /** Index in the log of the event at exactly this position; -1 where none begins. */
  indexAt(position: bigint): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (BigInt(this.log[middle]!.position) < position) low = middle + 1;
      else high = middle;
    }
    return low < this.log.length && BigInt(this.log[low]!.position) === position ? low : -1;
  }

  /** Calls back, some time after each append, until the returned function is called. */
  follow(wake: () => void): () => void {
    this.followers.add(wake);
    return () => this.followers.delete(wake);
  }

  private wake(): void {
    if (this.waking || this.followers.size === 0) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      for (const follower of this.followers) follower();
    });
  }
}

export const system = (type: string, data?: unknown): Proposed => ({
  id: randomUUID(),
  type,
  contentType: 'application/json',
  data: Buffer.from(data === undefined ? '' : JSON.stringify(data)),
  metadata: Buffer.alloc(0),
});
