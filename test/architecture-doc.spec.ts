/** Every path and link in the documents leads somewhere. */
import { dirname, normalize } from 'node:path/posix';
import { readTree, report, type Rule, type SourceFile } from './rules/tree';

const ROOT_FOLDERS = 'apps|libs|test|docs|proto|infra|tools|bin|\\.ci';
/** A path from the root, such as `libs/domain/balance` or `test/rules/*.ts`. What a build makes (`dist/...`) is none. */
const FROM_ROOT = new RegExp(`(?<![\\w/@.-])(?:${ROOT_FOLDERS})/[\\w.*/-]*[\\w*]`, 'g');
/** A file or folder in code type, such as `grants.ts` or `variables/`: of the lib whose README names it, or of the whole tree. */
const IN_CODE = /`((?:[\w.*-]+\/)*(?:[\w*-][\w.*-]*\.(?:ts|json|proto|md|mjs|cjs|yml)|[\w-]+\/))`/g;
const STARTS_AT_ROOT = new RegExp(`^(?:${ROOT_FOLDERS})/`);
const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g;
/** Names that stand for any file, and folders that a service makes. */
const EXAMPLES: ReadonlySet<string> = new Set(['x.spec.ts', 'dist/', 'compose.ts', 'product.json', 'log/', 'stream-index/', 'balances/']);

/** The first tells of what was; a test of its own writes the second. */
const NOT_CHECKED: ReadonlySet<string> = new Set(['CHANGELOG.md', 'docs/events.md']);
const isDocument = ({ path }: SourceFile): boolean => path.endsWith('.md') && !NOT_CHECKED.has(path);

/** Paths, file names and links of documents that lead to nothing. */
const paths: Rule = (files) => {
  const places = new Set(files.flatMap(({ path }) => [path, ...foldersOf(path)]));
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return files.filter(isDocument).flatMap(({ path, text }) => {
    const own = /^libs\/[^/]+\/[^/]+\//.exec(path)?.[0] ?? (path.startsWith('test/') ? `${dirname(path)}/` : '');
    return text.split('\n').flatMap((line, i) => {
      const lost = (what: string) => ({ path, line: i + 1, message: `${what} does not exist: name the path as it is now.` });
      const links = [...line.matchAll(LINK)].map(([, to = '', anchor]) => ({
        to: to === '' ? path : normalize(`${dirname(path)}/${to}`).replace(/\/$/, ''),
        anchor,
      }));
      return [
        ...links.filter(({ to }) => !places.has(to)).map(({ to }) => lost(to)),
        ...links
          .filter(({ to, anchor }) => anchor !== undefined && texts.has(to) && !anchorsOf(texts.get(to) ?? '').includes(anchor))
          .map(({ to, anchor }) => lost(`${to}#${anchor}`)),
        ...[...line.replace(LINK, '').matchAll(FROM_ROOT)].filter(([to]) => !matches(places, to, '')).map(([to]) => lost(to)),
        ...[...line.replace(LINK, '').matchAll(IN_CODE)]
          .map(([, to = '']) => to)
          .filter((to) => !EXAMPLES.has(to) && !STARTS_AT_ROOT.test(to) && !matches(places, to.replace(/\/$/, ''), own))
          .map(lost),
      ];
    });
  });
};

const foldersOf = (path: string): readonly string[] =>
  path
    .split('/')
    .map((_, i, parts) => parts.slice(0, i).join('/'))
    .slice(1);

/** With `within`, the path may begin in any folder there. A star stands for a part of a name, and an extension may be left out. */
const matches = (places: ReadonlySet<string>, to: string, within: string): boolean => {
  const name = to.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '[^/]*');
  const place = new RegExp(`${STARTS_AT_ROOT.test(to) ? '^' : '(?:^|/)'}${name}(?:\\.[a-z.]+)?$`);
  return [...places].some((known) => known.startsWith(within) && place.test(known));
};

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

const tree = (texts: Readonly<Record<string, string>>) => report(paths(Object.entries(texts).map(([path, text]) => ({ path, text }))));

describe('the documents', () => {
  it('name paths that exist', () => expect(report(paths(readTree(`${__dirname}/..`)))).toBe(''));

  it.each([
    ['a path from the root', 'See libs/domain/a/b.ts.', 'libs/domain/a/b.ts'],
    ['a folder', 'It is in `libs/domain/b`.', 'libs/domain/b'],
    ['a link', '[b](libs/domain/a/b.ts)', 'libs/domain/a/b.ts'],
    ['an anchor', '[b](README.md#gone)', 'README.md#gone'],
    ['a file name', 'The idea is in `b.ts`.', 'b.ts'],
    ['a pattern', 'Those are `libs/domain/a/b.*.ts`.', 'libs/domain/a/b.*.ts'],
  ])('are found when they name %s that does not exist', (_, text, lost) =>
    expect(tree({ 'README.md': text, 'libs/domain/a/a.ts': '' })).toBe(`README.md:1  ${lost} does not exist: name the path as it is now.`),
  );

  it.each([
    'See libs/domain/a/a.ts, `libs/domain/a`, `a.ts`, `libs/domain/a/*.ts` and [a](libs/domain/a/a.ts).',
    '[the top](#the-top)\n# The top',
    'dist/libs/domain/b.js is made by a build; so is https://libs/b.ts',
  ])('may say: %s', (text) => expect(tree({ 'README.md': text, 'libs/domain/a/a.ts': '' })).toBe(''));

  it('name a file of their own lib by its name, and not one of another lib', () => {
    const texts = { 'libs/domain/a/README.md': '`c/a.ts` and `b.ts`', 'libs/domain/a/c/a.ts': '', 'libs/domain/b/b.ts': '' };
    expect(tree(texts)).toBe('libs/domain/a/README.md:1  b.ts does not exist: name the path as it is now.');
  });
});
