/**
 * One LZ4 frame, as Kafka's clients write it. Source: LZ4 Frame Format Description 1.6.x. Checksums are passed over: Kafka has one over
 * the whole batch, which brokers check.
 */
import { createRequire } from 'node:module';

/** Of its frame reader nothing is used: it takes the checksum of a block to be in front of it, and knows no bound. */
const { decompressBlock } = createRequire(__filename)('lz4js') as {
  /** Returns where in `to` it ended. What does not fit is not written. */
  decompressBlock(from: Uint8Array, to: Uint8Array, fromIndex: number, fromLength: number, toIndex: number): number;
};

const MAGIC = 0x184d2204;
const VERSION = 1;
const HEADER_BYTES = 7;
const CONTENT_SIZE_BYTES = 8;
const DICTIONARY_ID_BYTES = 4;
const CHECKSUM_BYTES = 4;
const LENGTH_BYTES = 4;
const UNCOMPRESSED = 0x8000_0000;
/** 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
const blockBytesMax = (code: number): number => 2 ** (8 + 2 * code);
const SMALLEST_CODE = 4;
/** A byte of a block makes at most so many. */
const GROWTH_MAX = 255;

interface Block {
  readonly at: number;
  readonly length: number;
  readonly compressed: boolean;
}

/** @throws RangeError not one whole frame, or more than the bound */
export function readLz4Frame(frame: Buffer, bytesMax: number): Buffer {
  const { blocks, blockMax } = blocksOf(frame);
  let room = 0;
  for (const { length, compressed } of blocks) room += compressed ? Math.min(blockMax, length * GROWTH_MAX) : length;
  // Blocks may refer back to what those before them made, so all are in one.
  const content = Buffer.alloc(Math.min(room, bytesMax));
  let end = 0;
  for (const { at, length, compressed } of blocks) {
    if (end + (compressed ? 0 : length) <= content.length)
      end = compressed ? decompressBlock(frame, content, at, length, end) : end + frame.copy(content, end, at, at + length);
    else throw new RangeError(`more than ${bytesMax} bytes`);
  }
  if (!(end <= content.length)) throw new RangeError(`more than ${bytesMax} bytes, or a block that is larger than its frame allows`);
  return content.subarray(0, end);
}

function blocksOf(frame: Buffer): { readonly blocks: readonly Block[]; readonly blockMax: number } {
  const flags = frame.readUInt8(4);
  const code = (frame.readUInt8(5) >> 4) & 7;
  if (frame.readUInt32LE(0) !== MAGIC || flags >> 6 !== VERSION || code < SMALLEST_CODE) throw new RangeError('not an LZ4 frame');
  const [blockChecksum, contentSize, dictionary] = [(flags & 0x10) !== 0, (flags & 0x08) !== 0, (flags & 0x01) !== 0];
  const blocks: Block[] = [];
  let at = HEADER_BYTES + (contentSize ? CONTENT_SIZE_BYTES : 0) + (dictionary ? DICTIONARY_ID_BYTES : 0);
  for (;;) {
    const word = frame.readUInt32LE(at);
    at += LENGTH_BYTES;
    if (word === 0) return { blocks, blockMax: blockBytesMax(code) };
    const compressed = word < UNCOMPRESSED;
    const length = compressed ? word : word - UNCOMPRESSED;
    if (at + length > frame.length) throw new RangeError('an LZ4 frame that ends too early');
    blocks.push({ at, length, compressed });
    at += length + (blockChecksum ? CHECKSUM_BYTES : 0);
  }
}
