/** The account's settings. */
import type {
  RequestOf,
  Settings as SettingsMessage,
  Sent,
  DefaultLimit as DefaultLimitMessage,
  PortalPurchaseLimit as PortalPurchaseLimitMessage,
} from '@drawdown/api/contract';
import {
  type CreditPriceRequest,
  type DefaultLimit,
  type PortalPurchaseLimit,
  settings,
  type Settings,
  type SettingsEvent,
  type SettingsRefusal,
  type UpdateSettings,
} from '@drawdown/domain/settings';
import { formatAmount, formatInstant, ZERO } from '@drawdown/domain/amounts';
import { type Aggregate, refuse, optional } from '@drawdown/domain/decider';
import { streams } from '@drawdown/engine/event-store';
import { amountText, limitMessage, readLimit } from '../balances/balance-message';
import { carryOut, loadSettings } from '@drawdown/engine/commands';
import { type Fields, readRequest } from '../request/fields';
import type { Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { readAtLeast } from '../request/read-at-least';
import type { ApiSettingsRefusal } from '@drawdown/api/errors';

/** The settings count their changes from 1, the transports speak of revisions from 0: refused in the transports' words. */
export const atTheApi = (refusal: SettingsRefusal): ApiSettingsRefusal =>
  refusal.code === 'settings_version_conflict'
    ? { code: 'settings_revision_conflict', expected: refusal.expected - 1, actual: refusal.version - 1 }
    : refusal;

interface ApiSettingsTypes {
  readonly command: UpdateSettings;
  readonly state: Settings;
  readonly event: SettingsEvent;
  readonly refusal: ApiSettingsRefusal;
}

const apiSettings: Aggregate<ApiSettingsTypes> = {
  ...settings,
  decider: {
    ...settings.decider,
    decide(command, state) {
      const decision = settings.decider.decide(command, state);
      return decision.accepted ? decision : refuse(atTheApi(decision.refusal));
    },
  },
};

export const readPrices = (from: Fields<RequestOf<'PreviewPriceChange'>>): readonly CreditPriceRequest[] =>
  from.list('credit_prices', (price) => {
    if (price.has('version')) price.violation('version', 'is given by the ledger', 'leave it out');
    const effectiveAt = price.optionalInstant('effective_at');
    return { currency: price.currency(), price: price.amount('price', { above: ZERO }), ...(effectiveAt !== undefined && { effectiveAt }) };
  });

/** Undefined: the list stays as it is. An absent list and an empty one look the same, so a flag says that it shall be empty. */
function listUnlessLeftOut<T>(
  from: Fields<RequestOf<'UpdateSettings'>>,
  field: 'portal_purchase_limits' | 'default_limits',
  list: readonly T[],
): readonly T[] | undefined {
  const none = `no_${field}` as const;
  const emptied = from.flag(none);
  if (emptied && list.length > 0) from.violation(none, `contradicts ${field}`, 'send one of the two');
  return emptied || list.length > 0 ? list : undefined;
}

const readPortalLimit = (from: Fields<Sent<PortalPurchaseLimitMessage>>): PortalPurchaseLimit => ({
  currency: from.currency(),
  ...optional('minimum', from.optionalAmount('minimum', { above: ZERO })),
  ...optional('maximum', from.optionalAmount('maximum', { above: ZERO })),
});

function readDefaultLimit(from: Fields<Sent<DefaultLimitMessage>>): DefaultLimit {
  const limit = from.within('limit', readLimit) ?? { id: '', kind: 'absolute', value: ZERO };
  if (!from.has('limit')) from.violation('limit', 'is missing', 'send a line with its limit_id');
  return { ...limit, ...optional('currency', from.has('currency') ? from.currency() : undefined) };
}

export const settingsOperations = (parts: ApiParts): Pick<Handlers, 'GetSettings' | 'UpdateSettings'> => ({
  async GetSettings(request, context) {
    const wanted = readRequest(request, (from) => from.revision('min_revision', -1));
    const { state, revision } = await readAtLeast(parts.ledger, settings, streams.settings, wanted, context);
    return { revision, as_of: formatInstant(parts.clock()), settings: settingsMessage(state) };
  },

  async UpdateSettings(request, context) {
    const asked = readRequest(request, (from) => ({
      enabled: from.optionalFlag('enabled'),
      allowFreeCredits: from.optionalFlag('allow_free_credits'),
      creditPrices: readPrices(from),
      rest: {
        ...optional('allowPortalPurchases', from.optionalFlag('allow_portal_purchases')),
        ...optional(
          'portalPurchaseLimits',
          listUnlessLeftOut(from, 'portal_purchase_limits', from.list('portal_purchase_limits', readPortalLimit)),
        ),
        ...optional('defaultLimits', listUnlessLeftOut(from, 'default_limits', from.list('default_limits', readDefaultLimit))),
      },
      expected: from.revision('expected_revision', -1),
    }));
    const { state, revision } = await carryOut(parts, context, apiSettings, streams.settings, async (at): Promise<UpdateSettings> => {
      const now = await loadSettings(parts);
      return {
        type: 'UpdateSettings',
        at,
        enabled: asked.enabled ?? now.enabled,
        allowFreeCredits: asked.allowFreeCredits ?? now.allowFreeCredits,
        creditPrices: asked.creditPrices,
        ...asked.rest,
        ...(asked.expected !== undefined && { expectedVersion: asked.expected + 1 }),
      };
    });
    return { revision, settings: settingsMessage(state) };
  },
});

const settingsMessage = ({
  enabled,
  allowFreeCredits,
  creditPrices,
  allowPortalPurchases,
  portalPurchaseLimits,
  defaultLimits,
}: Settings): SettingsMessage => ({
  enabled,
  allow_free_credits: allowFreeCredits,
  allow_portal_purchases: allowPortalPurchases,
  portal_purchase_limits: portalPurchaseLimits.map(({ currency, minimum, maximum }) => ({
    currency,
    minimum: amountText(minimum),
    maximum: amountText(maximum),
  })),
  default_limits: defaultLimits.map(({ currency, ...limit }) => ({ limit: limitMessage(limit), currency: currency ?? '' })),
  credit_prices: [...creditPrices]
    .sort((a, b) => (a.currency === b.currency ? a.version - b.version : a.currency < b.currency ? -1 : 1))
    .map(({ currency, price, effectiveAt, version }) => ({
      currency,
      price: formatAmount(price),
      effective_at: formatInstant(effectiveAt),
      version,
    })),
});
