/**
 * Starting a purchase: recorded in the wallet first, then asked of the provider under the id that the wallet gave. So a crash or a
 * provider that is down leaves a pending purchase, and the same request under the same key goes on with that very one.
 */
import { portalPurchaseProblem, type Settings } from '@drawdown/domain/settings';
import {
  type Amount,
  currencyExponent,
  formatAmount,
  type Instant,
  later,
  minorUnits,
  timesHalfEven,
  ZERO,
} from '@drawdown/domain/amounts';
import { type EventOf, type GrantRequest, unitEquivalent } from '@drawdown/domain/balance';
import { MANUAL, type PaymentProvider, refusedStart } from '@drawdown/engine/payments';
import { expectEvent } from '../carry-out';
import { Refused } from '@drawdown/api/errors';
import type { Context, Message } from '../operation';
import type { Parts } from '../parts';
import { purchaseMessage } from './purchase-message';
import { changeBalance, type Target, requireCustomer, underSettings } from '../targets';
import { assertWorth, requirePrice } from '../wallets/wallets';

const HOUR_MS = 3_600_000;
/** How long a purchase waits for its money where the request does not say: as long as a page of Stripe can be paid on. */
const PURCHASE_LIFE_MS = 24 * HOUR_MS;
/** The same where somebody waits for a transfer. */
const PURCHASE_BY_HAND_LIFE_MS = 720 * HOUR_MS;
/** Later than this a provider may have forgotten that it was asked, and would open a second page. */
const ASKED_AGAIN_MS_MAX = 23 * HOUR_MS;

interface PurchaseAsked {
  readonly target: Target;
  readonly quantity: { readonly credits: Amount } | { readonly amount: Amount };
  readonly provider: string;
  readonly by: 'staff' | 'portal' | 'auto_top_up';
  readonly expiresAt?: Instant;
  readonly returnTo: { readonly paid: string; readonly cancelled: string };
  readonly terms: Pick<GrantRequest, 'priority' | 'expiresAt' | 'metadata'>;
}

/** @throws Refused payment_provider_not_set_up */
export function providerNamed({ payments }: Pick<Parts, 'payments'>, name: string): PaymentProvider {
  const found = payments.find((of) => of.name === name);
  if (!found) throw new Refused({ code: 'payment_provider_not_set_up', provider: name, known: payments.map((of) => of.name).join(', ') });
  return found;
}

/** @throws Refused; PaymentProviderUnavailable: sent again under the same key it goes on with the same purchase */
export async function startPurchase(parts: Parts, context: Context, asked: PurchaseAsked): Promise<Message> {
  const { target } = asked;
  const provider = providerNamed(parts, asked.provider);
  const { events, revision, balance, at } = await changeBalance(parts, context, target, async (at) => {
    const { currency } = await requireCustomer(parts, target.customerId);
    const { amount, credits, price } = await underSettings(parts, (settings) => priced(asked, settings, currency, at));
    return {
      type: 'StartPurchase',
      at,
      grant: { origin: 'paid', amount, ...asked.terms },
      conversion: { credits, creditPrice: price.price, priceVersion: price.version },
      asked: { amount, currency },
      provider: provider.name,
      by: asked.by,
      expiresAt: asked.expiresAt ?? later(at, provider.name === MANUAL ? PURCHASE_BY_HAND_LIFE_MS : PURCHASE_LIFE_MS),
    };
  });
  const started = expectEvent(events, 'PurchaseStarted');
  const checkoutUrl = await moneyAsked(parts, context, asked, provider, started);
  return { revision, balance, purchase: purchaseMessage(target.customerId, [started], at), checkout_url: checkoutUrl };
}

/** What is bought at the price of now. @throws Refused no_credit_price, and what the settings do not allow */
function priced({ quantity, by }: PurchaseAsked, settings: Settings, currency: string, at: Instant) {
  const price = requirePrice(settings, currency, at);
  const amount = 'amount' in quantity ? quantity.amount : timesHalfEven(quantity.credits, price.price);
  if ('credits' in quantity) assertWorth(quantity.credits, price, currency);
  const credits = 'amount' in quantity ? unitEquivalent(amount, price) : quantity.credits;
  const problem = by === 'portal' ? portalPurchaseProblem(settings, currency, amount) : payableProblem(currency, amount);
  if (problem) throw new Refused(problem, 'amount' in quantity ? 'amount' : 'credits');
  return { amount, credits, price };
}

/** What staff may ask for: anything that can be paid. */
function payableProblem(currency: string, amount: Amount) {
  const payable = amount > ZERO && minorUnits(amount, currencyExponent(currency) ?? 0) !== undefined;
  return payable ? undefined : ({ code: 'purchase_not_payable', currency, amount } as const);
}

/** Asks the provider as long as there is something to pay. Resolves with the page. */
async function moneyAsked(
  parts: Parts,
  context: Context,
  { target, returnTo }: PurchaseAsked,
  provider: PaymentProvider,
  started: EventOf<'PurchaseStarted'>,
): Promise<string | undefined> {
  const { purchaseId, asked, at: startedAt, expiresAt, conversion } = started;
  // To the end of the stream: a process that lags behind has the purchase in the answer to a retry, and not in its memory.
  const { state } = await parts.ledger.reload(target.aggregate, target.stream);
  if (!state.purchases?.pending.some(({ id }) => id === purchaseId)) return answeredBefore(parts, target, purchaseId);
  if (parts.clock() > later(startedAt, ASKED_AGAIN_MS_MAX)) return undefined;
  const request = {
    purchaseId,
    customerId: target.customerId,
    ...asked,
    // A test clock tells nothing of the time that the provider's page can be paid in.
    ...(parts.realClock === undefined && { startedAt, ...(expiresAt !== undefined && { expiresAt }) }),
    // The same at every attempt: a provider takes nothing else under one key.
    description: `${formatAmount(conversion?.credits ?? asked.amount)} credits`,
    returnTo,
  };
  const outcome = await provider.start(request).catch(async (fault: unknown) => {
    // Without a key nobody can go on with it: the next request starts another one.
    if (context.key === undefined)
      await failed(parts, target, purchaseId, { type: 'FailPurchase', at: parts.clock(), purchaseId, code: 'not_started' });
    throw fault;
  });
  if (outcome.outcome === 'started') return outcome.checkoutUrl;
  await failed(parts, target, purchaseId, refusedStart(purchaseId, outcome, parts.clock()));
  throw new Refused({ code: 'purchase_refused_by_provider', purchaseId, reason: outcome.reason, detail: outcome.detail });
}

/** No key of a caller: those hold no control characters. */
const endKey = (purchaseId: string): string => `\n${purchaseId} not started`;

const failed = (
  parts: Parts,
  { aggregate, stream }: Target,
  purchaseId: string,
  command: ReturnType<typeof refusedStart>,
): Promise<unknown> => parts.ledger.execute(aggregate, stream, command, { key: endKey(purchaseId) });

/** It has ended since: refused then is refused again, and otherwise there is no page any more. */
async function answeredBefore({ ledger }: Parts, { aggregate, stream }: Target, purchaseId: string): Promise<undefined> {
  const end = await ledger.recorded(aggregate, stream, endKey(purchaseId));
  const refused = end?.events.find((event) => event.type === 'PurchaseFailed');
  if (refused) throw new Refused({ code: 'purchase_refused_by_provider', purchaseId, reason: refused.code, detail: refused.reason ?? '' });
  return undefined;
}
