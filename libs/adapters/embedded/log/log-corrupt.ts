import { Fault } from '@drawdown/engine/event-store';

/** Stored bytes are not what was written. Nothing is repaired by guessing: a person has to bring the file back from a copy. */
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
