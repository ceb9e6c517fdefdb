/** A refusal on its way to the caller: the business says no. A refusal is a value of a closed set; a fault is something else. */
import type { AggregateTypes } from '@drawdown/domain/decider';

type Refusal = AggregateTypes['refusal'];

export class CommandRefused<R extends Refusal = Refusal> extends Error {
  /** @param field the field of the request that the refusal is about, where the code alone does not say it */
  constructor(
    readonly refusal: R,
    readonly field?: string,
  ) {
    super(refusal.code);
    this.name = 'CommandRefused';
  }
}

export const isRefused = (thrown: unknown): thrown is CommandRefused => thrown instanceof CommandRefused;
