/** The state of a hold, and its events. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { due, movement } from '../figures';
import { allocation } from '../grants/grant';

const at = shape.instant;

export const hold = shape.record({
  /** `h1`, `h2`, ... unique within its balance forever. */
  id: shape.text,
  /** Still reserved. */
  amount: shape.amount,
  allocation,
  expiresAt: shape.maybe(at),
  reference: shape.maybe(shape.text),
});
export type Hold = shape.TypeOf<typeof hold>;

export const holdEvents = {
  HoldPlaced: shape.record({
    at,
    holdId: shape.text,
    amount: shape.amount,
    allocation,
    expiresAt: shape.maybe(at),
    reference: shape.maybe(shape.text),
    ...movement,
  }),
  HoldCaptured: shape.record({
    at,
    holdId: shape.text,
    /** All that was debited: out of the hold and beyond it. */
    amount: shape.amount,
    captured: allocation,
    /** Taken from the available amount beyond the hold, if the caller allowed it. */
    overrun: allocation,
    /** Given back to its grants because the hold ended here. */
    released: allocation,
    /** The amount that the hold still reserves. Zero after its end. */
    remaining: shape.amount,
    ...movement,
  }),
  HoldReleased: shape.record({ at, holdId: shape.text, amount: shape.amount, released: allocation, ...movement }),
  HoldExpired: shape.record({ ...due, holdId: shape.text, expiresAt: at, amount: shape.amount, released: allocation, ...movement }),
} as const;
