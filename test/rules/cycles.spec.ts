import { cycles } from './cycles';
import { found } from './rules.fixtures';

describe('a cycle', () => {
  it('is reported once, with the files that close it', () =>
    expect(
      found(cycles, {
        'libs/domain/a/one.ts': `import { two } from './two';`,
        'libs/domain/a/two.ts': `export { three } from './three';`,
        'libs/domain/a/three.ts': `import { one } from './one';`,
      }),
    ).toBe(
      'libs/domain/a/one.ts  imports itself: libs/domain/a/one.ts -> libs/domain/a/two.ts -> libs/domain/a/three.ts -> libs/domain/a/one.ts. ' +
        'Move what both need into a file of its own, or pass it as an argument.',
    ));

  it('is followed through aliases and indexes', () =>
    expect(
      found(cycles, {
        'libs/domain/a/index.ts': `export * from './one';`,
        'libs/domain/a/one.ts': `import { b } from '@drawdown/domain/b';`,
        'libs/domain/b/index.ts': `import { a } from '@drawdown/domain/a';`,
      }),
    ).toContain('imports itself'));

  it('is one when only a type comes back', () =>
    expect(
      found(cycles, {
        'libs/domain/a/one.ts': `import { two } from './two';`,
        'libs/domain/a/two.ts': `import type { One } from './one';\nimport { type Other } from './one';`,
      }),
    ).toContain('imports itself'));
});
