/**
 * Shapes: how a stored value is written as JSON and read back. One definition gives the type, the writer and the reader.
 * The writer's output is canonical: keys sorted by code unit, no white space, absent fields left out. So the stored bytes,
 * the hash chain and the golden files all speak of the same text.
 */
import {
  type Amount,
  amount as parseAmount,
  formatAmount,
  formatInstant,
  type Instant,
  instant as parseTime,
} from '@drawdown/domain/amounts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Shape<T> {
  /** Canonical JSON text of a value. */
  write(value: T): string;
  /** The value of parsed JSON. @throws ShapeError naming the path of what does not fit. */
  read(json: unknown): T;
  readonly optional?: boolean;
  /** What `write` puts between quotation marks, where it does: a record writes the marks with its labels. */
  readonly inner?: (value: T) => string;
  /** A record leaves out a field that has this value, and reads it where the field is absent. */
  readonly assumed?: T;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

/** Stored JSON does not have the shape that its type promises: a bug, or a changed byte. */
export class ShapeError extends Error {
  /** @param path of what does not fit, from where it was found; empty when it is the whole. */
  constructor(
    readonly path: string,
    readonly wanted: string,
  ) {
    super(`${path || 'value'} is not ${wanted}`);
    this.name = 'ShapeError';
  }
}

/** Reads a part of a whole. Its place is added to the error only when there is one: paths cost nothing on the good way. */
function readPart<T>(shape: Shape<T>, json: unknown, place: string): T {
  try {
    return shape.read(json);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const { path, wanted } = error;
    throw new ShapeError(path === '' || path.startsWith('[') ? `${place}${path}` : `${place}.${path}`, wanted);
  }
}

const scalar = <T>(wanted: string, fits: (json: unknown) => json is T, write: (value: T) => string): Shape<T> => ({
  write,
  read: (json) => {
    if (!fits(json)) throw new ShapeError('', wanted);
    return json;
  },
});

/** What JSON writes as it stands: printable ASCII without quotation mark and backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;
const escaped = (value: string): string => (PLAIN.test(value) ? value : JSON.stringify(value).slice(1, -1));
const quote = (value: string): string => `"${escaped(value)}"`;

export const text: Shape<string> = {
  ...scalar('a string', (json): json is string => typeof json === 'string', quote),
  inner: escaped,
};
export const flag: Shape<boolean> = scalar('true or false', (json): json is boolean => typeof json === 'boolean', String);
export const integer: Shape<number> = scalar('an integer', (json): json is number => Number.isSafeInteger(json), String);

export const oneOf = <const T extends string>(...names: readonly T[]): Shape<T> =>
  scalar(`one of ${names.join(', ')}`, (json): json is T => (names as readonly unknown[]).includes(json), quote);

const viaText = <T>(wanted: string, write: (value: T) => string, parse: (source: string) => T): Shape<T> => ({
  write: (value) => `"${write(value)}"`,
  inner: write,
  read: (json) => {
    if (typeof json !== 'string') throw new ShapeError('', wanted);
    try {
      return parse(json);
    } catch {
      throw new ShapeError('', wanted);
    }
  },
});

export const amount: Shape<Amount> = viaText('a decimal string', formatAmount, (source) => parseAmount(source, Infinity));
export const instant: Shape<Instant> = viaText('an RFC 3339 time', formatInstant, parseTime);

export const list = <T>(item: Shape<T>): Shape<readonly T[]> => ({
  write: (values) => {
    let out = '[';
    for (let i = 0; i < values.length; i++) out += (i ? ',' : '') + item.write(values[i] as T);
    return `${out}]`;
  },
  read: (json) => {
    if (!Array.isArray(json)) throw new ShapeError('', 'a list');
    return json.map((value, i) => readPart(item, value, `[${i}]`));
  },
});

/** Writes the value before without making its text again: for values that many events in a row share. They must not be changed in place. */
export function shared<T extends object>(shape: Shape<T>): Shape<T> {
  let before: T | undefined;
  let text = '';
  return {
    write: (value) => {
      if (value !== before) {
        text = shape.write(value);
        before = value;
      }
      return text;
    },
    read: shape.read,
  };
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** A map from text to values of one shape, such as metadata. */
export const dictionary = <T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  write: (values) =>
    `{${Object.keys(values)
      .sort()
      .map((key) => `${quote(key)}:${item.write(values[key] as T)}`)
      .join(',')}}`,
  read: (json) => {
    if (!isObject(json)) throw new ShapeError('', 'an object');
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, readPart(item, value, key)]));
  },
});

/** A field that may be absent. Only inside `record`. */
export const maybe = <T>(shape: Shape<T>): Shape<T | undefined> & { readonly optional: true } => ({
  write: (value) => (value === undefined ? 'null' : shape.write(value)),
  read: (json) => (json === undefined ? undefined : shape.read(json)),
  optional: true,
});

/** A field that is most often the same, such as a zero. Only inside `record`, and only for a value without parts. */
export const assumed = <T extends string | number | bigint | boolean>(shape: Shape<T>, value: T): Shape<T> => ({
  ...shape,
  assumed: value,
});

type Fields = Readonly<Record<string, Shape<any>>>; // oxlint-disable-line no-explicit-any -- variance of a heterogeneous record
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
export type RecordOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: Exclude<TypeOf<F[K]>, undefined> };

/**
 * A writer of its own for every record, made as source text: with each field read by name the engine compiles it as it compiles an
 * object literal. A loop over names takes three times as long, and every stored event is written by it.
 */
function recordWriter(keys: readonly string[], shapes: readonly Shape<unknown>[]): (value: unknown) => string {
  const writers = shapes.map(({ inner, write }) => inner ?? write);
  const missing = (key: string): never => {
    // It could never be read back.
    throw new ShapeError(key, 'there');
  };
  // Text that stands between two values is one literal: each piece that is added apart costs an object.
  let literal = '{';
  let hasField = false;
  const lines: string[] = [];
  for (const [i, key] of keys.entries()) {
    const mark = shapes[i]!.inner ? '"' : '';
    const label = `${quote(key)}:${mark}`;
    const field = `const f${i} = value[${JSON.stringify(key)}];`;
    const { optional, assumed } = shapes[i]!;
    if (optional !== true) lines.push(field, `if (f${i} === undefined) missing(${JSON.stringify(key)});`);
    if (optional === true || assumed !== undefined) {
      const comma = hasField ? JSON.stringify(`,${label}`) : `(out === '{' ? '' : ',') + ${JSON.stringify(label)}`;
      if (optional === true) lines.push(field);
      lines.push(
        `out += ${JSON.stringify(literal)};`,
        `if (f${i} !== assumed[${i}]) out += ${comma} + w${i}(f${i}) + ${JSON.stringify(mark)};`,
      );
      literal = '';
      continue;
    }
    if (hasField || i === 0) lines.push(`out += ${JSON.stringify(`${literal}${hasField ? ',' : ''}${label}`)} + w${i}(f${i});`);
    else lines.push(`out += ${JSON.stringify(literal)}; out += (out === '{' ? '' : ',') + ${JSON.stringify(label)} + w${i}(f${i});`);
    literal = mark;
    hasField = true;
  }
  const body = `return (value) => { let out = ''; ${lines.join('\n')} return out + ${JSON.stringify(`${literal}}`)}; };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the text is made of the field names of our own shapes
  const make = new Function('missing', 'assumed', ...writers.map((_, i) => `w${i}`), body) as (
    ...args: unknown[]
  ) => (value: unknown) => string;
  // Of an optional field: undefined.
  return make(
    missing,
    shapes.map((shape) => shape.assumed),
    ...writers,
  );
}

export function record<F extends Fields>(fields: F): Shape<RecordOf<F>> & { readonly fields: F } {
  const keys = Object.keys(fields).sort();
  const shapes = keys.map((key) => fields[key] as Shape<unknown>);
  return {
    fields,
    write: recordWriter(keys, shapes),
    read: (json) => {
      if (!isObject(json)) throw new ShapeError('', 'an object');
      const out: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        const shape = shapes[i]!;
        const value = json[key] === undefined && shape.assumed !== undefined ? shape.assumed : readPart(shape, json[key], key);
        if (value !== undefined) out[key] = value;
      }
      return out as RecordOf<F>;
    },
  };
}

/** Canonical JSON of parsed JSON: what `write` would have made of it. For checking stored text without knowing its shape. */
export function canonicalJson(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(canonicalJson).join(',')}]`;
  if (typeof json === 'object' && json !== null) {
    const object = json as { readonly [key: string]: Json };
    return `{${Object.keys(object)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`)
      .join(',')}}`;
  }
  return JSON.stringify(json);
}
