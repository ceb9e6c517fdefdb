/**
 * Carries out a command for a caller. The command is made when its key turns out to be new, so that a retry is answered as the first
 * time although the rules have changed since. The answer is made of the events and the state after them alone, so that it is the same
 * answer, byte for byte.
 */
import { createHash } from 'node:crypto';
import type { Instant } from '@drawdown/domain/amounts';
import { type Aggregate, type AggregateTypes, type DomainEvent, optional } from '@drawdown/domain/decider';
import type { CommandContext, Done, Ledger, RefusedOutcome } from '@drawdown/engine/event-store';
import { CommandRefused } from './refused';

type TimedTypes = AggregateTypes & { readonly event: DomainEvent & { readonly at: Instant } };

interface Clocked {
  readonly ledger: Pick<Ledger, 'execute' | 'earlier'>;
  /** The only time that a command is recorded at. */
  readonly clock: () => Instant;
}

/** What of a call concerns the ledger. */
export interface CommandCall {
  /** Idempotency key. Undefined: the caller gave none, and a retry is a new command. */
  readonly key: string | undefined;
  /** The caller's key, where the command is known by a reserved one. */
  readonly callerKey?: string | undefined;
  /** SHA-256 of the command without its key, in hex: the same key with another body is a conflict. Undefined without a key. */
  readonly body: string | undefined;
  /** W3C trace context of the caller. */
  readonly traceparent: string | undefined;
  /** To be called when the answer is that of an earlier command with the same key. */
  replayed(): void;
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
 * @param command made of the moment of recording. It looks up and refuses what depends on other streams.
 * @throws CommandRefused, and whatever `Ledger.execute` throws
 */
export async function carryOut<T extends TimedTypes>(
  { ledger, clock }: Clocked,
  call: CommandCall,
  aggregate: Aggregate<T>,
  stream: string,
  command: (at: Instant) => T['command'] | Promise<T['command']>,
): Promise<CarriedOut<T>> {
  const outcome = await ledger.execute<T>(aggregate, stream, () => command(clock()), causeOf(call));
  return carriedOut(outcome, call, clock);
}

/** What a command under this key has done before; undefined when there is no such command. */
export async function carriedOutBefore<T extends TimedTypes>(
  { ledger, clock }: Clocked,
  call: CommandCall,
  aggregate: Aggregate<T>,
  stream: string,
): Promise<CarriedOut<T> | undefined> {
  const outcome = await ledger.earlier(aggregate, stream, causeOf(call));
  return outcome && carriedOut(outcome, call, clock);
}

export function carriedOut<T extends TimedTypes>(
  outcome: Done<T> | RefusedOutcome<AggregateTypes['refusal']>,
  call: CommandCall,
  clock: () => Instant,
): CarriedOut<T> {
  if (outcome.outcome === 'refused') throw new CommandRefused(outcome.refusal);
  if (outcome.replayed) call.replayed();
  const { events, state, revision, foundBy } = outcome;
  // A command that changed nothing has recorded nothing: it is judged by now, and a retry of it is a new command.
  return { events, state, revision, at: events.at(-1)?.at ?? clock(), ...optional('foundBy', foundBy) };
}

export const causeOf = ({ key, callerKey, body, traceparent }: CommandCall): CommandContext => ({
  ...optional('key', key),
  ...optional('callerKey', callerKey),
  ...optional('body', body),
  ...optional('traceparent', traceparent),
});

/**
 * The same call, known by a reserved key. The caller's key is used up beside it.
 * @param body all that makes it this command and no other, beside the key, in one way of writing: "10" and "10.00" are the same amount
 */
export const knownBy = (call: CommandCall, key: string, body: readonly (string | undefined)[]): CommandCall => ({
  key,
  callerKey: call.key,
  body: createHash('sha256')
    .update(JSON.stringify([key, ...body.map((part) => part ?? null)]))
    .digest('hex'),
  traceparent: call.traceparent,
  replayed: () => call.replayed(),
});

/** The event of a type that a command is known to have caused. */
export function expectEvent<E extends DomainEvent, T extends E['type']>(events: readonly E[], type: T): Extract<E, { type: T }> {
  const found = events.find((event): event is Extract<E, { type: T }> => event.type === type);
  if (!found) throw new Error(`the command caused no ${type}`);
  return found;
}
