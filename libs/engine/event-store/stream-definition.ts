/** An aggregate without its type parameters: how any stream of its category is folded, kept and known to be due. */
import type { Instant } from '@drawdown/domain/amounts';
import { type Aggregate, type AggregateTypes, type DomainEvent, readEvent } from '@drawdown/domain/decider';

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

export function streamDefinitionOf<T extends AggregateTypes>(aggregate: Aggregate<T>): StreamDefinition {
  // The types are erased here. Only states and events that this definition made come back into it.
  return {
    category: aggregate.category,
    initial: aggregate.decider.initial,
    decode: (storedType, data) => readEvent(aggregate, storedType, data),
    evolve: (state, event) => aggregate.decider.evolve(state, event),
    write: (state) => aggregate.state.write(state),
    read: (json) => aggregate.state.read(json),
    stateVersion: aggregate.stateVersion,
    dueAt: (state) => aggregate.dueAt?.(state) as Instant | undefined,
  };
}
