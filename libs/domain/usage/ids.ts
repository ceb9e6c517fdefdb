/** Which ids are allowed. The transports ask here for commands, the parser for usage, so that both take the same. */

/** UTF-8 bytes. */
export const CUSTOMER_ID_BYTES_MAX = 128;
const SLUG_CHARACTERS_MAX = 64;
const SLUG = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

/** Each is a rejection reason of usage too. */
type TextProblemCode = 'empty_field' | 'too_long' | 'control_character' | 'lone_surrogate' | 'white_space_at_ends' | 'dot_segment';

export interface IdProblem<Code extends string = TextProblemCode> {
  readonly code: Code;
  /** What is wrong and how to fix it, to be read after the name of the field. */
  readonly detail: string;
}

/** They show nothing and can turn the order of what stands beside them, so that two ids look like one. */
const FORMAT_CHARACTER = /\p{Cf}/u;

/** A customer id is the account's own: anything printable. It is compared byte for byte, never folded or trimmed. */
export function customerIdProblem(text: string): IdProblem | undefined {
  const problem = textProblem(text, CUSTOMER_ID_BYTES_MAX);
  if (problem) return problem;
  if (text.trim() !== text) return { code: 'white_space_at_ends', detail: 'begins or ends with white space; send the id without it' };
  // RFC 3986, section 5.2.4: clients take them out of a path, percent-encoded too.
  if (text === '.' || text === '..')
    return { code: 'dot_segment', detail: `is "${text}", which cannot stand in the path of a URL; choose another id` };
  const [format] = FORMAT_CHARACTER.exec(text) ?? [];
  return format === undefined ? undefined : characterProblem(format.codePointAt(0) ?? 0, 'format');
}

/** Ids of credit products and meters. */
export const slugProblem = (text: string): IdProblem<'not_a_slug'> | undefined =>
  SLUG.test(text)
    ? undefined
    : {
        code: 'not_a_slug',
        detail: `must be 1 to ${SLUG_CHARACTERS_MAX} of a-z, 0-9, "_", "." and "-", beginning with a letter or digit`,
      };

export const creditProductIdProblem = slugProblem;
export const meterIdProblem = slugProblem;

/** Why a text cannot be an id of at most so many UTF-8 bytes. */
export function textProblem(text: string, bytesMax: number): IdProblem | undefined {
  if (text === '') return { code: 'empty_field', detail: 'is empty' };
  // A code unit is at most three bytes of UTF-8, so a short text need not be measured.
  if (text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax)
    return { code: 'too_long', detail: `is longer than ${bytesMax} bytes` };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return characterProblem(c, 'control');
    if (c < 0xd800 || c > 0xdfff) continue;
    if (c > 0xdbff || !isLowSurrogate(text.charCodeAt(i + 1)))
      return { code: 'lone_surrogate', detail: 'holds half of a surrogate pair; send well-formed Unicode' };
    i += 1;
  }
  return undefined;
}

const characterProblem = (c: number, kind: 'control' | 'format'): IdProblem => ({
  code: 'control_character',
  detail: `holds the ${kind} character U+${c.toString(16).toUpperCase().padStart(4, '0')}; leave it out`,
});

const isLowSurrogate = (c: number): boolean => c >= 0xdc00 && c <= 0xdfff;
