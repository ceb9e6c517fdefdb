/** What the dispatcher has done since its start, for metrics. */
export interface DispatcherCounters {
  /** Attempts by outcome. */
  delivered: number;
  retrying: number;
  exhausted: number;
  inFlight: number;
  /** Attempts in the log, and the appends that took them there. */
  recorded: number;
  records: number;
  recordFaults: number;
}

export const noCounts = (): DispatcherCounters => ({
  delivered: 0,
  retrying: 0,
  exhausted: 0,
  inFlight: 0,
  recorded: 0,
  records: 0,
  recordFaults: 0,
});

/** How it stands now. */
export interface DispatcherFigures extends Readonly<DispatcherCounters> {
  readonly endpoints: number;
  /** Endpoints that read the log by themselves: full, slow, disabled, or catching up. */
  readonly behind: number;
  /** Deliveries without an end: in flight, or waiting for their next attempt. */
  readonly open: number;
  readonly queued: number;
  /** Age of the oldest event that waits in a queue, in milliseconds. */
  readonly lagMs: number;
  /** Of the last event handled. */
  readonly position: bigint;
}
