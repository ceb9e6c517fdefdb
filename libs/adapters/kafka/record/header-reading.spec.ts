import { createRequire } from 'node:module';
import { HEADERS_READ_MAX, readHeadersInLinearTime } from './header-reading';

interface Writing {
  readonly buffer: Buffer;
  writeInt8(value: number): Writing;
  writeVarInt(value: number): Writing;
  writeVarLong(value: number): Writing;
  writeVarIntString(value: string): Writing;
  writeVarIntBytes(value: Buffer | null): Writing;
  writeVarIntArray(values: readonly Writing[]): Writing;
}
interface Read {
  readonly headers: Record<string, unknown>;
  readonly offset: string;
}
/** The very parts of kafkajs that a record goes through. */
const kafkajs = createRequire(require.resolve('kafkajs'));
const Encoder = kafkajs('./src/protocol/encoder') as new () => Writing;
const Decoder = kafkajs('./src/protocol/decoder') as new (bytes: Buffer) => object;
const readRecord = kafkajs('./src/protocol/recordBatch/record/v0/decoder') as (decoder: object, batch: object) => Read;

type Given = readonly (readonly [name: string, value: string | null])[];
function read(headers: Given): Read {
  const encoder = new Encoder().writeInt8(0).writeVarLong(0).writeVarInt(7).writeVarIntBytes(null).writeVarIntBytes(Buffer.from('{}'));
  encoder.writeVarIntArray(
    headers.map(([name, value]) => new Encoder().writeVarIntString(name).writeVarIntBytes(value === null ? null : Buffer.from(value))),
  );
  return readRecord(new Decoder(encoder.buffer), { firstOffset: '0', firstTimestamp: '0' });
}
const b = Buffer.from;

beforeAll(readHeadersInLinearTime);

describe('headers as they are read', () => {
  it('keep their names, repeated names as lists in order, and what has no value', () => {
    const { headers, offset } = read([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['c', null],
      ['a', ''],
      ['__proto__', 'x'],
    ]);
    expect(Object.entries(headers)).toEqual([
      ['a', [b('1'), b('3'), b('')]],
      ['b', b('2')],
      ['c', null],
      ['__proto__', b('x')],
    ]);
    expect(offset).toBe('7');
    expect(read([]).headers).toEqual({});
  });

  it.each([
    ['names of their own', (i: number) => `h${i}`],
    ['one name', () => 'h'],
  ])('are read in no time however many came, with %s, and not more than so many', (_, nameOf) => {
    const many: Given = Array.from({ length: 100_000 }, (__, i) => [nameOf(i), null]);
    const started = process.hrtime.bigint();
    const { headers } = read(many);
    const found = Object.values(headers).flat();
    expect(found).toEqual(Array.from({ length: HEADERS_READ_MAX }, () => b('')));
    // As kafkajs does it this takes longer than anybody waits.
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(10_000);
  });
});
