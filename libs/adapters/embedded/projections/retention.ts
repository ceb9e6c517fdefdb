/**
 * Which keys may be forgotten when. A list entry per saved batch and hour, not per key: a key costs eight bytes here, and
 * forgetting never walks over keys that are still needed, except those of the current hour.
 *
 *   forgetting: start of the hour, number of the batch -> per key: fingerprint (8 bytes), f64 keepUntil
 */
import type { Instant } from '@drawdown/domain/amounts';
import { type Bytes, LOWEST_KEY, type Writes } from '../lmdb';
import { instantKey } from './projection-records';

const HOUR_MS = 3_600_000;
const ENTRY_BYTES = 16;

export interface Expiring {
  readonly fingerprint: Buffer;
  readonly keepUntil: number;
}

export function noteExpiring(writes: Writes, table: Bytes, batch: number, expiring: readonly Expiring[]): void {
  const hours = new Map<number, Expiring[]>();
  for (const key of expiring) {
    const hour = Math.floor(key.keepUntil / HOUR_MS) * HOUR_MS;
    const list = hours.get(hour);
    if (list) list.push(key);
    else hours.set(hour, [key]);
  }
  const number = Buffer.allocUnsafe(8);
  number.writeDoubleBE(batch);
  for (const [hour, keys] of hours) writes.put(table, instantKey(hour, number), encode(keys));
}

/** An entry of the list with keys of which at least one may go, and what stays of it. */
interface Forgettable {
  readonly entry: Buffer;
  readonly fingerprints: readonly Buffer[];
  readonly rest: Buffer | undefined;
}

/** At most about `limit` keys that need not be kept after `now`, oldest first. */
export function forgettable(table: Bytes, now: Instant, limit: number): Forgettable[] {
  const found: Forgettable[] = [];
  let count = 0;
  for (const { key, value } of table.getRange({ start: LOWEST_KEY, end: instantKey(now + 1) })) {
    if (count >= limit) break;
    const keys = decode(value);
    const due = keys.filter(({ keepUntil }) => keepUntil <= now);
    if (due.length === 0) continue;
    const rest = keys.filter(({ keepUntil }) => keepUntil > now);
    found.push({
      entry: Buffer.from(key),
      fingerprints: due.map(({ fingerprint }) => fingerprint),
      rest: rest.length > 0 ? encode(rest) : undefined,
    });
    count += due.length;
  }
  return found;
}

function encode(keys: readonly Expiring[]): Buffer {
  const bytes = Buffer.allocUnsafe(keys.length * ENTRY_BYTES);
  keys.forEach(({ fingerprint, keepUntil }, i) => {
    fingerprint.copy(bytes, i * ENTRY_BYTES);
    bytes.writeDoubleLE(keepUntil, i * ENTRY_BYTES + 8);
  });
  return bytes;
}

function decode(bytes: Buffer): Expiring[] {
  const keys: Expiring[] = [];
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
    keys.push({ fingerprint: bytes.subarray(at, at + 8), keepUntil: bytes.readDoubleLE(at + 8) });
  return keys;
}
