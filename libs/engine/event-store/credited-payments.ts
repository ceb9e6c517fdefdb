/**
 * The purchase that a payment was credited to. One payment is credited once in a wallet, also if notifications name several purchases.
 * Its key is made of the event that credited it and is kept forever. So the log alone restores it.
 */
import { type DomainEvent, readEvent } from '@drawdown/domain/decider';
import { type BalanceEvent, type EventOf, wallet } from '@drawdown/domain/balance';
import type { EventLog } from './event-log';
import { type KeyPlace, paymentFingerprint } from './keys';

/** The key of the payment that an event credited, if it did. Not of its provider: an account has one word for each payment. */
export function paymentKeyOf(stream: string, event: DomainEvent): number | undefined {
  if (event.type !== 'PurchaseSucceeded') return undefined;
  const { providerPaymentId } = event as EventOf<'PurchaseSucceeded'>;
  return providerPaymentId === undefined ? undefined : paymentFingerprint(stream, providerPaymentId);
}

interface Known {
  readonly log: EventLog;
  readonly states: { readonly keys: { findOne(fingerprint: number): Promise<readonly KeyPlace[]> } };
}

/**
 * The purchase of a wallet that a payment was credited to, as far as the stream is known: asked while a command is made, what comes
 * meanwhile makes it be made anew.
 */
export async function creditedTo({ log, states }: Known, stream: string, paymentId: string): Promise<string | undefined> {
  for (const place of await states.keys.findOne(paymentFingerprint(stream, paymentId))) {
    if (place.stream !== stream) continue;
    const [recorded] = await log.readStream(stream, { from: place.revision, limit: 1 });
    const event: BalanceEvent | undefined = recorded && readEvent(wallet, recorded.type, recorded.data);
    // Two keys may have one fingerprint.
    if (event?.type === 'PurchaseSucceeded' && event.providerPaymentId === paymentId) return event.purchaseId;
  }
  return undefined;
}
