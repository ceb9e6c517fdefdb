/** The events of limits. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { due, figures } from '../figures';
import { limit } from './limit';

export const limitEvents = {
  LimitsSet: shape.record({ at: shape.instant, limits: shape.list(limit), figures }),
  LowBalanceReached: shape.record({ ...due, limit, threshold: shape.amount, figures }),
  BalanceRanOut: shape.record({ ...due, figures }),
  BalanceRecovered: shape.record({
    ...due,
    from: shape.oneOf('run_out', 'low_balance'),
    limit: shape.maybe(limit),
    threshold: shape.amount,
    figures,
  }),
} as const;
