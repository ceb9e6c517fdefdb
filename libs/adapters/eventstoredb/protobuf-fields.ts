/** Fields of protobuf messages, read from their bytes one after another without an object for each message. */
import protobuf from 'protobufjs';

export const readerOf = (bytes: Uint8Array): protobuf.Reader => protobuf.Reader.create(bytes);

/** Calls `take` for each field; what it does not take is passed over. */
export function eachField(reader: protobuf.Reader, take: (field: number, reader: protobuf.Reader) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!take(tag >>> 3, reader)) reader.skipType(tag & 7);
  }
}

/** A message that stands in a field. */
export const within = (reader: protobuf.Reader): protobuf.Reader => protobuf.Reader.create(reader.bytes());

export function textIn(reader: protobuf.Reader, wanted: number): string {
  let found = '';
  eachField(reader, (field, from) => {
    if (field !== wanted) return false;
    found = from.string();
    return true;
  });
  return found;
}

export function uint64(reader: protobuf.Reader): bigint {
  const read = reader.uint64();
  return typeof read === 'number' ? BigInt(read) : (BigInt(read.high >>> 0) << 32n) | BigInt(read.low >>> 0);
}
