/** The known name that is nearest to an unknown one. */

/** Edits (insert, delete, replace) up to which two names are taken for the same word. */
const EDITS_MAX = 3;
/** Longer names are not compared: the work grows with the square. */
const NAME_LENGTH_MAX = 64;

export function nearestName(unknown: string, known: Iterable<string>, editsMax = EDITS_MAX): string | undefined {
  if (unknown.length > NAME_LENGTH_MAX) return undefined;
  const wanted = plain(unknown);
  let best: string | undefined;
  let least = Math.min(editsMax, Math.floor(wanted.length / 2)) + 1;
  for (const name of known) {
    const edits = distance(wanted, plain(name));
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** `expiresAt` and `expires_at` are the same word to a person. */
const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
