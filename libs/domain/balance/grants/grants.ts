/** Adds grants, voids them, and deducts from them. */
import { type Amount, type Instant, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { EventOf, EventsOf } from '../events';
import { expireHolds } from '../holds/holds';
import { wasGiven } from '../ordinals';
import type { BalanceDecision, Postings } from '../postings';
import { type BalanceRefusal, insufficientCredits } from '../refusals';
import { type Balance, withMoved, withMovement } from '../state';
import { burnsBefore, type Conversion, drawDown, expired, type GrantRequest, GRANTS_MAX, newGrant } from './grant';
import type { grantEvents } from './grants.events';

interface TopUp {
  readonly type: 'TopUp';
  readonly at: Instant;
  readonly grant: GrantRequest;
  readonly conversion?: Conversion;
}

/** Takes back the rest of one grant. Works while paused, because it corrects a top-up and is no debit of the customer. */
interface VoidTopUp {
  readonly type: 'VoidTopUp';
  readonly at: Instant;
  readonly grantId: string;
  readonly reason: string;
}

interface Deduct {
  readonly type: 'Deduct';
  readonly at: Instant;
  readonly amount: Amount;
  readonly reason: string;
  readonly reference?: string;
}

export type GrantCommand = TopUp | VoidTopUp | Deduct;

export function decideGrants(command: GrantCommand, postings: Postings): BalanceDecision {
  switch (command.type) {
    case 'TopUp':
      return topUp(command, postings);
    case 'VoidTopUp':
      return voidTopUp(command, postings);
    case 'Deduct':
      return deduct(command, postings);
  }
}

function topUp(command: TopUp, postings: Postings): BalanceDecision {
  const problem = grantProblem(command.grant, command.at, postings.state);
  return problem ? refuse(problem) : addGrant(postings, command.grant, command).done();
}

function voidTopUp({ at, grantId, reason }: VoidTopUp, postings: Postings): BalanceDecision {
  expireHolds(postings);
  const { grants, grantCount } = postings.state;
  const grant = grants.find(({ id }) => id === grantId);
  // State keeps no grant that is spent, but how many there were.
  if (!grant && !wasGiven('g', grantId, grantCount)) return refuse({ code: 'grant_not_found', grantId });
  // Refused as a whole, as every request is: the hold was promised this value.
  if (grant && grant.held > ZERO) return refuse({ code: 'grant_held', grantId, held: grant.held });
  // An expired amount is not taken back, however late the sweeper is.
  if (!grant || expired(grant, at)) return refuse({ code: 'nothing_to_void', grantId });
  const without = grants.map((each) => (each === grant ? { ...grant, remaining: ZERO } : each));
  return postings.move('TopUpVoided', { grantId, amount: grant.remaining, reason }, without).done();
}

function deduct({ at, amount, reason, reference }: Deduct, postings: Postings): BalanceDecision {
  if (postings.state.status === 'paused') return refuse({ code: 'balance_paused' });
  if (amount <= ZERO) return refuse({ code: 'amount_not_positive' });
  expireHolds(postings);
  const drawn = drawDown(postings.state.grants, amount, at);
  if (drawn.short > ZERO) return refuse(insufficientCredits(postings.state, at, amount));
  const fields = { amount, reason, ...(reference !== undefined && { reference }), allocation: drawn.allocation };
  return postings.move('CreditsDeducted', fields, drawn.grants).done();
}

/** A pending purchase already has a place among the grants, because its payment must fit. */
export function grantProblem(request: GrantRequest, at: Instant, { grants, purchases }: Balance): BalanceRefusal | undefined {
  const { effectiveAt, expiresAt } = request;
  if (request.amount <= ZERO) return { code: 'amount_not_positive' };
  if (expiresAt !== undefined && (expiresAt <= at || (effectiveAt !== undefined && expiresAt <= effectiveAt)))
    return { code: 'grant_never_effective', expiresAt, ...(effectiveAt !== undefined && { effectiveAt }) };
  if (grants.length + (purchases?.pending.length ?? 0) >= GRANTS_MAX) return { code: 'too_many_grants', max: GRANTS_MAX };
  return undefined;
}

export function addGrant(
  postings: Postings,
  request: GrantRequest,
  { conversion, purchaseId }: Pick<EventOf<'ToppedUp'>, 'conversion' | 'purchaseId'> = {},
): Postings {
  const { grants, grantCount } = postings.state;
  const grant = { ...request, id: `g${grantCount + 1}` };
  const fields = { grant, ...(conversion && { conversion }), ...(purchaseId !== undefined && { purchaseId }) };
  return postings.move('ToppedUp', fields, [...grants, newGrant(grant, postings.at)]);
}

export function evolveGrants(state: Balance, event: EventsOf<typeof grantEvents>): Balance {
  switch (event.type) {
    case 'ToppedUp':
      return {
        ...state,
        grants: [...state.grants, newGrant(event.grant, event.at)].sort(burnsBefore),
        grantCount: state.grantCount + 1,
        lastTopUp: event.grant.amount,
        totals: withMoved(state.totals, { granted: event.grant.amount }),
      };
    case 'TopUpVoided':
      return withMovement(state, event.grants, { voided: event.amount });
    case 'CreditsDeducted':
      return withMovement(state, event.grants, { deducted: event.amount });
  }
}
