/** The account's settings. */
import { settings, type Settings, type SettingsEvent, type UpdateSettings } from '@drawdown/account';
import { formatAmount, formatInstant, ZERO } from '@drawdown/amounts';
import { type Aggregate, refuse } from '@drawdown/decider';
import { streams } from '@drawdown/ledger';
import { time } from './balance-message';
import { carryOut } from './carry-out';
import { type Fields, readRequest } from './fields';
import type { Handlers, Message } from './operation';
import type { Parts } from './parts';
import { readAtLeast } from './read-at-least';
import type { SettingsRefusalAtTheDoors } from './refusals';
import { theSettings } from './targets';

/** The settings count their changes from 1, the doors speak of revisions from 0: refused in the doors' words. */
const settingsAtTheDoors: Aggregate<UpdateSettings, Settings, SettingsEvent, SettingsRefusalAtTheDoors> = {
  ...settings,
  decider: {
    ...settings.decider,
    decide(command, state) {
      const decision = settings.decider.decide(command, state);
      if (decision.accepted) return decision;
      const { refusal } = decision;
      if (refusal.code !== 'settings_version_conflict') return refuse(refusal);
      return refuse({ code: 'settings_revision_conflict', expected: refusal.expected - 1, actual: refusal.version - 1 });
    },
  },
};

const readPrices = (from: Fields) =>
  from.list('credit_prices', (price) => {
    if (price.has('version')) price.violation('version', 'is given by the ledger', 'leave it out');
    const effectiveAt = price.optionalInstant('effective_at');
    return { currency: price.currency(), price: price.amount('price', { above: ZERO }), ...(effectiveAt !== undefined && { effectiveAt }) };
  });

export const settingsOperations = (parts: Parts): Pick<Handlers, 'GetSettings' | 'UpdateSettings'> => ({
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
      expected: from.revision('expected_revision', -1),
    }));
    const { state, revision } = await carryOut(parts, context, settingsAtTheDoors, streams.settings, async (at) => {
      const now = await theSettings(parts);
      return {
        type: 'UpdateSettings',
        at,
        enabled: asked.enabled ?? now.enabled,
        allowFreeCredits: asked.allowFreeCredits ?? now.allowFreeCredits,
        creditPrices: asked.creditPrices,
        ...(asked.expected !== undefined && { expectedVersion: asked.expected + 1 }),
      };
    });
    return { revision, settings: settingsMessage(state) };
  },
});

const settingsMessage = ({ enabled, allowFreeCredits, creditPrices }: Settings): Message => ({
  enabled,
  allow_free_credits: allowFreeCredits,
  credit_prices: [...creditPrices]
    .sort((a, b) => (a.currency === b.currency ? a.version - b.version : a.currency < b.currency ? -1 : 1))
    .map(({ currency, price, effectiveAt, version }) => ({ currency, price: formatAmount(price), effective_at: time(effectiveAt), version })),
});
