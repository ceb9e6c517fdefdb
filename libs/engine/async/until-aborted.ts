/**
 * Waits for work or for the end of something long, whichever comes first. `Promise.race` with a promise that lives for long keeps a
 * reaction of every turn until that promise settles. A signal is asked instead, and its listener is removed.
 */
export const ABORTED = Symbol('aborted');

/** @param work of this turn alone: a promise that many turns share would keep a reaction of each */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(ABORTED);
    const settled = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      settle();
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    work.then(
      (value) => settled(() => resolve(value)),
      // The very fault that the work was rejected with.
      (fault: unknown) => settled(() => reject(fault instanceof Error ? fault : new Error(String(fault)))),
    );
  });
}
