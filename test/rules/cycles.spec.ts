import { cycles } from './cycles';
import { found } from './rules.fixtures';

describe('a cycle', () => {
  it('is reported once, with the files that close it', () =>
    expect(
      found(cycles, {
        'libs/a/src/one.ts': `import { two } from './two';`,
        'libs/a/src/two.ts': `export { three } from './three';`,
        'libs/a/src/three.ts': `import { one } from './one';`,
      }),
    ).toBe(
      'libs/a/src/one.ts  imports itself: libs/a/src/one.ts -> libs/a/src/two.ts -> libs/a/src/three.ts -> libs/a/src/one.ts. ' +
        'Move what both need into a file of its own, or pass it as an argument.',
    ));

  it('is followed through aliases and indexes', () =>
    expect(
      found(cycles, {
        'libs/a/src/index.ts': `export * from './one';`,
        'libs/a/src/one.ts': `import { b } from '@drawdown/b';`,
        'libs/b/src/index.ts': `import { a } from '@drawdown/a';`,
      }),
    ).toContain('imports itself'));

  it('is none when only a type comes back', () =>
    expect(
      found(cycles, {
        'libs/a/src/one.ts': `import { two } from './two';`,
        'libs/a/src/two.ts': `import type { One } from './one';\nimport { type Other } from './one';`,
      }),
    ).toBe(''));
});
