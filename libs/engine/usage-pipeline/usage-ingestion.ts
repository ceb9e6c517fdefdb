/**
 * What ingestion does with a chunk of usage records, whatever queue they are in: parse, rate by a catalog as new as the store, keep
 * what cannot be parsed as rejected, and hand back what goes on to the ledger, in the order of the records.
 *
 * What can be parsed but not rated goes on with the rejection in its rating: it may be a repeat of what was applied when it could be
 * rated, and only the ledger knows.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { parseKafkaRecord, type UsageRecord, writeRated } from '@drawdown/domain/usage';
import type { CatalogFeed } from './catalog-feed';
import type { RejectedUsageStore, ToReject } from './rejected-usage-store';
import type { Clock, QueueRecord, UsageOffer } from './usage-outcome';
import { UsageCounts } from './usage-counts';

export interface UsageIngestionParts {
  readonly catalog: Pick<CatalogFeed, 'newest'>;
  readonly rejectedUsageStore: RejectedUsageStore;
  readonly clock: Clock;
  /** The usage event of a record as it is kept with a rejection. */
  readonly originalOf: (record: QueueRecord) => ReturnType<UsageOffer['original']>;
  readonly traceparentOf: (record: QueueRecord) => string | undefined;
}

/** Goes on to the ledger: the record as it is, in the partition of its customer. */
interface RatedRecord {
  readonly record: QueueRecord;
  /** The customer id. */
  readonly subject: string;
  /** What `readRated` reads. */
  readonly text: string;
}

export interface IngestionFigures {
  readonly records: number;
  /** Went on with a rating, and with the reason why there is none. */
  readonly rated: number;
  readonly unratable: number;
  /** Kept as rejected here, by reason. */
  readonly rejected: Readonly<Partial<Record<string, number>>>;
  /** JSON without a header that says it is a CloudEvent. */
  readonly bare: number;
}

export class UsageIngestion {
  private readonly rejections = new UsageCounts();
  private records = 0;
  private rated = 0;
  private unratable = 0;
  private bare = 0;

  constructor(private readonly parts: UsageIngestionParts) {}

  figures(): IngestionFigures {
    const { records, rated, unratable, bare } = this;
    return { records, rated, unratable, bare, rejected: this.rejections.figures(0).rejected };
  }

  /**
   * Resolves when what was rejected is durable and the rest is passed on. Given the same records again, it does the same again and
   * keeps nothing twice. Counted is what was passed on, so that records which come again count once.
   * @throws Fault retriable: nothing of the chunk may be passed on or committed; hand in the same again
   */
  async handle(
    records: readonly QueueRecord[],
    passOn: (rated: readonly RatedRecord[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<readonly RatedRecord[]> {
    const newest = this.parts.catalog.newest();
    // Parsed meanwhile; should that fail, nobody is left waiting for the catalog.
    newest.catch(() => undefined);
    const now = this.parts.clock();
    const read = records.map(readable);
    const table = await newest;
    const rejected: ToReject[] = [];
    const counts = { unratable: 0, bare: 0 };
    const rated: RatedRecord[] = [];
    for (const { record, mode, parsed } of read) {
      if (mode === 'bare') counts.bare += 1;
      if ('rejection' in parsed) {
        rejected.push({ offer: this.offer(record, parsed), rejection: parsed.rejection });
        continue;
      }
      const rating = table.rate(parsed.usage);
      if ('rejection' in rating) counts.unratable += 1;
      rated.push({ record, subject: parsed.usage.subject, text: writeRated(parsed.usage, rating) });
    }
    await this.keep(rejected, now);
    await passOn(rated);
    this.rejections.count(rejected.map(({ rejection }) => ({ status: 'rejected', rejection, rejectionId: '' })));
    this.records += records.length;
    this.rated += rated.length - counts.unratable;
    this.unratable += counts.unratable;
    this.bare += counts.bare;
    return rated;
  }

  private offer(record: QueueRecord, parsed: UsageRecord['parsed']): UsageOffer {
    const traceparent = this.parts.traceparentOf(record);
    return {
      parsed,
      record,
      original: () => this.parts.originalOf(record),
      transport: 'kafka',
      ...(traceparent !== undefined && { traceparent }),
    };
  }

  private async keep(rejected: readonly ToReject[], now: Instant): Promise<void> {
    if (rejected.length === 0) return;
    const kept = await this.parts.rejectedUsageStore.keep(rejected, now);
    for (const one of kept) if ('fault' in one) throw one.fault;
  }
}

/**
 * The record's own time, whatever it is: by any other it would be another record whenever it is read. Usage without a time of its own is
 * rejected where the record has none either.
 */
const readable = (record: QueueRecord): UsageRecord & { readonly record: QueueRecord } => ({
  record,
  ...parseKafkaRecord(record.headers, record.value, record.at),
});
