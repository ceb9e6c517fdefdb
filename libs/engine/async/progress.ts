/** A position in the log, and what waits for it. It rises, unless the log is read anew from an earlier position. */

interface Waiter {
  readonly position: bigint;
  readonly settle: (reached: boolean) => void;
}

export class Progress {
  private readonly waiters = new Set<Waiter>();

  constructor(private reached = -1n) {}

  get position(): bigint {
    return this.reached;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.waiters.size;
  }

  advance(position: bigint): void {
    this.reached = position;
    if (this.waiters.size === 0) return;
    for (const { position: awaited, settle } of this.waiters) if (awaited <= position) settle(true);
  }

  /** Nothing advances any more: whoever waits is answered with false. */
  end(): void {
    for (const { settle } of this.waiters) settle(false);
  }

  /** False: it was not reached within the bound, or the signal aborted. Without either it waits until `end`. */
  awaitPosition(
    position: bigint,
    { withinMs, signal }: { readonly withinMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    if (this.reached >= position) return Promise.resolve(true);
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        this.waiters.delete(waiter);
        resolve(reached);
      };
      const aborted = (): void => settle(false);
      const waiter: Waiter = { position, settle };
      const timer = withinMs === undefined ? undefined : setTimeout(aborted, withinMs);
      signal?.addEventListener('abort', aborted, { once: true });
      this.waiters.add(waiter);
    });
  }
}
