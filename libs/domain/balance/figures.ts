/** The figures that every event carries, and the fields that several events share. */
import { type Amount, type Instant, minus, sum, ZERO } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { eligible, type Grant, grantFigures, unheld, zeroUnlessWritten } from './grants/grant';

/** The balance after an event, at the event's time. An absent figure is zero. */
export const figures = shape.record({
  booked: shape.amount,
  held: zeroUnlessWritten,
  /** The spendable amount at the event's time. */
  available: shape.amount,
  /** All usage that ever went uncovered. */
  uncovered: zeroUnlessWritten,
  /** Usage that waits for its invoice. */
  unbilled: shape.maybe(shape.amount),
  /** The amount that unconfirmed purchases would add. */
  pending: shape.maybe(shape.amount),
});
export type Figures = shape.TypeOf<typeof figures>;

/** Of an event that moved value. */
export const movement = { figures, /** Every grant the event touched. */ grants: shape.list(grantFigures) };

/** The times of a due entry. `recordedAt` is present if the sweep was later than `at`. */
export const due = { at: shape.instant, recordedAt: shape.maybe(shape.instant) };

/** Available less unbilled. It may be below zero: unbilled usage has happened and has taken nothing from a grant yet. */
export const projectedOf = ({ available, unbilled = ZERO }: Pick<Figures, 'available' | 'unbilled'>): Amount => minus(available, unbilled);

export const bookedOf = (grants: readonly Grant[]): Amount => sum(grants.map((grant) => grant.remaining));
export const heldOf = (grants: readonly Grant[]): Amount => sum(grants.map((grant) => grant.held));
/** The spendable amount at a time: eligible then, and not held. */
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
