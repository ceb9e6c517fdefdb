/** How long to wait before the same work is tried again: exponential, bounded, and with jitter. The service has one formula for it. */

export interface BackOff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Beyond this the doubled wait is above every bound, and the power would become infinite. */
const DOUBLINGS_MAX = 30;

/**
 * Doubles from `minMs` to `maxMs`. Chance takes up to half of it away, so that processes that failed together do not return together.
 * @param failures in a row before this one
 */
export const backOffMs = (failures: number, { minMs, maxMs }: BackOff, random: () => number = Math.random): number =>
  Math.min(maxMs, minMs * 2 ** Math.min(failures, DOUBLINGS_MAX)) * (0.5 + random() / 2);
