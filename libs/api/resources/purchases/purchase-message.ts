/** A purchase in the words of the contract, made of what its wallet's stream tells of it. */
import { formatAmount, type Instant } from '@drawdown/domain/amounts';
import type { EventOf } from '@drawdown/domain/balance';
import { time } from '../balances/balance-message';
import type { Message } from '../operation';

export type PurchaseEvent = EventOf<'PurchaseStarted' | 'PurchaseSucceeded' | 'PurchaseFailed' | 'PurchaseExpired' | 'PurchaseFlagged'>;

/** @param told of this purchase and no other, in order, from its start on */
export function purchaseMessage(customerId: string, told: readonly PurchaseEvent[], at: Instant): Message {
  const purchase: Record<string, unknown> = { customer_id: customerId };
  for (const event of told) Object.assign(purchase, fieldsOf(event));
  const expiresAt = told.map((event) => (event.type === 'PurchaseStarted' ? event.expiresAt : undefined)).find((end) => end !== undefined);
  // The sweeper posts it, and its being late changes nothing.
  const over = purchase['status'] === 'pending' && expiresAt !== undefined && expiresAt <= at;
  return {
    ...purchase,
    ...(over && { status: 'expired', ended_at: time(expiresAt) }),
    flags: told.filter((event) => event.type === 'PurchaseFlagged').map(flagMessage),
  };
}

function fieldsOf(event: PurchaseEvent): Message {
  switch (event.type) {
    case 'PurchaseStarted': {
      const { purchaseId, asked, conversion, provider, by, at, expiresAt } = event;
      return {
        purchase_id: purchaseId,
        status: 'pending',
        amount: formatAmount(asked.amount),
        currency: asked.currency,
        credits: conversion && formatAmount(conversion.credits),
        credit_price: conversion && formatAmount(conversion.creditPrice),
        credit_price_version: conversion?.priceVersion,
        provider,
        by,
        started_at: time(at),
        expires_at: time(expiresAt),
      };
    }
    case 'PurchaseSucceeded':
      return {
        status: 'succeeded',
        ended_at: time(event.at),
        grant_id: event.grantId,
        late: event.late !== undefined,
        payment_id: event.providerPaymentId,
        failure_code: undefined,
        failure_reason: undefined,
      };
    case 'PurchaseFailed':
      return { status: 'failed', ended_at: time(event.at), failure_code: event.code, failure_reason: event.reason };
    case 'PurchaseExpired':
      return { status: 'expired', ended_at: time(event.expiresAt) };
    case 'PurchaseFlagged':
      return {};
  }
}

const flagMessage = ({ reason, paid, providerEventId, providerPaymentId, creditedTo, at }: EventOf<'PurchaseFlagged'>): Message => ({
  reason,
  paid_amount: paid && formatAmount(paid.amount),
  paid_currency: paid?.currency,
  event_id: providerEventId,
  payment_id: providerPaymentId,
  flagged_at: time(at),
  credited_to: creditedTo,
});
