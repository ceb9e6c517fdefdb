/** An event of a balance as one entry of an account statement. Pure. Amounts say how booked moved, so they add up to it. */
import { type Amount, type Instant, minus, plus, ZERO } from '@drawdown/domain/amounts';
import type { AccruedLine, Allocation, BalanceEvent, Conversion, Figures, UsageLine } from '@drawdown/domain/balance';

/** Lines of usage in one movement; the count says how many there are in all. */
export const MOVEMENT_USAGE_LINES_MAX = 100;

export const MOVEMENT_TYPES = [
  'created',
  'credited',
  'consumed',
  'deducted',
  'hold_placed',
  'hold_captured',
  'hold_released',
  'hold_expired',
  'grant_expired',
  'paused',
  'resumed',
  'closed',
  'limits_set',
  'low_balance',
  'run_out',
  'recovered',
  'grant_effective',
  'top_up_voided',
  'accrued',
  'invoice_paid',
  'invoice_payment_reversed',
  'purchase_started',
  'purchase_succeeded',
  'purchase_failed',
  'purchase_expired',
  'purchase_flagged',
  'duplicate_notification',
  'grant_expiring',
] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];

interface Movement {
  readonly type: MovementType;
  /** Positive when it was added to booked, negative when it was taken. */
  readonly amount: Amount;
  /** After it. */
  readonly figures: Figures;
  /** When it counts. */
  readonly effectiveAt: Instant;
  /** When the ledger decided it, which the chain chains: the event's own time, or a later one that it tells. When the log stored it is chained by nothing. */
  readonly recordedAt: Instant;
  readonly uncovered?: Amount;
  /** How the usage that waits for its invoice moved. */
  readonly unbilled?: Amount;
  readonly reason?: string;
  readonly reference?: string;
  readonly grantId?: string;
  readonly holdId?: string;
  readonly limitId?: string;
  readonly purchaseId?: string;
  /** How money was made of credits, in a wallet. Usage has one for each line. */
  readonly conversion?: Conversion;
  /** Grants it took from, reserved in or gave back to, each once. */
  readonly allocation?: Allocation;
  /** At most MOVEMENT_USAGE_LINES_MAX of them. */
  readonly usage?: readonly (UsageLine | AccruedLine)[];
  readonly usageCount?: number;
}

/** The movement type that an event is shown as. */
export const movementTypeOf = (event: BalanceEvent): MovementType => TYPES[event.type];

const TYPES: { readonly [T in BalanceEvent['type']]: MovementType } = {
  Created: 'created',
  ToppedUp: 'credited',
  CreditsConsumed: 'consumed',
  UsageAccrued: 'accrued',
  InvoicePaid: 'invoice_paid',
  InvoicePaymentReversed: 'invoice_payment_reversed',
  PurchaseStarted: 'purchase_started',
  PurchaseSucceeded: 'purchase_succeeded',
  PurchaseFailed: 'purchase_failed',
  PurchaseExpired: 'purchase_expired',
  PurchaseFlagged: 'purchase_flagged',
  DuplicateNotification: 'duplicate_notification',
  TopUpVoided: 'top_up_voided',
  CreditsDeducted: 'deducted',
  HoldPlaced: 'hold_placed',
  HoldCaptured: 'hold_captured',
  HoldReleased: 'hold_released',
  HoldExpired: 'hold_expired',
  GrantExpired: 'grant_expired',
  GrantBecameEffective: 'grant_effective',
  GrantExpiring: 'grant_expiring',
  LowBalanceReached: 'low_balance',
  BalanceRanOut: 'run_out',
  BalanceRecovered: 'recovered',
  LimitsSet: 'limits_set',
  Paused: 'paused',
  Resumed: 'resumed',
  Closed: 'closed',
};

export function movementOf(event: BalanceEvent): Movement {
  const { figures, at: effectiveAt } = event;
  const still = {
    type: movementTypeOf(event),
    amount: ZERO,
    figures,
    effectiveAt,
    recordedAt: 'recordedAt' in event ? (event.recordedAt ?? event.at) : event.at,
  };
  switch (event.type) {
    case 'Created':
    case 'LimitsSet':
    case 'BalanceRanOut':
      return still;
    case 'Paused':
    case 'Resumed':
      return { ...still, ...(event.reason !== undefined && { reason: event.reason }) };
    case 'LowBalanceReached':
      return { ...still, limitId: event.limit.id };
    case 'BalanceRecovered':
      return { ...still, ...(event.limit && { limitId: event.limit.id }) };
    case 'GrantExpiring':
      return { ...still, grantId: event.grantId };
    case 'GrantBecameEffective':
      return { ...still, effectiveAt: event.effectiveAt, grantId: event.grantId };
    case 'ToppedUp': {
      const { id: grantId, amount, reference, effectiveAt: from = effectiveAt } = event.grant;
      const { purchaseId, conversion } = event;
      return {
        ...still,
        amount,
        effectiveAt: from,
        grantId,
        ...(reference !== undefined && { reference }),
        ...(purchaseId !== undefined && { purchaseId }),
        ...(conversion && { conversion }),
      };
    }
    case 'GrantExpired':
      return { ...still, amount: negative(event.amount), effectiveAt: event.expiresAt, grantId: event.grantId };
    case 'InvoicePaid': {
      const { amount, billed, invoiceId: reference, allocation } = event;
      return { ...still, amount: negative(amount), unbilled: negative(billed), reference, allocation };
    }
    case 'InvoicePaymentReversed': {
      const { amount, invoiceId: reference, returned: allocation, reason } = event;
      return { ...still, amount, reference, allocation, ...(reason !== undefined && { reason }) };
    }
    case 'PurchaseStarted':
      return { ...still, purchaseId: event.purchaseId, ...(event.conversion && { conversion: event.conversion }) };
    case 'PurchaseSucceeded': {
      const { purchaseId, grantId, providerPaymentId: reference } = event;
      return { ...still, purchaseId, grantId, ...(reference !== undefined && { reference }) };
    }
    case 'PurchaseFailed':
      return { ...still, purchaseId: event.purchaseId, reason: event.reason ?? event.code };
    case 'PurchaseExpired':
      return { ...still, effectiveAt: event.expiresAt, purchaseId: event.purchaseId };
    case 'DuplicateNotification': {
      const { purchaseId, end: reason, providerPaymentId: reference } = event;
      return { ...still, purchaseId, reason, ...(reference !== undefined && { reference }) };
    }
    case 'PurchaseFlagged': {
      const { purchaseId, reason, providerPaymentId: reference } = event;
      return { ...still, purchaseId, reason, ...(reference !== undefined && { reference }) };
    }
    case 'TopUpVoided':
      return { ...still, amount: negative(event.amount), grantId: event.grantId, reason: event.reason };
    case 'CreditsConsumed': {
      const { lines, uncovered } = event;
      const allocation = merged(lines.flatMap((line) => line.allocation));
      const usage = lines.slice(0, MOVEMENT_USAGE_LINES_MAX);
      return { ...still, amount: negative(event.amount), uncovered, allocation, usage, usageCount: lines.length };
    }
    case 'UsageAccrued':
      return { ...still, unbilled: event.amount, usage: event.lines.slice(0, MOVEMENT_USAGE_LINES_MAX), usageCount: event.lines.length };
    case 'CreditsDeducted': {
      const { reason, reference, allocation } = event;
      return { ...still, amount: negative(event.amount), reason, ...(reference !== undefined && { reference }), allocation };
    }
    case 'HoldPlaced': {
      const { holdId, allocation, reference } = event;
      return { ...still, holdId, allocation, ...(reference !== undefined && { reference }) };
    }
    case 'HoldCaptured':
      return { ...still, amount: negative(event.amount), holdId: event.holdId, allocation: merged([...event.captured, ...event.overrun]) };
    case 'HoldReleased':
      return { ...still, holdId: event.holdId, allocation: event.released };
    case 'HoldExpired':
      return { ...still, effectiveAt: event.expiresAt, holdId: event.holdId, allocation: event.released };
    case 'Closed':
      return { ...still, amount: negative(event.amount), reason: event.reason, allocation: event.allocation };
  }
}

const negative = (amount: Amount): Amount => minus(ZERO, amount);

/** One part per grant, in the order in which they were first taken. */
export function merged(parts: Allocation): Allocation {
  const byGrant = new Map<string, Amount>();
  for (const { grant, amount } of parts) byGrant.set(grant, plus(byGrant.get(grant) ?? ZERO, amount));
  return [...byGrant].map(([grant, amount]) => ({ grant, amount }));
}
