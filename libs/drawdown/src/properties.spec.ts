import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { audit } from './audit.fixtures';
import { theBalance } from './drawdown.fixtures';
import { histories, SEED } from './histories.fixtures';

const HISTORIES = 10_000;

describe('over all histories', () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

  it('the balance conserves (I3), is never negative (I4), tells its figures (I5) and answers as the books foretell', () => {
    fc.assert(
      fc.property(histories, (history) =>
        audit(theBalance, history, (command, answer) => {
          if (!answer.accepted) return count(answer.refusal.code);
          for (const { type } of answer.events) count(type);
          return count(command.type);
        }),
      ),
      { seed: SEED, numRuns: HISTORIES },
    );
    console.log([...seen].sort((a, b) => b[1] - a[1]).map((x) => x.join(' ')).join('\n'));
  });
});
