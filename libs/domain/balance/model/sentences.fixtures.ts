/** An event in one line, with all that it says but its time: `deducted 60 out of g1:40 g2:20 -> 15 booked, 5 held, 10 available`. */
import { type Amount, formatAmount } from '@drawdown/domain/amounts';
import type { BalanceEvent } from '../events';
import type { Figures } from '../figures';
import type { Allocation, Money } from '../grants/grant';
import type { Limit } from '../limits/limit';

export const told = (event: BalanceEvent): string => `${what(event)} -> ${figuresTold(event.figures)}`;

/** `60` where all of it is available and nothing was ever uncovered, otherwise every figure by name; and what there is beside. */
export function figuresTold({ booked, held, available, uncovered, unbilled = 0n, pending = 0n }: Told<Figures>): string {
  const plain = held === 0n && uncovered === 0n && available === booked;
  const parts = plain ? [told9(booked)] : [`${told9(booked)} booked`, `${told9(held)} held`, `${told9(available)} available`];
  const beside = { uncovered, unbilled, pending };
  return [...parts, ...Object.entries(beside).flatMap(([name, of]) => (of === 0n ? [] : [`${told9(of)} ${name}`]))].join(', ');
}
type Told<F> = { [Name in keyof F]: bigint };

export const told9 = (value: bigint): string => formatAmount(value as Amount);
export const moneyTold = ({ amount, currency }: Money): string => `${told9(amount)} ${currency}`;
export const limitTold = (of: Limit): string => `${of.id} at ${told9(of.value)}${of.kind === 'absolute' ? '' : '% of the last top-up'}`;
const parts = (of: Allocation): string => of.map((part) => `${part.grant}:${told9(part.amount)}`).join(' ') || 'nothing';

function what(event: BalanceEvent): string {
  switch (event.type) {
    case 'Created':
      return `created for ${event.customerId}${event.limits.map((of) => `, ${limitTold(of)}`).join('')}`;
    case 'ToppedUp':
      return `topped up ${event.grant.id}:${told9(event.grant.amount)}`;
    case 'CreditsConsumed': {
      const lines = event.lines.map((line) => `${told9(line.amount)} out of ${parts(line.allocation)}${short(line.uncovered)}`);
      return `consumed ${told9(event.amount)}${short(event.uncovered)} (${lines.join('; ')})`;
    }
    case 'UsageAccrued':
      return `accrued ${told9(event.amount)} (${event.lines.map((line) => told9(line.amount)).join('; ')})`;
    case 'InvoicePaid':
      return (
        `paid ${event.paymentId}:${told9(event.amount)} of ${told9(event.due)} for ${event.invoiceId} out of ${parts(event.allocation)}` +
        `${of(event.remaining, 'remaining')}${of(event.billed, 'billed')}`
      );
    case 'InvoicePaymentReversed':
      return (
        `reversed ${event.paymentId}:${told9(event.amount)} for ${event.invoiceId} to ${parts(event.returned)}` +
        `${event.restored.map(({ id }) => `, ${id} again`).join('')}${of(event.remaining, 'remaining')}`
      );
    case 'PurchaseStarted':
      return `started ${event.purchaseId}:${told9(event.grant.amount)} for ${moneyTold(event.asked)}`;
    case 'PurchaseSucceeded':
      return `succeeded ${event.purchaseId} with ${moneyTold(event.paid)} as ${event.grantId}${event.late ? `, late: it had ${event.late}` : ''}`;
    case 'PurchaseFailed':
      return `failed ${event.purchaseId}: ${event.code}`;
    case 'PurchaseExpired':
      return `nobody paid ${event.purchaseId}`;
    case 'DuplicateNotification':
      return `told again that ${event.purchaseId} ${event.end}`;
    case 'PurchaseFlagged':
      return `flagged ${event.purchaseId}: ${event.reason}${event.paid ? ` (${moneyTold(event.paid)})` : ''}`;
    case 'TopUpVoided':
      return `voided ${event.grantId}:${told9(event.amount)}, ${event.reason}`;
    case 'CreditsDeducted':
      return `deducted ${told9(event.amount)} out of ${parts(event.allocation)}`;
    case 'HoldPlaced':
      return `held ${event.holdId}:${told9(event.amount)} in ${parts(event.allocation)}`;
    case 'HoldCaptured':
      return (
        `captured ${event.holdId}:${told9(event.amount)} out of ${parts(event.captured)}, beyond it ${parts(event.overrun)}, ` +
        `released ${parts(event.released)}, remaining ${told9(event.remaining)}`
      );
    case 'HoldReleased':
      return `released ${event.holdId}:${told9(event.amount)} to ${parts(event.released)}`;
    case 'HoldExpired':
      return `hold ${event.holdId}:${told9(event.amount)} expired to ${parts(event.released)}`;
    case 'GrantExpired':
      return `expired ${event.grantId}:${told9(event.amount)}`;
    case 'GrantExpiring':
      return `expiring ${event.grantId}:${told9(event.amount)}`;
    case 'GrantBecameEffective':
      return `began ${event.grantId}`;
    case 'LowBalanceReached':
      return `low on ${event.limit.id} at ${told9(event.threshold)}`;
    case 'BalanceRanOut':
      return 'ran out';
    case 'BalanceRecovered':
      return `recovered from ${event.limit?.id ?? event.from} at ${told9(event.threshold)}`;
    case 'LimitsSet':
      return `limits set: ${event.limits.map(limitTold).join(', ') || 'none'}`;
    case 'Paused':
      return `paused${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'Resumed':
      return `resumed${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'Closed':
      return `closed ${told9(event.amount)} out of ${parts(event.allocation)}`;
  }
}

const of = (amount: Amount, what: string): string => (amount === 0n ? '' : `, ${told9(amount)} ${what}`);
const short = (uncovered: Amount): string => (uncovered === 0n ? '' : ` and ${told9(uncovered)} uncovered`);
