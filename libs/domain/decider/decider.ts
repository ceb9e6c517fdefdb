/** The shape of a domain: what may happen (`decide`) and what has happened (`evolve`). Both are pure. */

/** A refusal is a value of the business, from a closed set. `code` is stable and goes out through every transport. */
interface Refusal {
  readonly code: string;
}

export interface DomainEvent {
  /** Stored for ever: never rename one. */
  readonly type: string;
}

/** What a decider speaks of: the one type parameter of everything generic over aggregates. */
export interface AggregateTypes {
  readonly command: { readonly type: string };
  readonly state: unknown;
  readonly event: DomainEvent;
  readonly refusal: Refusal;
}

export type Decision<Event, R extends Refusal, State = never> =
  | {
      readonly accepted: true;
      readonly events: readonly Event[];
      /** The state after the events, where deciding has made it anyway: what `evolve` would make of them. */
      readonly state?: State;
    }
  | { readonly accepted: false; readonly refusal: R };

export const accept = <Event>(...events: Event[]): { accepted: true; events: readonly Event[] } => ({ accepted: true, events });
export const refuse = <R extends Refusal>(refusal: R): { accepted: false; refusal: R } => ({ accepted: false, refusal });

export interface Decider<T extends AggregateTypes> {
  readonly initial: T['state'];
  /** Reads no clock, draws no chance: time and identity arrive in the command. */
  decide(command: T['command'], state: T['state']): Decision<T['event'], T['refusal'], T['state']>;
  evolve(state: T['state'], event: T['event']): T['state'];
  /**
   * What has to be carried out before a command can be decided, because one append does not carry both. It is carried out, and asked
   * for again on the state after it, until nothing is left; it always leaves less. Absent: there never is anything.
   */
  prerequisite?(command: T['command'], state: T['state']): T['command'] | undefined;
}
