/**
 * Which field of the request a refusal is about, where it is about one: so that a form can show it there. Whoever throws a refusal
 * that several operations share says it itself.
 */
import type { Violation } from './errors';
import type { AnyRefusal, RefusalCode } from './refusals';

type Facts<Code extends RefusalCode> = Extract<AnyRefusal, { code: Code }>;
/** Undefined: about none, this time. */
type Named<Code extends RefusalCode> = string | ((refusal: Facts<Code>) => string | undefined);

const FIELDS: { readonly [Code in RefusalCode]?: Named<Code> } = {
  auto_top_up_policy_invalid: (of) => `policy.${of.field}`,
  credits_worth_nothing: 'credits',
  credits_worth_too_much: 'credits',
  duplicate_currency: (of) => `${of.list}[${of.index}].currency`,
  duplicate_limit: (of) => `${limitAt(of)}.limit_id`,
  grant_never_effective: 'expires_at',
  limit_currency_missing: (of) => `default_limits[${of.index}].currency`,
  limit_out_of_range: (of) => `${limitAt(of)}.${of.kind}`,
  not_whole_minor_units: 'amount',
  payment_event_conflict: 'event_id',
  payment_provider_not_set_up: 'provider',
  portal_limit_not_payable: (of) => `portal_purchase_limits[${of.index}].${of.bound}`,
  portal_minimum_above_maximum: (of) => `portal_purchase_limits[${of.index}].minimum`,
  purchase_above_maximum: 'amount',
  purchase_already_expired: 'expires_at',
  purchase_below_minimum: 'amount',
  purchase_flagged: (of) => (of.creditedTo === undefined ? undefined : 'payment_id'),
  purchase_not_payable: 'amount',
  too_many_prices: (of) => `credit_prices[${of.index}].price`,
};

/** A limit of a balance or of a credit product, or one that new wallets begin with. */
const limitAt = (of: { readonly index: number; readonly ofNewWallets?: true }): string =>
  of.ofNewWallets ? `default_limits[${of.index}].limit` : `limits[${of.index}]`;

/** @param answer its title and its detail: what is wrong, and what to do about it */
export function refusedFields(
  refusal: AnyRefusal,
  field: string | undefined,
  { title, detail }: { readonly title: string; readonly detail: string },
): readonly Violation[] {
  // The table gives each code the name of that very code: TypeScript cannot follow that through an index.
  const named = FIELDS[refusal.code] as string | ((of: AnyRefusal) => string | undefined) | undefined;
  const found = field ?? (typeof named === 'function' ? named(refusal) : named);
  return found === undefined ? [] : [{ field: found, problem: `is refused: ${lowered(title)}`, remedy: detail }];
}

const lowered = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);
