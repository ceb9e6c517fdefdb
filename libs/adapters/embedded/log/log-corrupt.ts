import { Fault } from '@drawdown/engine/event-store';

/** The stored bytes were changed. Nothing is repaired by guessing: a person must restore the file from a copy. */
export class LogCorrupt extends Fault {
  constructor(
    readonly file: string,
    /** Bytes from the beginning of the file. */
    readonly offset: number,
    reason: string,
  ) {
    super('log_corrupt', `${file} is damaged at byte ${offset}: ${reason}`, false);
  }
}
