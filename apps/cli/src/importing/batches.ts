/** Events on their way to the service: gathered into batches, a bounded number of which is in flight. */

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
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    const one: Promise<void> = work(item)
      .catch((fault: unknown) => void failures.push(fault))
      .finally(() => running.delete(one));
    running.add(one);
    if (running.size >= concurrency) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
