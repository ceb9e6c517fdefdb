/** Usage has happened, so it is never refused. It is debited now, or accrues until an invoice settles it. */
import { type Amount, type Instant, minus, plus, sum, ZERO } from '@drawdown/domain/amounts';
import type { EventsOf } from '../events';
import { type Allocation, type Conversion, drawDown, type Grant } from '../grants/grant';
import { expireHolds } from '../holds/holds';
import type { BalanceDecision, Postings } from '../postings';
import { type Balance, otherFiguresOf, withMovement, withUnbilled } from '../state';
import type { AccruedLine, RatedPart, usageEvents, UsageLine } from './usage.events';

export interface UsageToConsume {
  readonly source: string;
  readonly id: string;
  readonly bodyHash: string;
  readonly time: string;
  /** `time`, read. Decides which grants are eligible. */
  readonly usedAt: Instant;
  readonly amount: Amount;
  readonly parts: readonly RatedPart[];
  readonly alsoCharged?: readonly string[];
  readonly creditProductId?: string;
  readonly conversion?: Conversion;
}

/** Usage is never refused for lack of credit, it goes uncovered. */
interface Consume {
  readonly type: 'Consume';
  readonly at: Instant;
  readonly lines: readonly UsageToConsume[];
  /** Nothing may be debited, though the balance itself is open: all of it goes uncovered, as on a paused one. */
  readonly suspended?: boolean;
}

/** Usage that an invoice will settle: it is never refused, on a paused balance neither, and takes nothing. */
interface Accrue {
  readonly type: 'Accrue';
  readonly at: Instant;
  readonly lines: readonly UsageToConsume[];
}

export type UsageCommand = Consume | Accrue;

export function decideUsage(command: UsageCommand, postings: Postings): BalanceDecision {
  switch (command.type) {
    case 'Consume':
      return consume(command, postings);
    case 'Accrue':
      return accrue(command, postings);
  }
}

function consume(command: Consume, postings: Postings): BalanceDecision {
  const { status, grants: before } = expireHolds(postings).state;
  const stopped = status === 'paused' || command.suspended === true;
  let grants: readonly Grant[] = stopped ? [] : before;
  const lines: UsageLine[] = [];
  let covered = ZERO;
  let uncovered = ZERO;
  for (const usage of ratedAboveZero(command.lines)) {
    const drawn = drawDown(grants, usage.amount, usage.usedAt);
    grants = drawn.grants;
    lines.push(usageLine(usage, drawn.allocation, drawn.short));
    covered = plus(covered, minus(usage.amount, drawn.short));
    uncovered = plus(uncovered, drawn.short);
  }
  const others = otherFiguresOf(postings.state);
  return postings
    .move('CreditsConsumed', { amount: covered, uncovered, lines }, stopped ? before : grants, {
      ...others,
      uncovered: plus(others.uncovered, uncovered),
    })
    .done();
}

function accrue(command: Accrue, postings: Postings): BalanceDecision {
  const lines = ratedAboveZero(command.lines).map(accruedLine);
  const amount = sum(lines.map((line) => line.amount));
  // Holds that have ended give back what they held: without it a warning could be false.
  const others = otherFiguresOf(expireHolds(postings).state);
  return postings.note('UsageAccrued', { amount, lines }, { ...others, unbilled: plus(others.unbilled, amount) }).done();
}

/** Meters and weights are never negative: a negative line would take back what went uncovered, or what waits for its invoice. */
function ratedAboveZero(lines: readonly UsageToConsume[]): readonly UsageToConsume[] {
  for (const { id, amount } of lines) if (amount < ZERO) throw new RangeError(`usage ${id} is rated below zero`);
  return lines;
}

const accruedLine = (usage: UsageToConsume): AccruedLine => ({
  source: usage.source,
  id: usage.id,
  bodyHash: usage.bodyHash,
  time: usage.time,
  amount: usage.amount,
  parts: usage.parts,
  ...(usage.alsoCharged !== undefined && { alsoCharged: usage.alsoCharged }),
  ...(usage.creditProductId !== undefined && { creditProductId: usage.creditProductId }),
  ...(usage.conversion !== undefined && { conversion: usage.conversion }),
});

const usageLine = (usage: UsageToConsume, allocation: Allocation, uncovered: Amount): UsageLine => ({
  ...accruedLine(usage),
  uncovered,
  allocation,
});

export function evolveUsage(state: Balance, event: EventsOf<typeof usageEvents>): Balance {
  switch (event.type) {
    case 'CreditsConsumed':
      return consuming(withMovement(state, event.grants, { consumed: event.amount, uncovered: event.uncovered }), event.at);
    case 'UsageAccrued':
      return consuming(withUnbilled(state, event.figures.unbilled), event.at);
  }
}

const consuming = (state: Balance, since: Instant): Balance =>
  state.consumingSince === undefined ? { ...state, consumingSince: since } : state;
