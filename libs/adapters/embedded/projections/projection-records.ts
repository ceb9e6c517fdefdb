/** The stored bytes of EmbeddedProjections. All of it is derived. A change raises FORMAT, and the stored data is deleted. */
import type { Instant } from '@drawdown/domain/amounts';
import type { Document } from '@drawdown/engine/derived-state';

export const FORMAT = 4;

const NEVER = Number.POSITIVE_INFINITY;
const DOCUMENT_HEADER_BYTES = 16;

export interface DocumentHeader {
  readonly revision: number;
  readonly dueAt: Instant | undefined;
}

/** f64 revision, f64 dueAt (infinite: never), JSON. */
export function encodeDocument({ revision, json, dueAt }: Document): Buffer {
  const bytes = Buffer.allocUnsafe(DOCUMENT_HEADER_BYTES + Buffer.byteLength(json));
  bytes.writeDoubleLE(revision, 0);
  bytes.writeDoubleLE(dueAt ?? NEVER, 8);
  bytes.write(json, DOCUMENT_HEADER_BYTES);
  return bytes;
}

export function decodeDocumentHeader(bytes: Buffer): DocumentHeader {
  const dueAt = bytes.readDoubleLE(8);
  return { revision: bytes.readDoubleLE(0), dueAt: dueAt === NEVER ? undefined : (dueAt as Instant) };
}

export function decodeDocument(stream: string, bytes: Buffer): Document {
  const { revision, dueAt } = decodeDocumentHeader(bytes);
  const json = bytes.toString('utf8', DOCUMENT_HEADER_BYTES, bytes.length);
  return dueAt === undefined ? { stream, revision, json } : { stream, revision, json, dueAt };
}

const INSTANT_BYTES = 7;
const HIGH_BIAS = 2 ** 21;
/** An instant as bytes that sort as time does, moments before 1970 included. */
export function instantKey(at: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const key = Buffer.allocUnsafe(INSTANT_BYTES + rest.length);
  // In two halves, each raised on its own: raised as a whole, an instant would leave the integers that a number holds exactly.
  const high = Math.floor(at / 2 ** 32);
  key.writeUIntBE(high + HIGH_BIAS, 0, 3);
  key.writeUInt32BE(at - high * 2 ** 32, 3);
  rest.copy(key, INSTANT_BYTES);
  return key;
}
export const instantOfKey = (key: Buffer): Instant => ((key.readUIntBE(0, 3) - HIGH_BIAS) * 2 ** 32 + key.readUInt32BE(3)) as Instant;
export const restOfKey = (key: Buffer): Buffer => key.subarray(INSTANT_BYTES);
