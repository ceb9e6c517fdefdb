/**
 * Keys that are applied once: those of commands, of payments, and of usage events. Each is found by a fingerprint, an integer of 53 bits
 * that a double holds exactly, and then confirmed in the stream.
 *
 * The hash is fast and not cryptographic. Whoever makes two keys collide causes a confirmation that fails, which costs one read; no
 * answer rests on the fingerprint alone. Fingerprints are stored in derived state only: a change here raises the format of each adapter.
 */
export type { KeyPlace } from '@drawdown/engine/derived-state';

/** A command's key belongs to the stream that the command changes. */
export const commandFingerprint = (stream: string, key: string): number => fingerprint(COMMAND, stream, key);

/** A payment is credited once in the wallet of the stream. */
export const paymentFingerprint = (stream: string, paymentId: string): number => fingerprint(PAYMENT, stream, paymentId);

/** A usage event is known by source and id (CloudEvents 1.0, section 3.1), whoever it is for. */
export const usageFingerprint = (source: string, id: string): number => fingerprint(USAGE, source, id);

const COMMAND = 0x1f83d9ab;
const PAYMENT = 0x5be0cd19;
const USAGE = 0x6a09e667;

/** The multipliers and the last mix of MurmurHash3 (Austin Appleby, public domain), in two lanes of 32 bits over two code units at once. */
const MULTIPLIER_1 = 0x85ebca6b;
const MULTIPLIER_2 = 0xc2b2ae35;
const LANE_1 = 0xcc9e2d51;
const LANE_2 = 0x1b873593;

/** The kind is a seed. The length of the first text keeps ('ab', 'c') apart from ('a', 'bc'). */
function fingerprint(kind: number, first: string, second: string): number {
  let one = kind ^ first.length;
  let two = Math.imul(kind, MULTIPLIER_1) ^ second.length;
  for (let pass = 0; pass < 2; pass++) {
    const text = pass === 0 ? first : second;
    const { length } = text;
    for (let i = 0; i < length; i += 2) {
      const units = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0);
      one = Math.imul(one ^ units, LANE_1);
      one = (one << 15) | (one >>> 17);
      two = Math.imul(two ^ units, LANE_2);
      two = (two << 13) | (two >>> 19);
    }
  }
  one = mixed(one ^ Math.imul(two, MULTIPLIER_2));
  two = mixed(two ^ one);
  return (two >>> 11) * 2 ** 32 + (one >>> 0);
}

function mixed(lane: number): number {
  let mix = Math.imul(lane ^ (lane >>> 16), MULTIPLIER_1);
  mix = Math.imul(mix ^ (mix >>> 13), MULTIPLIER_2);
  return mix ^ (mix >>> 16);
}
