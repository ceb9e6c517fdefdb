import { REFUSAL_CODES } from './model/refusal-codes.fixtures';
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { audit } from './model/audit.fixtures';
import { type BalanceEvent, balanceEvents } from './events';
import { balance } from './state';
import { realDecider } from './model/drawdown.fixtures';
import { histories, SEED } from './model/command-sequences.fixtures';

const HISTORIES = 10_000;
const HISTORIES_LOOKED_AT_TWICE = 300;
/** What the histories must reach often, or the property says little. */
const SEEN_MIN = 50;
/** Too long for a history: reached by example in refusals.spec.ts. */
const REFUSALS_BY_EXAMPLE = ['purchase_of_other_provider', 'too_many_grants', 'too_many_purchases', 'too_many_holds', 'too_many_limits'];
const REFUSALS_BY_HISTORY = REFUSAL_CODES.filter((code) => !REFUSALS_BY_EXAMPLE.includes(code));

/** Every way in which money for a purchase may come, or not. */
const PURCHASE_CASES = [
  'flagged: other_currency',
  'flagged: other_amount',
  'flagged: already_succeeded',
  'flagged: failed_after_success',
  'flagged: grant_already_expired',
  'flagged: purchase_no_longer_tracked',
  'flagged: balance_closed',
  'late: failed',
  'late: expired',
  'in time',
];

describe('over all histories', () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

  it('the balance conserves (I3), is never negative (I4), records its figures (I5) and answers as the model predicts', () => {
    fc.assert(
      fc.property(histories, (history) =>
        audit(realDecider, history, (_, answer) => {
          if (!answer.accepted) count(answer.refusal.code);
          else answer.events.forEach((event) => namesOf(event).forEach(count));
        }),
      ),
      { seed: SEED, numRuns: HISTORIES },
    );
  });

  it.each([...Object.keys(balanceEvents), ...REFUSALS_BY_HISTORY, ...PURCHASE_CASES])('meet %s often', (what) => {
    expect(seen.get(what) ?? 0).toBeGreaterThanOrEqual(SEEN_MIN);
  });

  it('the same command on the same state is the same decision, and changes neither', () => {
    fc.assert(
      fc.property(histories, (history) =>
        audit(realDecider, history.map(frozen), (command, answer, before) => {
          deepStrictEqual(realDecider.decide(command, frozen(before)), answer);
        }),
      ),
      { seed: SEED, numRuns: HISTORIES_LOOKED_AT_TWICE },
    );
  });

  it('a state and its events mean the same after they were written and read back', () => {
    fc.assert(
      fc.property(histories, (history) =>
        audit(realDecider, history, (_, answer, before, after) => {
          if (!answer.accepted) return;
          const read = answer.events.map((event) => {
            const stored: unknown = JSON.parse(balanceEvents[event.type].write(event as never));
            return { type: event.type, ...balanceEvents[event.type].read(stored) } as typeof event;
          });
          deepStrictEqual(read, answer.events);
          deepStrictEqual(read.reduce(realDecider.evolve, writtenAndRead(before)), after);
        }),
      ),
      { seed: SEED, numRuns: HISTORIES_LOOKED_AT_TWICE },
    );
  });
});

function namesOf(event: BalanceEvent): readonly string[] {
  if (event.type === 'PurchaseFlagged') return [event.type, `flagged: ${event.reason}`];
  return event.type === 'PurchaseSucceeded' ? [event.type, event.late ? `late: ${event.late}` : 'in time'] : [event.type];
}

const writtenAndRead = (state: typeof realDecider.initial) => balance.read(JSON.parse(balance.write(state)));

/** Frozen through and through: whoever changes it, throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
