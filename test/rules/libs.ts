import { libOf, type Rule } from './tree';

/** What a README has to say takes more than this; a page is about a hundred lines. */
const README_CHARACTERS_MIN = 200;
const README_LINES_MAX = 100;

/** Libs without an index or a README of at most a page. */
export const libsExplainThemselves: Rule = (files) => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const libs = new Set(files.map(({ path }) => libOf(path)).filter((lib) => lib !== undefined));
  return [...libs].flatMap((lib) => {
    const findings = [];
    const path = `libs/${lib}/README.md`;
    const readme = texts.get(path)?.trim() ?? '';
    if (readme.length < README_CHARACTERS_MIN)
      findings.push({ path, message: 'say what this lib is, what it does not own, what is always true, and what surprises.' });
    if (readme.split('\n').length > README_LINES_MAX)
      findings.push({ path, message: `is longer than a page (${README_LINES_MAX} lines): keep what a reader needs first.` });
    if (!texts.has(`libs/${lib}/index.ts`))
      findings.push({ path: `libs/${lib}/index.ts`, message: 'is missing: @drawdown/* leads there. Export what others may use.' });
    return findings;
  });
};
