/** A purchase as a message of the contract, made of its events. */
import assert from 'node:assert/strict';
import type { Purchase, PurchaseFlag } from '@drawdown/api/contract';
import { formatAmount, formatInstant, type Instant } from '@drawdown/domain/amounts';
import type { EventOf } from '@drawdown/domain/balance';
import { amountText, time } from '../balances/balance-message';

export type PurchaseEvent = EventOf<'PurchaseStarted' | 'PurchaseSucceeded' | 'PurchaseFailed' | 'PurchaseExpired' | 'PurchaseFlagged'>;

/** @param events of this purchase and no other, in order, from its start on */
export function purchaseMessage(customerId: string, events: readonly PurchaseEvent[], at: Instant): Purchase {
  const [started, ...since] = events;
  assert(started?.type === 'PurchaseStarted', 'a purchase begins with its start');
  const purchase = startedMessage(customerId, started);
  for (const event of since) Object.assign(purchase, changedBy(event));
  const { expiresAt } = started;
  // The sweeper posts the expiry, and its being late changes nothing.
  const over = purchase.status === 'pending' && expiresAt !== undefined && expiresAt <= at;
  return {
    ...purchase,
    ...(over && { status: 'expired', ended_at: time(expiresAt) }),
    flags: events.filter((event) => event.type === 'PurchaseFlagged').map(flagMessage),
  };
}

const startedMessage = (
  customerId: string,
  { purchaseId, asked, conversion, provider, by, at, expiresAt }: EventOf<'PurchaseStarted'>,
): Purchase => ({
  purchase_id: purchaseId,
  customer_id: customerId,
  status: 'pending',
  amount: formatAmount(asked.amount),
  currency: asked.currency,
  credits: amountText(conversion?.credits),
  credit_price: amountText(conversion?.creditPrice),
  credit_price_version: conversion?.priceVersion ?? 0,
  provider,
  by,
  started_at: formatInstant(at),
  expires_at: time(expiresAt),
  ended_at: undefined,
  grant_id: '',
  late: false,
  failure_code: '',
  failure_reason: '',
  payment_id: '',
  flags: [],
});

function changedBy(event: PurchaseEvent): Partial<Purchase> {
  switch (event.type) {
    case 'PurchaseSucceeded':
      return {
        status: 'succeeded',
        ended_at: time(event.at),
        grant_id: event.grantId,
        late: event.late !== undefined,
        payment_id: event.providerPaymentId ?? '',
        failure_code: '',
        failure_reason: '',
      };
    case 'PurchaseFailed':
      return { status: 'failed', ended_at: time(event.at), failure_code: event.code, failure_reason: event.reason ?? '' };
    case 'PurchaseExpired':
      return { status: 'expired', ended_at: time(event.expiresAt) };
    case 'PurchaseStarted':
    case 'PurchaseFlagged':
      return {};
  }
}

const flagMessage = ({ reason, paid, providerEventId, providerPaymentId, creditedTo, at }: EventOf<'PurchaseFlagged'>): PurchaseFlag => ({
  reason,
  paid_amount: amountText(paid?.amount),
  paid_currency: paid?.currency ?? '',
  event_id: providerEventId ?? '',
  payment_id: providerPaymentId ?? '',
  flagged_at: formatInstant(at),
  credited_to: creditedTo ?? '',
});
