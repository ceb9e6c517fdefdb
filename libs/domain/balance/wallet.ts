/** The wallet: money of one customer, in the customer's currency. A balance, with the names and conversions of money. */
import { type Amount, amount, type Instant, INTEGER_DIGITS_MAX, overHalfEven, timesHalfEven } from '@drawdown/domain/amounts';
import type { Aggregate } from '@drawdown/domain/decider';
import { type BalanceCommand, balanceDecider, type BalanceTypes } from './balance';
import { dueAt } from './due';
import { balanceEvents } from './events';
import type { GrantRequest } from './grants/grant';
import { balance } from './state';

export const wallet: Aggregate<BalanceTypes> = {
  category: 'wallet',
  decider: balanceDecider,
  events: balanceEvents,
  // Stored forever.
  storedAs: {
    Created: 'WalletCreated',
    ToppedUp: 'WalletToppedUp',
    InvoicePaid: 'InvoicePaidFromWallet',
    LimitsSet: 'WalletLimitsSet',
    Paused: 'WalletPaused',
    Resumed: 'WalletResumed',
    Closed: 'WalletClosed',
  },
  state: balance,
  stateVersion: 7,
  dueAt,
};

/** What one wallet credit is worth, in the wallet's currency, and which version of the settings said so. */
interface CreditPrice {
  readonly price: Amount;
  readonly version: number;
}

/** The first amount that has too many digits to be written down. */
export const MONEY_END = amount(`1${'0'.repeat(INTEGER_DIGITS_MAX)}`, INTEGER_DIGITS_MAX + 1);

/** Credits become money at the price in force: exact, rounded once to 9 digits, half to even. */
export function addCredits(
  at: Instant,
  credits: Amount,
  { price, version }: CreditPrice,
  terms: Omit<GrantRequest, 'amount'>,
): BalanceCommand {
  return {
    type: 'TopUp',
    at,
    grant: { ...terms, amount: timesHalfEven(credits, price) },
    conversion: { credits, creditPrice: price, priceVersion: version },
  };
}

/** How many credits an amount of money is at a price. A price change moves this figure, never the money. */
export const unitEquivalent = (money: Amount, { price }: CreditPrice): Amount => overHalfEven(money, price);
