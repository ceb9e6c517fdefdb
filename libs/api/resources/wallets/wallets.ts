/** Wallets: money of a customer, entered in credits. */
import { defaultLimitsFor } from '@drawdown/domain/settings';
import { ZERO } from '@drawdown/domain/amounts';
import { addCredits, ORIGINS } from '@drawdown/domain/balance';
import { closing, pausing, settingLimits } from '../balances/balance-changes';
import { amountText, balanceMessage, grantMessage, readOwnLimits } from '../balances/balance-message';
import { assertWorth, expectEvent, requireCustomer, requirePrice, underSettings } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import { readTerms } from '../top-ups/grant-request';
import type { Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { changeBalance, readWallet } from '../balances/balance-target';

type WalletHandlers = Pick<Handlers, 'CreateWallet' | 'AddCredits' | 'PauseWallet' | 'ResumeWallet' | 'CloseWallet' | 'SetWalletLimits'>;

export const walletOperations = (parts: ApiParts): WalletHandlers => ({
  async CreateWallet(request, context) {
    const { target, limits } = readRequest(request, (from) => ({ target: readWallet(from), limits: readOwnLimits(from) }));
    const { customerId } = target;
    const { revision, balance } = await changeBalance(parts, context, target, async (at) => {
      const { currency } = await requireCustomer(parts, customerId);
      return underSettings(parts, (settings) => {
        requirePrice(settings, currency, at);
        return { type: 'Create', at, customerId, currency, limits: limits ?? defaultLimitsFor(settings.defaultLimits, currency) } as const;
      });
    });
    return { revision, balance };
  },

  async AddCredits(request, context) {
    const { target, credits, terms } = readRequest(request, (from) => {
      const terms = readTerms(from);
      if (from.has('origin') && ORIGINS[terms.origin].needsReference && terms.reference === undefined)
        from.violation('reference', 'is missing', 'say by which payment the credits were paid, or send origin "free"');
      return { target: readWallet(from), credits: from.amount('credits', { above: ZERO }), terms };
    });
    const { events, state, revision, at } = await changeBalance(parts, context, target, async (at) => {
      const { currency } = await requireCustomer(parts, target.customerId);
      return underSettings(parts, (settings) => {
        const { gate } = ORIGINS[terms.origin];
        if (gate && !settings[gate.setting]) throw new Refused({ code: gate.refusal });
        const price = requirePrice(settings, currency, at);
        assertWorth(credits, price, currency);
        return addCredits(at, credits, price, terms);
      });
    });
    const { grant, conversion } = expectEvent(events, 'ToppedUp');
    const creditPrice = conversion?.creditPrice;
    return {
      revision,
      // At the price that the event keeps: a retry is answered the same, whatever the price is by then.
      balance: balanceMessage(state, revision, at, creditPrice === undefined ? {} : { creditPrice }),
      grant: grantMessage({ ...grant, remaining: grant.amount, held: ZERO }),
      credit_price: amountText(creditPrice),
      credit_price_version: conversion?.priceVersion ?? 0,
    };
  },

  PauseWallet: pausing(parts, readWallet, 'Pause'),
  ResumeWallet: pausing(parts, readWallet, 'Resume'),
  CloseWallet: closing(parts, readWallet),
  SetWalletLimits: settingLimits(parts, readWallet),
});
