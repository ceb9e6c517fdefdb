/** The escapes that a string in JSON may have (RFC 8259, section 7). */

/** The character that the escape stands for whose letter is at this place; undefined where there is no such escape. */
export function escapedCharacter(source: string, at: number): string | undefined {
  const letter = source[at] ?? '';
  return letter === 'u' ? hexCharacter(source, at + 1) : ESCAPES[letter];
}

const ESCAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null) as Record<string, string>, {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
});

function hexCharacter(source: string, at: number): string | undefined {
  const hex = source.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : undefined;
}
