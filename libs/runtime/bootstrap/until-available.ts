/** A server that is down when a service starts is waited for; one that will never let us in ends the service with a sentence. */
import { pause as paused, withRetry } from '@drawdown/engine/async';
import { isRetriable } from '@drawdown/engine/event-store';
import type { Health, Log } from '@drawdown/runtime/server';

export const FIRST_WAIT_MS = 250;
export const WAIT_MS_MAX = 10_000;

export interface Awaited {
  /** As in /readyz and in the metrics: `kafka`, `eventstoredb`, `redis`. */
  readonly name: string;
  /** That says where the server is, such as KAFKA_BROKERS. */
  readonly variable: string;
  /** @throws Fault saying what is wrong */
  readonly probe: () => Promise<void>;
}

interface Waiting {
  readonly log: Log;
  readonly health: Health;
  /** Aborted when the service is asked to stop. */
  readonly signal: AbortSignal;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The service was asked to stop while it waited. */
export class StoppedWaiting extends Error {
  constructor(name: string) {
    super(`asked to stop while waiting for ${name}`);
    this.name = 'StoppedWaiting';
  }
}

/**
 * Probes until the server answers, with doubling waits up to WAIT_MS_MAX, each shortened by chance so that instances do not come
 * all at once. Until then the part is not ready, with the reason.
 * @throws Fault that is not retriable: a person is needed.
 * @throws StoppedWaiting
 */
export async function untilAvailable({ name, variable, probe }: Awaited, { log, health, signal, pause = paused }: Waiting): Promise<void> {
  let detail = 'not asked yet';
  let ready = false;
  health.watch(name, () => ({ ready, detail }));
  let attempts = 0;
  const asked = async (): Promise<void> => {
    attempts += 1;
    await probe();
  };
  const onRetry = (fault: unknown, nextTryInMs: number): void => {
    const reason = fault instanceof Error ? fault.message : String(fault);
    detail = `waiting: ${reason}`;
    log.warn({ server: name, variable, reason, nextTryInMs }, 'waiting for a server');
  };
  if (signal.aborted) throw new StoppedWaiting(name);
  try {
    await withRetry(asked, { backOff: { minMs: FIRST_WAIT_MS, maxMs: WAIT_MS_MAX }, mayPass: isRetriable, onRetry, signal, wait: pause });
  } catch (fault) {
    throw signal.aborted && isRetriable(fault) ? new StoppedWaiting(name) : fault;
  }
  ready = true;
  detail = 'answered at the start';
  health.changed();
  if (attempts > 1) log.info({ server: name, attempts }, 'the server is there');
}
