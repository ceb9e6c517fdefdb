import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { consumeFromFirstGrant } from './consume-from-first-grant';
import { audit } from '../model/audit.fixtures';
import { histories, SEED } from '../model/command-sequences.fixtures';
import { realDecider } from '../model/drawdown.fixtures';

const SEQUENCES = 10_000;
/** Of the consumptions: fewer, and the property says little. */
const ANSWERED_SHARE_MIN = 0.1;

describe('consuming from the first grant', () => {
  it('makes the events and the state of the general decision, wherever it answers', () => {
    let asked = 0;
    let answered = 0;
    fc.assert(
      fc.property(histories, (commands) =>
        audit(realDecider, commands, (command, answer, before, after) => {
          if (command.type !== 'Consume' || command.suspended) return;
          asked += 1;
          const consumed = consumeFromFirstGrant(before, command.at, command.lines);
          if (!consumed) return;
          answered += 1;
          deepStrictEqual(answer.accepted && answer.events, [consumed.event]);
          deepStrictEqual(consumed.state, after);
        }),
      ),
      { seed: SEED, numRuns: SEQUENCES },
    );
    expect(answered / asked).toBeGreaterThan(ANSWERED_SHARE_MIN);
  });
});
