/**
 * The language of domain tests: given what happened, when a command comes, then these events or this refusal.
 *
 *     given(wallet, toppedUp(60)).when(pay(60)).then(paid(60));
 *     given(wallet, toppedUp(59)).when(pay(60)).thenRefused('insufficient_credits');
 *
 * It asserts with node:assert, so that a lib's fixtures may bind it without a test runner in sight.
 */
import { deepStrictEqual, fail } from 'node:assert/strict';
import type { AggregateTypes, Decider, Decision } from './decider';

interface When<T extends AggregateTypes> {
  when(command: T['command']): Then<T>;
  /** The state after what was given. */
  readonly state: T['state'];
}

interface Then<T extends AggregateTypes> {
  /** Accepted with exactly these events, in this order; none at all when called without any. */
  then(...events: readonly T['event'][]): void;
  /** Refused with this code; with `details`, each named field of the refusal must be equal too. */
  thenRefused(code: T['refusal']['code'], details?: Partial<T['refusal']>): void;
  /** The events, for a test that looks at part of them. Fails when the command was refused. */
  readonly events: readonly T['event'][];
  /** The state after the decision. Fails when the command was refused. */
  readonly state: T['state'];
}

export function given<T extends AggregateTypes>(decider: Decider<T>, ...history: readonly T['event'][]): When<T> {
  const state = fold(decider, decider.initial, history);
  return { state, when: (command) => outcome(decider, state, decider.decide(command, state)) };
}

function outcome<T extends AggregateTypes>(
  decider: Decider<T>,
  before: T['state'],
  decision: Decision<T['event'], T['refusal'], T['state']>,
): Then<T> {
  const events = (): readonly T['event'][] => (decision.accepted ? decision.events : fail(`refused: ${print(decision.refusal)}`));
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

const fold = <T extends AggregateTypes>(decider: Decider<T>, from: T['state'], events: readonly T['event'][]): T['state'] =>
  events.reduce((state, event) => decider.evolve(state, event), from);

const print = (value: unknown): string => JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `${field}n` : field));
