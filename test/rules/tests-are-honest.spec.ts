import { found } from './rules.fixtures';
import { besideItsCode, sleeps, switchedOff, WAITING } from './tests-are-honest';

const spec = 'libs/domain/balance/wallet.spec.ts';

describe('a test that does not run', () => {
  it.each([
    `it.skip('pays', () => {});`,
    `describe.only('paying', () => {});`,
    `test.todo('pays');`,
    `it.failing('pays', () => {});`,
    `it.skip.each([1])('pays', () => {});`,
    `xit('pays', () => {});`,
    `fdescribe('paying', () => {});`,
    `const maybe = redis ? describe : describe.skip;`,
  ])('is found: %s', (text) => expect(found(switchedOff, { [spec]: text })).toMatch(/every test runs, every time/));

  it('is not a stream that skips, nor a comment about one', () =>
    expect(found(switchedOff, { [spec]: `reader.skip(3); // never it.skip\nit('has it.only in its name', () => list.only());` })).toBe(''));
});

describe('a test that sleeps', () => {
  it.each([
    'await new Promise((done) => setTimeout(done, 100));',
    `import { setTimeout as sleep } from 'node:timers/promises';`,
    'setInterval(look, 10);',
    'globalThis.setTimeout(look, 10);',
  ])('is found: %s', (text) => {
    expect(found(sleeps, { [spec]: text })).toContain('wait on committed progress with until() of test/support/waiting.ts');
    expect(found(sleeps, { 'test/journeys/usage.spec.ts': text })).not.toBe('');
  });
  it('is not one that says how long it may take', () => expect(found(sleeps, { [spec]: 'jest.setTimeout(60_000);' })).toBe(''));
  it('is neither the place that waits for all of them nor the product', () =>
    expect(found(sleeps, { [WAITING]: 'setTimeout(f, 1);', 'libs/engine/event-store/ledger.ts': 'setTimeout(f, 1);' })).toBe(''));
});

describe('a spec', () => {
  it('lies beside what it tests', () => {
    expect(found(besideItsCode, { 'libs/domain/balance/pay.spec.ts': '' })).toMatch(
      /^libs\/domain\/balance\/pay.spec.ts  there is no libs\/domain\/balance\/pay.ts/,
    );
    expect(found(besideItsCode, { 'libs/domain/balance/pay.spec.ts': '', 'libs/domain/balance/pay.ts': '' })).toBe('');
  });
  it('may be one of several about a file', () =>
    expect(found(besideItsCode, { 'libs/a/src/log.crash.spec.ts': '', 'libs/a/src/log.ts': '' })).toBe(''));
  it('may stand alone under test/', () => expect(found(besideItsCode, { 'test/journeys/usage.spec.ts': '' })).toBe(''));
});
