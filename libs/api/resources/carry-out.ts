/**
 * How an operation changes something. The command is made when its key turns out to be new, so that a retry is answered as the
 * first time although the rules it was made under have changed; and the answer is made of the events and the state after them
 * alone, so that it is the same answer, byte for byte.
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { Aggregate, AggregateTypes, DomainEvent } from '@drawdown/domain/decider';
import type { CommandContext, Done, Refused as RefusedOutcome } from '@drawdown/engine/event-store';
import { type AnyRefusal, Refused } from '@drawdown/api/errors';
import type { Context } from './operation';
import type { Parts } from './parts';

type Timed = DomainEvent & { readonly at: Instant };
type TimedTypes = AggregateTypes & { readonly event: Timed; readonly refusal: AnyRefusal };

/** What of a call concerns the ledger. */
export interface CommandCall extends Pick<Context, 'key' | 'body' | 'traceparent' | 'replayed'> {
  /** The caller's key, where the command is known by one of ours. */
  readonly callerKey?: string | undefined;
}

export interface CarriedOut<T extends AggregateTypes> {
  readonly events: readonly T['event'][];
  readonly state: T['state'];
  readonly revision: number;
  /** When it was recorded: the moment that the answer is judged by. */
  readonly at: Instant;
  /** The key that the first result was found by, where this is that again. */
  readonly foundBy?: string;
}

/**
 * @param command made of the moment of recording. What depends on other streams is looked up and refused in it.
 * @throws Refused, and whatever `Ledger.execute` throws
 */
export async function carryOut<T extends TimedTypes>(
  { ledger, clock }: Pick<Parts, 'ledger' | 'clock'>,
  context: CommandCall,
  aggregate: Aggregate<T>,
  stream: string,
  command: (at: Instant) => T['command'] | Promise<T['command']>,
): Promise<CarriedOut<T>> {
  const outcome = await ledger.execute<T>(aggregate, stream, () => command(clock()), causeOf(context));
  return carriedOut(outcome, context, clock);
}

/** What a command under this key has done before; undefined when there is no such command. */
export async function carriedOutBefore<T extends TimedTypes>(
  { ledger, clock }: Pick<Parts, 'ledger' | 'clock'>,
  context: CommandCall,
  aggregate: Aggregate<T>,
  stream: string,
): Promise<CarriedOut<T> | undefined> {
  const outcome = await ledger.earlier(aggregate, stream, causeOf(context));
  return outcome && carriedOut(outcome, context, clock);
}

export function carriedOut<T extends TimedTypes>(
  outcome: Done<T> | RefusedOutcome<AnyRefusal>,
  context: CommandCall,
  clock: () => Instant,
): CarriedOut<T> {
  if (outcome.outcome === 'refused') throw new Refused(outcome.refusal);
  if (outcome.replayed) context.replayed();
  const { events, state, revision, foundBy } = outcome;
  // A command that changed nothing has recorded nothing: it is judged by now, and a retry of it is a new command.
  return { events, state, revision, at: events.at(-1)?.at ?? clock(), ...(foundBy !== undefined && { foundBy }) };
}

export const causeOf = ({ key, callerKey, body, traceparent }: CommandCall): CommandContext => ({
  ...(key !== undefined && { key }),
  ...(callerKey !== undefined && { callerKey }),
  ...(body !== undefined && { body }),
  ...(traceparent !== undefined && { traceparent }),
});

/** The event of a type that a command is known to have caused. */
export function expectEvent<E extends DomainEvent, T extends E['type']>(events: readonly E[], type: T): Extract<E, { type: T }> {
  const found = events.find((event): event is Extract<E, { type: T }> => event.type === type);
  if (!found) throw new Error(`the command caused no ${type}`);
  return found;
}
