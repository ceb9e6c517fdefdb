/** The errors of an operation besides a Fault. Anything else that it throws is a bug. */
import { CommandRefused } from '@drawdown/engine/commands';
import type { AnyRefusal } from './any-refusal';

/** One thing that is wrong with a request. */
export interface Violation {
  /** Path of the field by proto names, such as `meters[0].weight`; a header by its name; empty for the request as a whole. */
  readonly field: string;
  /** The problem, as the end of a sentence that begins with the field's name. */
  readonly problem: string;
  /** The remedy, in the imperative. */
  readonly remedy: string;
}

/** The request cannot be read. The error has all problems of the request, not only the first one. */
export class InvalidRequest extends Error {
  constructor(readonly violations: readonly Violation[]) {
    super(violations.map(sentence).join('; '));
    this.name = 'InvalidRequest';
  }
}

/** The request was understood, and the business says no. The same class as the engine's, for the refusals that have an answer here. */
export type Refused = CommandRefused<AnyRefusal>;
export const Refused: new (refusal: AnyRefusal, field?: string) => Refused = CommandRefused;

export const sentence = ({ field, problem }: Violation): string => (field ? `${field} ${problem}` : problem);
