import { plainWords } from './plain-words';
import { found } from './rules.fixtures';

const inCode = (text: string) => found(plainWords, { 'apps/a/src/a.ts': text });

describe('a word that the glossary replaces', () => {
  it('is found with the word to use', () =>
    expect(inCode('\nconst tenant = 1;')).toBe('apps/a/src/a.ts:2  "tenant" is not a word of docs/glossary.md: say account.'));

  it.each([
    '// What became of it: its fate.',
    'const usageFate = 1;',
    'const USAGE_FATES = 1;',
    `throw new Error('nobody was told');`,
    'interface Dashboard {}',
    '// A Dead Letter.',
  ])('is found in %s', (text) => expect(inCode(text)).toContain('is not a word of docs/glossary.md'));

  it('is found in documents and in names of files', () =>
    expect(found(plainWords, { 'README.md': 'by both doors', 'infra/front-door.ts': '' }).split('\n')).toHaveLength(2));

  it('is not a part of another word', () => expect(inCode('const primary = trim(outdoors);')).toBe(''));
});

describe('a word of plain English', () => {
  it.each([
    'const of = 1;',
    'let metAt = 1;',
    'function readWhole() {}',
    '({ tell: 1 });',
    'for (const { of } of all) {}',
    'const f = (of) => 1;',
  ])('is no name: %s', (text) => expect(inCode(text)).toContain('is not a word of docs/glossary.md'));

  it.each(['for (const one of all) {}', 'const sumOf = Array.of(1);', '// the whole of it, met again', 'const wholeNumber = metal;'])(
    'is fine in: %s',
    (text) => expect(inCode(text)).toBe(''),
  );
});
