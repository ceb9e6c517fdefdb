/** The life of a balance as a whole. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { figures, movement } from '../figures';
import { allocation } from '../grants/grant';
import { limit } from '../limits/limit';

const at = shape.instant;

export const lifecycleEvents = {
  Created: shape.record({
    at,
    customerId: shape.text,
    currency: shape.maybe(shape.text),
    creditProductId: shape.maybe(shape.text),
    name: shape.maybe(shape.text),
    limits: shape.list(limit),
    figures,
  }),
  Paused: shape.record({ at, reason: shape.maybe(shape.text), figures }),
  Resumed: shape.record({ at, reason: shape.maybe(shape.text), figures }),
  /** `amount` is the residual that was posted out. */
  Closed: shape.record({ at, reason: shape.text, amount: shape.amount, allocation, ...movement }),
} as const;
