/**
 * How long a consumer lets records gather at the broker before it fetches again. A fetch, a round and an append cost the same for one
 * record as for twenty, so a consumer that fetches whatever is there spends spare processor time on small fetches. After a quiet time the
 * first record is handed out at once, and those after it wait for at most GATHER_MS.
 */

/** Half of it is what gathering adds to the age of a record on average. */
const GATHER_MS = 20;
/** Where records come this fast, longer gathering makes larger rounds. */
const BUSY_RECORDS_PER_MS = 2;
const GATHER_BUSY_MS = 40;
/** A fetch of so many records is worth its cost: the next one follows at once. */
const LARGE_FETCH_RECORDS = 500;

export class Gathering {
  private until = 0;
  private begun = 0;
  private records = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Counts one partition's part of a fetch. Returns the milliseconds for which the next fetch should wait. */
  fetched(records: number): number {
    const now = this.now();
    if (now >= this.until) {
      const busy = this.records > BUSY_RECORDS_PER_MS * (now - this.begun);
      this.begun = now;
      this.until = now + (busy ? GATHER_BUSY_MS : GATHER_MS);
      this.records = 0;
    }
    this.records += records;
    return this.records >= LARGE_FETCH_RECORDS ? 0 : this.until - now;
  }
}
