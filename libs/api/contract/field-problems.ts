/** The messages about a field that does not have the shape of the contract, in the same words on both transports. */
import type { Violation } from '@drawdown/api/errors';
import { nearestName } from './nearest-name';
import type { FieldShape } from './message-shape';

/** Names of the caller are shown up to so many characters. */
const SHOWN_MAX = 64;
export const shown = (name: string): string => (name.length > SHOWN_MAX ? `${name.slice(0, SHOWN_MAX)}...` : name);

export function unknownField(path: string, name: string, known: Iterable<string>): Violation {
  const nearest = nearestName(name, known);
  return {
    field: `${path}${shown(name)}`,
    problem: 'is not a field of this request',
    remedy: nearest ? `did you mean ${path}${nearest}?` : 'leave it out',
  };
}

export const twice = (field: string): Violation => ({ field, problem: 'is given more than once', remedy: 'send it once' });

export const notBoth = (path: string, given: string, other: string): Violation => ({
  field: `${path}${given}`,
  problem: `cannot be given together with ${path}${other}`,
  remedy: 'send one of the two',
});

export const notUtf8 = (field: string): Violation => ({ field, problem: 'is not valid UTF-8', remedy: 'send well-formed Unicode' });
export const holdsNul = (field: string): Violation => ({ field, problem: 'holds U+0000', remedy: 'leave it out' });

export const notSafe = (field: string): Violation => ({
  field,
  problem: 'is out of range',
  remedy: `send a whole number from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`,
});

/** A field whose value has another type than in the contract. `got` names the sent type, such as "a JSON number". */
export function wrongType(field: string, shape: FieldShape, got: string): Violation {
  const { wanted, remedy } = WANTED[shape.kind](shape, field);
  return { field, problem: `must be ${wanted}, not ${got}`, remedy };
}

type Wanted = (shape: FieldShape, path: string) => { readonly wanted: string; readonly remedy: string };

/** The comment of a field in the contract says that the field holds an amount. */
const isAmount = (shape: FieldShape): boolean => /decimal string/.test(shape.comment);

const WANTED: Readonly<Record<FieldShape['kind'], Wanted>> = {
  text: (shape) =>
    isAmount(shape)
      ? { wanted: 'a decimal string such as "12.50"', remedy: 'put the digits in quotes' }
      : { wanted: 'a string', remedy: 'send a string' },
  flag: () => ({ wanted: 'true or false', remedy: 'send true or false, without quotes' }),
  integer: () => ({ wanted: 'a whole number', remedy: 'send digits only' }),
  long: () => ({ wanted: 'a whole number', remedy: 'send digits only' }),
  bytes: () => ({ wanted: 'a base64 string', remedy: 'encode the bytes as base64' }),
  word: (shape) => ({ wanted: `one of ${[...shape.words.values()].join(', ')}`, remedy: 'send one of these words' }),
  time: () => ({ wanted: 'an RFC 3339 time', remedy: 'send one such as "2026-01-31T12:00:00Z"' }),
  message: (shape) => ({
    wanted: 'an object',
    remedy: `send an object with ${shape.message?.fields.map(({ name }) => name).join(', ') ?? 'fields'}`,
  }),
};
