/**
 * Reads JSON of the HTTP transport into a Message by the shape of the contract. Everything that does not fit is collected. A field
 * without presence that has its default is left out, so that both transports hand over the same Message for the same request.
 */
import { formatInstant, parseInstant } from '@drawdown/domain/amounts';
import type { Message } from './message';
import type { Violation } from '@drawdown/api/errors';
import { type JsonNode, JsonNumber, JsonObject } from '@drawdown/domain/usage';
import { notBoth, notSafe, shown, unknownField, wrongType } from './field-problems';
import type { FieldShape, MessageShape } from './message-shape';

/** Fields of the request that this part of it may not hold, each with its remedy. */
export type Elsewhere = ReadonlyMap<string, string>;
const NOWHERE: Elsewhere = new Map();

export function messageFromJson(
  shape: MessageShape,
  node: JsonNode,
  violations: Violation[],
  path = '',
  elsewhere: Elsewhere = NOWHERE,
): Message {
  if (!(node instanceof JsonObject)) {
    violations.push({ field: path.slice(0, -1), problem: `must be an object, not ${nameOf(node)}`, remedy: 'send a JSON object' });
    return {};
  }
  const message: Record<string, unknown> = {};
  const oneofs = new Map<string, string>();
  for (const [i, key] of node.keys.entries()) {
    const field = shape.byName.get(key);
    const place = elsewhere.get(key);
    if (place !== undefined) violations.push({ field: `${path}${key}`, problem: 'does not belong here', remedy: place });
    else if (!field) violations.push(unknownField(path, key, shape.byName.keys()));
    else {
      const value = fieldFromJson(field, node.values[i] ?? null, `${path}${key}`, violations);
      if (value === undefined) continue;
      const other = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
      if (other !== undefined) violations.push(notBoth(path, key, other));
      if (field.oneof !== undefined) oneofs.set(field.oneof, key);
      message[key] = value;
    }
  }
  return message;
}

/** Null means absent, as in the JSON mapping of proto3. */
function fieldFromJson(field: FieldShape, node: JsonNode, at: string, violations: Violation[]): unknown {
  if (node === null) return undefined;
  if (field.map) return mapFromJson(field, node, at, violations);
  if (!field.list) return unlessDefault(field, valueFromJson(field, node, at, violations));
  if (!Array.isArray(node)) {
    violations.push({ field: at, problem: `must be a list, not ${nameOf(node)}`, remedy: 'put it in square brackets' });
    return undefined;
  }
  return node.length > 0 ? node.map((item: JsonNode, i) => valueFromJson(field, item, `${at}[${i}]`, violations)) : undefined;
}

export const unlessDefault = (field: FieldShape, value: unknown): unknown =>
  !field.presence && (value === '' || value === 0 || value === false) ? undefined : value;

function mapFromJson(field: FieldShape, node: JsonNode, at: string, violations: Violation[]): unknown {
  if (!(node instanceof JsonObject)) {
    violations.push({ field: at, problem: `must be an object, not ${nameOf(node)}`, remedy: 'send names with string values' });
    return undefined;
  }
  // fromEntries defines fields: a name such as __proto__ stays a field and reaches no prototype.
  const entries = node.keys.map((key, i): [string, unknown] => {
    const value = node.values[i] ?? null;
    if (typeof value !== 'string') violations.push(wrongType(`${at}.${shown(key)}`, field, nameOf(value)));
    return [key, value];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function valueFromJson(field: FieldShape, node: JsonNode, at: string, violations: Violation[]): unknown {
  const value = READERS[field.kind](field, node, at, violations);
  if (value === undefined)
    violations.push(wrongType(at, field, INTEGER_KINDS.has(field.kind) && node instanceof JsonNumber ? shown(node.text) : nameOf(node)));
  return value;
}

const INTEGER_KINDS: ReadonlySet<FieldShape['kind']> = new Set(['integer', 'long']);

type Reader = (field: FieldShape, node: JsonNode, at: string, violations: Violation[]) => unknown;

/** Undefined: of another type. */
const READERS: Readonly<Record<FieldShape['kind'], Reader>> = {
  text: (_, node) => (typeof node === 'string' ? node : undefined),
  flag: (_, node) => (typeof node === 'boolean' ? node : undefined),
  integer: (_, node, at, violations) => (node instanceof JsonNumber ? integerFrom(node.text, at, violations) : undefined),
  long: (_, node, at, violations) => longFrom(node, at, violations),
  bytes: (_, node) => (typeof node === 'string' && BASE64.test(node) ? Buffer.from(node, 'base64') : undefined),
  word: (field, node) => (typeof node === 'string' ? wordFrom(field, node) : undefined),
  time: (_, node) => (typeof node === 'string' ? timeFrom(node) : undefined),
  message: (field, node, at, violations) =>
    field.message && node instanceof JsonObject ? messageFromJson(field.message, node, violations, `${at}.`) : undefined,
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

/** Digits are accepted as a number, and as a string, which is how the JSON mapping of proto3 writes 64-bit numbers. */
function longFrom(node: JsonNode, at: string, violations: Violation[]): number | undefined {
  const text = node instanceof JsonNumber ? node.text : node;
  return typeof text === 'string' ? integerFrom(text, at, violations) : undefined;
}

export function integerFrom(text: string, at: string, violations: Violation[]): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) violations.push(notSafe(at));
  return value;
}

export function wordFrom(field: FieldShape, text: string): string | undefined {
  for (const word of field.words.values()) if (word === text) return word;
  return undefined;
}

/** The same moment has one text, whichever way it was written. Finer digits than milliseconds are cut off. */
export function timeFrom(text: string): string | undefined {
  const at = parseInstant(text);
  return at === undefined ? undefined : formatInstant(at);
}

function nameOf(node: JsonNode): string {
  if (node === null) return 'null';
  if (node instanceof JsonNumber) return 'a JSON number';
  if (Array.isArray(node)) return 'a list';
  if (node instanceof JsonObject) return 'an object';
  return typeof node === 'string' ? `"${shown(node)}"` : String(node);
}
