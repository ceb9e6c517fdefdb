/** The figures that every event carries, and the fields that several events share. */
import { type Amount, type Instant, minus, sum, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { eligible, type Grant, grantFigures, unheld, zeroUnlessWritten } from './grants/grant';

/** The balance after an event, judged at the event's time. What is `maybe` and absent is zero. */
export const figures = shape.record({
  booked: shape.amount,
  held: zeroUnlessWritten,
  /** What could be spent at the event's time. */
  available: shape.amount,
  /** All usage that ever went uncovered. */
  uncovered: zeroUnlessWritten,
  /** Usage that waits for its invoice. */
  unbilled: shape.maybe(shape.amount),
  /** What purchases would add that are not confirmed yet. */
  pending: shape.maybe(shape.amount),
});
export type Figures = shape.TypeOf<typeof figures>;

/** Of an event that moved value. */
export const movement = { figures, /** Every grant the event touched. */ grants: shape.list(grantFigures) };

/** Of an event that records something due. `recordedAt`: present where it is later than `at`, because the sweep came late. */
export const due = { at: shape.instant, recordedAt: shape.maybe(shape.instant) };

/** Available less what waits for its invoice. May be below zero: that usage has happened, and no balance is touched by it yet. */
export const projectedOf = ({ available, unbilled = ZERO }: Pick<Figures, 'available' | 'unbilled'>): Amount => minus(available, unbilled);

export const bookedOf = (grants: readonly Grant[]): Amount => sum(grants.map((grant) => grant.remaining));
export const heldOf = (grants: readonly Grant[]): Amount => sum(grants.map((grant) => grant.held));
/** What can be spent at a time: eligible then, and not held. */
export const availableOf = (grants: readonly Grant[], at: Instant): Amount =>
  sum(grants.filter((grant) => eligible(grant, at)).map(unheld));

/** The figures that the grants do not give. */
export interface OtherFigures {
  readonly uncovered: Amount;
  readonly unbilled: Amount;
  readonly pending: Amount;
}

export const figuresOf = (grants: readonly Grant[], at: Instant, { uncovered, unbilled, pending }: OtherFigures): Figures => ({
  booked: bookedOf(grants),
  held: heldOf(grants),
  available: availableOf(grants, at),
  uncovered,
  ...(unbilled !== ZERO && { unbilled }),
  ...(pending !== ZERO && { pending }),
});
