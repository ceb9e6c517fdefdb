/** The credit balance: units of one credit product held by one customer. It is a balance with its own names of events. */
import type { Aggregate } from '@drawdown/domain/decider';
import { balanceDecider, type BalanceTypes } from './balance';
import { dueAt } from './due';
import { balanceEvents } from './events';
import { balance } from './state';

export const creditBalance: Aggregate<BalanceTypes> = {
  category: 'creditBalance',
  decider: balanceDecider,
  events: balanceEvents,
  // Stored forever.
  storedAs: {
    Created: 'CreditBalanceCreated',
    ToppedUp: 'CreditBalanceToppedUp',
    LimitsSet: 'CreditBalanceLimitsSet',
    Paused: 'CreditBalancePaused',
    Resumed: 'CreditBalanceResumed',
    Closed: 'CreditBalanceClosed',
  },
  state: balance,
  stateVersion: 7,
  dueAt,
};
