/** A balance as a whole: created, paused, resumed, closed. */
import { type Instant, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { EventOf, EventsOf } from '../events';
import { bookedOf } from '../figures';
import { expireGrants } from '../grants/expiry';
import type { GrantRequest } from '../grants/grant';
import { addGrant, grantProblem } from '../grants/grants';
import { expireHolds } from '../holds/holds';
import { allFinal } from '../invoices/invoice-payments';
import { type Limit, limitsProblem } from '../limits/limit';
import { withLimits } from '../limits/limits';
import type { BalanceDecision, Postings } from '../postings';
import { allForgotten } from '../purchases/purchase';
import { expirePurchases } from '../purchases/purchases';
import { type Balance, initialBalance, withMovement } from '../state';
import type { lifecycleEvents } from './lifecycle.events';

interface Create {
  readonly type: 'Create';
  readonly at: Instant;
  readonly customerId: string;
  readonly currency?: string;
  readonly creditProductId?: string;
  readonly name?: string;
  readonly limits: readonly Limit[];
  readonly startingGrant?: GrantRequest;
}

interface Pause {
  readonly type: 'Pause';
  readonly at: Instant;
  readonly reason?: string;
}

interface Resume {
  readonly type: 'Resume';
  readonly at: Instant;
  readonly reason?: string;
}

interface Close {
  readonly type: 'Close';
  readonly at: Instant;
  readonly reason: string;
}

export type LifecycleCommand = Create | Pause | Resume | Close;

export function decideLifecycle(command: LifecycleCommand, postings: Postings): BalanceDecision {
  const reason = 'reason' in command && command.reason !== undefined ? { reason: command.reason } : {};
  switch (command.type) {
    case 'Create':
      return create(command, postings);
    case 'Pause':
      if (postings.state.status === 'paused') return refuse({ code: 'balance_paused' });
      return postings.note('Paused', reason).done();
    case 'Resume':
      if (postings.state.status !== 'paused') return refuse({ code: 'balance_not_paused' });
      return postings.note('Resumed', reason).done();
    case 'Close':
      return close(command, postings);
  }
}

function create({ type: _, at, startingGrant, ...fields }: Create, postings: Postings): BalanceDecision {
  const { status } = postings.state;
  if (status === 'open' || status === 'paused') return refuse({ code: 'balance_exists' });
  const problem = (startingGrant && grantProblem(startingGrant, at, postings.state)) ?? limitsProblem(fields.limits);
  if (problem) return refuse(problem);
  postings.note('Created', fields);
  return (startingGrant ? addGrant(postings, startingGrant) : postings).done();
}

function close({ reason }: Close, postings: Postings): BalanceDecision {
  expireHolds(postings);
  const { holds, purchases, unbilled } = expirePurchases(postings).state;
  if (holds.length > 0) return refuse({ code: 'holds_open', holds: holds.length });
  const pending = purchases?.pending.length ?? 0;
  if (pending > 0) return refuse({ code: 'purchases_pending', purchases: pending });
  if (unbilled !== undefined) return refuse({ code: 'usage_unbilled', unbilled });
  // An expired amount is no residual, however late the sweeper is.
  expireGrants(postings);
  const { grants } = postings.state;
  const allocation = grants.map((grant) => ({ grant: grant.id, amount: grant.remaining }));
  const emptied = grants.map((grant) => ({ ...grant, remaining: ZERO }));
  return postings.move('Closed', { reason, amount: bookedOf(grants), allocation }, emptied).done();
}

export function evolveLifecycle(state: Balance, event: EventsOf<typeof lifecycleEvents>): Balance {
  switch (event.type) {
    case 'Created':
      return created(state, event);
    case 'Paused':
      return { ...state, status: 'paused' };
    case 'Resumed':
      return { ...state, status: 'open' };
    case 'Closed':
      return { ...withMovement(state, event.grants, { closed: event.amount }), status: 'closed', limits: [], runOut: 'unarmed' };
  }
}

/** A balance opened again after its end goes on counting its grants, holds and totals: ids stay unique, and I3 holds over both lives. */
const created = (state: Balance, event: EventOf<'Created'>): Balance => ({
  ...initialBalance,
  grantCount: state.grantCount,
  holdCount: state.holdCount,
  totals: state.totals,
  ...(state.consumingSince !== undefined && { consumingSince: state.consumingSince }),
  ...(state.invoicePayments && { invoicePayments: allFinal(state.invoicePayments) }),
  ...(state.purchases && { purchases: allForgotten(state.purchases) }),
  status: 'open',
  customerId: event.customerId,
  ...(event.currency !== undefined && { currency: event.currency }),
  ...(event.creditProductId !== undefined && { creditProductId: event.creditProductId }),
  ...(event.name !== undefined && { name: event.name }),
  limits: withLimits([], event.limits),
});
