/**
 * Reads batches in every compression that Kafka has; kafkajs reads gzip only, and one batch in another would stop a topic. Bounded,
 * because a few bytes may say that they are gigabytes. Nothing is written compressed.
 */
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { readLz4Frame } from './lz4-frame';

/** Of one batch. Producers gather one mebibyte, or little more, before they compress. */
export const BATCH_BYTES_MAX = 32 * 1024 * 1024;

/** A batch that cannot be read. What is in it is unknown, so it is never passed over; a person has to. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
  constructor(compression: string, batch: Buffer, reason: unknown) {
    const offset = firstOffsetOf(batch);
    const where = offset === undefined ? '' : `, which begins at offset ${offset},`;
    super(
      `a batch of ${batch.length} bytes in ${compression}${where} is broken or has more than ${BATCH_BYTES_MAX} bytes inside (${String(reason)})`,
    );
  }
}

type Decompression = (batch: Buffer, bytesMax: number) => Buffer | Promise<Buffer>;

const unzipped = promisify(unzip);
export const gunzip: Decompression = (batch, bytesMax) => unzipped(batch, { maxOutputLength: bytesMax });

const { uncompress } = createRequire(__filename)('snappyjs') as { uncompress(block: Buffer, bytesMax: number): Buffer };
/** Of snappy-java, which Java clients write. It is followed by two versions of four bytes each; librdkafka writes one bare block. */
const XERIAL = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER_BYTES = 16;
const LENGTH_BYTES = 4;
export const unsnappy: Decompression = (batch, bytesMax) => {
  if (!batch.subarray(0, XERIAL.length).equals(XERIAL)) return uncompress(batch, bytesMax);
  const blocks: Buffer[] = [];
  let bytes = 0;
  for (let at = XERIAL_HEADER_BYTES; at < batch.length;) {
    const end = at + LENGTH_BYTES + batch.readUInt32BE(at);
    if (end > batch.length) throw new RangeError('a block that ends too early');
    const block = uncompress(batch.subarray(at + LENGTH_BYTES, end), bytesMax - bytes);
    blocks.push(block);
    bytes += block.length;
    at = end;
  }
  return Buffer.concat(blocks, bytes);
};

export const unzstd: Decompression = (batch, bytesMax) => {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  const reading = new Decompress((block) => {
    bytes += block.length;
    if (bytes > bytesMax) throw new RangeError(`more than ${bytesMax} bytes`);
    blocks.push(block);
  });
  reading.push(batch, true);
  if (bytes === 0) throw new RangeError('nothing in it');
  return Buffer.concat(blocks, bytes);
};

const READERS: readonly (readonly [type: CompressionTypes, name: string, read: Decompression])[] = [
  [CompressionTypes.GZIP, 'gzip', gunzip],
  [CompressionTypes.Snappy, 'snappy', unsnappy],
  [CompressionTypes.LZ4, 'lz4', readLz4Frame],
  [CompressionTypes.ZSTD, 'zstd', unzstd],
];

/** By type, as kafkajs looks them up. */
export const CODECS: Record<number, () => { decompress(batch: Buffer): Promise<Buffer> }> = CompressionCodecs;

/** For all clients of kafkajs in this process. More than once is as good as once. */
export function readAllCompressions(): void {
  for (const [type, name, read] of READERS) {
    const codec = {
      compress: () => Promise.reject(new Error('nothing is written compressed')),
      decompress: async (batch: Buffer) => {
        try {
          return await read(batch, BATCH_BYTES_MAX);
        } catch (error) {
          throw new BatchUnreadable(name, batch, error);
        }
      },
    };
    CODECS[type] = () => codec;
  }
}

/** Of a record batch of version 2, before its records. */
const BATCH_HEADER_BYTES = 61;
const MAGIC_AT = 16;
const MAGIC = 2;
/** kafkajs hands in what follows the header, in the memory of the answer: so the fault can say where. */
function firstOffsetOf({ buffer, byteOffset }: Buffer): bigint | undefined {
  if (byteOffset < BATCH_HEADER_BYTES) return undefined;
  const header = Buffer.from(buffer, byteOffset - BATCH_HEADER_BYTES, BATCH_HEADER_BYTES);
  return header[MAGIC_AT] === MAGIC ? header.readBigInt64BE(0) : undefined;
}
