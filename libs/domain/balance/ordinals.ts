/** Numbered ids: a balance counts its grants, holds and the like, so it knows which there ever were without keeping them. */

/** The number in `g7` of prefix `g`; undefined for what is no such id, in the one way that it is written. */
export function ordinalOf(prefix: string, id: string): number | undefined {
  const ordinal = Number(id.slice(prefix.length));
  return Number.isSafeInteger(ordinal) && ordinal >= 1 && id === `${prefix}${ordinal}` ? ordinal : undefined;
}

/** Whether an id was ever given out, by how many were. */
export const wasGiven = (prefix: string, id: string, count: number): boolean => (ordinalOf(prefix, id) ?? Infinity) <= count;
