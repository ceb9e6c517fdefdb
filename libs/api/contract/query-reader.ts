/** Reads text parameters of the HTTP transport, from the path and the query string, into fields of a Message. */
import type { Violation } from '@drawdown/api/errors';
import { type Elsewhere, timeFrom, unlessDefault, integerFrom, wordFrom } from './json-reader';
import { shown, twice, unknownField, wrongType } from './field-problems';
import type { FieldShape, MessageShape } from './message-shape';

export type QueryValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Adds the parameters to `message`. A repeated parameter is a list. */
export function readQuery(
  shape: MessageShape,
  values: QueryValues,
  message: Record<string, unknown>,
  violations: Violation[],
  elsewhere: Elsewhere = new Map(),
): void {
  for (const [name, given] of Object.entries(values)) {
    if (given === undefined) continue;
    const field = shape.byName.get(name);
    const place = elsewhere.get(name);
    if (place !== undefined) violations.push({ field: name, problem: 'does not belong in the query string', remedy: place });
    else if (!field || field.map || field.kind === 'message') violations.push(unknownField('', name, parametersOf(shape, elsewhere)));
    else {
      const value = fieldFrom(field, given, violations);
      if (value !== undefined) message[name] = value;
    }
  }
}

function* parametersOf(shape: MessageShape, elsewhere: Elsewhere): Iterable<string> {
  for (const { name, kind, map } of shape.fields) if (!map && kind !== 'message' && !elsewhere.has(name)) yield name;
}

function fieldFrom(field: FieldShape, given: string | readonly string[], violations: Violation[]): unknown {
  const texts = typeof given === 'string' ? [given] : given;
  if (field.list) return texts.map((text) => valueFrom(field, text, violations));
  if (texts.length > 1) violations.push(twice(field.name));
  return unlessDefault(field, valueFrom(field, texts[0] ?? '', violations));
}

function valueFrom(field: FieldShape, text: string, violations: Violation[]): unknown {
  const value = read(field, text, violations);
  if (value === undefined) violations.push(wrongType(field.name, field, `"${shown(text)}"`));
  return value;
}

function read(field: FieldShape, text: string, violations: Violation[]): unknown {
  switch (field.kind) {
    case 'text':
      return checkedText(field.name, text, violations);
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'long':
      return integerFrom(text, field.name, violations);
    case 'word':
      return wordFrom(field, text);
    case 'time':
      return timeFrom(text);
    case 'bytes':
    case 'message':
      return undefined;
  }
}

/** Text from a URL lacks the guarantees of the JSON parser. */
function checkedText(name: string, text: string, violations: Violation[]): string {
  if (text.includes('\0')) violations.push({ field: name, problem: 'holds U+0000', remedy: 'leave it out' });
  if (text.includes('\uFFFD'))
    violations.push({ field: name, problem: 'is not valid UTF-8', remedy: 'percent-encode well-formed Unicode' });
  return text;
}
