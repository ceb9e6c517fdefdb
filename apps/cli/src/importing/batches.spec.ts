import { BATCH_LENGTH_MAX, batchesOf, forEachAtOnce, type Placed } from './batches';
import { turn } from '../../../../test/support/waiting';

async function* placed(...events: readonly string[]): AsyncGenerator<Placed> {
  for (const [i, event] of events.entries()) yield { line: i + 1, event };
}
async function sizes(events: readonly string[], size: number): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const batch of batchesOf(placed(...events), size)) found.push(batch.length);
  return found;
}

describe('batches', () => {
  it('hold as many events as they may, and the last one the rest', async () =>
    expect(await sizes(Array(7).fill('{}'), 3)).toEqual([3, 3, 1]));
  it('of a whole number leave no empty one behind', async () => expect(await sizes(Array(6).fill('{}'), 3)).toEqual([3, 3]));
  it('of nothing are none', async () => expect(await sizes([], 3)).toEqual([]));
  it('are ended early by long events', async () => {
    const half = 'x'.repeat(BATCH_LENGTH_MAX / 2);
    expect(await sizes([half, half, 'x', half], 10)).toEqual([2, 2]);
  });
});

describe('work at once', () => {
  async function* upTo(count: number): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
  it('is bounded, and reaches its bound', async () => {
    let running = 0;
    let most = 0;
    await forEachAtOnce(upTo(20), 3, async () => {
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    });
    expect([most, running]).toEqual([3, 0]);
  });
  it('ends with the first failure, and waits for what is in flight', async () => {
    const done: number[] = [];
    const work = async (i: number): Promise<void> => {
      await turn();
      if (i === 2) throw new Error('the third');
      done.push(i);
    };
    await expect(forEachAtOnce(upTo(1_000), 2, work)).rejects.toThrow('the third');
    expect(done.length).toBeLessThan(6);
  });
});
