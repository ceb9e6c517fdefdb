import { usageFingerprint } from '@drawdown/engine/event-store';
import { Debits } from './verify-debits';
import { DAY_MS } from '../../domain/amounts/amounts.fixtures';

const WINDOW_MS = 40 * DAY_MS;
const fingerprint = (id: number): number => usageFingerprint('test', String(id));

describe('debits', () => {
  it('are known up to the last millisecond that they are remembered for', () => {
    const debits = new Debits(WINDOW_MS);
    debits.add(fingerprint(1), WINDOW_MS);
    expect([
      debits.has(fingerprint(1), 0),
      debits.has(fingerprint(1), WINDOW_MS),
      debits.has(fingerprint(1), WINDOW_MS + 1),
      debits.has(fingerprint(2), 0),
    ]).toEqual([true, true, false, false]);
  });

  it('are remembered until the later of two ends, whichever came first', () => {
    const debits = new Debits(WINDOW_MS);
    for (const [id, until] of [
      [1, 5],
      [1, 3],
      [2, 3],
      [2, 5],
      [3, 0],
      [3, WINDOW_MS],
    ] as const)
      debits.add(fingerprint(id), until);
    expect([1, 2].map((id) => [debits.has(fingerprint(id), 5), debits.has(fingerprint(id), 6)])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(debits.has(fingerprint(3), WINDOW_MS)).toBe(true);
    expect(debits.size).toBe(4);
  });

  it('are distinguished where one half of their fingerprints is the same', () => {
    const debits = new Debits(WINDOW_MS);
    const HALF = 2 ** 32;
    debits.add(7 * HALF + 1, 10);
    debits.add(0, 10);
    expect([7 * HALF + 1, 0, 8 * HALF + 1, 7 * HALF + 2, 7 * HALF, 1].map((asked) => debits.has(asked, 0))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('are all known when they are many, in one table and in several', () => {
    for (const entriesPerTable of [100_000, 1_000]) {
      const debits = new Debits(WINDOW_MS, entriesPerTable);
      for (let id = 0; id < 20_000; id++) debits.add(fingerprint(id), id);
      expect(debits.size).toBe(20_000);
      const wrong = Array.from({ length: 40_000 }, (_, id) => id).filter(
        (id) => debits.has(fingerprint(id), Math.min(id, 20_000)) !== id < 20_000,
      );
      expect(wrong).toEqual([]);
    }
  });

  it('are dropped, whole buckets at a time, when the log has left them behind, and no earlier', () => {
    const debits = new Debits(WINDOW_MS);
    const sizes: number[] = [];
    for (let day = 0; day < 400; day++) {
      debits.dropBefore(day * DAY_MS);
      debits.add(fingerprint(day), day * DAY_MS + WINDOW_MS);
      sizes.push(debits.size);
      if (day >= 40) expect(debits.has(fingerprint(day - 40), day * DAY_MS)).toBe(true);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(60);
    expect(sizes.at(-1)).toBeGreaterThan(40);
  });

  it('are kept a little longer, so that a clock that was set back by some hours misses none', () => {
    const debits = new Debits(WINDOW_MS);
    debits.add(fingerprint(1), DAY_MS);
    debits.dropBefore(2 * DAY_MS);
    expect(debits.has(fingerprint(1), DAY_MS)).toBe(true);
  });
});
