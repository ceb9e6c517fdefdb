/** Whether this process lives, can take work, or is on its way out. Liveness never depends on what is behind the process. */

export interface PartHealth {
  readonly name: string;
  readonly ready: boolean;
  /** For people: what it is, or what is wrong with it. */
  readonly detail: string;
}

export interface HealthAnswer {
  readonly ready: boolean;
  /** Whether everything has been opened: false while a server is waited for. */
  readonly started: boolean;
  readonly draining: boolean;
  readonly parts: readonly PartHealth[];
}

export class Health {
  private readonly parts = new Map<string, () => PartHealth>();
  private readonly listeners = new Set<(ready: boolean) => void>();
  private isDraining = false;
  private isStarted = false;
  readonly startedAt = Date.now();

  /** A part that the process cannot work without. `ask` is called for every question: it must be cheap. */
  watch(name: string, ask: () => Omit<PartHealth, 'name'>): void {
    this.parts.set(name, () => ({ name, ...ask() }));
  }

  get draining(): boolean {
    return this.isDraining;
  }

  /** Started, not draining, and every part ready. */
  get ready(): boolean {
    return this.isStarted && !this.isDraining && this.report().every((part) => part.ready);
  }

  report(): readonly PartHealth[] {
    return [...this.parts.values()].map((ask) => ask());
  }

  /** What a readiness probe is told. */
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

  /** To be called when a part's state has changed, so that those who are told (grpc.health.v1) hear of it. */
  changed(): void {
    for (const listener of this.listeners) listener(this.ready);
  }

  onChange(listener: (ready: boolean) => void): void {
    this.listeners.add(listener);
  }
}
