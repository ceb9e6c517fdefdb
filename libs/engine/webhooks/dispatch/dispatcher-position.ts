/**
 * Where the dispatcher goes on after a restart: a saving, not a truth. Without it each endpoint would read the log again from
 * its own last delivery, which for one that is seldom written to is far back. Pure.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type DomainEvent, shape } from '@drawdown/domain/decider';
import { logPosition } from '../delivery/deliveries.events';

/** Stored for ever. One dispatcher is active per deployment. */
export const DISPATCHER_STREAM = 'webhookDispatcher-account';
/** With more endpoints behind than this, no position is recorded until there are fewer. */
export const ENDPOINTS_BEHIND_MAX = 1_000;

const fields = {
  /** All that matched up to here is in the deliveries of every endpoint, but for those in `behind`. */
  through: logPosition,
  /** Endpoint ids, sorted: these go on from their own deliveries. */
  behind: shape.list(shape.text),
};
const dispatcherPositionState = shape.record(fields);
export type DispatcherPosition = shape.TypeOf<typeof dispatcherPositionState>;

const advanced = shape.record({ at: shape.instant, ...fields });
type DispatcherAdvanced = DomainEvent & { readonly type: 'DispatcherAdvanced' } & shape.TypeOf<typeof advanced>;
type AdvanceDispatcher = { readonly type: 'Advance'; readonly at: Instant } & DispatcherPosition;

interface DispatcherPositionTypes {
  readonly command: AdvanceDispatcher;
  readonly state: DispatcherPosition;
  readonly event: DispatcherAdvanced;
  readonly refusal: never;
}

export const dispatcherPosition: Aggregate<DispatcherPositionTypes> = {
  category: 'webhookDispatcher',
  decider: {
    initial: { through: -1n, behind: [] },
    decide: ({ at, through, behind }, state) =>
      through <= state.through ? accept() : accept({ type: 'DispatcherAdvanced', at, through, behind }),
    evolve: (_, { through, behind }) => ({ through, behind }),
  },
  events: { DispatcherAdvanced: advanced },
  state: dispatcherPositionState,
  stateVersion: 1,
};
