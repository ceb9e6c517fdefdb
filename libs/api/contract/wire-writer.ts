/** Writes a Message as protobuf bytes of the gRPC transport. A field that is not in the contract is a bug of the operation. */
import { instant } from '@drawdown/domain/amounts';
import type { Message } from './message';
import protobuf from 'protobufjs';
import { refuseUnknown, wrong } from './json-writer';
import type { FieldShape, MessageShape } from './message-shape';

export const messageToWire = (shape: MessageShape, message: Message): Buffer =>
  Buffer.from(write(shape, message, protobuf.Writer.create()).finish());

function write(shape: MessageShape, message: Message, writer: protobuf.Writer): protobuf.Writer {
  let used = 0;
  for (const field of shape.fields) {
    const value = message[field.name];
    if (value === undefined) continue;
    used += 1;
    if (field.map) writeMap(field, value, writer);
    else if (!field.list) writeValue(field, value, writer, shape);
    else if (!Array.isArray(value)) throw wrong(shape, field);
    else for (const item of value) writeValue(field, item, writer, shape, true);
  }
  if (used < Object.keys(message).length) refuseUnknown(shape, message);
  return writer;
}

const tag = (field: FieldShape, wire: 0 | 2): number => ((field.number << 3) | wire) >>> 0;

/** @param always also a default: in a list every item counts */
function writeValue(field: FieldShape, value: unknown, writer: protobuf.Writer, shape: MessageShape, always = field.presence): void {
  if (!always && (value === '' || value === 0 || value === false)) return;
  switch (field.kind) {
    case 'text':
      if (typeof value !== 'string') break;
      writer.uint32(tag(field, 2)).string(value);
      return;
    case 'flag':
      if (typeof value !== 'boolean') break;
      writer.uint32(tag(field, 0)).bool(value);
      return;
    case 'integer':
    case 'long':
      if (!Number.isSafeInteger(value)) break;
      writer.uint32(tag(field, 0)).int64(value as number);
      return;
    case 'bytes':
      if (!(value instanceof Uint8Array)) break;
      writer.uint32(tag(field, 2)).bytes(value);
      return;
    case 'word': {
      const number = typeof value === 'string' ? field.numbers.get(value) : undefined;
      if (number === undefined) break;
      writer.uint32(tag(field, 0)).int32(number);
      return;
    }
    case 'time':
      if (typeof value !== 'string') break;
      writeTime(value, writer.uint32(tag(field, 2)));
      return;
    case 'message':
      if (!field.message || typeof value !== 'object' || value === null) break;
      write(field.message, value as Message, writer.uint32(tag(field, 2)).fork()).ldelim();
      return;
  }
  throw wrong(shape, field);
}

/** @throws RangeError for a text that is not a time: a bug of the operation. */
function writeTime(text: string, writer: protobuf.Writer): void {
  const at = instant(text);
  const seconds = Math.floor(at / 1_000);
  writer.fork();
  if (seconds !== 0) writer.uint32(8).int64(seconds);
  if (at !== seconds * 1_000) writer.uint32(16).int32((at - seconds * 1_000) * 1_000_000);
  writer.ldelim();
}

function writeMap(field: FieldShape, value: unknown, writer: protobuf.Writer): void {
  for (const [key, text] of Object.entries(value as Readonly<Record<string, string>>))
    writer.uint32(tag(field, 2)).fork().uint32(10).string(key).uint32(18).string(text).ldelim();
}
