/**
 * Writes a Message as JSON of the HTTP transport. Lists, maps, flags and numbers without presence are always there; empty texts are
 * left out. A field that the contract does not know is a bug of the operation, and is thrown as one.
 */
import type { Message } from './message';
import type { FieldShape, MessageShape } from './message-shape';

type Writer = (message: Message) => string;

/** One for each message, made when it is first written. */
const writers = new WeakMap<MessageShape, Writer>();

export function writeJson(shape: MessageShape, message: Message): string {
  let writer = writers.get(shape);
  if (!writer) writers.set(shape, (writer = writerOf(shape)));
  return writer(message);
}

function writerOf(shape: MessageShape): Writer {
  const fields = shape.fields.map((field) => ({
    name: field.name,
    label: `"${field.name}":`,
    absent: absent(field),
    // An empty text without presence is left out like an absent one.
    leavesOutEmpty: !field.presence && !field.list && !field.map,
    write: field.map ? (value: unknown) => JSON.stringify(value) : field.list ? listWriter(shape, field) : valueWriter(shape, field),
  }));
  return (message) => {
    let out = '';
    let used = 0;
    for (const { name, label, absent, leavesOutEmpty, write } of fields) {
      const value = message[name];
      if (value !== undefined) used += 1;
      const text = value === undefined || (value === '' && leavesOutEmpty) ? absent : write(value);
      if (text !== undefined) out += out === '' ? label + text : `,${label}${text}`;
    }
    if (used < Object.keys(message).length) refuseUnknown(shape, message);
    return `{${out}}`;
  };
}

function absent(field: FieldShape): string | undefined {
  if (field.list) return '[]';
  if (field.map) return '{}';
  if (field.presence) return undefined;
  if (field.kind === 'flag') return 'false';
  return field.kind === 'integer' || field.kind === 'long' ? '0' : undefined;
}

function listWriter(shape: MessageShape, field: FieldShape): (value: unknown) => string {
  const write = valueWriter(shape, field);
  return (value) => {
    if (!Array.isArray(value)) throw wrong(shape, field);
    let out = '';
    for (let i = 0; i < value.length; i++) out += i === 0 ? write(value[i]) : `,${write(value[i])}`;
    return `[${out}]`;
  };
}

/** Characters that JSON does not escape: printable ASCII without quotation mark and backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

function valueWriter(shape: MessageShape, field: FieldShape): (value: unknown) => string {
  const refuse = (): never => {
    throw wrong(shape, field);
  };
  switch (field.kind) {
    case 'text':
    case 'time':
      return (value) => (typeof value !== 'string' ? refuse() : PLAIN.test(value) ? `"${value}"` : JSON.stringify(value));
    case 'word':
      return (value) => (typeof value === 'string' && field.numbers.has(value) ? `"${value}"` : refuse());
    case 'flag':
      return (value) => (typeof value === 'boolean' ? String(value) : refuse());
    case 'integer':
    case 'long':
      return (value) => (Number.isSafeInteger(value) ? String(value) : refuse());
    case 'bytes':
      return (value) => (value instanceof Uint8Array ? `"${Buffer.from(value).toString('base64')}"` : refuse());
    case 'message': {
      const { message } = field;
      return (value) => (message && typeof value === 'object' && value !== null ? writeJson(message, value as Message) : refuse());
    }
  }
}

/** An operation answered with something that the contract does not allow: a bug. */
export const wrong = (shape: MessageShape, field: FieldShape): TypeError =>
  new TypeError(`${shape.name}.${field.name} was answered with something that is not ${field.list ? 'a list of ' : ''}${field.kind}`);

export function refuseUnknown(shape: MessageShape, message: Message): void {
  for (const [name, value] of Object.entries(message))
    if (value !== undefined && !shape.byName.has(name)) throw new TypeError(`${shape.name} has no field ${name}`);
}
