import { libsExplainThemselves } from './libs';
import { found } from './rules.fixtures';

const index = { 'libs/domain/a/index.ts': '' };
const explained = 'What it is, what it does not own, what is always true. '.repeat(5);

describe('a lib', () => {
  it('has a README that says something', () => {
    expect(found(libsExplainThemselves, index)).toMatch(/^libs\/domain\/a\/README.md  say what this lib is/);
    expect(found(libsExplainThemselves, { ...index, 'libs/domain/a/README.md': '# a\n' })).toContain('say what this lib is');
    expect(found(libsExplainThemselves, { ...index, 'libs/domain/a/README.md': explained })).toBe('');
  });
  it('needs no more than a page for it', () =>
    expect(found(libsExplainThemselves, { ...index, 'libs/domain/a/README.md': `${explained}\n`.repeat(101) })).toContain(
      'longer than a page',
    ));
  it('has an index', () =>
    expect(found(libsExplainThemselves, { 'libs/domain/a/a.ts': '', 'libs/domain/a/README.md': explained })).toBe(
      'libs/domain/a/index.ts  is missing: @drawdown/* leads there. Export what others may use.',
    ));
});
