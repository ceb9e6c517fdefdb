/** One piece of work at a time per stream, in the order asked; different streams side by side. */
export class KeyedMutex {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(stream);
    const mine = before ? before.then(work, work) : work();
    const tail = mine.catch(() => undefined);
    this.tails.set(stream, tail);
    void tail.then(() => {
      if (this.tails.get(stream) === tail) this.tails.delete(stream);
    });
    return mine;
  }

  /** Whether somebody has, or waits for, the turn of a stream. */
  isBusy(stream: string): boolean {
    return this.tails.has(stream);
  }

  /** Takes the turns of streams that are not busy, until something has ended: one promise for all of them. */
  holdAll(streams: readonly string[], ended: Promise<unknown>): void {
    const tail = ended.catch(() => undefined);
    for (const stream of streams) this.tails.set(stream, tail);
    void tail.then(() => {
      for (const stream of streams) if (this.tails.get(stream) === tail) this.tails.delete(stream);
    });
  }
}
