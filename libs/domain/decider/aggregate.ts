import type { AggregateTypes, Decider, DomainEvent } from './decider';
import type { Shape } from './shape';

/** The shapes of an aggregate's events, by stored type name. `type` itself is stored beside the data, not in it. */
type EventShapes<Event extends DomainEvent> = {
  readonly [T in Event['type']]: Shape<Omit<Extract<Event, { type: T }>, 'type'>>;
};

/** What is needed to store events: their shapes and their stored names. */
export interface StoredEvents<Event extends DomainEvent> {
  readonly events: EventShapes<Event>;
  /** The stored name of an event type where it is not the domain's own. Stored for ever. */
  readonly storedAs?: { readonly [T in Event['type']]?: string };
}

/** A decider together with everything needed to store it: event shapes and the shape of its state for snapshots. */
export interface Aggregate<T extends AggregateTypes> extends StoredEvents<T['event']> {
  /** What its stream names begin with, such as `wallet`. */
  readonly category: string;
  readonly decider: Decider<T>;
  readonly state: Shape<T['state']>;
  /** Raised whenever `state` or `evolve` changes: a snapshot of another version is thrown away and the stream folded anew. */
  readonly stateVersion: number;
  /** When something becomes due by itself (an expiry), so that a sweeper looks at the stream then. */
  readonly dueAt?: (state: T['state']) => number | undefined;
}

/** Stored by a newer version of the program, or by somebody else. */
export class UnknownEventType extends RangeError {
  constructor(readonly storedType: string) {
    super(`unknown event type ${storedType}`);
  }
}

export const storedTypeOf = <Event extends DomainEvent>(aggregate: StoredEvents<Event>, event: Event): string =>
  aggregate.storedAs?.[event.type as Event['type']] ?? event.type;

/** Canonical JSON of an event's data. */
export const writeEvent = <Event extends DomainEvent>(aggregate: StoredEvents<Event>, event: Event): string =>
  (aggregate.events[event.type as Event['type']] as Shape<unknown>).write(event);

/** @throws UnknownEventType for an event type that this version does not know; ShapeError when the data does not fit its type. */
export function readEvent<Event extends DomainEvent>(aggregate: StoredEvents<Event>, storedType: string, data: string): Event {
  const named = Object.entries(aggregate.storedAs ?? {}).find(([, stored]) => stored === storedType)?.[0];
  const type = (named ?? storedType) as Event['type'];
  if (!Object.hasOwn(aggregate.events, type)) throw new UnknownEventType(storedType);
  const shape = aggregate.events[type] as Shape<object>;
  return { type, ...shape.read(JSON.parse(data)) } as unknown as Event;
}
