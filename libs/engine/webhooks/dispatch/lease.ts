/**
 * The port of a turn at being active: at most one process has it for as long as clocks and servers behave. Adapter: `RedisLease`
 * (libs/redis). Nothing that has to be right may rest on it: it only saves work that would be done twice.
 */
export interface Lease {
  /**
   * Takes it, or keeps it if it is mine, for its time to live from the moment of the call. False: somebody else has it.
   * @throws Fault retriable, when it cannot be asked: nobody knows then whose it is, and mine runs out in its time
   */
  acquire(): Promise<boolean>;
  /** Gives it up if it is mine, so that another need not wait for its end. */
  release(): Promise<void>;
}

/** How long it is held without being renewed. A process that dies is taken over from after this, and a question more. */
export const LEASE_TTL_MS_DEFAULT = 5_000;
