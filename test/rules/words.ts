/** Words that do not belong in what we hand over. They are put together here, so that this file holds none of them. */
import type { Rule } from './tree';

const word = (...parts: readonly string[]): string => parts.join('');

const PROMISES = [word('TO', 'DO'), word('FIX', 'ME'), word('X', 'XX')];
const WORKPLACE = [
  word('/wo', 'rk/'),
  word('cla', 'ude'),
  word('anth', 'ropic'),
  word('sub', 'agent'),
  word('.lib', 'rary/'),
  word('shared/', 'design'),
];

const FORBIDDEN: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    // In quotes the letters are data: a currency code that nobody uses, say.
    pattern: new RegExp(`(?<!['"\`\\w])(?:${PROMISES.join('|')})(?!['"\`\\w])`),
    message: 'a note to oneself is no part of the product: do it now, or write down the limit and its consequence.',
  },
  {
    pattern: new RegExp(WORKPLACE.map((text) => text.replace('.', '\\.')).join('|'), 'i'),
    message: 'names the place where this was written: readers have the repository and nothing else.',
  },
  {
    pattern: /\bissues? #?\d+\b/i,
    message: 'names a ticket: say the reason itself, or cite a document that readers can open.',
  },
];

const NOT_OUR_WORDS: ReadonlySet<string> = new Set(['package-lock.json', 'LICENSE']);

/** Lines that hold a forbidden word, with the word. */
export const words: Rule = (files) =>
  files
    .filter(({ path }) => !NOT_OUR_WORDS.has(path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, i) =>
        FORBIDDEN.flatMap(({ pattern, message }) => {
          const found = pattern.exec(line);
          return found ? [{ path, line: i + 1, message: `"${found[0]}" ${message}` }] : [];
        }),
      ),
    );
