/**
 * The request field of a refusal, if it has one, so that a form can show the refusal there. An operation that throws a refusal which
 * several operations share names the field itself.
 */
import type { Violation } from './errors';
import type { AnyRefusal, Facts, RefusalCode } from './any-refusal';

/** Undefined: no field. */
type Named<Code extends RefusalCode> = string | ((refusal: Facts<Code>) => string | undefined);

const FIELDS: { readonly [Code in RefusalCode]?: Named<Code> } = {
  auto_top_up_policy_invalid: (refusal) => `policy.${refusal.field}`,
  credits_worth_nothing: 'credits',
  credits_worth_too_much: 'credits',
  duplicate_currency: (refusal) => `${refusal.list}[${refusal.index}].currency`,
  duplicate_limit: (refusal) => `${limitAt(refusal)}.limit_id`,
  grant_never_effective: 'expires_at',
  limit_currency_missing: (refusal) => `default_limits[${refusal.index}].currency`,
  limit_out_of_range: (refusal) => `${limitAt(refusal)}.${refusal.kind}`,
  not_whole_minor_units: 'amount',
  payment_event_conflict: 'event_id',
  payment_provider_not_set_up: 'provider',
  portal_limit_not_payable: (refusal) => `portal_purchase_limits[${refusal.index}].${refusal.bound}`,
  portal_minimum_above_maximum: (refusal) => `portal_purchase_limits[${refusal.index}].minimum`,
  purchase_above_maximum: 'amount',
  purchase_already_expired: 'expires_at',
  purchase_below_minimum: 'amount',
  purchase_flagged: (refusal) => (refusal.creditedTo === undefined ? undefined : 'payment_id'),
  purchase_not_payable: 'amount',
  too_many_prices: (refusal) => `credit_prices[${refusal.index}].price`,
};

/** A limit of a balance or of a credit product, or a default limit of new wallets. */
const limitAt = (limit: { readonly index: number; readonly ofNewWallets?: true }): string =>
  limit.ofNewWallets ? `default_limits[${limit.index}].limit` : `limits[${limit.index}]`;

/** @param answer its title and its detail: what is wrong, and what to do about it */
export function refusedFields(
  refusal: AnyRefusal,
  field: string | undefined,
  { title, detail }: { readonly title: string; readonly detail: string },
): readonly Violation[] {
  // The table gives each code the name of that very code: TypeScript cannot follow that through an index.
  const named = FIELDS[refusal.code] as string | ((refusal: AnyRefusal) => string | undefined) | undefined;
  const found = field ?? (typeof named === 'function' ? named(refusal) : named);
  return found === undefined ? [] : [{ field: found, problem: `is refused: ${lowered(title)}`, remedy: detail }];
}

const lowered = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);
