import { usageFingerprint } from '@drawdown/engine/event-store';
import { KeyFilter } from './key-filter';
import { rowsInOrder } from './rows-in-order';

const KEYS = 100_000;

describe('a filter', () => {
  it('lets every key pass that it holds, and of others at most one in a hundred', () => {
    const filter = KeyFilter.for(KEYS);
    for (let i = 0; i < KEYS; i++) filter.add(usageFingerprint('held', `${i}`));
    let passed = 0;
    for (let i = 0; i < KEYS; i++) {
      if (!filter.mayHold(usageFingerprint('held', `${i}`))) throw new Error(`key ${i} is missed`);
      if (filter.mayHold(usageFingerprint('other', `${i}`))) passed += 1;
    }
    expect(passed / KEYS).toBeLessThan(0.01);
    expect((filter.words.length * 32) / KEYS).toBeLessThan(12.1);
  });

  it('holds the lowest and the highest fingerprint, and of none no key', () => {
    const filter = KeyFilter.for(2);
    for (const fingerprint of [0, 2 ** 53 - 1]) {
      expect(filter.mayHold(fingerprint)).toBe(false);
      filter.add(fingerprint);
      expect(filter.mayHold(fingerprint)).toBe(true);
    }
  });
});

describe('rows', () => {
  it.each([
    ['even fingerprints', (i: number) => usageFingerprint('row', `${i}`)],
    ['small numbers, which all have the same upper bits', (i: number) => (i * 7_919) % 10_007],
    ['few that come often', (i: number) => usageFingerprint('row', `${i % 3}`)],
  ])('come in order of %s, each once', (_, keyAt) => {
    const count = 5_000;
    const fingerprints = Float64Array.from({ length: count }, (_each, i) => keyAt(i));
    const rows = Uint32Array.from({ length: count }, (_each, i) => i);
    const ordered = rowsInOrder(fingerprints, rows);
    expect([...ordered].sort((a, b) => a - b)).toEqual([...rows]);
    expect([...ordered].map((row) => fingerprints[row]!)).toEqual([...fingerprints].sort((a, b) => a - b));
  });
});
