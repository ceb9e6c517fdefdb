import { Fault } from '@drawdown/engine/event-store';

/** What the exit code of every command means. Scripts rely on it: never change a number. */
export const EXIT = {
  ok: 0,
  /** The service refused, or something did not come out as it must. */
  failed: 1,
  /** The command line itself is wrong: nothing was sent. */
  usage: 2,
  /** The service could not be reached, or did not answer in time. */
  unreachable: 3,
  /** `verify` found something, or the log is damaged. */
  findings: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for people and an exit code for scripts. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    /** What `--json` prints on standard error instead of the sentence. */
    readonly json: Readonly<Record<string, unknown>> = { code: 'FAILED', detail: message },
  ) {
    super(message);
    this.name = 'Failure';
  }
}

export const wrongUsage = (message: string): Failure => new Failure(message, EXIT.usage, { code: 'WRONG_USAGE', detail: message });

/** @param code of a fault, as the service says it: in capitals. */
export const exitCodeOf = (code: string): ExitCode => (code === 'LOG_CORRUPT' ? EXIT.findings : EXIT.failed);

/** The sentence and exit code for an error. Undefined: a defect of this program. */
export function failureOf(fault: unknown): Failure | undefined {
  if (fault instanceof Failure) return fault;
  if (!(fault instanceof Fault)) return undefined;
  const code = fault.code.toUpperCase();
  return new Failure(fault.message, exitCodeOf(code), { code, detail: fault.message });
}
