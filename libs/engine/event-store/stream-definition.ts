/** An aggregate without its type parameters: how any stream of its category is folded, kept and known to be due. */
import type { Instant } from '@drawdown/domain/amounts';
import { type Aggregate, type DomainEvent, readEvent, type Refusal } from '@drawdown/domain/decider';

export interface StreamDefinition {
  readonly category: string;
  readonly initial: unknown;
  decode(storedType: string, data: string): DomainEvent;
  evolve(state: unknown, event: DomainEvent): unknown;
  /** Canonical JSON text of a state. */
  write(state: unknown): string;
  read(json: unknown): unknown;
  readonly stateVersion: number;
  dueAt(state: unknown): Instant | undefined;
}

export function streamDefinitionOf<C, S, E extends DomainEvent, R extends Refusal>(aggregate: Aggregate<C, S, E, R>): StreamDefinition {
  // Only states and events that this very folding made come back into it: the two casts below undo the erasure.
  return {
    category: aggregate.category,
    initial: aggregate.decider.initial,
    decode: (storedType, data) => readEvent(aggregate, storedType, data),
    evolve: (state, event) => aggregate.decider.evolve(state as S, event as E),
    write: (state) => aggregate.state.write(state as S),
    read: (json) => aggregate.state.read(json),
    stateVersion: aggregate.stateVersion,
    dueAt: (state) => aggregate.dueAt?.(state as S) as Instant | undefined,
  };
}
