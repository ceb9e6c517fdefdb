/** Tries the same work again while it fails with what may pass by itself. */
import { type BackOff, backOffMs } from './back-off';
import { pause } from './pause';

interface Retry {
  readonly backOff: BackOff;
  /** Whether the same work may succeed later, with nobody changing anything. Default: always. */
  readonly mayPass?: (fault: unknown) => boolean;
  /** Gets every fault that is retried, and the wait before the retry. */
  readonly onRetry?: (fault: unknown, waitMs: number) => void;
  /** Ends the trying: the last fault is thrown then. */
  readonly signal?: AbortSignal;
  readonly random?: () => number;
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** @throws the fault that cannot pass, or the last one when the signal aborts */
export async function withRetry<T>(
  work: () => Promise<T>,
  { backOff, mayPass = () => true, onRetry, signal, random, wait = pause }: Retry,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (fault) {
      if (signal?.aborted || !mayPass(fault)) throw fault;
      const waitMs = Math.round(backOffMs(failures, backOff, random));
      onRetry?.(fault, waitMs);
      await wait(waitMs, signal);
      if (signal?.aborted) throw fault;
    }
  }
}
