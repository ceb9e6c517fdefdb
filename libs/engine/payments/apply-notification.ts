/**
 * The one way of what somebody says about a purchase: confirmed or failed, by a provider's own notification or by hand. It is known by
 * the id of the notification, so that it counts once, whatever key a caller sends and however often a provider delivers it.
 */
import { formatAmount } from '@drawdown/domain/amounts';
import { type BalanceTypes, wallet } from '@drawdown/domain/balance';
import { optional, reservedKeys } from '@drawdown/domain/decider';
import {
  type CarriedOut,
  carryOut,
  type CommandCall,
  CommandRefused,
  isRefused,
  knownBy,
  requireCustomer,
} from '@drawdown/engine/commands';
import { creditedTo, streams } from '@drawdown/engine/event-store';
import { purchaseCommand, type PurchaseNotification } from './purchase-commands';
import type { NotificationConflict } from './refusals';
import type { PurchaseServices } from './start-purchase';

/** @throws CommandRefused purchase_not_found, payment_event_conflict and the like. A flag is an event, and not thrown. */
export async function applyNotification(
  services: Pick<PurchaseServices, 'ledger' | 'clock'>,
  call: CommandCall,
  notification: PurchaseNotification,
): Promise<CarriedOut<BalanceTypes>> {
  const { ledger } = services;
  const { customerId, provider, eventId } = notification;
  await requireCustomer(services, customerId);
  const stream = streams.wallet(customerId);
  const known = eventId === undefined ? call : knownBy(call, reservedKeys.notification(provider, eventId), contentOf(notification));
  return carryOut(services, known, wallet, stream, async (at) => {
    const command = purchaseCommand(notification, at);
    if (notification.outcome === 'failed') return command;
    return { ...command, ...optional('creditedTo', await creditedTo(ledger, stream, notification.reference)) };
  }).catch((thrown: unknown) => {
    if (eventId !== undefined && isConflictOf(thrown, known.key)) throw conflict(provider, eventId);
    throw thrown;
  });
}

/** The same notification with other contents is refused as a conflict. */
const contentOf = (notification: PurchaseNotification): readonly (string | undefined)[] => {
  const { outcome, purchaseId } = notification;
  switch (outcome) {
    case 'confirmed':
      return [outcome, purchaseId, notification.reference, formatAmount(notification.paid.amount), notification.paid.currency];
    case 'failed':
      return [outcome, purchaseId, notification.code, 'reason' in notification ? notification.reason : undefined];
  }
};

const isConflictOf = (thrown: unknown, key: string | undefined): boolean =>
  isRefused(thrown) && thrown.refusal.code === 'idempotency_conflict' && 'key' in thrown.refusal && thrown.refusal.key === key;

/** Nobody has sent the reserved key: the refusal names the notification. */
const conflict = (provider: string, eventId: string): CommandRefused<NotificationConflict> =>
  new CommandRefused({ code: 'payment_event_conflict', provider, eventId });
