/** The lines of usage in stored events, as a check of the ledger reads them: from the JSON alone. */
import { parseInstant } from '@drawdown/domain/amounts';
import { idsOf, readMetadata, type RecordedEvent, usageFingerprint } from '@drawdown/engine/event-store';

/** What is read of a stored CreditsConsumed or UsageAccrued. */
interface Stored {
  readonly at: string;
  readonly lines: readonly { readonly source: string; readonly id: string; readonly time: string; readonly creditProductId?: string }[];
}

export interface Line {
  readonly source: string;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of source and id within what rated it, whoever it was charged to. */
  readonly debit: number;
  /** The key is in the index up to this moment, in milliseconds since 1970. */
  readonly keptUntil: number;
}

const HOLDS_LINES: ReadonlySet<string> = new Set(['CreditsConsumed', 'UsageAccrued']);

export function linesOf(event: RecordedEvent, windowMs: number): readonly Line[] {
  if (!HOLDS_LINES.has(event.type)) return [];
  const { at: stored, lines } = JSON.parse(event.data) as Stored;
  const at = parseInstant(stored) ?? event.recordedAt;
  // Whoever it is for: a usage event is known by source and id, and charged once by the meters of one credit product.
  const [, ofBalance = ''] = idsOf(event.stream);
  return lines.map(({ source, id, time, creditProductId = ofBalance }) => ({
    source,
    id,
    at,
    debit: usageFingerprint(`${creditProductId}\0${source}`, id),
    keptUntil: Math.max(parseInstant(time) ?? at, at) + windowMs,
  }));
}

/**
 * Lines that charge something: all but the second half of a usage event of which the meters of one credit product debit a part at once
 * and leave a part to the invoice. Both halves are in one append, whose events follow one another in the log.
 */
export class ChargingLines {
  private stream = '';
  private debited = new Set<number>();

  constructor(private readonly windowMs: number) {}

  /** Of the next event. @throws where it cannot be read */
  linesOf(event: RecordedEvent): readonly Line[] {
    const lines = linesOf(event, this.windowMs);
    if (event.stream !== this.stream || readMetadata(event).index === 0) this.debited = new Set();
    this.stream = event.stream;
    if (event.type === 'UsageAccrued') return lines.filter(({ debit }) => !this.debited.has(debit));
    if (lines.length > 0) this.debited = new Set(lines.map(({ debit }) => debit));
    return lines;
  }
}
