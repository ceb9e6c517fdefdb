import { precedenceProofs, unpaired } from '@drawdown/domain/decider';
import { autoTopUp } from './auto-top-up';
import type { AutoTopUpCommand, AutoTopUpRefusal } from './auto-top-up.commands';
import { at5add20, configure, consider, disable, history, noon, resume, started, suspend } from './auto-top-up.fixtures';
import type { AutoTopUp } from './auto-top-up.state';

type Code = AutoTopUpRefusal['code'];
const ORDER = Object.keys({
  auto_top_up_not_configured: 0,
  unknown_currency: 0,
  auto_top_up_policy_invalid: 0,
  auto_top_up_disabled: 0,
  auto_top_up_not_suspended: 0,
  auto_top_up_request_unknown: 0,
} satisfies Record<Code, 0>) as Code[];

interface Situation {
  readonly state: AutoTopUp;
  readonly command: AutoTopUpCommand;
}
const { decider } = autoTopUp;
const refusalOf = ({ state, command }: Situation): Code | undefined => {
  const decision = decider.decide(command, state);
  return decision.accepted ? undefined : decision.refusal.code;
};
const after = (...commands: readonly AutoTopUpCommand[]): AutoTopUp => history(...commands).reduce(decider.evolve, decider.initial);
const unconfigured = (situation: Situation): Situation => ({ ...situation, state: decider.initial });
const configuring = configure();

const PROOFS = [
  ...precedenceProofs<Code, Situation>(ORDER, {
    name: 'Configure',
    situation: { state: decider.initial, command: configuring },
    refusalOf,
    objections: [
      ['unknown_currency', ({ state, command }) => ({ state, command: { ...command, currency: 'XXX' } as AutoTopUpCommand })],
      [
        'auto_top_up_policy_invalid',
        ({ state, command }) => ({ state, command: { ...command, policy: { ...at5add20, cooldownMs: -1 } } as AutoTopUpCommand }),
      ],
    ],
  }),
  ...precedenceProofs<Code, Situation>(ORDER, {
    name: 'Resume',
    situation: { state: after(configuring, suspend()), command: resume() },
    refusalOf,
    objections: [
      ['auto_top_up_not_configured', unconfigured],
      ['auto_top_up_disabled', ({ command }) => ({ state: after(configuring, disable()), command })],
      ['auto_top_up_not_suspended', ({ command }) => ({ state: after(configuring), command })],
    ],
  }),
  ...precedenceProofs<Code, Situation>(ORDER, {
    name: 'RecordPurchaseStarted',
    situation: { state: after(configuring, consider('0')), command: started('a1', noon) },
    refusalOf,
    objections: [
      ['auto_top_up_not_configured', unconfigured],
      ['auto_top_up_request_unknown', ({ state }) => ({ state, command: started('a9', noon) })],
    ],
  }),
];

describe('of two refusals of an auto top-up that apply at once, the earlier is given', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair', () => expect(unpaired(ORDER, PROOFS)).toEqual([]));
});
