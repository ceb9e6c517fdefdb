/** A request of an auto top-up becomes a purchase: recorded in the wallet, asked of the provider, and then told as started. */
import { type AutoTopUp, autoTopUp, type AutoTopUpCommand, purchaseKeyOf, REQUEST_METADATA } from '@drawdown/domain/auto-top-up';
import { later } from '@drawdown/domain/amounts';
import { PRIORITY_DEFAULT, wallet } from '@drawdown/domain/balance';
import { streams } from '@drawdown/engine/event-store';
import { MANUAL } from '@drawdown/engine/payments';
import { Refused } from '@drawdown/api/errors';
import type { Context } from '../operation';
import type { Parts } from '../parts';
import { startPurchase } from '../purchases/purchase-start';
import { walletOf } from '../targets';

/**
 * How long a purchase by auto top-up waits for its money. It keeps everything else from being asked for meanwhile, so it is shorter
 * than one that a person waits for.
 */
const AUTO_TOP_UP_LIFE_MS = 3 * 24 * 3_600_000;
/** The customer is not there to pay on a page: whoever holds the means of payment collects, and confirms by the API. */
const AUTO_TOP_UP_PROVIDER = MANUAL;

type Request = NonNullable<AutoTopUp['inFlight']>;

/**
 * Idempotent: under the key of the request there is one purchase, and a provider takes one payment for it. What ended before it was
 * told as started is told here: whoever follows the log did not know whose it was.
 * @throws PaymentProviderUnavailable, or any other fault: do it again
 */
export async function startRequest(parts: Parts, customerId: string, request: Request): Promise<void> {
  const requestId = request.id;
  const tell = (command: AutoTopUpCommand) => parts.ledger.execute(autoTopUp, streams.autoTopUp(customerId), command);
  let purchaseId: string;
  try {
    purchaseId = await started(parts, customerId, request);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { refusal } = error;
    const at = parts.clock();
    // Only its provider refuses a purchase that is there, and may be paid yet. Everything else refuses to make one.
    if (refusal.code === 'purchase_refused_by_provider')
      await tell({ type: 'RecordPurchaseDeclined', at, requestId, reason: refusal.reason });
    else await tell({ type: 'RecordPurchaseNotStarted', at, requestId, reason: refusal.code });
    return;
  }
  await tell({ type: 'RecordPurchaseStarted', at: parts.clock(), requestId, purchaseId });
  const { state } = await parts.ledger.reload(wallet, streams.wallet(customerId));
  const end = state.purchases?.ended.find(({ id }) => id === purchaseId)?.end;
  const at = parts.clock();
  if (end === 'succeeded') await tell({ type: 'RecordPurchaseSucceeded', at, requestId });
  if (end === 'failed') await tell({ type: 'RecordPurchaseDeclined', at, requestId, reason: 'failed' });
  if (end === 'expired') await tell({ type: 'RecordPurchaseExpired', at, requestId });
}

async function started(parts: Parts, customerId: string, { id, amount }: Request): Promise<string> {
  const answer = await startPurchase(parts, calling(purchaseKeyOf(id)), {
    target: walletOf(customerId),
    quantity: { amount },
    provider: AUTO_TOP_UP_PROVIDER,
    by: 'auto_top_up',
    expiresAt: later(parts.clock(), AUTO_TOP_UP_LIFE_MS),
    returnTo: { paid: '', cancelled: '' },
    terms: { priority: PRIORITY_DEFAULT, metadata: { [REQUEST_METADATA]: id } },
  });
  const { purchase_id: purchaseId } = answer['purchase'] as { readonly purchase_id: string };
  return purchaseId;
}

/** Nobody calls: nobody goes away, and nobody waits. */
const calling = (key: string): Context => ({
  transport: 'grpc',
  callId: key,
  key,
  body: undefined,
  traceparent: undefined,
  signal: new AbortController().signal,
  deadline: undefined,
  replayed: () => undefined,
});
