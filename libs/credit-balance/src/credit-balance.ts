/** The credit balance: units of one credit product held by one customer. A balance, with names of its own. */
import type { Aggregate } from '@drawdown/decider';
import {
  balance, type Balance, type BalanceCommand, type BalanceEvent, balanceEvents, type BalanceRefusal, beforehand, decide, dueAt, evolve, nothing,
} from '@drawdown/drawdown';

export const creditBalance: Aggregate<BalanceCommand, Balance, BalanceEvent, BalanceRefusal> = {
  category: 'creditBalance',
  decider: { initial: nothing, decide, evolve, beforehand },
  events: balanceEvents,
  // Stored for ever.
  storedAs: {
    Created: 'CreditBalanceCreated',
    ToppedUp: 'CreditBalanceToppedUp',
    LimitsSet: 'CreditBalanceLimitsSet',
    Paused: 'CreditBalancePaused',
    Resumed: 'CreditBalanceResumed',
    Closed: 'CreditBalanceClosed',
  },
  state: balance,
  stateVersion: 6,
  dueAt,
};
