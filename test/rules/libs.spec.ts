import { libsExplainThemselves } from './libs';
import { found } from './rules.fixtures';

const index = { 'libs/a/src/index.ts': '' };
const explained = 'What it is, what it does not own, what is always true. '.repeat(5);

describe('a lib', () => {
  it('has a README that says something', () => {
    expect(found(libsExplainThemselves, index)).toMatch(/^libs\/a\/README.md  say what this lib is/);
    expect(found(libsExplainThemselves, { ...index, 'libs/a/README.md': '# a\n' })).toContain('say what this lib is');
    expect(found(libsExplainThemselves, { ...index, 'libs/a/README.md': explained })).toBe('');
  });
  it('needs no more than a page for it', () =>
    expect(found(libsExplainThemselves, { ...index, 'libs/a/README.md': `${explained}\n`.repeat(101) })).toContain('longer than a page'));
  it('has an index', () =>
    expect(found(libsExplainThemselves, { 'libs/a/src/a.ts': '', 'libs/a/README.md': explained })).toBe(
      'libs/a/src/index.ts  is missing: @drawdown/* leads there. Export what others may use.',
    ));
});
