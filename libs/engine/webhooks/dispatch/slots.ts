/** Attempts in flight over all endpoints are bounded, and with them sockets and memory. Who waits is served in turn. */

interface SlotUser {
  /** Called when a slot may be free again. */
  pump(): void;
}

export class Slots {
  private free: number;
  private readonly waiting = new Set<SlotUser>();

  constructor(size: number) {
    this.free = size;
  }

  /** False: none is free, and the user will be pumped when one is. */
  take(user: SlotUser): boolean {
    if (this.free === 0) {
      this.waiting.add(user);
      return false;
    }
    this.free -= 1;
    return true;
  }

  release(): void {
    this.free += 1;
    const [next] = this.waiting;
    if (!next) return;
    this.waiting.delete(next);
    next.pump();
  }
}
