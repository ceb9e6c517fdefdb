/** Tries again while the service is down, overloaded or restarting. Sending usage twice is safe: it is charged once. */
import { backOffMs, pause } from '@drawdown/engine/async';
import { mayPass, ServiceProblem } from '../service/problems';

const BACK_OFF_MS_MIN = 100;
export const BACK_OFF_MS_MAX = 5_000;

interface Retrying {
  /** How long it is tried in vain before the failure is passed on. */
  readonly forMs: number;
  readonly onRetry: (fault: unknown, waitMs: number) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export async function retrying<T>(work: () => Promise<T>, { forMs, onRetry, signal, now, random, wait = pause }: Retrying): Promise<T> {
  const since = now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (fault) {
      const left = since + forMs - now();
      if (!mayPass(fault) || left <= 0 || signal.aborted) throw fault;
      const waitMs = Math.min(waitBefore(attempt, fault, random), left);
      onRetry(fault, waitMs);
      await wait(waitMs, signal);
    }
  }
}

/** What the service asks for is the least. */
function waitBefore(attempt: number, fault: unknown, random: () => number): number {
  const asked = fault instanceof ServiceProblem ? (fault.retryAfterMs ?? 0) : 0;
  return Math.max(
    Math.round(backOffMs(attempt, { minMs: BACK_OFF_MS_MIN, maxMs: BACK_OFF_MS_MAX }, random)),
    Math.min(asked, BACK_OFF_MS_MAX),
  );
}
