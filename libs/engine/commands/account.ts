/** What commands look up in other streams before they are decided: the customer, the settings and the price of a credit. */
import { type Amount, type Instant, timesHalfEven, ZERO } from '@drawdown/domain/amounts';
import { MONEY_END } from '@drawdown/domain/balance';
import { customer, type Customer } from '@drawdown/domain/customer';
import { optional } from '@drawdown/domain/decider';
import { type CreditPrice, priceInForce, settings, type Settings } from '@drawdown/domain/settings';
import { type Ledger, streams } from '@drawdown/engine/event-store';
import { readFresh } from './read-fresh';
import { CommandRefused } from './refused';

export type AccountRefusal =
  | { readonly code: 'customer_not_found'; readonly customerId: string }
  | { readonly code: 'wallets_disabled' }
  | { readonly code: 'no_credit_price'; readonly currency: string; readonly startsAt?: Instant }
  | { readonly code: 'credits_worth_nothing'; readonly credits: Amount; readonly creditPrice: Amount; readonly currency: string }
  | { readonly code: 'credits_worth_too_much'; readonly credits: Amount; readonly creditPrice: Amount; readonly currency: string };

interface Reader {
  readonly ledger: Pick<Ledger, 'load' | 'reload'>;
}

const refused = (refusal: AccountRefusal): CommandRefused<AccountRefusal> => new CommandRefused(refusal);

/** @throws CommandRefused customer_not_found */
export const requireCustomer = ({ ledger }: Reader, customerId: string): Promise<Customer> =>
  readFresh(ledger, customer, streams.customer(customerId), ({ state }) => {
    if (!state.customer) throw refused({ code: 'customer_not_found', customerId });
    return state.customer;
  });

export const loadSettings = async ({ ledger }: Reader): Promise<Settings> => (await ledger.load(settings, streams.settings)).state;

/**
 * What the settings make of something, or why they refuse it. All that a command asks of the settings is looked at together.
 * @throws CommandRefused wallets_disabled, or as `look` does
 */
export const underSettings = <T>({ ledger }: Reader, look: (settings: Settings) => T): Promise<T> =>
  readFresh(ledger, settings, streams.settings, ({ state }) => {
    if (!state.enabled) throw refused({ code: 'wallets_disabled' });
    return look(state);
  });

/** @throws CommandRefused wallets_disabled */
export const walletsEnabled = (reader: Reader): Promise<void> => underSettings(reader, () => undefined);

/** @throws CommandRefused no_credit_price */
export function requirePrice(settings: Settings, currency: string, at: Instant): CreditPrice {
  const price = priceInForce(settings, currency, at);
  if (!price) throw refused({ code: 'no_credit_price', currency, ...optional('startsAt', firstPriceFrom(settings, currency)) });
  return price;
}

/** When the first of a currency's prices counts, where none does yet. */
const firstPriceFrom = ({ creditPrices }: Settings, currency: string): Instant | undefined =>
  creditPrices.flatMap((price) => (price.currency === currency ? [price.effectiveAt] : [])).sort((a, b) => a - b)[0];

/** @throws CommandRefused credits_worth_nothing, credits_worth_too_much: a price may make nothing of credits, or more than can be stored */
export function assertWorth(credits: Amount, { price: creditPrice }: CreditPrice, currency: string): void {
  const worth = timesHalfEven(credits, creditPrice);
  if (worth === ZERO) throw refused({ code: 'credits_worth_nothing', credits, creditPrice, currency });
  if (worth >= MONEY_END) throw refused({ code: 'credits_worth_too_much', credits, creditPrice, currency });
}
