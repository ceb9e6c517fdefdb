import { unusedExports } from './exports';
import { found } from './rules.fixtures';

const exported = 'export const price = 1;\n';

describe('an exported name', () => {
  it('is found when only its own file uses it', () =>
    expect(found(unusedExports, { 'libs/a/b/price.ts': `${exported}console.log(price);` })).toBe(
      'libs/a/b/price.ts:1  exports price, which no other file imports: make it private, or delete it.',
    ));

  it.each([
    'export const { price } = prices;',
    'export function price() {}',
    'export class price {}',
    'export type price = 1;',
    'export interface price {}',
    'const price = 1; export { price };',
  ])('is found however it is declared: %s', (text) =>
    expect(found(unusedExports, { 'libs/a/b/price.ts': text })).toContain('exports price, which'),
  );

  it('is found when an index passes it on to nobody', () =>
    expect(
      found(unusedExports, {
        'libs/a/b/price.ts': exported,
        'libs/a/b/index.ts': `export * from './price';`,
        'libs/a/c/other.ts': `import { other } from '@drawdown/a/b';`,
      }),
    ).toContain('exports price, which'));

  it.each([
    `import { price } from '../b/price';`,
    `import { price as cost } from '@drawdown/a/b';`,
    `import type { price } from '@drawdown/a/b';`,
    `import { renamed } from '@drawdown/a/b';`,
    `import * as prices from '../b/price';`,
    `import { prices } from '@drawdown/a/b';`,
    `type Price = import('@drawdown/a/b').price;`,
    `const { price } = await import('../b/price');`,
  ])('is used by %s', (text) =>
    expect(
      found(unusedExports, {
        'libs/a/b/price.ts': exported,
        'libs/a/b/index.ts': `export * from './price'; export { price as renamed } from './price'; export * as prices from './price';`,
        'libs/a/c/other.ts': text,
      }),
    ).toBe(''),
  );

  it('is not the default, which tools import', () =>
    expect(found(unusedExports, { 'test/start.ts': 'export default function start() {}' })).toBe(''));
});
