const FINGERPRINTS = 2 ** 53;
const ROWS_PER_BUCKET = 8;
/** Beyond so many an insertion sort is slower than a general one. Only fingerprints that are no hashes come to it. */
const INSERTED_MAX = 32;

/** Rows in order of their fingerprints: spread by the upper bits, which are even, then sorted a few at a time. Linear in the rows. */
export function rowsInOrder(fingerprints: Float64Array, rows: Uint32Array): Uint32Array {
  const buckets = Math.max(1, Math.floor(rows.length / ROWS_PER_BUCKET));
  const scale = buckets / FINGERPRINTS;
  const starts = new Uint32Array(buckets + 1);
  for (const row of rows) starts[Math.floor(fingerprints[row]! * scale) + 1]! += 1;
  for (let bucket = 1; bucket <= buckets; bucket++) starts[bucket]! += starts[bucket - 1]!;
  const next = starts.slice(0, buckets);
  const ordered = new Uint32Array(rows.length);
  for (const row of rows) {
    const bucket = Math.floor(fingerprints[row]! * scale);
    ordered[next[bucket]!] = row;
    next[bucket]! += 1;
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [from, to] = [starts[bucket]!, starts[bucket + 1]!];
    if (to - from > INSERTED_MAX) ordered.subarray(from, to).sort((a, b) => fingerprints[a]! - fingerprints[b]!);
    else insertionSort(fingerprints, ordered, from, to);
  }
  return ordered;
}

function insertionSort(fingerprints: Float64Array, ordered: Uint32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const row = ordered[i]!;
    let at = i;
    for (; at > from && fingerprints[ordered[at - 1]!]! > fingerprints[row]!; at--) ordered[at] = ordered[at - 1]!;
    ordered[at] = row;
  }
}
