/** What webhooks need of the ledger, of time and of the list of endpoints. */
import type { Instant } from '@drawdown/domain/amounts';
import type { EventLog, Ledger } from '@drawdown/engine/event-store';

export type WebhookLedger = Pick<Ledger, 'execute' | 'load' | 'reload'>;
export type WebhookLog = Pick<EventLog, 'readStream' | 'readAll' | 'subscribe'>;

/** After a fault of the log or the ledger. */
export const FAULT_PAUSE_MS = 1_000;

export interface DispatchClock {
  now(): Instant;
}

export interface Timers {
  /** Runs once, after so many milliseconds. Returns how to call it off. */
  after(ms: number, run: () => void): () => void;
}

export interface EndpointDirectory {
  /** Streams of all endpoints that were created up to a position of the log, and that position. */
  list(): Promise<{ readonly streams: readonly string[]; readonly through: bigint }>;
}

/** Knows no endpoint: the dispatcher then finds them all by reading the log from its beginning. */
export const emptyDirectory: EndpointDirectory = { list: () => Promise.resolve({ streams: [], through: -1n }) };

/** The process's own timers. */
export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
