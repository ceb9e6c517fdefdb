/**
 * The deliveries of one endpoint: how far in the log it has come, and which deliveries are still open. Pure.
 * Recording is idempotent: what was recorded before is passed over, so that an append with an unknown outcome may be sent again.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse, shape, type Shape } from '@drawdown/domain/decider';
import { logPosition } from '@drawdown/engine/event-store';
import { type Attempt, type DeliveriesEvent, deliveriesEvents, delivery, type Delivery } from './deliveries.events';
import { afterAttempt, failureClock } from '../dispatch/failure-clock';

/** A window: an endpoint with so many deliveries open takes no more from the log until some of them end. */
export const OPEN_DELIVERIES_MAX = 1_000;
/** Keeps an event of attempts, each with its piece of the response, well under APPEND_BYTES_MAX. */
export const ATTEMPTS_PER_RECORD_MAX = 250;
export const RESEND_MAX = 100;

export type DeliveriesCommand =
  | {
      readonly type: 'RecordAttempts';
      readonly at: Instant;
      readonly attempts: readonly Attempt[];
      readonly opened: readonly Delivery[];
      readonly through: bigint;
    }
  | { readonly type: 'Resend'; readonly at: Instant; readonly deliveries: readonly Delivery[] };

export type DeliveriesRefusal = { readonly code: 'too_many_open_deliveries' } | { readonly code: 'resend_too_large' };

const openDelivery = shape.record({ ...delivery.fields, attempts: shape.integer, nextAttemptAt: shape.instant });
type OpenDelivery = shape.TypeOf<typeof openDelivery>;

const openList = shape.list(openDelivery);
const openDeliveries: Shape<ReadonlyMap<string, OpenDelivery>> = {
  write: (open) => openList.write([...open.values()]),
  read: (json) => new Map(openList.read(json).map((item) => [item.webhookId, item])),
};

const deliveriesState = shape.record({
  /** Every message of every event up to here has been taken. -1: none. */
  through: logPosition,
  open: openDeliveries,
  failing: shape.maybe(failureClock),
});
export type Deliveries = shape.TypeOf<typeof deliveriesState>;

function decide(command: DeliveriesCommand, state: Deliveries): Decision<DeliveriesEvent, DeliveriesRefusal> {
  switch (command.type) {
    case 'RecordAttempts': {
      const { at, through } = command;
      const attempts = newAttempts(command.attempts, state);
      const opened = command.opened.filter((taken) => taken.position > state.through);
      if (attempts.length === 0 && opened.length === 0 && through <= state.through) return accept();
      return accept({
        type: 'DeliveriesAttempted',
        at,
        attempts,
        opened,
        through: through > state.through ? through : state.through,
      });
    }
    case 'Resend': {
      const { at, deliveries } = command;
      if (deliveries.length === 0) return accept();
      if (deliveries.length > RESEND_MAX) return refuse({ code: 'resend_too_large' });
      const added = deliveries.filter((wanted) => !state.open.has(wanted.webhookId)).length;
      if (state.open.size + added > OPEN_DELIVERIES_MAX) return refuse({ code: 'too_many_open_deliveries' });
      return accept({ type: 'DeliveriesResent', at, deliveries });
    }
  }
}

/**
 * Those that tell something new. One batch may hold several attempts of one delivery, when recording was slow. What arrived
 * ends its delivery, whatever a life of the process before this one has recorded of it late.
 */
function newAttempts(made: readonly Attempt[], state: Deliveries): readonly Attempt[] {
  const inBatch = new Map<string, number | 'ended'>();
  return made.filter(({ webhookId, position, attempt: number, outcome, nextAttemptAt }) => {
    const before = state.open.get(webhookId)?.attempts ?? (position > state.through ? 0 : 'ended');
    const known = inBatch.get(webhookId) ?? before;
    if (known === 'ended' || (number <= known && outcome !== 'delivered')) return false;
    inBatch.set(webhookId, nextAttemptAt === undefined ? 'ended' : number);
    return true;
  });
}

function evolve(state: Deliveries, event: DeliveriesEvent): Deliveries {
  const open = new Map(state.open);
  switch (event.type) {
    case 'DeliveriesAttempted': {
      let failing = state.failing;
      for (const taken of event.opened) open.set(taken.webhookId, { ...taken, attempts: 0, nextAttemptAt: event.at });
      for (const made of event.attempts) {
        failing = afterAttempt(failing, made.outcome === 'delivered', made.at);
        if (made.nextAttemptAt === undefined) open.delete(made.webhookId);
        else open.set(made.webhookId, { ...deliveryOf(made), attempts: made.attempt, nextAttemptAt: made.nextAttemptAt });
      }
      return { through: event.through, open, ...(failing && { failing }) };
    }
    case 'DeliveriesResent':
      for (const wanted of event.deliveries) open.set(wanted.webhookId, { ...wanted, attempts: 0, nextAttemptAt: event.at });
      return { ...state, open };
  }
}

export const deliveryOf = ({ webhookId, type, stream, revision, position }: Delivery): Delivery => ({
  webhookId,
  type,
  stream,
  revision,
  position,
});

export interface DeliveriesTypes {
  readonly command: DeliveriesCommand;
  readonly state: Deliveries;
  readonly event: DeliveriesEvent;
  readonly refusal: DeliveriesRefusal;
}

export const deliveries: Aggregate<DeliveriesTypes> = {
  category: 'deliveries',
  decider: { initial: { through: -1n, open: new Map() }, decide, evolve },
  events: deliveriesEvents,
  state: deliveriesState,
  stateVersion: 1,
};
