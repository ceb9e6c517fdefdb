/** The account's settings: one object, saved as one versioned change. Pure. */
import { type Amount, type Instant, isCurrency, ZERO } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse, shape } from '@drawdown/domain/decider';
import { type DefaultLimit, defaultLimit, defaultLimitsProblem, type DefaultLimitsRefusal } from './default-limits';
import {
  type PortalPurchaseLimit,
  portalPurchaseLimit,
  type PortalPurchaseLimitRefusal,
  portalPurchaseLimitsProblem,
} from './portal-purchase-limits';

/** Credit prices that one currency can have one after the other. */
export const PRICES_PER_CURRENCY_MAX = 256;

const named = {
  currency: shape.text,
  /** 1, 2, 3... within its currency, in the order of recording. */
  version: shape.integer,
  /** What one wallet credit is worth, in the currency's major unit. */
  price: shape.amount,
};
/** As events have it. Without a time it counts from its first event on; events of today always say the time. */
const recordedPrice = shape.record({ ...named, effectiveAt: shape.maybe(shape.instant) });
const creditPrice = shape.record({
  ...named,
  effectiveAt: shape.instant,
  /** One that begins after it was saved was scheduled ahead. */
  savedAt: shape.instant,
});
export type CreditPrice = shape.TypeOf<typeof creditPrice>;

const settingsState = shape.record({
  /** How often settings were changed; 0 before the first change. */
  version: shape.integer,
  enabled: shape.flag,
  allowFreeCredits: shape.flag,
  /** Whether customers may buy credits by themselves. */
  allowPortalPurchases: shape.flag,
  /** At most one for each currency. */
  portalPurchaseLimits: shape.list(portalPurchaseLimit),
  /** What a new wallet begins with; see `defaultLimitsFor`. Wallets that exist keep theirs. */
  defaultLimits: shape.list(defaultLimit),
  /** Every price there ever was, in the order of recording. */
  creditPrices: shape.list(creditPrice),
});
export type Settings = shape.TypeOf<typeof settingsState>;

export interface CreditPriceRequest {
  readonly currency: string;
  readonly price: Amount;
  /** Default: the time of the command. */
  readonly effectiveAt?: Instant;
}

export interface UpdateSettings {
  readonly type: 'UpdateSettings';
  readonly at: Instant;
  readonly enabled: boolean;
  readonly allowFreeCredits: boolean;
  /** One for each currency named. A currency left out keeps its price: wallets may be kept in it. */
  readonly creditPrices: readonly CreditPriceRequest[];
  /** Default: as it was. */
  readonly allowPortalPurchases?: boolean;
  /** The whole list as it shall be. Default: as it was. */
  readonly portalPurchaseLimits?: readonly PortalPurchaseLimit[];
  /** The whole list as it shall be. Default: as it was. */
  readonly defaultLimits?: readonly DefaultLimit[];
  readonly actor?: string;
  /** The version that the change was made from; refused when it is not the current one. */
  readonly expectedVersion?: number;
}

/** In order of precedence. */
export type SettingsRefusal =
  | { readonly code: 'settings_version_conflict'; readonly expected: number; readonly version: number }
  /** `index`: in the list that it is about, from 0. */
  | { readonly code: 'duplicate_currency'; readonly currency: string; readonly list: 'credit_prices'; readonly index: number }
  | { readonly code: 'unknown_currency'; readonly currency: string }
  | { readonly code: 'price_not_positive'; readonly currency: string; readonly price: Amount }
  | { readonly code: 'too_many_prices'; readonly currency: string; readonly max: number; readonly index: number }
  | PortalPurchaseLimitRefusal
  | DefaultLimitsRefusal;

/** Stored forever: add, never rename. */
const settingsEvents = {
  /** The whole new object. `creditPrices` has the latest price of each currency, the unchanged ones too. */
  SettingsChanged: shape.record({
    at: shape.instant,
    version: shape.integer,
    enabled: shape.flag,
    allowFreeCredits: shape.flag,
    creditPrices: shape.list(recordedPrice),
    actor: shape.maybe(shape.text),
    // Absent in what was stored before they existed: not allowed, none, none.
    allowPortalPurchases: shape.maybe(shape.flag),
    portalPurchaseLimits: shape.maybe(shape.list(portalPurchaseLimit)),
    defaultLimits: shape.maybe(shape.list(defaultLimit)),
  }),
} as const;
export type SettingsEvent = { readonly type: 'SettingsChanged' } & shape.TypeOf<typeof settingsEvents.SettingsChanged>;

/**
 * The price of a credit at a moment: the greatest effective time not later; of two equal ones, the later recorded. Before the first of
 * them begins it counts too, so that late usage has a price; unless it was scheduled ahead: until then there is none.
 */
export function priceInForce(settings: Settings, currency: string, at: Instant): CreditPrice | undefined {
  let found: CreditPrice | undefined;
  let first: CreditPrice | undefined;
  for (const candidate of settings.creditPrices) {
    if (candidate.currency !== currency) continue;
    const { effectiveAt } = candidate;
    if (effectiveAt <= at && (!found || effectiveAt >= found.effectiveAt)) found = candidate;
    if (!first || effectiveAt <= first.effectiveAt) first = candidate;
  }
  return found ?? (first && first.effectiveAt <= first.savedAt ? first : undefined);
}

function decide(command: UpdateSettings, state: Settings): Decision<SettingsEvent, SettingsRefusal> {
  const wrong = problem(command, state);
  if (wrong) return refuse(wrong);
  const { at, enabled, allowFreeCredits, actor } = command;
  const latest = new Map(state.creditPrices.map((price) => [price.currency, price]));
  for (const request of command.creditPrices)
    if (!unchanged(request, state, at)) latest.set(request.currency, recorded(request, latest.get(request.currency), at));
  const event: SettingsEvent = {
    type: 'SettingsChanged',
    at,
    version: state.version + 1,
    enabled,
    allowFreeCredits,
    creditPrices: [...latest.values()].map(({ savedAt: _, ...price }) => price),
    allowPortalPurchases: command.allowPortalPurchases ?? state.allowPortalPurchases,
    portalPurchaseLimits: command.portalPurchaseLimits ?? state.portalPurchaseLimits,
    defaultLimits: command.defaultLimits ?? state.defaultLimits,
    ...(actor !== undefined && { actor }),
  };
  // A revision of which nothing is another one would be an entry of the audit that tells nothing, and a conflict for nothing.
  return sameSettings(evolve(state, event), state) ? accept() : accept(event);
}

const sameSettings = (a: Settings, b: Settings): boolean => settingsState.write({ ...a, version: b.version }) === settingsState.write(b);

function problem(command: UpdateSettings, state: Settings): SettingsRefusal | undefined {
  const { creditPrices, expectedVersion } = command;
  if (expectedVersion !== undefined && expectedVersion !== state.version)
    return { code: 'settings_version_conflict', expected: expectedVersion, version: state.version };
  for (const [index, { currency, price }] of creditPrices.entries()) {
    if (creditPrices.findIndex((other) => other.currency === currency) < index)
      return { code: 'duplicate_currency', currency, list: 'credit_prices', index };
    if (!isCurrency(currency)) return { code: 'unknown_currency', currency };
    if (price <= ZERO) return { code: 'price_not_positive', currency, price };
  }
  for (const [index, request] of creditPrices.entries()) {
    const { currency } = request;
    const earlier = state.creditPrices.filter((price) => price.currency === currency);
    const full = earlier.length >= PRICES_PER_CURRENCY_MAX;
    if (full && !unchanged(request, state, command.at)) return { code: 'too_many_prices', currency, max: PRICES_PER_CURRENCY_MAX, index };
  }
  return portalPurchaseLimitsProblem(command.portalPurchaseLimits ?? []) ?? defaultLimitsProblem(command.defaultLimits ?? []);
}

/**
 * Saving the settings page again must not make a new price of one that nobody touched: without a time that is the one in force, and
 * one that is scheduled stays scheduled; with a time it is the one recorded last.
 */
function unchanged({ currency, price, effectiveAt }: CreditPriceRequest, state: Settings, at: Instant): boolean {
  if (effectiveAt === undefined) return priceInForce(state, currency, at)?.price === price;
  const last = state.creditPrices.findLast((price) => price.currency === currency);
  return last !== undefined && last.price === price && last.effectiveAt === effectiveAt;
}

function recorded({ currency, price, effectiveAt: asked }: CreditPriceRequest, last: CreditPrice | undefined, at: Instant): CreditPrice {
  return { currency, version: (last?.version ?? 0) + 1, price, effectiveAt: asked ?? at, savedAt: at };
}

function evolve(state: Settings, event: SettingsEvent): Settings {
  const known = new Set(state.creditPrices.map(nameOf));
  const added = event.creditPrices.filter((price) => !known.has(nameOf(price)));
  const { version, enabled, allowFreeCredits } = event;
  const { allowPortalPurchases = false, portalPurchaseLimits = [], defaultLimits = [] } = event;
  return {
    version,
    enabled,
    allowFreeCredits,
    allowPortalPurchases,
    portalPurchaseLimits,
    defaultLimits,
    creditPrices: [
      ...state.creditPrices,
      ...added.map((price) => ({ ...price, effectiveAt: price.effectiveAt ?? event.at, savedAt: event.at })),
    ],
  };
}

const nameOf = ({ currency, version }: Pick<CreditPrice, 'currency' | 'version'>): string => `${currency} ${version}`;

interface SettingsTypes {
  readonly command: UpdateSettings;
  readonly state: Settings;
  readonly event: SettingsEvent;
  readonly refusal: SettingsRefusal;
}

export const settings: Aggregate<SettingsTypes> = {
  category: 'settings',
  decider: {
    initial: {
      version: 0,
      enabled: true,
      allowFreeCredits: false,
      allowPortalPurchases: false,
      portalPurchaseLimits: [],
      defaultLimits: [],
      creditPrices: [],
    },
    decide,
    evolve,
  },
  events: settingsEvents,
  state: settingsState,
  stateVersion: 3,
};
