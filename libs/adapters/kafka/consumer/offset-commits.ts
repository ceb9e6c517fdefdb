/** Offsets on their way to the broker: the newest of each partition, one request at a time, not one for every chunk. */
import { pause } from '@drawdown/engine/async';

/** What was handled within this time before a crash is handed out again; its readers know it for a repeat. */
const EVERY_MS = 200;
const RETRY_MS = 500;

export class OffsetCommits {
  /** Of each partition, what the broker has acknowledged in this generation. */
  readonly committed = new Map<number, bigint>();
  private readonly waiting = new Map<number, bigint>();
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;
  private flushing = false;

  /** @param send resolves to whether the broker has them; false: nothing is wrong, and they are sent again later. @throws Fault */
  constructor(
    private readonly send: (offsets: ReadonlyMap<number, bigint>) => Promise<boolean>,
    private readonly failed: (fault: unknown) => void,
  ) {}

  note(partition: number, next: bigint): void {
    if (this.ending.signal.aborted) return;
    this.waiting.set(partition, next);
    this.running ??= this.run();
  }

  /** Resolves when all that was noted is committed, or one try at it was in vain. */
  async flush(): Promise<void> {
    this.flushing = true;
    if (this.running) await this.running;
  }

  /** Nothing is sent any more: the partitions may belong to others now. */
  end(): void {
    this.ending.abort();
    this.waiting.clear();
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const sent = new Map(this.waiting);
      this.waiting.clear();
      const ok = await this.sendOnce(sent);
      if (this.ending.signal.aborted || (this.flushing && !ok)) break;
      if (!ok) for (const [partition, next] of sent) if (!this.waiting.has(partition)) this.waiting.set(partition, next);
      if (!this.flushing) await pause(ok ? EVERY_MS : RETRY_MS, this.ending.signal);
    }
    this.running = undefined;
  }

  private async sendOnce(offsets: ReadonlyMap<number, bigint>): Promise<boolean> {
    try {
      if (!(await this.send(offsets))) return false;
      for (const [partition, next] of offsets) this.committed.set(partition, next);
      return true;
    } catch (fault) {
      if (!this.ending.signal.aborted) this.failed(fault);
      return false;
    }
  }
}
