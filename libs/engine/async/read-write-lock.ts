/** Work that may go on side by side, and work that has to be alone: what is alone waits for the others, and they for it. */
export class ReadWriteLock {
  private inside = 0;
  private closed: Promise<void> | undefined;
  private running: Promise<void> | undefined;
  private emptied: (() => void) | undefined;

  /** Work side by side with other such work. It must not ask for `alone` or `pass` itself: that would wait for itself. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    return this.closed ? this.passOnceOpen(work) : this.counted(work);
  }

  /** Waits for all that has passed, keeps everything else waiting, and works. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    let open: () => void = () => undefined;
    this.closed = new Promise((resolve) => (open = resolve));
    try {
      if (this.inside > 0) await new Promise<void>((resolve) => (this.emptied = resolve));
      this.running = this.closed;
      return await work();
    } finally {
      this.running = undefined;
      this.closed = undefined;
      open();
    }
  }

  /** The end of the work that is alone at this moment, if any. Work that has passed may wait for it without waiting for itself. */
  get busy(): Promise<void> | undefined {
    return this.running;
  }

  private async passOnceOpen<T>(work: () => Promise<T>): Promise<T> {
    while (this.closed) await this.closed;
    return this.counted(work);
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.inside += 1;
    try {
      return await work();
    } finally {
      this.inside -= 1;
      if (this.inside === 0) {
        this.emptied?.();
        this.emptied = undefined;
      }
    }
  }
}
