/** An auto top-up as the transports say it: its policy read and shown, its events as decisions. */
import { optional } from '@drawdown/domain/decider';
import assert from 'node:assert/strict';
import type { AutoTopUp as AutoTopUpMessage, AutoTopUpDecision, AutoTopUpPolicy, Sent } from '@drawdown/api/contract';
import {
  type AutoTopUp,
  autoTopUp,
  type AutoTopUpEvent,
  COOLDOWN_SECONDS_MAX,
  COUNT_MAX,
  DAY_OF_MONTH_MAX,
  DAYS_MAX,
  phaseAt,
  type Policy,
  type Quantity,
  type Trigger,
} from '@drawdown/domain/auto-top-up';
import { formatAmount, formatInstant, type Instant, ZERO } from '@drawdown/domain/amounts';
import { amountText, time } from '../balances/balance-message';
import type { Fields } from '../request/fields';

const MS = 1_000;

export function readPolicy(from: Fields<Sent<AutoTopUpPolicy>>): Policy {
  return {
    trigger: readTrigger(from),
    quantity: readQuantity(from),
    figure: from.optionalWord('figure', ['available', 'projected']) ?? 'available',
    cooldownMs: (from.integer('cooldown_seconds', 0, COOLDOWN_SECONDS_MAX) ?? 0) * MS,
    maximum: {
      period: from.optionalWord('maximum_period', ['day', 'week', 'month']) ?? 'month',
      money: from.amount('maximum_money', { above: ZERO }),
      count: readCount(from),
    },
  };
}

function readCount(from: Fields<Sent<AutoTopUpPolicy>>): number {
  const count = from.integer('maximum_count', 1, COUNT_MAX);
  if (count === undefined) from.violation('maximum_count', 'is missing', 'send it: what spends money by itself has an end');
  return count ?? 1;
}

function readTrigger(from: Fields<Sent<AutoTopUpPolicy>>): Trigger {
  const days = from.integer('every_days', 1, DAYS_MAX);
  const startingAt = from.optionalInstant('starting_at');
  if (days !== undefined) return { kind: 'every_days', days, ...optional('startingAt', startingAt) };
  if (startingAt !== undefined) from.violation('starting_at', 'is of every_days only', 'send it with every_days, or leave it out');
  const threshold = from.optionalAmount('threshold', { atLeast: ZERO });
  if (threshold !== undefined) return { kind: 'threshold', threshold };
  const day = from.integer('day_of_month', 1, DAY_OF_MONTH_MAX);
  if (day === undefined) from.violation('', 'does not say when', 'send threshold, every_days or day_of_month');
  return { kind: 'day_of_month', day: day ?? 1 };
}

function readQuantity(from: Fields<Sent<AutoTopUpPolicy>>): Quantity {
  const target = from.optionalAmount('target');
  const minimum = from.optionalAmount('minimum');
  if (target !== undefined) return { kind: 'to_target', target, ...optional('minimum', minimum) };
  if (minimum !== undefined) from.violation('minimum', 'is of target only', 'send it with target, or leave it out');
  const amount = from.optionalAmount('amount');
  if (amount === undefined) from.violation('', 'does not say how much', 'send either amount or target');
  return { kind: 'fixed', amount: amount ?? ZERO };
}

export function autoTopUpMessage(state: AutoTopUp, at: Instant): AutoTopUpMessage {
  const { customerId, currency, policy, inFlight, failures } = state;
  assert(policy, 'an auto top-up without a policy is refused');
  return {
    customer_id: customerId,
    currency: currency ?? '',
    policy: policyMessage(policy),
    phase: phaseAt(state, at),
    request_id: inFlight?.id ?? '',
    purchase_id: inFlight?.purchaseId ?? '',
    failures,
    considered_again_at: time(autoTopUp.dueAt?.(state) as Instant | undefined),
  };
}

function policyMessage({ trigger, quantity, figure, cooldownMs, maximum }: Policy): AutoTopUpPolicy {
  return {
    ...triggerMessage(trigger),
    ...(quantity.kind === 'fixed' ? { amount: formatAmount(quantity.amount) } : { target: formatAmount(quantity.target) }),
    minimum: amountText(quantity.kind === 'to_target' ? quantity.minimum : undefined),
    figure,
    cooldown_seconds: cooldownMs / MS,
    maximum_period: maximum.period,
    maximum_money: formatAmount(maximum.money),
    maximum_count: maximum.count,
  };
}

function triggerMessage(trigger: Trigger): Pick<AutoTopUpPolicy, 'threshold' | 'every_days' | 'day_of_month' | 'starting_at'> {
  switch (trigger.kind) {
    case 'threshold':
      return { threshold: formatAmount(trigger.threshold), starting_at: undefined };
    case 'every_days':
      return { every_days: trigger.days, starting_at: time(trigger.startingAt) };
    case 'day_of_month':
      return { day_of_month: trigger.day, starting_at: undefined };
  }
}

const TYPES: { readonly [T in AutoTopUpEvent['type']]: string } = {
  AutoTopUpConfigured: 'configured',
  AutoTopUpDisabled: 'disabled',
  AutoTopUpResumed: 'resumed',
  AutoTopUpRequested: 'requested',
  AutoTopUpSkipped: 'skipped',
  AutoTopUpWithdrawn: 'withdrawn',
  AutoTopUpStarted: 'started',
  AutoTopUpSucceeded: 'succeeded',
  AutoTopUpDeclined: 'declined',
  AutoTopUpExpired: 'expired',
  AutoTopUpSuspended: 'suspended',
};

export function decisionMessage(event: AutoTopUpEvent, revision: number): AutoTopUpDecision {
  const figures = 'figures' in event ? event.figures : undefined;
  const again = 'considerAt' in event ? event.considerAt : 'retryAt' in event ? event.retryAt : undefined;
  return {
    revision,
    type: TYPES[event.type],
    at: formatInstant(event.at),
    reason: 'reason' in event ? (event.reason ?? '') : '',
    request_id: 'requestId' in event ? event.requestId : '',
    purchase_id: 'purchaseId' in event ? event.purchaseId : '',
    amount: amountText('amount' in event ? event.amount : undefined),
    available: amountText(figures?.available),
    projected: amountText(figures?.projected),
    pending: amountText(figures?.pending),
    again_at: time(again),
  };
}
