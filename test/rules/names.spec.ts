import { drawers, typeNames } from './names';
import { found } from './rules.fixtures';

describe('a drawer for everything', () => {
  it.each([
    ['libs/common/src/index.ts', 'libs/common'],
    ['libs/domain/balance/utils/round.ts', 'libs/domain/balance/utils'],
    ['libs/domain/balance/helpers.ts', 'libs/domain/balance/helpers.ts'],
    ['test/support/test-helpers.ts', 'test/support/test-helpers.ts'],
    ['libs/engine/event-store/interfaces.ts', 'libs/engine/event-store/interfaces.ts'],
    ['libs/engine/event-store/shared.spec.ts', 'libs/engine/event-store/shared.spec.ts'],
    ['docs/core/index.md', 'docs/core'],
  ])('is found in %s', (path, place) =>
    expect(found(drawers, { [path]: '' })).toMatch(new RegExp(`^${place}  ".*" says nothing: name it after the one idea`)),
  );

  it('is reported once however much is in it', () =>
    expect(found(drawers, { 'libs/core/src/a.ts': '', 'libs/core/src/b.ts': '' }).split('\n')).toHaveLength(1));

  it('is not a file that only speaks of one', () =>
    expect(found(drawers, { 'docs/shared.md': '', 'libs/engine/event-store/core-of-the-matter.ts': '' })).toBe(''));
});

describe('a type', () => {
  it.each(['interface IWallet {}', 'type IFace = string;', 'class IWallet {}'])('needs no I: %s', (text) =>
    expect(found(typeNames, { 'libs/domain/balance/wallet.ts': text })).toContain('a type needs no I'),
  );
  it('says which implementation it is', () =>
    expect(found(typeNames, { 'libs/domain/balance/wallet.ts': 'class WalletImpl {}' })).toContain('technology and port'));
  it('may begin with an I of its own', () =>
    expect(found(typeNames, { 'libs/a/src/a.ts': 'interface Instant {}\ntype IPRange = 1;\ntype ID = 1;\nconst Impl = 1;' })).toBe(''));
});
