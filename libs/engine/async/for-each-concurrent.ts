/** Questions to a server side by side: each takes milliseconds, and one after another they would add up to minutes. */

/** @param atOnce how many wait at the same time. @throws whatever the work throws for any of them */
export async function forEachConcurrent<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items].values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
