/** What a balance answers to a command. Pure: the same command on the same state is the same decision. */
import { type Amount, minus, ZERO } from '@drawdown/domain/amounts';
import { accept, refuse } from '@drawdown/domain/decider';
import { availableOf, type Balance, bookedOf, HOLDS_MAX } from './balance';
import type { BalanceCommand, BalanceDecision, BalanceRefusal, CommandOf } from './commands';
import { grantProblem, topUp, voidTopUp } from './decide.grants';
import { payInvoice, reverseInvoicePayment } from './decide.invoices';
import { confirmPurchase, failPurchase, startPurchase } from './decide.purchases';
import { accrue, consume } from './decide.usage';
import { allocated, drawDown, giveBack, setAside, spendReserved, split } from './grants';
import { limitsProblem } from './limits';
import { A_WHOLE_SWEEP, endedHoldsFit, Postings } from './postings';

/**
 * What has to be carried out first, in an append of its own. A debit finds what ended holds give back, all of it: it takes what is
 * there and is final, so it is not decided while the end of some of them would be left for later.
 */
export const prerequisite = (command: BalanceCommand, state: Balance): BalanceCommand | undefined =>
  MOVES_NO_HOLD.has(command.type) || endedHoldsFit(state, command.at) ? undefined : { type: 'EndHolds', at: command.at };

/** They neither take nor reserve anything, and leave ended holds to the sweeper; or they are what ends them. */
const MOVES_NO_HOLD: ReadonlySet<BalanceCommand['type']> = new Set<BalanceCommand['type']>([
  'Create',
  'TopUp',
  'StartPurchase',
  'ConfirmPurchase',
  'FailPurchase',
  'SetLimits',
  'Pause',
  'Resume',
  'Sweep',
  'EndHolds',
]);

export function decide(command: BalanceCommand, state: Balance): BalanceDecision {
  if (command.type === 'Create') return create(command, state);
  if (state.status === 'none') return refuse({ code: 'balance_not_found' });
  if (command.type === 'Sweep') return state.status === 'closed' ? accept() : sweep(command, state);
  // Whatever the balance has become: what a provider tells of money is recorded.
  if (command.type === 'ConfirmPurchase') return confirmPurchase(command, state);
  if (command.type === 'FailPurchase') return failPurchase(command, state);
  if (state.status === 'closed') return refuse({ code: 'balance_closed' });
  switch (command.type) {
    case 'TopUp':
      return topUp(command, state);
    case 'Consume':
      return consume(command, state);
    case 'Accrue':
      return accrue(command, state);
    case 'PayInvoice':
      return payInvoice(command, state);
    case 'ReverseInvoicePayment':
      return reverseInvoicePayment(command, state);
    case 'StartPurchase':
      return startPurchase(command, state);
    case 'VoidTopUp':
      return voidTopUp(command, state);
    case 'Deduct':
      return deduct(command, state);
    case 'PlaceHold':
      return placeHold(command, state);
    case 'CaptureHold':
      return captureHold(command, state);
    case 'ReleaseHold':
      return releaseHold(command, state);
    case 'SetLimits':
      return setLimits(command, state);
    case 'Pause':
      if (state.status === 'paused') return refuse({ code: 'balance_paused' });
      return Postings.on(state, command.at).lifecycle('Paused', command.reason).done();
    case 'Resume':
      if (state.status !== 'paused') return refuse({ code: 'balance_not_paused' });
      return Postings.on(state, command.at).lifecycle('Resumed', command.reason).done();
    case 'Close':
      return close(command, state);
    case 'EndHolds':
      return Postings.on(state, command.at).expireHolds(A_WHOLE_SWEEP).done();
  }
}

function create(command: CommandOf<'Create'>, state: Balance): BalanceDecision {
  if (state.status === 'open' || state.status === 'paused') return refuse({ code: 'balance_exists' });
  const wrong = (command.startingGrant && grantProblem(command.startingGrant, command.at, state)) ?? limitsProblem(command.limits);
  if (wrong) return refuse(wrong);
  const { customerId, currency, creditProductId, name, limits } = command;
  const postings = Postings.on(state, command.at).created({
    customerId,
    limits,
    ...(currency !== undefined && { currency }),
    ...(creditProductId !== undefined && { creditProductId }),
    ...(name !== undefined && { name }),
  });
  return (command.startingGrant ? postings.toppedUp(command.startingGrant) : postings).done();
}

function deduct(command: CommandOf<'Deduct'>, state: Balance): BalanceDecision {
  if (state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (command.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const postings = Postings.on(state, command.at).expireHolds();
  const drawn = drawDown(postings.state.grants, command.amount, command.at);
  if (drawn.short > ZERO) return refuse(insufficient(postings.state, command));
  const { amount, reason, reference } = command;
  const fields = { amount, reason, ...(reference !== undefined && { reference }), allocation: drawn.allocation };
  return postings.post('CreditsDeducted', fields, drawn.grants).done();
}

function placeHold(command: CommandOf<'PlaceHold'>, state: Balance): BalanceDecision {
  if (state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (command.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const { at, amount, expiresAt, reference } = command;
  if (expiresAt !== undefined && expiresAt <= at) return refuse({ code: 'hold_already_expired', expiresAt });
  const postings = Postings.on(state, at).expireHolds();
  if (postings.state.holds.length >= HOLDS_MAX) return refuse({ code: 'too_many_holds', max: HOLDS_MAX });
  const drawn = setAside(postings.state.grants, amount, at);
  if (drawn.short > ZERO) return refuse(insufficient(postings.state, command));
  const placed = {
    holdId: `h${state.holdCount + 1}`,
    amount,
    allocation: drawn.allocation,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(reference !== undefined && { reference }),
  };
  return postings.post('HoldPlaced', placed, drawn.grants).done();
}

function captureHold(command: CommandOf<'CaptureHold'>, state: Balance): BalanceDecision {
  if (state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (command.amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const postings = Postings.on(state, command.at).expireHolds();
  const hold = postings.state.holds.find((open) => open.id === command.holdId);
  if (!hold) return refuse({ code: 'hold_not_open', holdId: command.holdId });
  const excess = command.amount > hold.amount ? minus(command.amount, hold.amount) : ZERO;
  if (excess > ZERO && command.overrun === 'refuse')
    return refuse({ code: 'capture_exceeds_hold', held: hold.amount, requested: command.amount });
  const { first: captured, rest } = split(hold.allocation, command.amount);
  const beyond = drawDown(spendReserved(postings.state.grants, captured), excess, command.at);
  if (beyond.short > ZERO) return refuse(insufficient(postings.state, { ...command, amount: excess }));
  const released = command.keepOpen ? [] : rest;
  const remaining = command.keepOpen ? allocated(rest) : ZERO;
  const { holdId, amount } = command;
  return postings
    .post('HoldCaptured', { holdId, amount, captured, overrun: beyond.allocation, released, remaining }, giveBack(beyond.grants, released))
    .expireGrants(released)
    .done();
}

function releaseHold(command: CommandOf<'ReleaseHold'>, state: Balance): BalanceDecision {
  const postings = Postings.on(state, command.at).expireHolds();
  const hold = postings.state.holds.find((open) => open.id === command.holdId);
  if (!hold) return refuse({ code: 'hold_not_open', holdId: command.holdId });
  return postings
    .post(
      'HoldReleased',
      { holdId: hold.id, amount: hold.amount, released: hold.allocation },
      giveBack(postings.state.grants, hold.allocation),
    )
    .expireGrants(hold.allocation)
    .done();
}

function setLimits(command: CommandOf<'SetLimits'>, state: Balance): BalanceDecision {
  const wrong = limitsProblem(command.limits);
  if (wrong) return refuse(wrong);
  return Postings.on(state, command.at).limitsSet(command.limits).done();
}

function close(command: CommandOf<'Close'>, state: Balance): BalanceDecision {
  const postings = Postings.on(state, command.at).expireHolds().expirePurchases();
  if (postings.state.holds.length > 0) return refuse({ code: 'holds_open', holds: postings.state.holds.length });
  const pending = postings.state.purchases?.pending.length ?? 0;
  if (pending > 0) return refuse({ code: 'purchases_pending', purchases: pending });
  if (state.unbilled !== undefined) return refuse({ code: 'usage_unbilled', unbilled: state.unbilled });
  // What has expired is no residual, however late the sweeper is.
  const { grants } = postings.expireGrants().state;
  const allocation = grants.map((of) => ({ grant: of.id, amount: of.remaining }));
  const emptied = grants.map((of) => ({ ...of, remaining: ZERO }));
  return postings.post('Closed', { reason: command.reason, amount: bookedOf(grants), allocation }, emptied).done();
}

const sweep = ({ at, until = at }: CommandOf<'Sweep'>, state: Balance): BalanceDecision => Postings.swept(state, until, at).done();

const insufficient = (state: Balance, command: { readonly at: BalanceCommand['at']; readonly amount: Amount }): BalanceRefusal => ({
  code: 'insufficient_credits',
  available: availableOf(state.grants, command.at),
  requested: command.amount,
});
