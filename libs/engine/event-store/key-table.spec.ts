import { FOR_EVER } from '@drawdown/engine/derived-state';
import { KeyTable } from './key-table';
import { usageFingerprint } from './keys';

describe('a table of keys', () => {
  it('knows every place of every key, however many there are, and no other', () => {
    const table = new KeyTable();
    for (let i = 0; i < 20_000; i++) table.add(usageFingerprint('t', `${i % 15_000}`), `wallet-${i % 7}`, i, i);
    for (let i = 0; i < 15_000; i++) {
      const places = i < 5_000 ? [i, i + 15_000] : [i];
      expect(table.placesOf(usageFingerprint('t', `${i}`))).toEqual(
        places.map((revision) => ({ stream: `wallet-${revision % 7}`, revision })),
      );
    }
    expect(table.size).toBe(20_000);
    for (let i = 15_000; i < 30_000; i++) expect(table.has(usageFingerprint('t', `${i}`))).toBe(false);
  });

  it('tells fingerprints apart that share their low bits, the lowest and the highest included', () => {
    const table = new KeyTable();
    const asked = [0, 2 ** 32, 2 ** 52, 2 ** 53 - 2 ** 32, 2 ** 53 - 1];
    asked.forEach((fingerprint, revision) => table.add(fingerprint, 'wallet-a', revision));
    expect(asked.map((fingerprint) => table.placesOf(fingerprint).map(({ revision }) => revision))).toEqual([[0], [1], [2], [3], [4]]);
    expect([1, 2 ** 33, 2 ** 51].some((fingerprint) => table.has(fingerprint))).toBe(false);
  });

  it('holds the name of a stream once, and refuses a revision that no column can hold', () => {
    const table = new KeyTable();
    for (let i = 0; i < 1_000; i++) table.add(i, `wallet-${i % 2}`, i);
    expect(table.batch.streams).toEqual(['wallet-0', 'wallet-1']);
    expect([...table.batch].at(-1)).toEqual({ fingerprint: 999, stream: 'wallet-1', revision: 999 });
    expect(table.batch.keepUntil[999]).toBe(FOR_EVER);
    table.add(1, 'wallet-0', 2 ** 32 - 1);
    for (const revision of [2 ** 32, -1, 0.5]) expect(() => table.add(1, 'wallet-0', revision)).toThrow(RangeError);
  });
});
