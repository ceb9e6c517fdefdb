/**
 * The language of domain tests: given what happened, when a command comes, then these events or this refusal.
 *
 *     given(wallet, toppedUp(60)).when(pay(60)).then(paid(60));
 *     given(wallet, toppedUp(59)).when(pay(60)).thenRefused('insufficient_credits');
 *
 * It asserts with node:assert, so that a lib's fixtures may bind it without a test runner in sight.
 */
import { deepStrictEqual, fail } from 'node:assert/strict';
import type { Decider, Decision, Refusal } from './decider';

interface When<Command, State, Event, R extends Refusal> {
  when(command: Command): Then<State, Event, R>;
  /** The state after what was given. */
  readonly state: State;
}

interface Then<State, Event, R extends Refusal> {
  /** Accepted with exactly these events, in this order; none at all when called without any. */
  then(...events: readonly Event[]): void;
  /** Refused with this code; with `details`, each named field of the refusal must be equal too. */
  thenRefused(code: R['code'], details?: Partial<R>): void;
  /** The events, for a test that looks at part of them. Fails when the command was refused. */
  readonly events: readonly Event[];
  /** The state after the decision. Fails when the command was refused. */
  readonly state: State;
}

export function given<Command, State, Event, R extends Refusal>(
  decider: Decider<Command, State, Event, R>,
  ...history: readonly Event[]
): When<Command, State, Event, R> {
  const state = fold(decider, decider.initial, history);
  return { state, when: (command) => outcome(decider, state, decider.decide(command, state)) };
}

function outcome<Command, State, Event, R extends Refusal>(
  decider: Decider<Command, State, Event, R>,
  before: State,
  decision: Decision<Event, R, State>,
): Then<State, Event, R> {
  const events = (): readonly Event[] => (decision.accepted ? decision.events : fail(`refused: ${print(decision.refusal)}`));
  return {
    get events() {
      return events();
    },
    get state() {
      return fold(decider, before, events());
    },
    then: (...expected) => {
      deepStrictEqual(events(), expected);
      // An event that its own aggregate cannot fold would poison the stream.
      fold(decider, before, expected);
    },
    thenRefused: (code, details) => {
      if (decision.accepted) fail(`accepted: ${print(decision.events)}`);
      const wanted = { ...details, code };
      const got = Object.fromEntries(Object.entries(decision.refusal).filter(([key]) => key in wanted));
      deepStrictEqual(got, wanted);
    },
  };
}

const fold = <Command, State, Event, R extends Refusal>(
  decider: Decider<Command, State, Event, R>,
  from: State,
  events: readonly Event[],
): State => events.reduce((state, event) => decider.evolve(state, event), from);

const print = (value: unknown): string => JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `${field}n` : field));
