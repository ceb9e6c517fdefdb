/** Faults are thrown: something is down or broken, nobody's request was wrong. `retriable`: the same call may work later. */
export class Fault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retriable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Would the same call work later, with nobody changing anything? */
export const isRetriable = (fault: unknown): boolean => fault instanceof Fault && fault.retriable;

/** The log took nothing; the caller may try again later. */
export class LogUnavailable extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('log_unavailable', message, true, options);
  }
}

/** This process has closed the log. Another process may serve the same call. */
export class LogClosed extends LogUnavailable {}

/** The append may or may not have happened. Reload the stream and look for your own event ids before deciding again. */
export class AppendUnknown extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('append_unknown', message, true, options);
  }
}

/** Other writers were first on the same stream, ATTEMPTS_MAX times in a row. */
export class Contention extends Fault {
  constructor(stream: string, attempts: number) {
    super('contention', `${stream} was changed by others ${attempts} times in a row; try again`, true);
  }
}

/** The log holds what this version of the program cannot read: it must not go on without it, and it cannot go on with it. */
export class NewerThanThisProgram extends Fault {
  constructor(stream: string, revision: number, type: string, options?: ErrorOptions) {
    super(
      'newer_than_this_program',
      `unknown event type ${type} at revision ${revision} of ${stream}: a newer version of this program has written it. Upgrade this instance to that version; do not go back to an older one`,
      false,
      options,
    );
  }
}

/** A read asked for a revision that did not come within the bound. */
export class RevisionNotReached extends Fault {
  constructor(
    readonly stream: string,
    readonly wanted: number,
    readonly reached: number,
  ) {
    super('revision_not_reached', `${stream} is at revision ${reached}; revision ${wanted} did not come in time`, true);
  }
}

/** Derived state cannot be read or written now. What needs it (is this key applied already?) waits; nothing was done. */
export class DerivedStateUnavailable extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('derived_state_unavailable', message, true, options);
  }
}

/**
 * What this process has saved is no longer there: emptied, or put back from an older copy. Keys that memory has let go of would be
 * missed, so nothing is answered until derived state has been attached anew and the streams are folded again.
 */
export class DerivedStateLost extends Fault {
  constructor(
    message = 'derived state is not what was saved last: it was emptied or put back from an older copy; it is made anew from the log',
  ) {
    super('derived_state_lost', message, true);
  }
}

/** Derived state is being made anew: single streams are known, but a list of them would lack some. */
export class DerivedStateIncomplete extends Fault {
  constructor() {
    super(
      'derived_state_incomplete',
      'derived state is being made anew from the log, and lists are not whole yet; ask again in a moment',
      true,
    );
  }
}
