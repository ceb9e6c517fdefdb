/** Due entries: their times, and their posting. */
import { type Instant, ZERO } from '@drawdown/domain/amounts';
import { accept } from '@drawdown/domain/decider';
import { activateGrants, expireGrants, warnExpiring } from './grants/expiry';
import { unheld } from './grants/grant';
import { expireHolds } from './holds/holds';
import { type BalanceDecision, type Postings, ROOM_OF_A_SWEEP } from './postings';
import { expirePurchases } from './purchases/purchases';
import type { Balance } from './state';

/**
 * Posts what has become due by itself until a moment, by default until `at`: ended holds and purchases, expired grants, grants
 * that begin or are to be warned of. Each entry counts from its own moment; `at` is when it is recorded.
 */
export interface Sweep {
  readonly type: 'Sweep';
  readonly at: Instant;
  readonly until?: Instant;
}

/** When something happens to the balance by itself: a hold, a purchase or a grant ends, begins or is warned of. */
export function dueAt(state: Balance): Instant | undefined {
  let due = Infinity;
  for (const hold of state.holds) due = Math.min(due, hold.expiresAt ?? Infinity);
  for (const purchase of state.purchases?.pending ?? []) due = Math.min(due, purchase.expiresAt ?? Infinity);
  for (const grant of state.grants) {
    if (grant.upcoming) due = Math.min(due, grant.effectiveAt ?? Infinity);
    due = Math.min(due, grant.warnAt ?? Infinity);
    if (unheld(grant) > ZERO) due = Math.min(due, grant.expiresAt ?? Infinity);
  }
  return due === Infinity ? undefined : (due as Instant);
}

/** As if somebody had come at each of the moments: figures and crossings are judged by the moment itself. */
export function sweep({ at, until = at }: Sweep, postings: Postings): BalanceDecision {
  if (postings.state.status === 'closed') return accept();
  for (let due = dueAt(postings.state); due !== undefined && due <= until && !postings.full; due = dueAt(postings.state))
    postings.atMoment(due, at, () => {
      expireHolds(postings, ROOM_OF_A_SWEEP);
      activateGrants(postings, ROOM_OF_A_SWEEP);
      warnExpiring(postings, ROOM_OF_A_SWEEP);
      expireGrants(postings, undefined, ROOM_OF_A_SWEEP);
      expirePurchases(postings);
    });
  return postings.done();
}
