import { found } from './rules.fixtures';
import { words } from './words';

// Put together, so that this file keeps the rule that it tests.
const join = (...parts: readonly string[]) => parts.join('');

describe('a word that readers have no use for', () => {
  it.each([
    [join('// TO', 'DO: later'), 'do it now'],
    [join('// FIX', 'ME'), 'do it now'],
    [join('see /wo', 'rk/main'), 'names the place where this was written'],
    [join('thanks, Cla', 'ude'), 'names the place where this was written'],
    [join('as iss', 'ue 4 says'), 'names a ticket'],
    [join('closes iss', 'ue #12'), 'names a ticket'],
  ])('is found in "%s"', (text, sentence) => {
    const report = found(words, { 'docs/a.md': `first line\n${text}\n` });
    expect(report).toMatch(/^docs\/a\.md:2 {2}"/);
    expect(report).toContain(sentence);
  });

  it('is not one that is data, part of another word, or plain English', () =>
    expect(
      found(words, {
        'libs/a/src/a.ts': join(`currency('X`, `XX'); // METHO`, `DOLOGY; an issue of 5 shares; the agent's session works/`),
      }),
    ).toBe(''));
});
