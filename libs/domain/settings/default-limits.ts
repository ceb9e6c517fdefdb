/**
 * The low-balance limits that a new wallet begins with. Wallets are kept in different currencies, and 10 of one is not 10 of
 * another: an amount names its currency and goes to wallets of that currency only. A percentage may go to all. Pure.
 */
import { isCurrency } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { limit, type Limit, limitsProblem, type LimitsRefusal } from '@drawdown/domain/balance';

export const defaultLimit = shape.record({
  ...limit.fields,
  /** Absent: for wallets of every currency. */
  currency: shape.maybe(shape.text),
});
export type DefaultLimit = shape.TypeOf<typeof defaultLimit>;

/** In order of precedence. */
export type DefaultLimitsRefusal =
  | { readonly code: 'unknown_currency'; readonly currency: string }
  | { readonly code: 'limit_currency_missing'; readonly limitId: string; readonly index: number }
  | (LimitsRefusal & { readonly ofNewWallets: true });

/** The limits of a new wallet in a currency, in the order in which they were given. */
export const defaultLimitsFor = (limits: readonly DefaultLimit[], currency: string): readonly Limit[] =>
  limits.filter((candidate) => isFor(candidate, currency)).map(({ id, kind, value }) => ({ id, kind, value }));

/** @param currency undefined: of wallets whose currency no limit names */
const isFor = (limit: DefaultLimit, currency: string | undefined): boolean => limit.currency === undefined || limit.currency === currency;

/** Why these limits cannot be saved: what any one wallet would be given of them has to be what a wallet takes. */
export function defaultLimitsProblem(limits: readonly DefaultLimit[]): DefaultLimitsRefusal | undefined {
  for (const [index, { id, kind, currency }] of limits.entries()) {
    if (currency !== undefined && !isCurrency(currency)) return { code: 'unknown_currency', currency };
    if (currency === undefined && kind === 'absolute') return { code: 'limit_currency_missing', limitId: id, index };
  }
  const currencies = new Set(limits.map(({ currency }) => currency));
  for (const currency of currencies) {
    const places = limits.flatMap((limit, place) => (isFor(limit, currency) ? [place] : []));
    const wrong = limitsProblem(places.map((place) => limits[place]!));
    if (wrong) return { ...wrong, ...('index' in wrong && { index: places[wrong.index]! }), ofNewWallets: true };
  }
  return undefined;
}
