/** What has become of the events of an import. The outcomes add up to what was read, or the import is not complete. */
import type { Message } from '@drawdown/api/contract';
import { items, number, text } from '../rendering/fields';
import type { Placed } from './batches';

/** Rejected events shown one by one; all are counted, and the service keeps all that were sent. */
const REJECTED_SHOWN_MAX = 10;

interface RejectedLine {
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

export class Tally {
  read = 0;
  applied = 0;
  duplicates = 0;
  queued = 0;
  /** Of those: what will be rejected, judged by each event alone. */
  malformed = 0;
  rejected = 0;
  retries = 0;
  readonly byReason: Record<string, number> = {};
  readonly shown: RejectedLine[] = [];

  reject(rejected: RejectedLine): void {
    this.rejected += 1;
    this.show(rejected);
  }

  /** It is in the queue, and it is known already that it will be rejected behind it. */
  private willReject(rejected: RejectedLine): void {
    this.malformed += 1;
    this.show(rejected);
  }

  private show(rejected: RejectedLine): void {
    this.byReason[rejected.reason] = (this.byReason[rejected.reason] ?? 0) + 1;
    if (this.shown.length < REJECTED_SHOWN_MAX) this.shown.push(rejected);
  }

  /** Books the answer to a batch. */
  book(batch: readonly Placed[], answer: Message): void {
    this.applied += number(answer, 'applied');
    this.duplicates += number(answer, 'duplicate');
    this.queued += number(answer, 'queued');
    if (number(answer, 'rejected') === 0 && number(answer, 'queued') === 0) return;
    for (const outcome of items(answer, 'outcomes')) {
      const reason = text(outcome, 'reason');
      if (reason === '') continue;
      const rejected = { line: batch[number(outcome, 'index')]?.line ?? 0, reason, detail: text(outcome, 'detail') };
      if (text(outcome, 'status') === 'rejected') this.reject(rejected);
      else this.willReject(rejected);
    }
  }

  summary(seconds: number, complete: boolean) {
    const rate = seconds > 0 ? Math.round(this.read / seconds) : this.read;
    return {
      complete,
      read: this.read,
      applied: this.applied,
      duplicates: this.duplicates,
      queued: this.queued,
      queued_malformed: this.malformed,
      rejected: this.rejected,
      rejected_by_reason: this.byReason,
      rejected_lines: this.shown,
      retries: this.retries,
      seconds: Math.round(seconds * 1_000) / 1_000,
      events_per_second: rate,
    };
  }
}

/** Printed by commands where usage goes through a queue. */
const WHERE_QUEUED_SHOWS = 'what became of them shows shortly: drawdown balance get, drawdown rejected list';

export type ImportSummary = ReturnType<Tally['summary']>;

export function summaryText(summary: ImportSummary): string {
  const { read, applied, duplicates, queued, queued_malformed: malformed, rejected, seconds, events_per_second: rate } = summary;
  const lines = [
    summary.complete
      ? `${read} events read in ${seconds} s (${rate} a second)`
      : `Stopped after ${read} events (${seconds} s). Import again to go on: what was charged is not charged twice.`,
    `  applied     ${applied}`,
    `  duplicates  ${duplicates}`,
    ...(queued > 0 ? [`  queued      ${queued}   (${WHERE_QUEUED_SHOWS})`] : []),
    ...(malformed > 0 ? [`  of these    ${malformed}   will be rejected: they cannot be read`] : []),
    `  rejected    ${rejected}`,
    ...Object.entries(summary.rejected_by_reason).map(([reason, count]) => `    ${reason}  ${count}`),
    ...(summary.retries > 0 ? [`  retries     ${summary.retries}`] : []),
  ];
  for (const { line, detail } of summary.rejected_lines) lines.push(`line ${line}: ${detail}`);
  const more = rejected + malformed - summary.rejected_lines.length;
  if (more > 0) lines.push(`and ${more} more: drawdown rejected list`);
  return lines.join('\n');
}
