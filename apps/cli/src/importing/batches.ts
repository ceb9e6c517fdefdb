/** Events on their way to the service: gathered into batches, a bounded number of which is in flight. */
import { Semaphore } from '@drawdown/engine/async';

/** An event to be sent, and where it stands in the file. */
export interface Placed {
  readonly line: number;
  /** JSON text. */
  readonly event: string;
}

/** Characters: well under what the service takes in one request. */
export const BATCH_LENGTH_MAX = 1024 * 1024;

export async function* batchesOf(events: AsyncIterable<Placed>, size: number): AsyncGenerator<readonly Placed[]> {
  let batch: Placed[] = [];
  let length = 0;
  for await (const placed of events) {
    if (batch.length > 0 && length + placed.event.length > BATCH_LENGTH_MAX) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(placed);
    length += placed.event.length;
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Works on at most `concurrency` items at a time. The first failure ends it, after what is in flight has settled. */
export async function forEachAtOnce<T>(items: AsyncIterable<T>, concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const places = new Semaphore(concurrency);
  const failures: unknown[] = [];
  for await (const item of items) {
    const release = await places.take();
    if (failures.length > 0) {
      release();
      break;
    }
    void work(item)
      .catch((fault: unknown) => void failures.push(fault))
      .finally(release);
  }
  // Every place free again: everything in flight has settled.
  for (let place = 0; place < concurrency; place += 1) await places.take();
  if (failures.length > 0) throw failures[0];
}
