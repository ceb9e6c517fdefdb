/** What is due when, soonest first: a binary heap, so that one timer serves every delivery that waits for its next attempt. */
import type { Instant } from '@drawdown/domain/amounts';

interface Due<T> {
  readonly at: Instant;
  readonly item: T;
}

export class DueQueue<T> {
  private readonly heap: Due<T>[] = [];

  /** When the soonest is due; undefined when nothing waits. */
  get next(): Instant | undefined {
    return this.heap[0]?.at;
  }

  add(at: Instant, item: T): void {
    const { heap } = this;
    let hole = heap.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (heap[parent]!.at <= at) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = { at, item };
  }

  /** Takes the soonest if it is due at `now`. */
  take(now: Instant): T | undefined {
    const first = this.heap[0];
    if (!first || first.at > now) return undefined;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.sink(last);
    return first.item;
  }

  private sink(moved: Due<T>): void {
    const { heap } = this;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= moved.at) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = moved;
  }
}
