/** Whether this process lives, can take work, or is on its way out. Liveness never depends on what is behind the process. */

export interface PartHealth {
  readonly name: string;
  readonly ready: boolean;
  /** For people: what it is, or what is wrong with it. */
  readonly detail: string;
}

interface HealthAnswer {
  readonly ready: boolean;
  /** Whether everything has been opened: false while a server is waited for. */
  readonly started: boolean;
  readonly draining: boolean;
  readonly parts: readonly PartHealth[];
}

export interface PartWatched {
  /** Whether the service is not ready without it. False: it is reported, and most of the work goes on without it. */
  readonly needed?: boolean;
}

export class Health {
  private readonly parts = new Map<string, () => PartHealth>();
  private readonly spared = new Set<string>();
  private readonly listeners = new Set<(ready: boolean) => void>();
  private isDraining = false;
  private isStarted = false;
  readonly startedAt = Date.now();

  /** Watches a part, instead of what was watched under its name before. `ask` is called for every question: it must be cheap. */
  watch(name: string, ask: () => Omit<PartHealth, 'name'>, { needed = true }: PartWatched = {}): void {
    this.parts.set(name, () => ({ name, ...ask() }));
    if (needed) this.spared.delete(name);
    else this.spared.add(name);
  }

  /** The part is there no longer. */
  forget(name: string): void {
    this.parts.delete(name);
    this.spared.delete(name);
  }

  get draining(): boolean {
    return this.isDraining;
  }

  /** Started, not draining, and every needed part ready. */
  get ready(): boolean {
    return this.isStarted && !this.isDraining && this.report().every(({ name, ready }) => ready || this.spared.has(name));
  }

  report(): readonly PartHealth[] {
    return [...this.parts.values()].map((ask) => ask());
  }

  /** The answer to a readiness probe. */
  answer(): HealthAnswer {
    return { ready: this.ready, started: this.isStarted, draining: this.isDraining, parts: this.report() };
  }

  started(): void {
    this.isStarted = true;
    this.changed();
  }

  /** No new work from here on; there is no way back. */
  drain(): void {
    this.isDraining = true;
    this.changed();
  }

  /** Call it when a part's state has changed: it notifies the watchers of grpc.health.v1. */
  changed(): void {
    for (const listener of this.listeners) listener(this.ready);
  }

  onChange(listener: (ready: boolean) => void): void {
    this.listeners.add(listener);
  }
}
