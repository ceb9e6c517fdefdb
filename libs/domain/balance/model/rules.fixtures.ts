/** What the test's own books (`books.fixtures.ts`) know by rule alone: what is refused whatever they hold, and which grant burns first. */
import type { BalanceCommand } from '../balance';
import type { Limit } from '../limits/limit';
import { decimal } from './sentences.fixtures';

type Terms = Extract<BalanceCommand, { type: 'TopUp' }>['grant'];

/** Refusals that need no books: the command is wrong in itself, or for what the balance is. */
export function refusalByRule(command: BalanceCommand, status: string): string | undefined {
  if (command.type === 'Create' && (status === 'open' || status === 'paused')) return 'balance_exists';
  if (command.type !== 'Create' && status === 'none') return 'balance_not_found';
  if (!['Create', 'Sweep', 'ConfirmPurchase', 'FailPurchase'].includes(command.type) && status === 'closed') return 'balance_closed';
  if (status === 'paused' && ['Deduct', 'PlaceHold', 'CaptureHold', 'PayInvoice', 'Pause'].includes(command.type)) return 'balance_paused';
  if (command.type === 'Resume' && status === 'open') return 'balance_not_paused';
  if ('amount' in command && command.amount !== undefined && command.amount <= 0n) return 'amount_not_positive';
  if (command.type === 'PayInvoice' && (command.due < 0n || (command.billed ?? 0n) < 0n)) return 'amount_negative';
  if (command.type === 'PayInvoice' && digitsOf(command.due) > command.minorUnitDigits) return 'not_whole_minor_units';
  if (command.type === 'ReverseInvoicePayment' && digitsOf(command.amount ?? 0n) > command.payment.minorUnitDigits)
    return 'not_whole_minor_units';
  if (command.type === 'PlaceHold' && (command.expiresAt ?? Infinity) <= command.at) return 'hold_already_expired';
  if (command.type === 'StartPurchase' && command.asked.amount <= 0n) return 'amount_not_positive';
  const terms =
    command.type === 'TopUp' || command.type === 'StartPurchase'
      ? command.grant
      : command.type === 'Create'
        ? command.startingGrant
        : undefined;
  if (terms && terms.amount <= 0n) return 'amount_not_positive';
  if (terms && (terms.expiresAt ?? Infinity) <= Math.max(command.at, terms.effectiveAt ?? -Infinity)) return 'grant_never_effective';
  if (command.type === 'StartPurchase' && (command.expiresAt ?? Infinity) <= command.at) return 'purchase_already_expired';
  const limits = 'limits' in command ? command.limits : [];
  if (new Set(limits.map((limit) => limit.id)).size < limits.length) return 'duplicate_limit';
  const outside = ({ kind, value }: Limit) => (kind === 'absolute' ? value < 0n : value <= 0n || value > 100_000_000_000n);
  if (limits.some(outside)) return 'limit_out_of_range';
  return undefined;
}

/** Digits after the point, as it is written. */
const digitsOf = (n: bigint): number => (decimal(n).split('.')[1] ?? '').length;

/** The burn-down order as a text that sorts: priority, end (none last), `free` before `paid`, beginning (none first), order recorded. */
export function rank({ priority, expiresAt, origin, effectiveAt }: Terms, recorded: number): string {
  const digits = (n: number) => String(n).padStart(15, '0');
  return [
    digits(priority),
    expiresAt === undefined ? 'never' : digits(expiresAt),
    origin,
    effectiveAt === undefined ? '' : digits(effectiveAt),
    digits(recorded),
  ].join(' ');
}
