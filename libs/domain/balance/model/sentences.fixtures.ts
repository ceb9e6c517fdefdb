/** An event in one line, with all that it says but its time: `deducted 60 out of g1:40 g2:20 -> 15 booked, 5 held, 10 available`. */
import { type Amount, formatAmount } from '@drawdown/domain/amounts';
import type { BalanceEvent } from '../events';
import type { Figures } from '../figures';
import type { Allocation, Money } from '../grants/grant';
import type { Limit } from '../limits/limit';

export const sentence = (event: BalanceEvent): string => `${what(event)} -> ${figuresText(event.figures)}`;

/** `60` where all of it is available and nothing was ever uncovered, otherwise every figure by name; and what there is beside. */
export function figuresText({ booked, held, available, uncovered, unbilled = 0n, pending = 0n }: Numbers<Figures>): string {
  const plain = held === 0n && uncovered === 0n && available === booked;
  const parts = plain ? [decimal(booked)] : [`${decimal(booked)} booked`, `${decimal(held)} held`, `${decimal(available)} available`];
  const beside = { uncovered, unbilled, pending };
  return [...parts, ...Object.entries(beside).flatMap(([name, value]) => (value === 0n ? [] : [`${decimal(value)} ${name}`]))].join(', ');
}
type Numbers<F> = { [Name in keyof F]: bigint };

export const decimal = (value: bigint): string => formatAmount(value as Amount);
export const moneyText = ({ amount, currency }: Money): string => `${decimal(amount)} ${currency}`;
export const limitText = (limit: Limit): string =>
  `${limit.id} at ${decimal(limit.value)}${limit.kind === 'absolute' ? '' : '% of the last top-up'}`;
const parts = (allocation: Allocation): string => allocation.map((part) => `${part.grant}:${decimal(part.amount)}`).join(' ') || 'nothing';

function what(event: BalanceEvent): string {
  switch (event.type) {
    case 'Created':
      return `created for ${event.customerId}${event.limits.map((limit) => `, ${limitText(limit)}`).join('')}`;
    case 'ToppedUp':
      return `topped up ${event.grant.id}:${decimal(event.grant.amount)}`;
    case 'CreditsConsumed': {
      const lines = event.lines.map((line) => `${decimal(line.amount)} out of ${parts(line.allocation)}${short(line.uncovered)}`);
      return `consumed ${decimal(event.amount)}${short(event.uncovered)} (${lines.join('; ')})`;
    }
    case 'UsageAccrued':
      return `accrued ${decimal(event.amount)} (${event.lines.map((line) => decimal(line.amount)).join('; ')})`;
    case 'InvoicePaid':
      return (
        `paid ${event.paymentId}:${decimal(event.amount)} of ${decimal(event.due)} for ${event.invoiceId} out of ${parts(event.allocation)}` +
        `${nonZero(event.remaining, 'remaining')}${nonZero(event.billed, 'billed')}`
      );
    case 'InvoicePaymentReversed':
      return (
        `reversed ${event.paymentId}:${decimal(event.amount)} for ${event.invoiceId} to ${parts(event.returned)}` +
        `${event.restored.map(({ id }) => `, ${id} again`).join('')}${nonZero(event.remaining, 'remaining')}`
      );
    case 'PurchaseStarted':
      return `started ${event.purchaseId}:${decimal(event.grant.amount)} for ${moneyText(event.asked)}`;
    case 'PurchaseSucceeded':
      return `succeeded ${event.purchaseId} with ${moneyText(event.paid)} as ${event.grantId}${event.late ? `, late: it had ${event.late}` : ''}`;
    case 'PurchaseFailed':
      return `failed ${event.purchaseId}: ${event.code}`;
    case 'PurchaseExpired':
      return `nobody paid ${event.purchaseId}`;
    case 'DuplicateNotification':
      return `repeated that ${event.purchaseId} ${event.end}`;
    case 'PurchaseFlagged':
      return `flagged ${event.purchaseId}: ${event.reason}${event.paid ? ` (${moneyText(event.paid)})` : ''}`;
    case 'TopUpVoided':
      return `voided ${event.grantId}:${decimal(event.amount)}, ${event.reason}`;
    case 'CreditsDeducted':
      return `deducted ${decimal(event.amount)} out of ${parts(event.allocation)}`;
    case 'HoldPlaced':
      return `held ${event.holdId}:${decimal(event.amount)} in ${parts(event.allocation)}`;
    case 'HoldCaptured':
      return (
        `captured ${event.holdId}:${decimal(event.amount)} out of ${parts(event.captured)}, beyond it ${parts(event.overrun)}, ` +
        `released ${parts(event.released)}, remaining ${decimal(event.remaining)}`
      );
    case 'HoldReleased':
      return `released ${event.holdId}:${decimal(event.amount)} to ${parts(event.released)}`;
    case 'HoldExpired':
      return `hold ${event.holdId}:${decimal(event.amount)} expired to ${parts(event.released)}`;
    case 'GrantExpired':
      return `expired ${event.grantId}:${decimal(event.amount)}`;
    case 'GrantExpiring':
      return `expiring ${event.grantId}:${decimal(event.amount)}`;
    case 'GrantBecameEffective':
      return `began ${event.grantId}`;
    case 'LowBalanceReached':
      return `low on ${event.limit.id} at ${decimal(event.threshold)}`;
    case 'BalanceRanOut':
      return 'ran out';
    case 'BalanceRecovered':
      return `recovered from ${event.limit?.id ?? event.from} at ${decimal(event.threshold)}`;
    case 'LimitsSet':
      return `limits set: ${event.limits.map(limitText).join(', ') || 'none'}`;
    case 'Paused':
      return `paused${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'Resumed':
      return `resumed${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'Closed':
      return `closed ${decimal(event.amount)} out of ${parts(event.allocation)}`;
  }
}

const nonZero = (amount: Amount, what: string): string => (amount === 0n ? '' : `, ${decimal(amount)} ${what}`);
const short = (uncovered: Amount): string => (uncovered === 0n ? '' : ` and ${decimal(uncovered)} uncovered`);
