/** Bytes of what is stored. They belong to the layout's version in `shards.ts`: change one, and raise it. */
import type { Instant } from '@drawdown/domain/amounts';
import type { AppliedKey, Document } from '@drawdown/engine/derived-state';

/** In front of a stored document: u32 number of its stream, then what `documentBody` begins with. */
const NUMBER_BYTES = 4;
const REVISION_AND_DUE_BYTES = 16;
const NEVER = Infinity;

/** f64 revision, f64 due time (infinite: never), JSON. */
export function documentBody({ revision, json, dueAt }: Document): Buffer {
  const bytes = Buffer.allocUnsafe(REVISION_AND_DUE_BYTES + Buffer.byteLength(json));
  bytes.writeDoubleBE(revision, 0);
  bytes.writeDoubleBE(dueAt ?? NEVER, 8);
  bytes.write(json, REVISION_AND_DUE_BYTES);
  return bytes;
}

export function readDocument(stream: string, stored: Buffer): Document {
  const revision = stored.readDoubleBE(NUMBER_BYTES);
  const dueAt = stored.readDoubleBE(NUMBER_BYTES + 8);
  const json = stored.toString('utf8', NUMBER_BYTES + REVISION_AND_DUE_BYTES);
  return dueAt === NEVER ? { stream, revision, json } : { stream, revision, json, dueAt: dueAt as Instant };
}

const KEY_BYTES = 18;
const FOR_EVER = 2 ** 48 - 1;
const REVISION_MAX = 2 ** 32 - 1;

/** Each: 8 bytes of fingerprint (the first two name the bucket, the others the field), u32 revision, u48 keepUntil in milliseconds. */
export function packKeys(keys: readonly AppliedKey[]): Buffer {
  const bytes = Buffer.allocUnsafe(KEY_BYTES * keys.length);
  let at = 0;
  for (const { fingerprint, revision, keepUntil } of keys) {
    if (revision > REVISION_MAX) throw new RangeError(`revision ${revision} cannot be stored with a key`);
    writeFingerprint(bytes, fingerprint, at);
    bytes.writeUInt32BE(revision, at + 8);
    // The last moment means forever; nothing is kept that long otherwise.
    bytes.writeUIntBE(keepUntil === undefined ? FOR_EVER : Math.min(Math.max(Math.ceil(keepUntil), 0), FOR_EVER), at + 12, 6);
    at += KEY_BYTES;
  }
  return bytes;
}

export function packFingerprints(fingerprints: ArrayLike<number>, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(8 * (to - from));
  for (let i = from; i < to; i++) writeFingerprint(bytes, fingerprints[i]!, 8 * (i - from));
  return bytes;
}

const LOW_BITS = 2 ** 21;
/** 53 bits, at the upper end of the eight bytes: the first two name one of 65,536 buckets. */
function writeFingerprint(bytes: Buffer, fingerprint: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(fingerprint / LOW_BITS), at);
  bytes.writeUInt32BE((fingerprint % LOW_BITS) * 2 ** 11, at + 4);
}

const CHECKPOINT_DIGITS = 20;
/** Digits of one length, so that Redis compares them as text without losing any. */
export const checkpointText = (checkpoint: bigint): string => (checkpoint < 0n ? '' : String(checkpoint).padStart(CHECKPOINT_DIGITS, '0'));
