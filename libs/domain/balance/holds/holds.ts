/** Holds: value that is reserved for a while, then captured, released, or free again at its end. */
import { type Amount, type Instant, minus, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { EventOf, EventsOf } from '../events';
import { expireGrants } from '../grants/expiry';
import { allocated, drawDown, giveBack, setAside, spendReserved, split } from '../grants/grant';
import {
  type BalanceDecision,
  PARTS_BESIDE_A_COMMAND_MAX,
  type Postings,
  type Room,
  ROOM_BESIDE_A_COMMAND,
  ROOM_OF_A_SWEEP,
} from '../postings';
import { insufficientCredits } from '../refusals';
import { type Balance, withMovement } from '../state';
import type { Hold, holdEvents } from './holds.events';

export const HOLDS_MAX = 1_000;

interface PlaceHold {
  readonly type: 'PlaceHold';
  readonly at: Instant;
  readonly amount: Amount;
  readonly expiresAt?: Instant;
  readonly reference?: string;
}

interface CaptureHold {
  readonly type: 'CaptureHold';
  readonly at: Instant;
  readonly holdId: string;
  readonly amount: Amount;
  /** The rest stays reserved for a later capture. Otherwise it is released here. */
  readonly keepOpen: boolean;
  /** The treatment of the part of `amount` above the reserved amount. */
  readonly overrun: 'refuse' | 'from_available';
}

interface ReleaseHold {
  readonly type: 'ReleaseHold';
  readonly at: Instant;
  readonly holdId: string;
}

/** Posts the end of holds that have ended, as every command does beside its own event; as many of them as one append carries. */
interface EndHolds {
  readonly type: 'EndHolds';
  readonly at: Instant;
}

export type HoldCommand = PlaceHold | CaptureHold | ReleaseHold | EndHolds;

export function decideHolds(command: HoldCommand, postings: Postings): BalanceDecision {
  switch (command.type) {
    case 'PlaceHold':
      return placeHold(command, postings);
    case 'CaptureHold':
      return captureHold(command, postings);
    case 'ReleaseHold':
      return releaseHold(command, postings);
    case 'EndHolds':
      return expireHolds(postings, ROOM_OF_A_SWEEP).done();
  }
}

function placeHold({ at, amount, expiresAt, reference }: PlaceHold, postings: Postings): BalanceDecision {
  if (postings.state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  if (expiresAt !== undefined && expiresAt <= at) return refuse({ code: 'hold_already_expired', expiresAt });
  const { grants, holds, holdCount } = expireHolds(postings).state;
  if (holds.length >= HOLDS_MAX) return refuse({ code: 'too_many_holds', max: HOLDS_MAX });
  const drawn = setAside(grants, amount, at);
  if (drawn.short > ZERO) return refuse(insufficientCredits(postings.state, at, amount));
  const placed = {
    holdId: `h${holdCount + 1}`,
    amount,
    allocation: drawn.allocation,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(reference !== undefined && { reference }),
  };
  return postings.move('HoldPlaced', placed, drawn.grants).done();
}

function captureHold({ at, holdId, amount, keepOpen, overrun }: CaptureHold, postings: Postings): BalanceDecision {
  if (postings.state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  const { grants, holds } = expireHolds(postings).state;
  const hold = holds.find(({ id }) => id === holdId);
  if (!hold) return refuse({ code: 'hold_not_open', holdId });
  const excess = amount > hold.amount ? minus(amount, hold.amount) : ZERO;
  if (excess > ZERO && overrun === 'refuse') return refuse({ code: 'capture_exceeds_hold', held: hold.amount, requested: amount });
  const { first: captured, rest } = split(hold.allocation, amount);
  const beyond = drawDown(spendReserved(grants, captured), excess, at);
  if (beyond.short > ZERO) return refuse(insufficientCredits(postings.state, at, excess));
  const released = keepOpen ? [] : rest;
  const remaining = keepOpen ? allocated(rest) : ZERO;
  const fields = { holdId, amount, captured, overrun: beyond.allocation, released, remaining };
  postings.move('HoldCaptured', fields, giveBack(beyond.grants, released));
  expireGrants(postings, released);
  return postings.done();
}

function releaseHold({ holdId }: ReleaseHold, postings: Postings): BalanceDecision {
  const { grants, holds } = expireHolds(postings).state;
  const hold = holds.find(({ id }) => id === holdId);
  if (!hold) return refuse({ code: 'hold_not_open', holdId });
  postings.move('HoldReleased', { holdId, amount: hold.amount, released: hold.allocation }, giveBack(grants, hold.allocation));
  expireGrants(postings, hold.allocation);
  return postings.done();
}

/**
 * Ends the holds that are over at the command's time. The time of the sweeper does not matter.
 * @throws RangeError more of them than one append carries beside a command: `EndHolds` ends them first
 */
export function expireHolds(postings: Postings, room: Room = ROOM_BESIDE_A_COMMAND): Postings {
  const due = endedBy(postings.state, postings.due).sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
  for (const hold of due) {
    const { id: holdId, amount, allocation: released, expiresAt } = hold;
    if (!postings.fits(partsOf(hold), room)) {
      if (room === ROOM_BESIDE_A_COMMAND)
        throw new RangeError(`${due.length} holds have ended, more than one append carries beside a command`);
      break;
    }
    const fields = { holdId, amount, released, expiresAt: expiresAt ?? postings.at };
    postings.move('HoldExpired', fields, giveBack(postings.state.grants, released));
    expireGrants(postings, released);
  }
  return postings;
}

/** Whether one append carries a command and the end of every hold that has ended by its time. */
export function endedHoldsFit(state: Balance, at: Instant): boolean {
  if (state.holds.length === 0) return true;
  let parts = 0;
  for (const hold of endedBy(state, at)) parts += partsOf(hold);
  return parts <= PARTS_BESIDE_A_COMMAND_MAX;
}

/** Holds that are over, and whose end is not posted. */
const endedBy = ({ holds }: Balance, at: Instant): Hold[] => holds.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= at);
const partsOf = ({ allocation }: Hold): number => 1 + allocation.length;

export function evolveHolds(state: Balance, event: EventsOf<typeof holdEvents>): Balance {
  switch (event.type) {
    case 'HoldPlaced': {
      const { holdId: id, amount, allocation, expiresAt, reference } = event;
      const placed: Hold = {
        id,
        amount,
        allocation,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(reference !== undefined && { reference }),
      };
      return { ...withMovement(state, event.grants, {}), holds: [...state.holds, placed], holdCount: state.holdCount + 1 };
    }
    case 'HoldCaptured':
      return { ...withMovement(state, event.grants, { captured: event.amount }), holds: afterCapture(state.holds, event) };
    case 'HoldReleased':
    case 'HoldExpired':
      return { ...withMovement(state, event.grants, {}), holds: state.holds.filter((hold) => hold.id !== event.holdId) };
  }
}

const afterCapture = (holds: readonly Hold[], { holdId, captured, remaining }: EventOf<'HoldCaptured'>): readonly Hold[] =>
  holds.flatMap((hold) => {
    if (hold.id !== holdId) return [hold];
    if (remaining === ZERO) return [];
    const taken = new Map(captured.map((part) => [part.grant, part.amount]));
    const left = hold.allocation
      .map((part) => ({ grant: part.grant, amount: minus(part.amount, taken.get(part.grant) ?? ZERO) }))
      .filter((part) => part.amount > ZERO);
    return [{ ...hold, amount: remaining, allocation: left }];
  });
