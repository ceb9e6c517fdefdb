/** Turns a request of an auto top-up into a purchase: recorded in the wallet, asked of the provider, then recorded as started. */
import { type AutoTopUp, autoTopUp, type AutoTopUpCommand, REQUEST_METADATA } from '@drawdown/domain/auto-top-up';
import { later } from '@drawdown/domain/amounts';
import { PRIORITY_DEFAULT, wallet } from '@drawdown/domain/balance';
import { reservedKeys } from '@drawdown/domain/decider';
import { type CommandCall, isRefused } from '@drawdown/engine/commands';
import { streams } from '@drawdown/engine/event-store';
import { MANUAL, type PurchaseServices, startPurchase } from '@drawdown/engine/payments';

/**
 * How long a purchase by auto top-up waits for its money. Nothing else is asked for meanwhile, so it is shorter than a purchase that a
 * person waits for.
 */
const AUTO_TOP_UP_LIFE_MS = 3 * 24 * 3_600_000;
/** The customer is not there to pay on a page: whoever holds the means of payment collects, and confirms by the API. */
const AUTO_TOP_UP_PROVIDER = MANUAL;

type Request = NonNullable<AutoTopUp['inFlight']>;

/**
 * Idempotent: under the key of the request there is one purchase, and a provider takes one payment for it. A purchase may have ended
 * before it was recorded as started. Its end is recorded here, because whoever follows the log did not know whose it was.
 * @throws PaymentProviderUnavailable, or any other fault: do it again
 */
export async function startRequest(services: PurchaseServices, customerId: string, { id: requestId, amount }: Request): Promise<void> {
  const { ledger, clock } = services;
  const record = (command: AutoTopUpCommand) => ledger.execute(autoTopUp, streams.autoTopUp(customerId), command);
  const asked = {
    customerId,
    quantity: { amount },
    provider: AUTO_TOP_UP_PROVIDER,
    by: 'auto_top_up',
    expiresAt: later(clock(), AUTO_TOP_UP_LIFE_MS),
    returnTo: { paid: '', cancelled: '' },
    terms: { priority: PRIORITY_DEFAULT, metadata: { [REQUEST_METADATA]: requestId } },
  } as const;
  const purchase = await startPurchase(services, callOf(requestId), asked).catch((thrown: unknown) => {
    if (isRefused(thrown)) return thrown;
    throw thrown;
  });
  const at = clock();
  if (isRefused(purchase)) return void (await record({ type: 'RecordPurchaseNotStarted', at, requestId, reason: purchase.refusal.code }));
  const { refusal, started } = purchase;
  if (refusal) return void (await record({ type: 'RecordPurchaseDeclined', at, requestId, reason: refusal.reason }));
  const { purchaseId } = started;
  await record({ type: 'RecordPurchaseStarted', at, requestId, purchaseId });
  const { state } = await ledger.reload(wallet, streams.wallet(customerId));
  const end = endOf(state.purchases?.ended.find(({ id }) => id === purchaseId)?.end);
  if (end) await record({ ...end, at: clock(), requestId });
}

type End = NonNullable<typeof wallet.decider.initial.purchases>['ended'][number]['end'];

function endOf(end: End | undefined) {
  switch (end) {
    case 'succeeded':
      return { type: 'RecordPurchaseSucceeded' } as const;
    case 'failed':
      return { type: 'RecordPurchaseDeclined', reason: 'failed' } as const;
    case 'expired':
      return { type: 'RecordPurchaseExpired' } as const;
    case undefined:
      return undefined;
  }
}

/** No caller waits for an answer. */
const callOf = (requestId: string): CommandCall => ({
  key: reservedKeys.autoTopUp(requestId),
  body: undefined,
  traceparent: undefined,
  replayed: () => undefined,
});
