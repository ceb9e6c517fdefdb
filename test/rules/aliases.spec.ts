import { aliases } from './aliases';
import { found } from './rules.fixtures';

const agreeing = {
  'tsconfig.base.json': '{ "compilerOptions": { "paths": { "@drawdown/*": ["./libs/*"] } } }',
  '.swcrc': '{ "jsc": { "paths": { "@drawdown/*": ["./libs/*"] } } }',
  'jest.config.cjs': `module.exports = { projects: [{ moduleNameMapper: { '^@drawdown/(.+)$': '<rootDir>/libs/$1' } }] };`,
  'libs/domain/wallet/index.ts': '',
};

describe('@drawdown/*', () => {
  it('leads to the same place in all three', () => expect(found(aliases, agreeing)).toBe(''));

  it.each([
    ['tsconfig.base.json', '{ "compilerOptions": { "paths": { "@drawdown/*": ["./libs/*/lib"] } } }', 'libs/domain/wallet/lib'],
    ['.swcrc', '{ "jsc": { "paths": { "@drawdown/domain/amounts": ["./libs/domain/amounts"] } } }', 'nowhere'],
    [
      'jest.config.cjs',
      `module.exports = { projects: [{ moduleNameMapper: { '^@drawdown/(.*)$': '<rootDir>/dist/$1' } }] };`,
      'dist/domain/wallet',
    ],
    ['jest.config.cjs', 'module.exports = { projects: [{}] };', 'nowhere'],
  ])('is found astray in %s: %s', (path, text, target) =>
    expect(found(aliases, { ...agreeing, [path]: text })).toBe(
      `${path}  leads @drawdown/domain/wallet to ${target}: it must be libs/domain/wallet, as in the other two.`,
    ),
  );

  it('is checked in a project at least', () =>
    expect(found(aliases, { ...agreeing, 'jest.config.cjs': 'module.exports = {};' })).toContain('has no projects'));
});
