/** Wallets and credit balances in the words of the contract. */
import assert from 'node:assert/strict';
import type {
  Allocation as AllocationMessage,
  Balance as BalanceMessage,
  BalanceStatus,
  Grant as GrantMessage,
  Hold as HoldMessage,
  Limit as LimitMessage,
  LimitStatus,
  Sent,
} from '@drawdown/api/contract';
import { type Amount, formatAmount, formatInstant, type Instant, ZERO } from '@drawdown/domain/amounts';
import { type BalanceFigures, balanceAt, type LimitFigures } from '@drawdown/engine/read-models';
import { type Allocation, type Balance, type Grant, type Hold, type Limit, unitEquivalent } from '@drawdown/domain/balance';
import type { Fields } from '../request/fields';

export const time = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : formatInstant(at));
/** Empty if there is none. */
export const amountText = (amount: Amount | undefined): string => (amount === undefined ? '' : formatAmount(amount));

/** Facts that are shown with a balance and that the balance does not keep. */
export interface BesideBalance {
  /** The name of one unit of a credit balance. */
  readonly unit?: string;
  /** The price of one credit, in a wallet. */
  readonly creditPrice?: Amount;
}

export const balanceMessage = (state: Balance, revision: number, at: Instant, beside: BesideBalance): BalanceMessage =>
  figuresMessage(state, balanceAt(state, at), revision, at, beside);

function figuresMessage(
  state: Balance,
  figures: BalanceFigures,
  revision: number,
  at: Instant,
  { unit, creditPrice }: BesideBalance,
): BalanceMessage {
  return {
    customer_id: state.customerId ?? '',
    credit_product_id: state.creditProductId ?? '',
    name: state.name ?? '',
    status: statusMessage(state),
    currency: state.currency ?? '',
    unit: unit ?? '',
    booked: formatAmount(figures.booked),
    held: formatAmount(figures.held),
    available: formatAmount(figures.available),
    pending: formatAmount(figures.pending),
    projected: formatAmount(figures.projected),
    unbilled: formatAmount(figures.unbilled),
    uncovered: formatAmount(figures.uncovered),
    consumed: formatAmount(figures.consumed),
    credit_equivalent: creditPrice === undefined ? '' : formatAmount(unitEquivalent(figures.booked, { price: creditPrice, version: 0 })),
    grants: figures.grants.map(grantMessage),
    holds: figures.holds.map(holdMessage),
    limits: figures.limits.map(limitStatusMessage),
    revision,
    as_of: formatInstant(at),
  };
}

function statusMessage({ status }: Balance): BalanceStatus {
  assert(status !== 'none', 'a balance that does not exist is refused');
  return status;
}

export const grantMessage = (grant: Grant): GrantMessage => ({
  grant_id: grant.id,
  amount: formatAmount(grant.amount),
  remaining: formatAmount(grant.remaining),
  held: formatAmount(grant.held),
  origin: grant.origin,
  priority: grant.priority,
  effective_at: time(grant.effectiveAt),
  expires_at: time(grant.expiresAt),
  cost_basis: grant.costBasis && { amount: formatAmount(grant.costBasis.amount), currency: grant.costBasis.currency },
  reference: grant.reference ?? '',
  metadata: grant.metadata ?? {},
});

export const holdMessage = (hold: Hold): HoldMessage => ({
  hold_id: hold.id,
  amount: formatAmount(hold.amount),
  expires_at: time(hold.expiresAt),
  reference: hold.reference ?? '',
  allocations: allocationMessages(hold.allocation),
});

/** A hold that has ended keeps nothing. */
export const endedHoldMessage = (holdId: string): HoldMessage => ({
  hold_id: holdId,
  amount: formatAmount(ZERO),
  expires_at: undefined,
  reference: '',
  allocations: [],
});

export const allocationMessages = (allocation: Allocation): readonly AllocationMessage[] =>
  allocation.map(({ grant, amount }) => ({ grant_id: grant, amount: formatAmount(amount) }));

export const limitMessage = ({ id, kind, value }: Limit): LimitMessage => ({ limit_id: id, [kind]: formatAmount(value) });

const limitStatusMessage = ({ limit, threshold, reached }: LimitFigures): LimitStatus => ({
  limit: limitMessage(limit),
  threshold: amountText(threshold),
  reached,
});

interface WithLimits {
  readonly limits?: readonly Sent<LimitMessage>[] | undefined;
}

/** Whether the values are in range is for the balance to judge: it refuses by the limit's id. */
export const readLimits = (from: Fields<WithLimits>): readonly Limit[] => from.list('limits', readLimit);

/** The limits of a new balance. Undefined: it begins with the default limits. */
export function readOwnLimits(from: Fields<WithLimits & { readonly no_limits?: boolean | undefined }>): readonly Limit[] | undefined {
  const limits = readLimits(from);
  const none = from.flag('no_limits');
  if (none && limits.length > 0) from.violation('no_limits', 'contradicts limits', 'send one of the two');
  return none || limits.length > 0 ? limits : undefined;
}

export function readLimit(from: Fields<Sent<LimitMessage>>): Limit {
  const id = from.slug('limit_id');
  const absolute = from.optionalAmount('absolute');
  const percent = from.optionalAmount('percent_of_last_top_up');
  if (absolute !== undefined) return { id, kind: 'absolute', value: absolute };
  if (percent === undefined) from.violation('', 'has no line', 'send either absolute or percent_of_last_top_up');
  return { id, kind: 'percent_of_last_top_up', value: percent ?? ZERO };
}
