/** The credit balance: units of one credit product held by one customer. A balance, with names of its own. */
import type { Aggregate } from '@drawdown/domain/decider';
import { balance, dueAt, evolve, initialBalance } from './balance';
import type { BalanceTypes } from './commands';
import { balanceEvents } from './events';
import { prerequisite, decide } from './decide';

export const creditBalance: Aggregate<BalanceTypes> = {
  category: 'creditBalance',
  decider: { initial: initialBalance, decide, evolve, prerequisite },
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
