/**
 * How much a customer may buy at a time in the portal. In money, because money is what is charged: the minimum keeps a
 * provider's fee from eating the payment, the maximum bounds what one stolen card can do, and neither may move when a credit
 * price does. Pure.
 */
import { type Amount, currencyExponent, minorUnits, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';

export const portalPurchaseLimit = shape.record({
  currency: shape.text,
  /** The least that may be paid at a time, in the currency's major unit. Absent: one minor unit. */
  minimum: shape.maybe(shape.amount),
  /** The most that may be paid at a time. Absent: no bound. */
  maximum: shape.maybe(shape.amount),
});
export type PortalPurchaseLimit = shape.TypeOf<typeof portalPurchaseLimit>;

/** In order of precedence. */
export type PortalPurchaseLimitRefusal =
  | { readonly code: 'duplicate_currency'; readonly currency: string; readonly list: 'portal_purchase_limits'; readonly index: number }
  | { readonly code: 'unknown_currency'; readonly currency: string }
  /** Not above zero, or no whole number of the currency's minor unit: nobody could pay it. */
  | {
      readonly code: 'portal_limit_not_payable';
      readonly currency: string;
      readonly amount: Amount;
      readonly bound: 'minimum' | 'maximum';
      /** Of the limit in the list, from 0. */
      readonly index: number;
    }
  | {
      readonly code: 'portal_minimum_above_maximum';
      readonly currency: string;
      readonly minimum: Amount;
      readonly maximum: Amount;
      readonly index: number;
    };

/** Why these limits cannot be saved. */
export function portalPurchaseLimitsProblem(limits: readonly PortalPurchaseLimit[]): PortalPurchaseLimitRefusal | undefined {
  for (const [index, { currency, minimum, maximum }] of limits.entries()) {
    if (limits.findIndex((other) => other.currency === currency) < index)
      return { code: 'duplicate_currency', currency, list: 'portal_purchase_limits', index };
    const exponent = currencyExponent(currency);
    if (exponent === undefined) return { code: 'unknown_currency', currency };
    for (const [bound, amount] of [
      ['minimum', minimum],
      ['maximum', maximum],
    ] as const)
      if (amount !== undefined && !payable(amount, exponent)) return { code: 'portal_limit_not_payable', currency, amount, bound, index };
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      return { code: 'portal_minimum_above_maximum', currency, minimum, maximum, index };
  }
  return undefined;
}

const payable = (money: Amount, exponent: number): boolean => money > ZERO && minorUnits(money, exponent) !== undefined;

/** In order of precedence. */
export type PortalPurchaseRefusal =
  | { readonly code: 'portal_purchases_not_allowed' }
  /** Not above zero, or no whole number of minor units. */
  | { readonly code: 'purchase_not_payable'; readonly currency: string; readonly amount: Amount }
  | { readonly code: 'purchase_below_minimum'; readonly currency: string; readonly amount: Amount; readonly minimum: Amount }
  | { readonly code: 'purchase_above_maximum'; readonly currency: string; readonly amount: Amount; readonly maximum: Amount };

/** What the settings say of portal purchases. */
interface PortalPurchaseRules {
  readonly allowPortalPurchases: boolean;
  readonly portalPurchaseLimits: readonly PortalPurchaseLimit[];
}

/**
 * Why a customer may not buy for this much money in the portal; undefined when it may. Both ends are allowed: the minimum and
 * the maximum can be paid. A currency without limits of its own takes any amount that can be paid.
 * @param currency one that `currencyExponent` knows
 */
export function portalPurchaseProblem(
  { allowPortalPurchases, portalPurchaseLimits }: PortalPurchaseRules,
  currency: string,
  amount: Amount,
): PortalPurchaseRefusal | undefined {
  if (!allowPortalPurchases) return { code: 'portal_purchases_not_allowed' };
  const exponent = currencyExponent(currency);
  if (exponent === undefined || !payable(amount, exponent)) return { code: 'purchase_not_payable', currency, amount };
  const { minimum, maximum } = portalPurchaseLimits.find((limit) => limit.currency === currency) ?? {};
  if (minimum !== undefined && amount < minimum) return { code: 'purchase_below_minimum', currency, amount, minimum };
  if (maximum !== undefined && amount > maximum) return { code: 'purchase_above_maximum', currency, amount, maximum };
  return undefined;
}
