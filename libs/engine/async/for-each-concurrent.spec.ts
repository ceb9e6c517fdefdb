import { forEachConcurrent } from './for-each-concurrent';

describe('work side by side', () => {
  it('is done once for each, never more at once than may be', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await forEachConcurrent(
      Array.from({ length: 20 }, (_, i) => i),
      3,
      async (i) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running -= 1;
        done.push(i);
      },
    );
    expect(most).toBe(3);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('throws what any of it threw', async () => {
    await expect(forEachConcurrent([1, 2], 2, (i) => (i === 2 ? Promise.reject(new Error('no')) : Promise.resolve()))).rejects.toThrow(
      'no',
    );
  });
});
