/** What the strict parser reads: JSON whose numbers are still text, so that no digit is ever lost to a binary float. */

export type JsonNode = null | boolean | string | JsonNumber | JsonObject | readonly JsonNode[];

/** A number exactly as it was written, such as `1e3` or `9007199254740993`. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** Keys in the order of the source. Parallel lists: cheaper than a Map for the handful of keys that a usage event has. */
export class JsonObject {
  constructor(
    readonly keys: readonly string[],
    readonly values: readonly JsonNode[],
    /** The text it was read from, where that is canonical but for the order of its own keys. */
    readonly text?: string,
    /** Where each member begins in `text`; absent when the keys are in order. */
    readonly starts?: readonly number[],
  ) {}

  get(key: string): JsonNode | undefined {
    const at = this.keys.indexOf(key);
    return at < 0 ? undefined : this.values[at];
  }
}

/** Parsed JSON as plain objects and lists; a number stays a `JsonNumber`, so that a transport can refuse it by name. */
type PlainJson = null | boolean | string | JsonNumber | readonly PlainJson[] | { readonly [key: string]: PlainJson };

/** A key named `__proto__` becomes an ordinary field, never a prototype. */
export function nodeToJson(node: JsonNode): PlainJson {
  if (node instanceof JsonObject) {
    return Object.fromEntries(node.keys.map((key, i) => [key, nodeToJson(node.values[i] ?? null)]));
  }
  return Array.isArray(node) ? node.map(nodeToJson) : (node as PlainJson);
}

/**
 * Canonical text: keys sorted by code unit, no white space, numbers as they were written. Two texts of the same event
 * that differ in white space, key order or escapes have the same canonical text; `1` and `1.0` do not.
 */
export function canonicalText(node: JsonNode): string {
  if (typeof node === 'string') return quoted(node);
  if (node instanceof JsonNumber) return node.text;
  if (node instanceof JsonObject) return canonicalObject(node);
  if (Array.isArray(node)) {
    let out = '[';
    for (let i = 0; i < node.length; i++) out += (i ? ',' : '') + canonicalText(node[i] as JsonNode);
    return `${out}]`;
  }
  return String(node);
}

function canonicalObject({ keys, values, text, starts }: JsonObject): string {
  if (text !== undefined && !starts) return text;
  const order = sortedOrder(keys);
  let out = '{';
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    out += i ? ',' : '';
    // As most programs write JSON its members need no rewriting, only their order.
    if (text !== undefined && starts) out += text.slice(starts[at], (starts[at + 1] ?? text.length) - 1);
    else out += `${quoted(keys[at] as string)}:${canonicalText(values[at] as JsonNode)}`;
  }
  return `${out}}`;
}

/** Beyond this many keys sorting by insertion is the slower one. */
const KEYS_INSERTED_MAX = 24;

/** The places of the keys in their sorted order. */
function sortedOrder(keys: readonly string[]): number[] {
  const order: number[] = [];
  if (keys.length > KEYS_INSERTED_MAX) {
    for (let i = 0; i < keys.length; i++) order.push(i);
    return order.sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  }
  for (let i = 0; i < keys.length; i++) {
    let to = i;
    for (; to > 0 && keys[order[to - 1]!]! > keys[i]!; to--) order[to] = order[to - 1]!;
    order[to] = i;
  }
  return order;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** As JSON.stringify writes a well-formed string, without its cost for the plain ones. */
export function quoted(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c === QUOTE || c === BACKSLASH) return JSON.stringify(text);
  }
  return `"${text}"`;
}
