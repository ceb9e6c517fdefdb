/** Negative controls: each mutant bug is one that an oracle must find, or it proves nothing about the others. */
import { AssertionError } from 'node:assert/strict';
import fc from 'fast-check';
import { audit } from './audit.fixtures';
import { type BalanceDecider, realDecider } from './drawdown.fixtures';
import { histories, SEED } from './command-sequences.fixtures';
import { MUTANTS } from './mutant.fixtures';
import { PURCHASE_MUTANTS } from './mutant-purchases.fixtures';

const HISTORIES = 1_000;

const findingsOf = (decider: BalanceDecider) =>
  fc.check(
    fc.property(histories, (history) => audit(decider, history)),
    { seed: SEED, numRuns: HISTORIES, endOnFailure: true },
  );

describe('the audit', () => {
  it('finds nothing in the balance as it is', () => {
    expect(findingsOf(realDecider)).toMatchObject({ failed: false });
  });

  it.each(Object.entries({ ...MUTANTS, ...PURCHASE_MUTANTS }))('finds %s', (_, decider) => {
    const { failed, errorInstance } = findingsOf(decider);
    expect(failed).toBe(true);
    // A finding, not a crash.
    expect(errorInstance).toBeInstanceOf(AssertionError);
  });
});
