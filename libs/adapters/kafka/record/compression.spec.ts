import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { CompressionTypes } from 'kafkajs';
import { BATCH_BYTES_MAX, BatchUnreadable, CODECS, gunzip, readAllCompressions, unsnappy, unzstd } from './compression';
import { readLz4Frame } from './lz4-frame';

const packages = createRequire(__filename);
const lz4 = (content: Buffer): Buffer => Buffer.from((packages('lz4js') as { compress(from: Buffer): Uint8Array }).compress(content));
const snappy = (content: Buffer): Buffer => (packages('snappyjs') as { compress(from: Buffer): Buffer }).compress(content);
const length = (bytes: number): Buffer => Buffer.from([0, 0, bytes >> 8, bytes & 0xff]);
const xerial = (...blocks: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1'), ...blocks.flatMap((block) => [length(block.length), block])]);

const CONTENT = Buffer.from(Array.from({ length: 400 }, (_, i) => `{"n":${i}}`).join('\n'));
/** Made by `zstd -19` of CONTENT. */
const ZSTD = Buffer.from(
  'KLUv/WQxDs0RAKpEqAcTsKWQDsyaJOXYvffeUsr1SKYrAXgAbQB3ALG7ubffYdfTz8vH9/n7P3yFKTxhCUe4YYYXPhzCVVRTUlEt1uoKVUQ0JBRUIo2mQDU0MzIxHc7mCVNCMiISUqFMliAVFBMSEQ3G4ghRpU6l0ZZdb2iROBQGS3KcgTXaTBbruO2F1fQsx53vDxeNRLkBBiFAICAYCE9evD6+vV94FUZhEyZhEdYwhi3ssBBWNdVTSx11a9arr0NdNNFDCx10adKjpwNdM80zyxxzZ86bn8NcMskjixxyZcqTl4NcMcUTSxxxY8aLj0Ncnfp06dHb2dfvoRcnPlx48HLy8XngtWnPlh2kwAmUwAhsIAMXeGAIrBrVpia1qLXG2mrXQq1oRBua0IJWGmmjTQu0mtFsZjKLWWecbfYszEpGspGJLGSVUTbZsiCrGMUmJrGINcbYYsdCrDrqppMuunbs1t2FrjjihhMuuHLkxs0FrjbaZpMttm7ctr2FrR69CYMqUnGKUoxiiyyueDEUi0jEIQoxiCWSOOLEQKwhDWcowxh2yOGGD8OwhCQcoQhDWCGFEy4MwgpScIISjGCDDC54MASrpHJKKaNsyXLlZSiLJHJIIYMsSXLkZCBrpHFGGWPsyHHjYxhr0pwpM2Yn5+YzzAoBgY+oESA8fjPxMwYRJAT8AQAIAQFEACQAgSAACoAQIEAEgAIQCHINAAAIAEAAAAAAAAAAAAECAAAAAAABCABBAgAAAAAAYN6AgFoF2SBbIw==',
  'base64',
);
/** Made by `lz4 -BX --content-size` of CONTENT: with checksums of blocks. */
const LZ4_CHECKED = Buffer.from(
  'BCJNGHxAMQ8AAAAAAADJSAYAAIF7Im4iOjB9CggAEzEIABMyCAATMwgAEzQIABM1CAATNggAEzcIABM4CAATOQgAFTFRAARSABQxUwAUMVQAFDFVABQxVgAUMVcAFDFYABQxWQAUMVoAFDJaABQyWgAUMloAFDJaABQyWgAUMloAFDJaABQyWgAUMloAFDJaABQzWgAUM1oAFDNaABQzWgAUM1oAFDNaABQzWgAUM1oAFDNaABQzWgAUNFoAFDRaABQ0WgAUNFoAFDRaABQ0WgAUNFoAFDRaABQ0WgAUNFoAFDVaABQ1WgAUNVoAFDVaABQ1WgAUNVoAFDVaABQ1WgAUNVoAFDVaABQ2WgAUNloAFDZaABQ2WgAUNloAFDZaABQ2WgAUNloAFDZaABQ2WgAUN1oAFDdaABQ3WgAUN1oAFDdaABQ3WgAUN1oAFDdaABQ3WgAUN1oAFDhaABQ4WgAUOFoAFDhaABQ4WgAUOFoAFDhaABQ4WgAUOFoAFDhaABQ5WgAUOVoAFDlaABQ5WgAUOVoAFDlaABQ5WgAUOVoAFDlaABQ5WgAkMTBbACQxMFwAJDEwXQAkMTBeACQxMF8AJDEwYAAkMTBhACQxMGIAJDEwYwAlMTBkAAePAwVkAAaRAwaSAwaTAwaUAwaVAwaWAwaXAwWYAxUxmQMVMZoDFTGbAxUxnAMVMZ0DFTGeAxUxnwMVMaADFTGhAxUxogMVMaMDFTGkAxUxpQMVMaYDFTGnAxUxqAMVMakDFTGqAxUxqwMVMawDFTGtAxUxrgMVMa8DFTGwAxUxsQMVMbIDFTGzAxUxtAMVMbUDFTG2AxUxtwMVMbgDFTG5AxUxugMVMbsDFTG8AxUxvQMVMb4DFTG/AxUxwAMVMcEDFTHCAxUxwwMVMcQDFTHFAxUxxgMVMccDFTHIAxUxyQMVMcoDFTHLAxUxzAMVMc0DFTHOAxUxzwMVMdADFTHRAxUx0gMVMdMDFTHUAxUx1QMVMdYDFTHXAxUx2AMVMdkDFTHaAxUx2wMVMdwDFTHdAxUx3gMVMd8DFTHgAxUx4QMVMeIDFTHjAxUx5AMVMeUDFTHmAxUx5wMVMegDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUy6AMVMugDFTLoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFTPoAxUz6AMVM+gDFDPoA1A6Mzk5fRaXPNwAAAAASMHLuQ==',
  'base64',
);

const forms: readonly [string, (batch: Buffer, bytesMax: number) => Buffer | Promise<Buffer>, Buffer][] = [
  ['gzip', gunzip, gzipSync(CONTENT)],
  ['bare snappy', unsnappy, snappy(CONTENT)],
  ['snappy in blocks', unsnappy, xerial(snappy(CONTENT.subarray(0, 1_000)), snappy(CONTENT.subarray(1_000)))],
  ['lz4', readLz4Frame, lz4(CONTENT)],
  ['lz4 with checksums', readLz4Frame, LZ4_CHECKED],
  ['zstd', unzstd, ZSTD],
];

beforeAll(readAllCompressions);

describe.each(forms)('a batch in %s', (_, read, batch) => {
  it('is read to the byte, and no further than the bound', async () => {
    expect((await read(batch, CONTENT.length)).equals(CONTENT)).toBe(true);
    await expect(Promise.resolve().then(() => read(batch, CONTENT.length - 1))).rejects.toThrow();
  });

  it('that is broken is refused, however it is broken', async () => {
    for (const broken of [batch.subarray(0, batch.length / 2), Buffer.alloc(0), Buffer.alloc(100, 0xff)])
      await expect(Promise.resolve().then(() => read(broken, CONTENT.length))).rejects.toThrow();
  });
});

const BOMB = Buffer.alloc(BATCH_BYTES_MAX + 1);
it.each([
  [CompressionTypes.GZIP, gzipSync(BOMB)],
  [CompressionTypes.Snappy, snappy(BOMB)],
  [CompressionTypes.LZ4, lz4(BOMB)],
])('a few bytes that become many are refused, naming where they stand, in compression %s', async (type, batch) => {
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(77n, 0);
  header.writeUInt8(2, 16);
  const refused = CODECS[type]!().decompress(Buffer.concat([header, batch]).subarray(header.length));
  await expect(refused).rejects.toThrow(BatchUnreadable);
  await expect(refused).rejects.toThrow(/begins at offset 77/);
});
