/** Adding grants, and taking back what is left of one. */
import { type Instant, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { Balance } from './balance';
import type { BalanceDecision, BalanceRefusal, CommandOf } from './commands';
import { expired, type GrantRequest, GRANTS_MAX } from './grants';
import { wasGiven } from './ordinals';
import { Postings } from './postings';

export function topUp(command: CommandOf<'TopUp'>, state: Balance): BalanceDecision {
  const wrong = grantProblem(command.grant, command.at, state);
  if (wrong) return refuse(wrong);
  return Postings.on(state, command.at).toppedUp(command.grant, command).done();
}

export function voidTopUp({ at, grantId, reason }: CommandOf<'VoidTopUp'>, state: Balance): BalanceDecision {
  const postings = Postings.on(state, at).expireHolds();
  const of = postings.state.grants.find((grant) => grant.id === grantId);
  // State keeps no grant that is spent, but how many there were.
  if (!of && !wasGiven('g', grantId, state.grantCount)) return refuse({ code: 'grant_not_found', grantId });
  // Refused whole, as every request is: whoever holds it was promised it.
  if (of && of.held > ZERO) return refuse({ code: 'grant_held', grantId, held: of.held });
  // What has expired is not taken back, however late the sweeper is.
  if (!of || expired(of, at)) return refuse({ code: 'nothing_to_void', grantId });
  const without = postings.state.grants.map((grant) => (grant === of ? { ...of, remaining: ZERO } : grant));
  return postings.post('TopUpVoided', { grantId, amount: of.remaining, reason }, without).done();
}

/** A purchase that is pending has its place among the grants already: what was paid has to fit. */
export function grantProblem(request: GrantRequest, at: Instant, { grants, purchases }: Balance): BalanceRefusal | undefined {
  const { effectiveAt, expiresAt } = request;
  if (request.amount <= ZERO) return { code: 'amount_not_positive' };
  if (expiresAt !== undefined && (expiresAt <= at || (effectiveAt !== undefined && expiresAt <= effectiveAt)))
    return { code: 'grant_never_effective', expiresAt, ...(effectiveAt !== undefined && { effectiveAt }) };
  if (grants.length + (purchases?.pending.length ?? 0) >= GRANTS_MAX) return { code: 'too_many_grants', max: GRANTS_MAX };
  return undefined;
}
