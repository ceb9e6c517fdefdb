/** What has become of the events of an import. The fates add up to what was read, or the import is not complete. */
import type { Message } from '@drawdown/application';
import { items, number, text } from '../showing/fields';
import type { Placed } from './batches';

/** Rejected events shown one by one; all are counted, and the service keeps all that were sent. */
export const REJECTED_SHOWN_MAX = 10;

export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

export class Tally {
  read = 0;
  applied = 0;
  duplicates = 0;
  accepted = 0;
  rejected = 0;
  retries = 0;
  readonly byReason: Record<string, number> = {};
  readonly shown: RejectedLine[] = [];

  reject(rejected: RejectedLine): void {
    this.rejected += 1;
    this.byReason[rejected.reason] = (this.byReason[rejected.reason] ?? 0) + 1;
    if (this.shown.length < REJECTED_SHOWN_MAX) this.shown.push(rejected);
  }

  /** Books the answer to a batch. */
  book(batch: readonly Placed[], answer: Message): void {
    this.applied += number(answer, 'applied');
    this.duplicates += number(answer, 'duplicate');
    this.accepted += number(answer, 'accepted');
    if (number(answer, 'rejected') === 0) return;
    for (const outcome of items(answer, 'outcomes'))
      if (text(outcome, 'fate') === 'rejected')
        this.reject({
          line: batch[number(outcome, 'index')]?.line ?? 0,
          reason: text(outcome, 'reason'),
          detail: text(outcome, 'detail'),
        });
  }

  summary(seconds: number, complete: boolean) {
    const rate = seconds > 0 ? Math.round(this.read / seconds) : this.read;
    return {
      complete,
      read: this.read,
      applied: this.applied,
      duplicates: this.duplicates,
      accepted: this.accepted,
      rejected: this.rejected,
      rejected_by_reason: this.byReason,
      rejected_lines: this.shown,
      retries: this.retries,
      seconds: Math.round(seconds * 1_000) / 1_000,
      events_per_second: rate,
    };
  }
}

export type ImportSummary = ReturnType<Tally['summary']>;

export function summaryText(summary: ImportSummary): string {
  const { read, applied, duplicates, accepted, rejected, seconds, events_per_second: rate } = summary;
  const lines = [
    summary.complete
      ? `${read} events read in ${seconds} s (${rate} a second)`
      : `Stopped after ${read} events (${seconds} s). Import again to go on: what was charged is not charged twice.`,
    `  applied     ${applied}`,
    `  duplicates  ${duplicates}`,
    ...(accepted > 0 ? [`  accepted    ${accepted}   (applied shortly)`] : []),
    `  rejected    ${rejected}`,
    ...Object.entries(summary.rejected_by_reason).map(([reason, count]) => `    ${reason}  ${count}`),
    ...(summary.retries > 0 ? [`  retries     ${summary.retries}`] : []),
  ];
  for (const { line, detail } of summary.rejected_lines) lines.push(`line ${line}: ${detail}`);
  if (rejected > summary.rejected_lines.length)
    lines.push(`and ${rejected - summary.rejected_lines.length} more: drawdown rejected list`);
  return lines.join('\n');
}
