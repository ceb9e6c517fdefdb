/**
 * The origins of grants. A new origin is one entry here (its name is stored forever) and one value of the enum in
 * `proto/drawdown/v1/grant.proto`: all that depends on an origin derives from this table.
 */
interface OriginRules {
  /** Among grants of the same priority and expiry, the lower is spent first. */
  readonly burnOrder: number;
  /** In a wallet: whether a top-up must name the account's own reference, such as a payment. */
  readonly needsReference: boolean;
  /** In a wallet: the setting that must be on, and the refusal if it is off. Absent: always allowed. */
  readonly gate?: { readonly setting: 'allowFreeCredits'; readonly refusal: 'free_credits_not_allowed' };
}

const origins = {
  paid: { burnOrder: 1, needsReference: true },
  free: { burnOrder: 0, needsReference: false, gate: { setting: 'allowFreeCredits', refusal: 'free_credits_not_allowed' } },
} as const satisfies Readonly<Record<string, OriginRules>>;

export type Origin = keyof typeof origins;
export const ORIGINS: Readonly<Record<Origin, OriginRules>> = origins;

// The keys are all origins, and there is at least one. Object.keys erases this type, and the cast restores it.
export const ORIGIN_NAMES = Object.keys(ORIGINS) as unknown as readonly [Origin, ...Origin[]];

/** One value for each origin. */
export const eachOrigin = <T>(make: (origin: Origin) => T): Readonly<Record<Origin, T>> =>
  // The same for fromEntries.
  Object.fromEntries(ORIGIN_NAMES.map((origin) => [origin, make(origin)])) as Record<Origin, T>;

/** Purchased credits are paid, whatever the request said. */
export const ORIGIN_OF_PURCHASES: Origin = 'paid';
/** The origin of the starting balance. */
export const ORIGIN_OF_STARTING_GRANTS: Origin = 'free';
