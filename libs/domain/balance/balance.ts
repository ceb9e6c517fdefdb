/**
 * A balance: what happens to it (`evolve`) and what it answers to a command (`decide`). Pure: the same command on the same state is
 * the same decision. Each journey has a folder with its commands, events, decisions and changes of state; this file puts them together.
 */
import { type Decider, refuse } from '@drawdown/domain/decider';
import { sweep, type Sweep } from './due';
import type { BalanceEvent } from './events';
import { projectedOf } from './figures';
import { evolveExpiry } from './grants/expiry';
import { decideGrants, evolveGrants, type GrantCommand } from './grants/grants';
import { decideHolds, endedHoldsFit, evolveHolds, type HoldCommand } from './holds/holds';
import { decideInvoices, evolveInvoices, type InvoiceCommand } from './invoices/invoices';
import { decideLifecycle, evolveLifecycle, type LifecycleCommand } from './lifecycle/lifecycle';
import { evolveLimits, rearm, setLimits, type SetLimits } from './limits/limits';
import { type BalanceDecision, Postings } from './postings';
import { decidePurchases, evolvePurchases, type PurchaseCommand } from './purchases/purchases';
import type { BalanceRefusal } from './refusals';
import { type Balance, initialBalance } from './state';
import { decideUsage, evolveUsage, type UsageCommand } from './usage/usage';

export type BalanceCommand =
  LifecycleCommand | GrantCommand | UsageCommand | InvoiceCommand | PurchaseCommand | HoldCommand | SetLimits | Sweep;
export type CommandOf<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;

export interface BalanceTypes {
  readonly command: BalanceCommand;
  readonly state: Balance;
  readonly event: BalanceEvent;
  readonly refusal: BalanceRefusal;
}

export function evolve(state: Balance, event: BalanceEvent): Balance {
  return rearm({ ...apply(state, event), latestAt: event.at }, projectedOf(event.figures));
}

function apply(state: Balance, event: BalanceEvent): Balance {
  switch (event.type) {
    case 'Created':
    case 'Paused':
    case 'Resumed':
    case 'Closed':
      return evolveLifecycle(state, event);
    case 'ToppedUp':
    case 'TopUpVoided':
    case 'CreditsDeducted':
      return evolveGrants(state, event);
    case 'GrantExpired':
    case 'GrantExpiring':
    case 'GrantBecameEffective':
      return evolveExpiry(state, event);
    case 'CreditsConsumed':
    case 'UsageAccrued':
      return evolveUsage(state, event);
    case 'InvoicePaid':
    case 'InvoicePaymentReversed':
      return evolveInvoices(state, event);
    case 'PurchaseStarted':
    case 'PurchaseSucceeded':
    case 'PurchaseFailed':
    case 'PurchaseExpired':
    case 'PurchaseFlagged':
    case 'DuplicateNotification':
      return evolvePurchases(state, event);
    case 'HoldPlaced':
    case 'HoldCaptured':
    case 'HoldReleased':
    case 'HoldExpired':
      return evolveHolds(state, event);
    case 'LimitsSet':
    case 'LowBalanceReached':
    case 'BalanceRanOut':
    case 'BalanceRecovered':
      return evolveLimits(state, event);
  }
}

export function decide(command: BalanceCommand, state: Balance): BalanceDecision {
  if (command.type !== 'Create' && state.status === 'none') return refuse({ code: 'balance_not_found' });
  if (state.status === 'closed' && !ALSO_WHEN_CLOSED.has(command.type)) return refuse({ code: 'balance_closed' });
  const postings = new Postings(evolve, state, command.at);
  switch (command.type) {
    case 'Create':
    case 'Pause':
    case 'Resume':
    case 'Close':
      return decideLifecycle(command, postings);
    case 'TopUp':
    case 'VoidTopUp':
    case 'Deduct':
      return decideGrants(command, postings);
    case 'Consume':
    case 'Accrue':
      return decideUsage(command, postings);
    case 'PayInvoice':
    case 'ReverseInvoicePayment':
      return decideInvoices(command, postings);
    case 'StartPurchase':
    case 'ConfirmPurchase':
    case 'FailPurchase':
      return decidePurchases(command, postings);
    case 'PlaceHold':
    case 'CaptureHold':
    case 'ReleaseHold':
    case 'EndHolds':
      return decideHolds(command, postings);
    case 'SetLimits':
      return setLimits(command, postings);
    case 'Sweep':
      return sweep(command, postings);
  }
}

/** A closed balance may be created again. A provider's notification of a payment is recorded in any state of the balance. */
const ALSO_WHEN_CLOSED = commandTypes('Create', 'ConfirmPurchase', 'FailPurchase', 'Sweep');

/**
 * What has to be carried out first, in an append of its own. A debit finds what ended holds give back, all of it: it takes what is
 * there and is final, so it is not decided while the end of some of them would be left for later.
 */
export const prerequisite = (command: BalanceCommand, state: Balance): BalanceCommand | undefined =>
  MOVES_NO_HOLD.has(command.type) || endedHoldsFit(state, command.at) ? undefined : { type: 'EndHolds', at: command.at };

/** Commands that neither take nor reserve anything, so that they leave ended holds to the sweeper, and commands that end holds themselves. */
const MOVES_NO_HOLD = commandTypes(
  'Create',
  'TopUp',
  'StartPurchase',
  'ConfirmPurchase',
  'FailPurchase',
  'SetLimits',
  'Pause',
  'Resume',
  'Sweep',
  'EndHolds',
);

function commandTypes(...types: readonly BalanceCommand['type'][]): ReadonlySet<BalanceCommand['type']> {
  return new Set(types);
}

export const balanceDecider: Decider<BalanceTypes> = { initial: initialBalance, decide, evolve, prerequisite };
