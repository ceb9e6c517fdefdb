/** What usage does: it has happened, so it is never refused. It is debited now, or accrues until an invoice settles it. */
import { type Amount, minus, plus, sum, ZERO } from '@drawdown/domain/amounts';
import { type Balance, besideOf } from './balance';
import type { BalanceDecision, CommandOf, UsageToConsume } from './commands';
import type { AccruedLine, UsageLine } from './events';
import { type Allocation, drawDown, type Grant } from './grants';
import { Postings } from './postings';

export function consume(command: CommandOf<'Consume'>, state: Balance): BalanceDecision {
  const postings = Postings.on(state, command.at).expireHolds();
  const stopped = state.status === 'paused' || command.suspended === true;
  let grants: readonly Grant[] = stopped ? [] : postings.state.grants;
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
  const after = stopped ? postings.state.grants : grants;
  return postings
    .post('CreditsConsumed', { amount: covered, uncovered, lines }, after, {
      ...besideOf(postings.state),
      uncovered: plus(postings.state.totals.uncovered, uncovered),
    })
    .done();
}

export function accrue(command: CommandOf<'Accrue'>, state: Balance): BalanceDecision {
  const lines = ratedAboveZero(command.lines).map(accruedLine);
  // Holds that have ended give back what they held: without it a warning could be false.
  return Postings.on(state, command.at)
    .expireHolds()
    .accrued({ amount: sum(lines.map((line) => line.amount)), lines })
    .done();
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
  source: usage.source,
  id: usage.id,
  bodyHash: usage.bodyHash,
  time: usage.time,
  amount: usage.amount,
  uncovered,
  allocation,
  parts: usage.parts,
  ...(usage.alsoCharged !== undefined && { alsoCharged: usage.alsoCharged }),
  ...(usage.creditProductId !== undefined && { creditProductId: usage.creditProductId }),
  ...(usage.conversion !== undefined && { conversion: usage.conversion }),
});
