/** The events of an endpoint's deliveries. Type names and field names are stored for ever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { logPosition } from '@drawdown/engine/event-store';

/** One message for one endpoint, and where in the ledger its event stands: the payload is made from that event again, never kept. */
export const delivery = shape.record({
  webhookId: shape.text,
  type: shape.text,
  stream: shape.text,
  revision: shape.integer,
  position: logPosition,
});
export type Delivery = shape.TypeOf<typeof delivery>;

const failure = shape.oneOf(
  'refused_status',
  'redirected',
  'gone',
  'timeout',
  'connection_failed',
  'destination_refused',
  'message_not_found',
  'internal',
);
export type Failure = shape.TypeOf<typeof failure>;

const attempt = shape.record({
  ...delivery.fields,
  /** 1 is the first of its round; a resend begins a new round. */
  attempt: shape.integer,
  /** When it was started. */
  at: shape.instant,
  durationMs: shape.integer,
  /** `retrying` has a `nextAttemptAt`; `exhausted` was the last of the schedule. */
  outcome: shape.oneOf('delivered', 'retrying', 'exhausted'),
  nextAttemptAt: shape.maybe(shape.instant),
  failure: shape.maybe(failure),
  httpStatus: shape.maybe(shape.integer),
  /** The first bytes of the answer, printable. */
  response: shape.maybe(shape.text),
});
export type Attempt = shape.TypeOf<typeof attempt>;

export const deliveriesEvents = {
  /** Many attempts in one event. Every message up to `through` is in an attempt or in `opened`, here or in an event before. */
  DeliveriesAttempted: shape.record({
    at: shape.instant,
    attempts: shape.list(attempt),
    /** Taken from the log and on their way, without an outcome yet. */
    opened: shape.list(delivery),
    through: logPosition,
  }),
  /** The account asked for these again, whatever became of them before. */
  DeliveriesResent: shape.record({ at: shape.instant, deliveries: shape.list(delivery) }),
} as const;

export type DeliveriesEvent = {
  [T in keyof typeof deliveriesEvents]: { readonly type: T } & shape.TypeOf<(typeof deliveriesEvents)[T]>;
}[keyof typeof deliveriesEvents];
