/**
 * Repeats of usage that is charged already. The index finds them, and the stored line confirms them: two keys may have one fingerprint.
 * Only the plain case is confirmed here: one body wherever the key stands, and one credit product to charge. UnsettledUsage judges all else.
 */
import type { UsageEvent } from '@drawdown/domain/usage';
import type { FoundKeys } from '@drawdown/engine/derived-state';
import { type EventLog, type EventPlace, isUsageType, type RecordedEvent } from '@drawdown/engine/event-store';

interface StoredLine {
  readonly source: string;
  readonly id: string;
  readonly bodyHash: string;
  readonly alsoCharged?: unknown;
}

/** @param found by index of `usage` @returns the indices of plain repeats */
export async function plainRepeats(
  log: Pick<EventLog, 'readPlaces'>,
  usage: readonly { readonly usage: UsageEvent }[],
  found: FoundKeys,
): Promise<readonly number[]> {
  const places = [...found.values()].flat();
  const distinct = new Map<string, number>();
  const asked: EventPlace[] = [];
  const reads = places.map((place) => {
    const name = `${place.stream}@${place.revision}`;
    const known = distinct.get(name);
    if (known !== undefined) return known;
    distinct.set(name, asked.length);
    return asked.push(place) - 1;
  });
  const stored = (await log.readPlaces(asked)).map(linesOf);
  const repeats: number[] = [];
  let next = 0;
  for (const [i, { length }] of found) {
    let confirmed = false;
    let plain = true;
    for (const end = next + length; next < end; next++)
      for (const line of stored[reads[next]!]!) {
        if (line.id !== usage[i]!.usage.id || line.source !== usage[i]!.usage.source) continue;
        confirmed = true;
        plain &&= line.bodyHash === usage[i]!.usage.bodyHash && line.alsoCharged === undefined;
      }
    if (confirmed && plain) repeats.push(i);
  }
  return repeats;
}

const linesOf = (event: RecordedEvent | undefined): readonly StoredLine[] =>
  event && isUsageType(event.type) ? (JSON.parse(event.data) as { readonly lines: readonly StoredLine[] }).lines : [];
