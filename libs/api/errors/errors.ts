/** What an operation can throw besides a Fault. Everything else is a bug. */
import type { AnyRefusal } from './refusals';

/** One thing that is wrong with a request. */
export interface Violation {
  /** Path of the field by proto names, such as `meters[0].weight`; a header by its name; empty for the request as a whole. */
  readonly field: string;
  /** What is wrong, as the end of a sentence that begins with the field's name. */
  readonly problem: string;
  /** What to do about it, in the imperative. */
  readonly remedy: string;
}

/** The request cannot be read as what it should be. Carries everything that is wrong with it, not the first thing only. */
export class InvalidRequest extends Error {
  constructor(readonly violations: readonly Violation[]) {
    super(violations.map(sentence).join('; '));
    this.name = 'InvalidRequest';
  }
}

/** The request was understood, and the business says no. */
export class Refused extends Error {
  /** @param field the one that it is about, where the code alone does not say it: see `refusedFields` */
  constructor(
    readonly refusal: AnyRefusal,
    readonly field?: string,
  ) {
    super(refusal.code);
    this.name = 'Refused';
  }
}

export const sentence = ({ field, problem }: Violation): string => (field ? `${field} ${problem}` : problem);
