/** A small language for tests of the auto top-up. One fixed instant; the test gives everything else. */
import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { autoTopUp } from './auto-top-up';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import type { AutoTopUpEvent, EventOf, Figures, Obstacle } from './auto-top-up.events';
import type { Policy } from './policy';

/** A Friday. */
export const noon = instant('2024-03-01T12:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const after = (ms: number): Instant => later(noon, ms);

/** 20 when 5 are left; an hour between two; 100 and 4 times a day. */
export const at5add20: Policy = {
  trigger: { kind: 'threshold', threshold: amount('5') },
  quantity: { kind: 'fixed', amount: amount('20') },
  figure: 'available',
  cooldownMs: HOUR,
  maximum: { period: 'day', money: amount('100'), count: 4 },
};
export const policyOf = (changes: Partial<Policy>): Policy => ({ ...at5add20, ...changes });

export const figures = (available: string, pending = '0', projected = available): Figures => ({
  available: amount(available),
  projected: amount(projected),
  pending: amount(pending),
});

export const configure = (policy: Policy = at5add20, at = noon): AutoTopUpCommand => ({
  type: 'Configure',
  at,
  customerId: 'cus_1',
  currency: 'EUR',
  policy,
});
export const consider = (available: string, at = noon, pending?: string, projected?: string): AutoTopUpCommand => ({
  type: 'Consider',
  at,
  figures: figures(available, pending, projected),
});
/** A look at a low wallet with something in the way of a purchase. */
export const obstructed = (obstacle: Obstacle, at = noon): AutoTopUpCommand => ({ type: 'Consider', at, figures: figures('0'), obstacle });
export const notStarted = (requestId = 'a1', at = noon): AutoTopUpCommand => ({
  type: 'RecordPurchaseNotStarted',
  at,
  requestId,
  reason: 'wallets_disabled',
});
export const started = (requestId = 'a1', at = noon): AutoTopUpCommand => ({
  type: 'RecordPurchaseStarted',
  at,
  requestId,
  purchaseId: `p-${requestId}`,
});
export const succeeded = (requestId = 'a1', at = noon): AutoTopUpCommand => ({ type: 'RecordPurchaseSucceeded', at, requestId });
export const declined = (requestId = 'a1', at = noon): AutoTopUpCommand => ({
  type: 'RecordPurchaseDeclined',
  at,
  requestId,
  reason: 'card_declined',
});
export const expired = (requestId = 'a1', at = noon): AutoTopUpCommand => ({ type: 'RecordPurchaseExpired', at, requestId });
export const resume = (at = noon): AutoTopUpCommand => ({ type: 'Resume', at, actor: 'ann' });
export const suspend = (at = noon, reason = 'purchase_flagged'): AutoTopUpCommand => ({ type: 'Suspend', at, reason });
export const disable = (at = noon): AutoTopUpCommand => ({ type: 'Disable', at });

/** The events of a series of commands, each of which has to be accepted. */
export function history(...commands: readonly AutoTopUpCommand[]): AutoTopUpEvent[] {
  const events: AutoTopUpEvent[] = [];
  for (const command of commands) events.push(...given(autoTopUp.decider, ...events).when(command).events);
  return events;
}

/** The events of a command after these commands. */
export const when = (before: readonly AutoTopUpCommand[], command: AutoTopUpCommand) =>
  given(autoTopUp.decider, ...history(...before)).when(command);

/** The result of a look, in one word. */
function described(events: readonly AutoTopUpEvent[]): string {
  const event = events.at(-1);
  if (!event) return 'nothing';
  return event.type === 'AutoTopUpSkipped' ? event.reason : event.type;
}
export const outcomeOf = (before: readonly AutoTopUpCommand[], command: AutoTopUpCommand): string =>
  described(when(before, command).events);

export const dueAfter = (...commands: readonly AutoTopUpCommand[]): number | undefined =>
  autoTopUp.dueAt?.(given(autoTopUp.decider, ...history(...commands)).state);

const at = noon;
const line = figures('5', '1', '2.5');
/** One of each event, with every field: the contents of the golden files. */
export const EXAMPLES: { readonly [T in AutoTopUpEvent['type']]: Required<EventOf<T>> } = {
  AutoTopUpConfigured: {
    type: 'AutoTopUpConfigured',
    at,
    customerId: 'cus_1',
    currency: 'EUR',
    policy: policyOf({
      trigger: { kind: 'every_days', days: 30, startingAt: after(DAY) },
      quantity: { kind: 'to_target', target: amount('50'), minimum: amount('1') },
    }),
    nextDueAt: after(DAY),
    actor: 'ann',
  },
  AutoTopUpDisabled: { type: 'AutoTopUpDisabled', at, reason: 'asked by the customer', actor: 'ann' },
  AutoTopUpResumed: { type: 'AutoTopUpResumed', at, reason: 'another card', actor: 'ann' },
  AutoTopUpRequested: {
    type: 'AutoTopUpRequested',
    at,
    requestId: 'a1',
    amount: amount('20'),
    cause: 'schedule',
    figures: line,
    nextDueAt: after(DAY),
  },
  AutoTopUpSkipped: {
    type: 'AutoTopUpSkipped',
    at,
    reason: 'target_reached',
    figures: line,
    considerAt: after(DAY),
    nextDueAt: after(DAY),
  },
  AutoTopUpWithdrawn: { type: 'AutoTopUpWithdrawn', at, requestId: 'a1', reason: 'wallets_disabled', considerAt: after(HOUR) },
  AutoTopUpStarted: { type: 'AutoTopUpStarted', at, requestId: 'a1', purchaseId: 'p1' },
  AutoTopUpSucceeded: {
    type: 'AutoTopUpSucceeded',
    at,
    requestId: 'a1',
    amount: amount('20'),
    late: true,
    nextDueAt: after(DAY),
  },
  AutoTopUpDeclined: {
    type: 'AutoTopUpDeclined',
    at,
    requestId: 'a1',
    reason: 'card_declined',
    failures: 1,
    retryAt: after(HOUR),
  },
  AutoTopUpExpired: { type: 'AutoTopUpExpired', at, requestId: 'a1', failures: 1, retryAt: after(HOUR) },
  AutoTopUpSuspended: { type: 'AutoTopUpSuspended', at, failures: 4, reason: 'purchase_flagged', actor: 'ann' },
};
