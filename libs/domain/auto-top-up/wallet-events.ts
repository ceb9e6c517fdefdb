/**
 * What an event of the wallet means to its auto top-up. Whoever follows the log in order carries it out; done twice it changes
 * nothing. Pure.
 */
import { type Amount, type Instant, plus, ZERO } from '@drawdown/domain/amounts';
import { type BalanceEvent, type Figures as WalletFigures, projectedOf } from '@drawdown/domain/balance';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import type { AutoTopUp } from './auto-top-up.state';

/** Metadata of the grant that a purchase asks for: the request that it serves. Stored forever. */
export const REQUEST_METADATA = 'auto_top_up_request';

export type Reaction =
  | { readonly kind: 'record'; readonly command: AutoTopUpCommand }
  /** Consider it, with the figures of the wallet at that time. */
  | { readonly kind: 'look' };

/**
 * @param state of the customer's auto top-up, with everything recorded that earlier events have led to
 * @param at now, by the clock of the follower
 */
export function reactionTo(event: BalanceEvent, state: AutoTopUp, at: Instant): Reaction | undefined {
  const command = recorded(event, state, at);
  if (command) return { kind: 'record', command };
  // An auto top-up that was skipped for the pause waits for its end.
  if (event.type === 'Resumed' && state.status === 'on' && !state.inFlight) return { kind: 'look' };
  return needsLook(event.figures, state, at) ? { kind: 'look' } : undefined;
}

function recorded(event: BalanceEvent, state: AutoTopUp, at: Instant): AutoTopUpCommand | undefined {
  if (event.type === 'Closed') return state.status === 'off' ? undefined : { type: 'Disable', at, reason: 'wallet_closed' };
  if (event.type === 'PurchaseStarted') {
    const requestId = event.by === 'auto_top_up' ? event.grant.metadata?.[REQUEST_METADATA] : undefined;
    return requestId === undefined ? undefined : { type: 'RecordPurchaseStarted', at, requestId, purchaseId: event.purchaseId };
  }
  if (event.type === 'PurchaseFlagged') {
    // Money was taken and not credited: a person looks at it before more is asked for.
    const ours = event.paid !== undefined && requestOf(event.purchaseId, state) !== undefined;
    return ours && state.status === 'on' ? { type: 'Suspend', at, reason: `purchase_flagged: ${event.reason}` } : undefined;
  }
  if (event.type !== 'PurchaseSucceeded' && event.type !== 'PurchaseFailed' && event.type !== 'PurchaseExpired') return undefined;
  const requestId = requestOf(event.purchaseId, state);
  if (requestId === undefined) return undefined;
  switch (event.type) {
    case 'PurchaseSucceeded':
      return { type: 'RecordPurchaseSucceeded', at, requestId };
    case 'PurchaseFailed':
      return { type: 'RecordPurchaseDeclined', at, requestId, reason: event.code };
    case 'PurchaseExpired':
      return { type: 'RecordPurchaseExpired', at, requestId };
  }
}

const requestOf = (purchaseId: string, { inFlight, ended }: AutoTopUp): string | undefined =>
  [...ended, ...(inFlight ? [inFlight] : [])].find((request) => request.purchaseId === purchaseId)?.id;

/** Low, without a request in flight and without a later look. */
function needsLook(figures: WalletFigures, { status, policy, inFlight, considerAt = NEVER }: AutoTopUp, at: Instant): boolean {
  if (status !== 'on' || inFlight || policy?.trigger.kind !== 'threshold' || considerAt > at) return false;
  const figure: Amount = policy.figure === 'available' ? figures.available : projectedOf(figures);
  return plus(figure, figures.pending ?? ZERO) <= policy.trigger.threshold;
}

/** No look is arranged. */
const NEVER = -Infinity as Instant;
