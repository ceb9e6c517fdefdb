/**
 * Writes a Message as JSON of the HTTP transport. Lists, maps, flags and numbers without presence are always there; empty texts are
 * left out. A field that the contract does not know is a bug of the operation, and is thrown as one.
 */
import type { Message } from './message';
import type { FieldShape, MessageShape } from './message-shape';

export function writeJson(shape: MessageShape, message: Message): string {
  let out = '';
  let used = 0;
  for (const field of shape.fields) {
    const value = message[field.name];
    if (value !== undefined) used += 1;
    const text = value === undefined ? absent(field) : fieldText(field, value, shape);
    if (text !== undefined) out += `${out ? ',' : ''}"${field.name}":${text}`;
  }
  if (used < Object.keys(message).length) refuseUnknown(shape, message);
  return `{${out}}`;
}

function absent(field: FieldShape): string | undefined {
  if (field.list) return '[]';
  if (field.map) return '{}';
  if (field.presence) return undefined;
  if (field.kind === 'flag') return 'false';
  return field.kind === 'integer' || field.kind === 'long' ? '0' : undefined;
}

function fieldText(field: FieldShape, value: unknown, shape: MessageShape): string | undefined {
  if (field.map) return JSON.stringify(value);
  if (!field.list) return value === '' && !field.presence ? undefined : valueText(field, value, shape);
  if (!Array.isArray(value)) throw wrong(shape, field);
  let out = '';
  for (const item of value) out += (out ? ',' : '') + valueText(field, item, shape);
  return `[${out}]`;
}

function valueText(field: FieldShape, value: unknown, shape: MessageShape): string {
  switch (field.kind) {
    case 'text':
    case 'time':
      if (typeof value === 'string') return JSON.stringify(value);
      break;
    case 'word':
      if (typeof value === 'string' && field.numbers.has(value)) return `"${value}"`;
      break;
    case 'flag':
      if (typeof value === 'boolean') return String(value);
      break;
    case 'integer':
    case 'long':
      if (Number.isSafeInteger(value)) return String(value);
      break;
    case 'bytes':
      if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
      break;
    case 'message':
      if (field.message && typeof value === 'object' && value !== null) return writeJson(field.message, value as Message);
      break;
  }
  throw wrong(shape, field);
}

/** An operation answered with something that the contract does not allow: a bug. */
export const wrong = (shape: MessageShape, field: FieldShape): TypeError =>
  new TypeError(`${shape.name}.${field.name} was answered with something that is not ${field.list ? 'a list of ' : ''}${field.kind}`);

export function refuseUnknown(shape: MessageShape, message: Message): void {
  for (const [name, value] of Object.entries(message))
    if (value !== undefined && !shape.byName.has(name)) throw new TypeError(`${shape.name} has no field ${name}`);
}
