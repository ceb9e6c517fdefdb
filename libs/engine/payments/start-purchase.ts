/**
 * Starts a purchase. The wallet records it first; then the provider is asked for the money under the id that the wallet gave. After a
 * crash, or while the provider is down, a pending purchase is left, and the same request under the same key goes on with it.
 */
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
import { type BalanceTypes, type EventOf, type GrantRequest, ORIGIN_OF_PURCHASES, unitEquivalent, wallet } from '@drawdown/domain/balance';
import { optional, reservedKeys } from '@drawdown/domain/decider';
import { portalPurchaseProblem, type Settings } from '@drawdown/domain/settings';
import {
  assertWorth,
  type CarriedOut,
  carryOut,
  type CommandCall,
  CommandRefused,
  expectEvent,
  requireCustomer,
  requirePrice,
  underSettings,
} from '@drawdown/engine/commands';
import { type Ledger, streams } from '@drawdown/engine/event-store';
import { MANUAL } from './manual-payments';
import type { PaymentProvider } from './payment-provider';
import { refusedStart } from './purchase-commands';
import { type ProviderRefusal, providerNamed, type StartRefused } from './refusals';

const HOUR_MS = 3_600_000;
/** How long a purchase waits for its money where the request does not say: as long as a page of Stripe can be paid on. */
const PURCHASE_LIFE_MS = 24 * HOUR_MS;
/** The same where somebody waits for a transfer. */
const PURCHASE_BY_HAND_LIFE_MS = 720 * HOUR_MS;
/** Later than this a provider may have forgotten that it was asked, and would open a second page. */
const ASKED_AGAIN_MS_MAX = 23 * HOUR_MS;

export interface PurchaseServices {
  readonly ledger: Ledger;
  readonly payments: readonly PaymentProvider[];
  readonly clock: () => Instant;
  /** The real time, where `clock` is a test clock. */
  readonly realClock?: () => Instant;
}

interface PurchaseAsked {
  readonly customerId: string;
  readonly quantity: { readonly credits: Amount } | { readonly amount: Amount };
  readonly provider: string;
  readonly by: 'staff' | 'portal' | 'auto_top_up';
  readonly expiresAt?: Instant;
  readonly returnTo: { readonly paid: string; readonly cancelled: string };
  readonly terms: Pick<GrantRequest, 'priority' | 'expiresAt' | 'metadata'>;
}

interface StartedPurchase {
  readonly done: CarriedOut<BalanceTypes>;
  readonly started: EventOf<'PurchaseStarted'>;
  /** Where the customer pays. Absent: the provider has no page, or the purchase has ended. */
  readonly checkoutUrl?: string;
  /** The provider refuses the purchase. The wallet has recorded that it failed. */
  readonly refusal?: ProviderRefusal;
}

/**
 * @throws CommandRefused as `StartRefused`, or as the wallet decides
 * @throws PaymentProviderUnavailable: sent again under the same key it goes on with the same purchase
 */
export async function startPurchase(services: PurchaseServices, call: CommandCall, asked: PurchaseAsked): Promise<StartedPurchase> {
  const { customerId, by, terms } = asked;
  const provider = providerNamed(services.payments, asked.provider);
  const done = await carryOut(services, call, wallet, streams.wallet(customerId), async (at) => {
    const { currency } = await requireCustomer(services, customerId);
    const { amount, credits, price } = await underSettings(services, (settings) => priced(asked, settings, currency, at));
    return {
      type: 'StartPurchase' as const,
      at,
      grant: { origin: ORIGIN_OF_PURCHASES, amount, ...terms },
      conversion: { credits, creditPrice: price.price, priceVersion: price.version },
      asked: { amount, currency },
      provider: provider.name,
      by,
      expiresAt: asked.expiresAt ?? later(at, provider.name === MANUAL ? PURCHASE_BY_HAND_LIFE_MS : PURCHASE_LIFE_MS),
    };
  });
  const started = expectEvent(done.events, 'PurchaseStarted');
  return { done, started, ...(await askForMoney(services, call, asked, provider, started)) };
}

/** What is bought at the price of now. @throws CommandRefused no_credit_price, and what the settings do not allow */
function priced({ quantity, by }: PurchaseAsked, settings: Settings, currency: string, at: Instant) {
  const price = requirePrice(settings, currency, at);
  const amount = 'amount' in quantity ? quantity.amount : timesHalfEven(quantity.credits, price.price);
  if ('credits' in quantity) assertWorth(quantity.credits, price, currency);
  const credits = 'amount' in quantity ? unitEquivalent(amount, price) : quantity.credits;
  const problem = by === 'portal' ? portalPurchaseProblem(settings, currency, amount) : payableProblem(currency, amount);
  if (problem) throw new CommandRefused<StartRefused>(problem, 'amount' in quantity ? 'amount' : 'credits');
  return { amount, credits, price };
}

/** What staff may ask for: anything that can be paid. */
function payableProblem(currency: string, amount: Amount) {
  const payable = amount > ZERO && minorUnits(amount, currencyExponent(currency) ?? 0) !== undefined;
  return payable ? undefined : ({ code: 'purchase_not_payable', currency, amount } as const);
}

type Asking = Pick<StartedPurchase, 'checkoutUrl' | 'refusal'>;

/** Asks the provider as long as there is something to pay. */
async function askForMoney(
  services: PurchaseServices,
  { key }: CommandCall,
  { customerId, returnTo }: PurchaseAsked,
  provider: PaymentProvider,
  started: EventOf<'PurchaseStarted'>,
): Promise<Asking> {
  const { ledger, clock, realClock } = services;
  const { purchaseId, asked, at: startedAt, expiresAt, conversion } = started;
  const stream = streams.wallet(customerId);
  const recordFailure = (command: ReturnType<typeof refusedStart>): Promise<unknown> =>
    ledger.execute(wallet, stream, command, { key: reservedKeys.purchaseNotStarted(purchaseId) });
  // To the end of the stream: a process that lags behind has the purchase in the answer to a retry, and not in its memory.
  const { state } = await ledger.reload(wallet, stream);
  if (!state.purchases?.pending.some(({ id }) => id === purchaseId)) return refusedBefore(ledger, stream, purchaseId);
  if (clock() > later(startedAt, ASKED_AGAIN_MS_MAX)) return {};
  const request = {
    purchaseId,
    customerId,
    ...asked,
    // A test clock says nothing about the time that the provider's page can be paid in.
    ...(realClock === undefined && { startedAt, ...optional('expiresAt', expiresAt) }),
    // The same at every attempt: a provider takes nothing else under one key.
    description: `${formatAmount(conversion?.credits ?? asked.amount)} credits`,
    returnTo,
  };
  const outcome = await provider.start(request).catch(async (fault: unknown) => {
    // Without a key nobody can go on with it: the next request starts another one.
    if (key === undefined) await recordFailure({ type: 'FailPurchase', at: clock(), purchaseId, code: 'not_started' });
    throw fault;
  });
  if (outcome.outcome === 'started') return optional('checkoutUrl', outcome.checkoutUrl);
  await recordFailure(refusedStart(purchaseId, outcome, clock()));
  return { refusal: { code: 'purchase_refused_by_provider', purchaseId, reason: outcome.reason, detail: outcome.detail } };
}

/** The purchase has ended since. What the provider refused then is refused again; otherwise there is no page any more. */
async function refusedBefore(ledger: Ledger, stream: string, purchaseId: string): Promise<Asking> {
  const end = await ledger.recorded(wallet, stream, reservedKeys.purchaseNotStarted(purchaseId));
  const failed = end?.events.find((event) => event.type === 'PurchaseFailed');
  if (!failed) return {};
  return { refusal: { code: 'purchase_refused_by_provider', purchaseId, reason: failed.code, detail: failed.reason ?? '' } };
}
