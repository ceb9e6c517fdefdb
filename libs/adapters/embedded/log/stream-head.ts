/** The head of one stream, known without a read: its last revision and the places of its records. */

export interface RecordPlace {
  readonly firstRevision: number;
  /** Bytes from the beginning of the log. */
  readonly offset: number;
  readonly bytes: number;
}

/** Records in one entry of the index. More of them: fewer entries, bigger rewrites of the last one. */
const PLACES_PER_CHUNK = 16;

export class StreamHead {
  /** Offset of the stream's first record: no other stream has it, so it names the stream in the index in few bytes. */
  id = -1;
  /** Last durable revision, -1 when the stream does not exist. */
  revision = -1;
  /** Last revision with everything that is on its way to the disk. */
  pending = -1;
  /** Appends on their way to the disk. */
  inFlight = 0;
  /** The last places, 1 to PLACES_PER_CHUNK of them. */
  recent: RecordPlace[] = [];
  /** Chunks that are full and not in the index yet. */
  full: RecordPlace[][] = [];
  /** Has changed since it was last written to the index. */
  dirty = false;
  /** Is being written to the index. */
  flushing = false;

  constructor(readonly stream: string) {}

  /** Whether all that is known here can be read from the index again. */
  get forgettable(): boolean {
    return !this.dirty && !this.flushing && this.inFlight === 0;
  }

  add(place: RecordPlace, lastRevision: number): void {
    if (this.id === -1) this.id = place.offset;
    if (this.recent.length === PLACES_PER_CHUNK) {
      this.full.push(this.recent);
      this.recent = [];
    }
    this.recent.push(place);
    this.revision = lastRevision;
  }
}
