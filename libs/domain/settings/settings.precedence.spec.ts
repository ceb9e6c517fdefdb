import { amount, instant } from '@drawdown/domain/amounts';
import { precedenceProofs, unpaired } from '@drawdown/domain/decider';
import type { DefaultLimit } from './default-limits';
import { type PortalPurchaseLimit, portalPurchaseProblem, type PortalPurchaseRefusal } from './portal-purchase-limits';
import { PRICES_PER_CURRENCY_MAX, settings, type Settings, type SettingsRefusal, type UpdateSettings } from './settings';

type Code = SettingsRefusal['code'];
// A code that several lists can be refused with stands where the first of them is looked at.
const ORDER = Object.keys({
  settings_version_conflict: 0,
  duplicate_currency: 0,
  unknown_currency: 0,
  price_not_positive: 0,
  too_many_prices: 0,
  portal_limit_not_payable: 0,
  portal_minimum_above_maximum: 0,
  limit_currency_missing: 0,
  too_many_limits: 0,
  duplicate_limit: 0,
  limit_out_of_range: 0,
} satisfies Record<Code, 0>) as Code[];

const at = instant('2024-03-01T12:00:00Z');
const { decider } = settings;
interface Situation {
  readonly state: Settings;
  readonly command: UpdateSettings & {
    readonly portalPurchaseLimits: readonly PortalPurchaseLimit[];
    readonly defaultLimits: readonly DefaultLimit[];
  };
}
const euro = { currency: 'EUR', price: amount('1') };
const asking =
  (change: (command: Situation['command']) => Partial<UpdateSettings>) =>
  (situation: Situation): Situation => ({
    ...situation,
    command: { ...situation.command, ...change(situation.command) },
  });
const withPrices = (...creditPrices: UpdateSettings['creditPrices']) =>
  asking((command) => ({ creditPrices: [...command.creditPrices, ...creditPrices] }));
const withPortal = (limit: PortalPurchaseLimit) =>
  asking((command) => ({ portalPurchaseLimits: [...command.portalPurchaseLimits, limit] }));
const withDefaults = (...limits: readonly DefaultLimit[]) =>
  asking((command) => ({ defaultLimits: [...command.defaultLimits, ...limits] }));
const percentOf = (id: string, value: string): DefaultLimit => ({ id, kind: 'percent_of_last_top_up', value: amount(value) });
const full: Settings = {
  ...decider.initial,
  creditPrices: Array.from({ length: PRICES_PER_CURRENCY_MAX }, (_, i) => ({
    ...euro,
    version: i + 1,
    price: amount('2'),
    effectiveAt: at,
    savedAt: at,
  })),
};

const PROOFS = precedenceProofs<Code, Situation>(ORDER, {
  name: 'UpdateSettings',
  situation: {
    state: decider.initial,
    command: {
      type: 'UpdateSettings',
      at,
      enabled: false,
      allowFreeCredits: true,
      creditPrices: [euro],
      portalPurchaseLimits: [],
      defaultLimits: [],
    },
  },
  refusalOf: ({ state, command }) => {
    const decision = decider.decide(command, state);
    return decision.accepted ? undefined : decision.refusal.code;
  },
  objections: [
    ['settings_version_conflict', asking(() => ({ expectedVersion: 7 }))],
    ['duplicate_currency', asking(({ creditPrices }) => ({ creditPrices: [euro, euro, ...creditPrices] }))],
    ['unknown_currency', asking(({ creditPrices }) => ({ creditPrices: [{ currency: 'XXX', price: amount('-1') }, ...creditPrices] }))],
    ['price_not_positive', withPrices({ currency: 'USD', price: amount('0') })],
    ['too_many_prices', (situation) => ({ ...situation, state: full })],
    ['portal_limit_not_payable', withPortal({ currency: 'USD', minimum: amount('-1') })],
    ['portal_minimum_above_maximum', withPortal({ currency: 'GBP', minimum: amount('2'), maximum: amount('1') })],
    ['limit_currency_missing', withDefaults({ id: 'amount', kind: 'absolute', value: amount('1') })],
    ['too_many_limits', withDefaults(...Array.from({ length: 9 }, (_, i) => percentOf(`l${i}`, '1')))],
    ['duplicate_limit', withDefaults(percentOf('twice', '1'), percentOf('twice', '2'))],
    ['limit_out_of_range', withDefaults(percentOf('much', '101'))],
  ],
  // Each entry of a list is looked at as a whole, so the first wrong entry decides between these.
  apart: [['portal_limit_not_payable', 'portal_minimum_above_maximum']],
});

describe('of two refusals of the settings that apply at once, the earlier is given', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair', () => expect(unpaired(ORDER, PROOFS)).toEqual([]));
});

type PortalCode = PortalPurchaseRefusal['code'];
const PORTAL_ORDER = Object.keys({
  portal_purchases_not_allowed: 0,
  purchase_not_payable: 0,
  purchase_below_minimum: 0,
  purchase_above_maximum: 0,
} satisfies Record<PortalCode, 0>) as PortalCode[];

const PORTAL_PROOFS = precedenceProofs(PORTAL_ORDER, {
  name: 'a purchase in the portal',
  situation: { allowPortalPurchases: true, amount: amount('5'), limit: { currency: 'EUR' } },
  refusalOf: ({ amount: asked, limit, ...rules }) => portalPurchaseProblem({ ...rules, portalPurchaseLimits: [limit] }, 'EUR', asked)?.code,
  objections: [
    ['portal_purchases_not_allowed', (situation) => ({ ...situation, allowPortalPurchases: false })],
    ['purchase_not_payable', (situation) => ({ ...situation, amount: amount('5.001') })],
    ['purchase_below_minimum', (situation) => ({ ...situation, limit: { ...situation.limit, minimum: amount('6') } })],
    ['purchase_above_maximum', (situation) => ({ ...situation, limit: { ...situation.limit, maximum: amount('4') } })],
  ],
});

describe('of two refusals of a purchase in the portal that apply at once, the earlier is given', () => {
  it.each(PORTAL_PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair', () => expect(unpaired(PORTAL_ORDER, PORTAL_PROOFS)).toEqual([]));
});
