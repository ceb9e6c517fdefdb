import { type Amount, later, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { type PrecedenceCase, precedenceProofs, unpaired } from '@drawdown/domain/decider';
import { type BalanceCommand, type CommandOf, decide, evolve } from './balance';
import { GRANTS_MAX, newGrant } from './grants/grant';
import { HOLDS_MAX } from './holds/holds';
import type { Limit } from './limits/limit';
import {
  absolute,
  accrue,
  capture,
  close,
  create,
  deduct,
  failPurchase,
  given,
  grant,
  hold,
  NOON,
  paid,
  pause,
  pay,
  percent,
  purchase,
  resume,
  reverse,
  setLimits,
  toppedUp,
  topUp,
  units,
  voidTopUp,
} from './model/drawdown.fixtures';
import { REFUSAL_CODES } from './model/refusal-codes.fixtures';
import { PENDING_PURCHASES_MAX } from './purchases/purchase';
import type { BalanceRefusal } from './refusals';
import { type Balance, initialBalance } from './state';

type Code = BalanceRefusal['code'];
type Type = BalanceCommand['type'];

/** It needs a purchase that exists; whatever comes before it needs that there is none. */
const ALONE: readonly Code[] = ['purchase_of_other_provider'];

interface Situation<C> {
  readonly state: Balance;
  readonly command: C;
}

/** The state after commands that are accepted; the situations of all commands have one. */
const inState =
  (change: (state: Balance) => Balance) =>
  <C>(situation: Situation<C>): Situation<C> => ({ ...situation, state: change(situation.state) });
const having = (...commands: readonly BalanceCommand[]) =>
  inState((before) =>
    commands.reduce((state, command) => {
      const decision = decide(command, state);
      return decision.accepted ? decision.events.reduce(evolve, state) : state;
    }, before),
  );
const asking =
  <C>(change: (command: C) => C) =>
  (situation: Situation<C>): Situation<C> => ({ ...situation, command: change(situation.command) });

function proofs<C extends BalanceCommand>(
  command: C,
  history: readonly BalanceCommand[],
  objections: PrecedenceCase<Code, Situation<C>>['objections'],
  apart: PrecedenceCase<Code, Situation<C>>['apart'] = [],
) {
  const situation = having(...history)({ state: initialBalance, command });
  const refusalOf = ({ state, command: asked }: Situation<C>) => {
    const decision = decide(asked, state);
    return decision.accepted ? undefined : decision.refusal.code;
  };
  return precedenceProofs<Code, Situation<C>>(REFUSAL_CODES, { name: command.type, situation, refusalOf, objections, apart });
}

const soon = later(NOON, 1);
const uncreated = inState(() => initialBalance);
const closing = having(close());
/** Besides what there is, as many more grants as fit. */
const fullOfGrants = (state: Balance): Balance => {
  const more = Array.from({ length: GRANTS_MAX - state.grants.length }, (_, i) => newGrant({ ...grant(1), id: `g${100 + i}` }, NOON));
  return { ...state, grants: [...state.grants, ...more], grantCount: 100 + GRANTS_MAX };
};
const fullOfHolds = (state: Balance): Balance => ({
  ...state,
  holds: Array.from({ length: HOLDS_MAX }, (_, i) => ({ id: `h${i + 1}`, amount: units(1), allocation: [] })),
});
const only = <T extends Type>(type: T, command: BalanceCommand): CommandOf<T> => {
  if (command.type !== type) throw new TypeError(`${command.type} is not ${type}`);
  return command as CommandOf<T>;
};
interface Limited {
  readonly limits: readonly Limit[];
}
const withLimits =
  (...limits: readonly Limit[]) =>
  <C extends Limited>(situation: Situation<C>): Situation<C> => ({
    ...situation,
    command: { ...situation.command, limits: [...situation.command.limits, ...limits] },
  });
const LIMITS = [
  ['too_many_limits', withLimits(...Array.from({ length: 9 }, (_, i) => absolute(`l${i}`, i)))],
  ['duplicate_limit', withLimits(absolute('twice', 1), absolute('twice', 2))],
  ['limit_out_of_range', withLimits(percent('much', 101))],
] as const;
const { events: payment } = given(toppedUp(5), paid(5));
const negated = (amount: Amount): Amount => minus(ZERO, amount);
const withFraction = (amount: Amount): Amount => plus(amount, units('0.001'));

const PROOFS = [
  ...proofs(
    only('TopUp', topUp(1)),
    [create()],
    [
      ['balance_not_found', uncreated],
      ['balance_closed', closing],
      ['amount_not_positive', asking((command) => ({ ...command, grant: { ...command.grant, amount: ZERO } }))],
      ['grant_never_effective', asking((command) => ({ ...command, grant: { ...command.grant, expiresAt: NOON } }))],
      ['too_many_grants', inState(fullOfGrants)],
    ],
    [
      ['balance_not_found', 'balance_closed'],
      ['balance_not_found', 'too_many_grants'],
      ['balance_closed', 'too_many_grants'],
    ],
  ),
  ...proofs<CommandOf<'Create'>>(
    only('Create', create({ startingGrant: grant(1) })),
    [],
    [
      ['balance_exists', having(create())],
      ['amount_not_positive', asking((command) => ({ ...command, startingGrant: { ...command.startingGrant!, amount: ZERO } }))],
      ['grant_never_effective', asking((command) => ({ ...command, startingGrant: { ...command.startingGrant!, expiresAt: NOON } }))],
      ...LIMITS,
    ],
  ),
  ...proofs(
    only('Pause', pause()),
    [create()],
    [
      ['balance_closed', closing],
      ['balance_paused', having(pause())],
    ],
  ),
  ...proofs(
    only('Resume', resume()),
    [create(), pause()],
    [
      ['balance_closed', closing],
      ['balance_not_paused', having(resume())],
    ],
  ),
  ...proofs(
    only('Close', close()),
    [create(), topUp(5)],
    [
      ['holds_open', having(hold(1))],
      ['purchases_pending', having(purchase(1))],
      ['usage_unbilled', having(accrue(1))],
    ],
  ),
  ...proofs(
    only('Deduct', deduct(1)),
    [create(), topUp(5)],
    [
      ['balance_closed', closing],
      ['balance_paused', having(pause())],
      ['amount_not_positive', asking((command) => ({ ...command, amount: ZERO }))],
      ['insufficient_credits', asking((command) => ({ ...command, amount: units(6) }))],
    ],
    [['amount_not_positive', 'insufficient_credits']],
  ),
  ...proofs(
    only('PlaceHold', hold(1)),
    [create(), topUp(5)],
    [
      ['balance_closed', closing],
      ['balance_paused', having(pause())],
      ['amount_not_positive', asking((command) => ({ ...command, amount: ZERO }))],
      ['hold_already_expired', asking((command) => ({ ...command, expiresAt: NOON }))],
      ['too_many_holds', inState(fullOfHolds)],
      ['insufficient_credits', asking((command) => ({ ...command, amount: units(6) }))],
    ],
    [
      ['balance_closed', 'too_many_holds'],
      ['amount_not_positive', 'insufficient_credits'],
    ],
  ),
  ...proofs(
    only('CaptureHold', capture('h1', 1)),
    [create(), topUp(5), hold(2)],
    [
      ['balance_paused', having(pause())],
      ['amount_not_positive', asking((command) => ({ ...command, amount: ZERO }))],
      ['hold_not_open', asking((command) => ({ ...command, holdId: 'h9' }))],
      ['capture_exceeds_hold', asking((command) => ({ ...command, amount: units(9), overrun: 'refuse' }))],
      ['insufficient_credits', asking((command) => ({ ...command, amount: units(9), overrun: 'from_available' }))],
    ],
    [
      ['amount_not_positive', 'capture_exceeds_hold'],
      ['amount_not_positive', 'insufficient_credits'],
      // Only of a hold that is open.
      ['hold_not_open', 'capture_exceeds_hold'],
      ['hold_not_open', 'insufficient_credits'],
    ],
  ),
  ...proofs(
    only('PayInvoice', pay(3)),
    [create(), topUp(5), accrue(2)],
    [
      ['balance_paused', having(pause())],
      ['amount_negative', asking((command) => ({ ...command, due: negated(command.due) }))],
      ['not_whole_minor_units', asking((command) => ({ ...command, due: withFraction(command.due) }))],
      ['billed_exceeds_unbilled', asking((command) => ({ ...command, billed: units(3) }))],
    ],
  ),
  ...proofs(
    only('ReverseInvoicePayment', reverse(payment, 1)),
    [create(), topUp(5), pay(5)],
    [
      ['balance_closed', closing],
      ['amount_not_positive', asking((command) => ({ ...command, amount: negated(command.amount!) }))],
      ['not_whole_minor_units', asking((command) => ({ ...command, amount: withFraction(command.amount!) }))],
      ['payment_not_found', asking((command) => ({ ...command, payment: { ...command.payment, paymentId: 'i9' } }))],
      ['payment_final', having(close(), create())],
      ['nothing_to_reverse', having(reverse(payment))],
      ['reversal_exceeds_payment', asking((command) => ({ ...command, amount: units(6) }))],
      ['too_many_grants', inState(fullOfGrants)],
    ],
    [
      ['balance_closed', 'too_many_grants'],
      // `amount` is one of the two.
      ['amount_not_positive', 'reversal_exceeds_payment'],
      // Of the one payment that the command names.
      ['payment_not_found', 'payment_final'],
      ['payment_not_found', 'nothing_to_reverse'],
      ['payment_final', 'too_many_grants'],
      // Where nothing returns, no grant does.
      ['nothing_to_reverse', 'too_many_grants'],
    ],
  ),
  ...proofs(
    only('StartPurchase', purchase(1)),
    [create()],
    [
      ['amount_not_positive', asking((command) => ({ ...command, asked: { ...command.asked, amount: ZERO } }))],
      ['grant_never_effective', asking((command) => ({ ...command, grant: { ...command.grant, expiresAt: NOON } }))],
      ['too_many_grants', inState(fullOfGrants)],
      ['purchase_already_expired', asking((command) => ({ ...command, expiresAt: NOON }))],
      ['too_many_purchases', having(...Array.from({ length: PENDING_PURCHASES_MAX }, () => purchase(1)))],
    ],
  ),
  ...proofs(
    only('FailPurchase', failPurchase('p1')),
    [create(), purchase(1)],
    [
      ['balance_not_found', uncreated],
      ['purchase_not_found', asking((command) => ({ ...command, purchaseId: 'p9' }))],
    ],
  ),
  ...proofs(
    only('VoidTopUp', voidTopUp('g1')),
    [create(), topUp(5, { expiresAt: soon })],
    [
      ['balance_not_found', uncreated],
      ['grant_not_found', asking((command) => ({ ...command, grantId: 'g9' }))],
      ['grant_held', having(hold(2))],
      ['nothing_to_void', asking((command) => ({ ...command, at: soon }))],
    ],
    [
      ['balance_not_found', 'grant_held'],
      // Of the one grant that the command names.
      ['grant_not_found', 'grant_held'],
      ['grant_not_found', 'nothing_to_void'],
    ],
  ),
  ...proofs<CommandOf<'SetLimits'>>(only('SetLimits', setLimits()), [create()], [['balance_closed', closing], ...LIMITS]),
];

describe('of two refusals of a balance that apply at once, the earlier is given', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair, or known to come alone', () => expect(unpaired(REFUSAL_CODES, PROOFS)).toEqual(ALONE));
});
