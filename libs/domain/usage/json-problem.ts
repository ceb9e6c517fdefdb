/** The ways in which a text is not the JSON that we take. Codes are stable. */

/** Levels of objects and lists inside one another that a document may have. */
export const JSON_DEPTH_MAX = 32;
export type JsonProblemCode =
  | 'empty_text'
  | 'byte_order_mark'
  | 'unexpected_character'
  | 'unexpected_end'
  | 'trailing_text'
  | 'invalid_number'
  | 'invalid_escape'
  | 'control_character'
  | 'nul_character'
  | 'lone_surrogate'
  | 'duplicate_key'
  | 'too_deep';

export interface JsonProblem {
  readonly code: JsonProblemCode;
  /** UTF-16 code units from the beginning of the text. */
  readonly position: number;
  /** The index of the element, from 0, where a list could be read no further. */
  readonly element?: number;
  /** A sentence for people. */
  readonly detail: string;
}

const SENTENCES: Readonly<Record<JsonProblemCode, string>> = {
  empty_text: 'the text is empty; send one JSON value',
  byte_order_mark: 'the text begins with a byte order mark; send UTF-8 without one',
  unexpected_character: 'a character stands where JSON allows none',
  unexpected_end: 'the text ends in the middle of a value',
  trailing_text: 'there is more text after the end of the value; send one value only',
  invalid_number: 'a number is not written as JSON writes numbers (no NaN, Infinity, leading zero, plus sign or bare point)',
  invalid_escape: 'a string has an escape that JSON does not know',
  control_character: 'a string holds a control character; escape it',
  nul_character: 'a string holds U+0000, which is refused even when escaped; leave it out',
  lone_surrogate: 'a string holds half of a surrogate pair; send well-formed Unicode',
  duplicate_key: 'an object has the same key twice; send it once',
  too_deep: `objects and lists are nested more than ${JSON_DEPTH_MAX} levels deep; send a flatter value`,
};

export const jsonProblem = (code: JsonProblemCode, position: number, element?: number): JsonProblem => ({
  code,
  position,
  ...(element !== undefined && { element }),
  detail: `${SENTENCES[code]} (at position ${position})`,
});
