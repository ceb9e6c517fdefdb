/** Chance that a seed repeats: xorshift of 32 bits (Marsaglia, 2003). */

/** Whole numbers from `from` to `to`, both included. */
export type Pick = (from: number, to: number) => number;

export function chanceOf(seed: number): Pick {
  let state = seed | 0 || 1;
  return (from, to) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return from + ((state >>> 0) % (to - from + 1));
  };
}
