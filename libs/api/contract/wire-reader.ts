/**
 * Reads protobuf bytes of the gRPC transport into a Message. It is stricter than proto3. It refuses an unknown field: a service that
 * does not know `expires_at` must not accept a request with it. It refuses text that is not UTF-8 or has U+0000, and unknown enum
 * numbers. So both transports refuse the same request with the same words.
 */
import { isUtf8 } from 'node:buffer';
import { formatInstant, type Instant } from '@drawdown/domain/amounts';
import type { Message } from './message';
import type { Violation } from '@drawdown/api/errors';
import protobuf from 'protobufjs';
import { holdsNul, notSafe, notUtf8, shown, wrongType } from './field-problems';
import { timeFrom, unlessDefault } from './json-reader';
import type { FieldShape, MessageShape } from './message-shape';

const enum Wire {
  varint = 0,
  lengthDelimited = 2,
}

export function messageFromWire(shape: MessageShape, bytes: Uint8Array, violations: Violation[]): Message {
  try {
    return readInto({}, shape, protobuf.Reader.create(bytes), violations, '');
  } catch {
    // The reader of protobufjs throws RangeError past the end and Error for a wire type that does not exist.
    violations.push({ field: '', problem: 'the request is not a protobuf message', remedy: 'encode it by the proto files' });
    return {};
  }
}

type MutableMessage = Record<string, unknown>;

function readInto(
  message: MutableMessage,
  shape: MessageShape,
  reader: protobuf.Reader,
  violations: Violation[],
  path: string,
): MutableMessage {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const wire = tag & 7;
    const field = shape.byNumber.get(tag >>> 3);
    if (!field) {
      violations.push({
        field: `${path}#${tag >>> 3}`,
        problem: 'is a field number that this service does not know',
        remedy: 'use the proto files of this version, or leave the field out',
      });
      reader.skipType(wire);
    } else if (!fits(field, wire)) {
      violations.push(wrongType(`${path}${field.name}`, field, `wire type ${wire}`));
      reader.skipType(wire);
    } else readField(message, shape, field, wire, reader, violations, path);
  }
  return message;
}

function fits(field: FieldShape, wire: number): boolean {
  const scalar = field.kind === 'flag' || field.kind === 'integer' || field.kind === 'long' || field.kind === 'word';
  return wire === (scalar ? Wire.varint : Wire.lengthDelimited) || (scalar && field.list && wire === Wire.lengthDelimited);
}

function readField(
  message: MutableMessage,
  shape: MessageShape,
  field: FieldShape,
  wire: number,
  reader: protobuf.Reader,
  violations: Violation[],
  path: string,
): void {
  const { name } = field;
  if (field.map) {
    const entries = (message[name] ??= {}) as MutableMessage;
    const [key, value] = readEntry(reader.bytes(), violations, `${path}${name}`);
    Object.defineProperty(entries, key, { value, enumerable: true, writable: true, configurable: true });
    return;
  }
  if (field.list) {
    const items = (message[name] ??= []) as unknown[];
    const packed =
      wire === Wire.lengthDelimited && field.kind !== 'text' && field.kind !== 'message' && field.kind !== 'time' && field.kind !== 'bytes';
    const source = packed ? protobuf.Reader.create(reader.bytes()) : reader;
    do items.push(readValue(field, source, violations, `${path}${name}[${items.length}]`, undefined));
    while (packed && source.pos < source.len);
    return;
  }
  // Of a oneof the last member on the wire counts, as proto3 says.
  if (field.oneof !== undefined)
    for (const other of shape.fields) if (other.oneof === field.oneof && other !== field) delete message[other.name];
  const value = unlessDefault(field, readValue(field, reader, violations, `${path}${name}`, message[name]));
  if (value === undefined) delete message[name];
  else message[name] = value;
}

function readValue(field: FieldShape, reader: protobuf.Reader, violations: Violation[], at: string, before: unknown): unknown {
  switch (field.kind) {
    case 'text':
      return text(reader.bytes(), violations, at);
    case 'flag':
      return reader.bool();
    case 'integer':
      return reader.int32();
    case 'long':
      return long(reader, violations, at);
    case 'bytes':
      return Buffer.from(reader.bytes());
    case 'word':
      return word(field, reader.int32(), violations, at);
    case 'time':
      return time(field, reader.bytes(), violations, at);
    case 'message':
      // A message on the wire twice is merged, as proto3 says.
      return readInto(
        typeof before === 'object' && before !== null ? (before as MutableMessage) : {},
        field.message as MessageShape,
        protobuf.Reader.create(reader.bytes()),
        violations,
        `${at}.`,
      );
  }
}

function text(bytes: Uint8Array, violations: Violation[], at: string): string {
  if (!isUtf8(bytes)) violations.push(notUtf8(at));
  else if (bytes.includes(0)) violations.push(holdsNul(at));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function long(reader: protobuf.Reader, violations: Violation[], at: string): number {
  const value = Number(String(reader.int64()));
  if (!Number.isSafeInteger(value)) violations.push(notSafe(at));
  return value;
}

function word(field: FieldShape, number: number, violations: Violation[], at: string): string | undefined {
  const known = field.words.get(number);
  if (known === undefined && number !== 0) violations.push(wrongType(at, field, `number ${number}`));
  if (known === undefined && number === 0 && field.list) violations.push(wrongType(at, field, 'unspecified'));
  return known;
}

function time(field: FieldShape, bytes: Uint8Array, violations: Violation[], at: string): string | undefined {
  const reader = protobuf.Reader.create(bytes);
  let seconds = 0;
  let nanos = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 8) seconds = Number(String(reader.int64()));
    else if (tag === 16) nanos = reader.int32();
    else reader.skipType(tag & 7);
  }
  // 0001-01-01 to 9999-12-31, as google.protobuf.Timestamp says.
  const inRange = seconds >= -62_135_596_800 && seconds <= 253_402_300_799 && nanos >= 0 && nanos <= 999_999_999;
  const read = inRange ? timeFrom(formatInstant((seconds * 1_000 + Math.floor(nanos / 1_000_000)) as Instant)) : undefined;
  if (read === undefined) violations.push(wrongType(at, field, `${seconds} s ${nanos} ns`));
  return read;
}

function readEntry(bytes: Uint8Array, violations: Violation[], at: string): [string, string] {
  const reader = protobuf.Reader.create(bytes);
  let key = '';
  let value = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) key = text(reader.bytes(), violations, `${at} (a name)`);
    else if (tag === 18) value = text(reader.bytes(), violations, `${at}.${shown(key)}`);
    else reader.skipType(tag & 7);
  }
  return [key, value];
}
