import { commandFingerprint, paymentFingerprint, usageFingerprint } from './keys';

describe('a fingerprint', () => {
  it('is the one that derived state was written with: a change raises the format of every adapter', () => {
    expect([
      usageFingerprint('', ''),
      usageFingerprint('api', 'event-1'),
      usageFingerprint('漢字', '🙂'),
      commandFingerprint('wallet-ada', 'k'),
      paymentFingerprint('wallet-ada', 'k'),
    ]).toEqual([4305836916579876, 1824532891041182, 5538385339697102, 2466175035264705, 6317219560542584]);
  });

  it('is an integer of at most 53 bits', () => {
    for (const fingerprint of many(10_000, (i) => usageFingerprint('api', `${i}`))) {
      expect(Number.isSafeInteger(fingerprint)).toBe(true);
      expect(fingerprint).toBeGreaterThanOrEqual(0);
    }
  });

  it('differs where the kind, the border of the two texts or a unit of either differs', () => {
    const all = [
      usageFingerprint('ab', 'c'),
      usageFingerprint('a', 'bc'),
      usageFingerprint('', 'abc'),
      usageFingerprint('abc', ''),
      usageFingerprint('c', 'ab'),
      usageFingerprint('ab', 'c\0'),
      usageFingerprint('ab\0', 'c'),
      commandFingerprint('ab', 'c'),
      paymentFingerprint('ab', 'c'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('fingerprints of ids that are much alike', () => {
  const COUNT = 1 << 17;
  const kinds: readonly (readonly [string, (i: number) => number])[] = [
    ['that count up', (i) => usageFingerprint('api', `event-${i}`)],
    ['that differ in the first unit pair', (i) => usageFingerprint('api', `${String.fromCharCode(i & 0xffff, i >>> 16)}-event`)],
    ['that differ in the source', (i) => usageFingerprint(i.toString(16), 'event')],
    ['that differ in both texts', (i) => usageFingerprint(`s${i & 511}`, `${i >>> 9}`)],
  ];

  it.each(kinds)('%s are all different', (_, keyAt) => {
    // Of so many even draws of 53 bits two are equal once in a million times.
    expect(new Set(many(COUNT, keyAt)).size).toBe(COUNT);
  });

  it.each(kinds)('%s fill every byte evenly', (_, keyAt) => {
    const counts = Array.from({ length: 6 }, () => new Uint32Array(256));
    for (const fingerprint of many(COUNT, keyAt))
      for (const [byte, count] of counts.entries()) count[Math.floor(fingerprint / 2 ** (8 * byte + 5)) % 256]! += 1;
    // Chi squared of 255 degrees of freedom: above 370 once in a million even draws.
    for (const count of counts) {
      const even = COUNT / 256;
      expect(count.reduce((sum, seen) => sum + (seen - even) ** 2 / even, 0)).toBeLessThan(370);
    }
  });

  it('change in about half of their bits when one bit of the text does', () => {
    const flips = new Uint32Array(53);
    const tries = 20_000;
    for (let i = 0; i < tries; i++) {
      const text = `event-${i}`;
      const at = i % text.length;
      const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << (i % 16))) + text.slice(at + 1);
      const [one, two] = [BigInt(usageFingerprint('api', text)), BigInt(usageFingerprint('api', changed))];
      for (let bit = 0, differing = one ^ two; bit < 53; bit++) if ((differing >> BigInt(bit)) & 1n) flips[bit]! += 1;
    }
    for (const count of flips) expect(Math.abs(count / tries - 0.5)).toBeLessThan(0.02);
  });
});

function many(count: number, keyAt: (i: number) => number): Float64Array {
  const all = new Float64Array(count);
  for (let i = 0; i < count; i++) all[i] = keyAt(i);
  return all;
}
