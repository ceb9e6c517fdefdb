/**
 * A Bloom filter of fingerprints in blocks of one cache line: of keys that a run does not hold it lets about 1 in 180 pass, at 12 bits a key.
 * The upper bits of a fingerprint choose the block and the lower ones the bits in it, for fingerprints are evenly mixed.
 */
const BITS_PER_KEY = 12;
const BLOCK_WORDS = 16;
const FINGERPRINTS = 2 ** 53;
const MULTIPLIER_1 = 0x85ebca6b;
const MULTIPLIER_2 = 0xc2b2ae35;

export class KeyFilter {
  private readonly scale: number;

  constructor(readonly words: Uint32Array) {
    this.scale = words.length / BLOCK_WORDS / FINGERPRINTS;
  }

  static for(keys: number): KeyFilter {
    return new KeyFilter(new Uint32Array(Math.max(1, Math.ceil((keys * BITS_PER_KEY) / 32 / BLOCK_WORDS)) * BLOCK_WORDS));
  }

  add(fingerprint: number): void {
    const { words } = this;
    const block = Math.floor(fingerprint * this.scale) * BLOCK_WORDS;
    let bits = first(fingerprint);
    for (let half = 0; half < 2; half++) {
      words[block + (bits >>> 28)]! |= 1 << (bits >>> 23);
      words[block + ((bits >>> 19) & 15)]! |= 1 << (bits >>> 14);
      words[block + ((bits >>> 10) & 15)]! |= 1 << (bits >>> 5);
      bits = second(bits);
    }
  }

  /** False: certainly not. */
  mayHold(fingerprint: number): boolean {
    const { words } = this;
    const block = Math.floor(fingerprint * this.scale) * BLOCK_WORDS;
    let bits = first(fingerprint);
    if (((words[block + (bits >>> 28)]! >>> (bits >>> 23)) & 1) === 0) return false;
    if (((words[block + ((bits >>> 19) & 15)]! >>> (bits >>> 14)) & 1) === 0) return false;
    if (((words[block + ((bits >>> 10) & 15)]! >>> (bits >>> 5)) & 1) === 0) return false;
    bits = second(bits);
    if (((words[block + (bits >>> 28)]! >>> (bits >>> 23)) & 1) === 0) return false;
    if (((words[block + ((bits >>> 19) & 15)]! >>> (bits >>> 14)) & 1) === 0) return false;
    return ((words[block + ((bits >>> 10) & 15)]! >>> (bits >>> 5)) & 1) === 1;
  }
}

// A shift takes its count modulo 32, so the bits above the five that are meant need no mask.
const first = (fingerprint: number): number => {
  const low = fingerprint | 0;
  return Math.imul(low ^ (low >>> 15), MULTIPLIER_1);
};
const second = (bits: number): number => Math.imul(bits ^ (bits >>> 13), MULTIPLIER_2);
