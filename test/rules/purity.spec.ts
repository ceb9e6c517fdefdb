import { purity } from './purity';
import { found } from './rules.fixtures';

const deciding = (text: string) => found(purity, { 'libs/domain/balance/wallet.ts': text });

describe('what decides', () => {
  it.each([
    ['const at = Date.now();', 'nothing that decides reads a clock'],
    ['const at = new Date();', 'nothing that decides reads a clock'],
    ['const at = new Date;', 'nothing that decides reads a clock'],
    ['const at = performance.now();', 'nothing that decides reads a clock'],
    ['const id = Math.random();', 'nothing that decides draws chance'],
    [`import { randomUUID } from 'node:crypto';`, 'nothing that decides draws chance'],
    ['const id = crypto.randomUUID();', 'nothing that decides draws chance'],
    ['setTimeout(() => {}, 1);', 'nothing that decides waits'],
    ['globalThis.setInterval(f, 1);', 'nothing that decides waits'],
    ['const debug = process.env.DEBUG;', 'nothing that decides knows the process'],
  ])('is refused: %s', (text, sentence) =>
    expect(deciding(text)).toMatch(new RegExp(`^libs/domain/balance/wallet.ts:1  uses .*${sentence}`)),
  );

  it('may turn a given time into text, speak of clocks and bear their names', () =>
    expect(
      deciding(`
        // Date.now() is read by the caller
        const text = new Date(at).toISOString() + 'Math.random()';
        interface Posting { readonly process: string }
        const posting: Posting = { process: text };
        export const name = posting.process;
      `),
    ).toBe(''));

  it('is not the concern of libs that carry out, nor of tests', () =>
    expect(
      found(purity, {
        'libs/engine/event-store/ledger.ts': 'setTimeout(f, 1);',
        'libs/domain/balance/wallet.spec.ts': 'const at = Date.now();',
      }),
    ).toBe(''));
});
