/** So much of something may go on at the same time. The rest waits, first come first served. */
export class Semaphore {
  private free: number;
  private readonly waiting = new Set<() => void>();

  constructor(max: number) {
    this.free = max;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  /** Resolves when there is a place, with what gives it back. */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free -= 1;
    else await this.turn();
    return () => this.release();
  }

  /** For whoever cannot wait. False: no place is free. `again` is called once, in turn, when one may be. */
  tryTake(again: () => void): boolean {
    if (this.free > 0) {
      this.free -= 1;
      return true;
    }
    this.waiting.add(again);
    return false;
  }

  release(): void {
    this.free += 1;
    // Whoever is called may take the place or leave it to the next.
    for (const next of this.waiting) {
      if (this.free === 0) return;
      this.waiting.delete(next);
      next();
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(() => {
        this.free -= 1;
        resolve();
      });
    });
  }
}
