/**
 * Which usage has been debited, as long as the dedupe window remembers it, in 12 bytes a slot outside the heap: a window may
 * hold tens of millions of debits, and a check runs inside the process that serves. Kept in buckets by the end of what is
 * remembered; a bucket that the log has left behind is dropped whole.
 *
 * Known by a 53-bit fingerprint only. Two debits of one fingerprint look like a double here: confirm it in the log.
 */

/** Buckets that a window is divided into: as many are looked through for every debit. */
const BUCKETS_PER_WINDOW = 8;
const BUCKET_MS_MIN = 3_600_000;
/** So that the offset within a bucket fits into 32 bits. */
const BUCKET_MS_MAX = 2 ** 31;
/** One table has at most so many entries; a bucket with more has several. */
const TABLE_ENTRIES_MAX = 2 ** 23;
const SLOTS_AT_FIRST = 1_024;
const HALF = 2 ** 32;

export class Debits {
  private readonly bucketMs: number;
  private readonly buckets = new Map<number, FingerprintTable[]>();
  /** No bucket that is kept ends before this moment, in milliseconds since 1970. */
  private horizon = -Infinity;

  constructor(
    windowMs: number,
    private readonly entriesPerTable = TABLE_ENTRIES_MAX,
  ) {
    this.bucketMs = Math.min(BUCKET_MS_MAX, Math.max(BUCKET_MS_MIN, Math.ceil(windowMs / BUCKETS_PER_WINDOW)));
  }

  /** Entries held now. */
  get size(): number {
    return this.tables().reduce((sum, table) => sum + table.size, 0);
  }

  /** Was it debited before, so that nobody may debit it again at `at` (milliseconds since 1970)? */
  has(fingerprint: number, at: number): boolean {
    const [high, low] = halves(fingerprint);
    for (const [bucket, tables] of this.buckets) {
      const from = bucket * this.bucketMs;
      if (from + this.bucketMs <= at) continue;
      for (const table of tables) {
        const offset = table.find(high, low);
        if (offset !== undefined && at <= from + offset) return true;
      }
    }
    return false;
  }

  /** Nobody may debit it again up to `until`, in milliseconds since 1970. */
  add(fingerprint: number, until: number): void {
    const bucket = Math.floor(until / this.bucketMs);
    const tables = this.buckets.get(bucket) ?? [];
    if (tables.length === 0) this.buckets.set(bucket, tables);
    let table = tables.at(-1);
    if (!table || table.size >= this.entriesPerTable) tables.push((table = new FingerprintTable()));
    table.add(...halves(fingerprint), until - bucket * this.bucketMs);
  }

  /**
   * Drops what ended before a moment that the log has come to. One bucket's length is granted to clocks that differ or were
   * set back: a double by a clock that was set back further is not seen.
   */
  dropBefore(at: number): void {
    if (at < this.horizon + this.bucketMs) return;
    this.horizon = at;
    for (const bucket of this.buckets.keys()) if ((bucket + 2) * this.bucketMs <= at) this.buckets.delete(bucket);
  }

  private tables = (): FingerprintTable[] => [...this.buckets.values()].flat();
}

const halves = (fingerprint: number): [high: number, low: number] => [Math.floor(fingerprint / HALF), fingerprint >>> 0];

/** Open addressing, at most half full. A slot: both halves of a fingerprint, and its offset plus one; zero is a free slot. */
class FingerprintTable {
  size = 0;
  private slots = new Uint32Array(3 * SLOTS_AT_FIRST);

  find(high: number, low: number): number | undefined {
    const offset = this.slots[this.place(high, low) + 2]!;
    return offset === 0 ? undefined : offset - 1;
  }

  /** The later of two offsets stays. */
  add(high: number, low: number, offset: number): void {
    if (6 * (this.size + 1) > this.slots.length) this.grow();
    const at = this.place(high, low);
    if (this.slots[at + 2] === 0) this.size += 1;
    this.slots[at] = high;
    this.slots[at + 1] = low;
    this.slots[at + 2] = Math.max(this.slots[at + 2]!, offset + 1);
  }

  /** Where a fingerprint stands, or the free slot where it would. The bits of a fingerprint are as good as any hash of them. */
  private place(high: number, low: number): number {
    const { slots } = this;
    const mask = slots.length / 3 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = 3 * slot;
      if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
    }
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(2 * before.length);
    this.size = 0;
    for (let at = 0; at < before.length; at += 3) if (before[at + 2] !== 0) this.add(before[at]!, before[at + 1]!, before[at + 2]! - 1);
  }
}
