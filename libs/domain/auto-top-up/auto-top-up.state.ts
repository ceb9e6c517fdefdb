/** The state of an auto top-up and how each event changes it. Pure. Knows no command. */
import { type Instant, later } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { type AutoTopUpEvent, type EventOf, skippedReason } from './auto-top-up.events';
import { policy } from './policy';
import { nothingSpent, spending, withoutLatest, withRequest } from './spending';

/** Requests that have ended and are still known: a success that comes late is recognized among so many. */
export const ENDED_KEPT_MAX = 50;

const request = shape.record({
  id: shape.text,
  amount: shape.amount,
  requestedAt: shape.instant,
  /** The time of the schedule that it serves. A failure leaves that time due. */
  dueAt: shape.maybe(shape.instant),
  /** When the one before it was made: the cooldown counts from there again if this one is withdrawn. */
  requestedBefore: shape.maybe(shape.instant),
  /** Absent: it was decided, and its start is not recorded yet. */
  purchaseId: shape.maybe(shape.text),
});

export const autoTopUpState = shape.record({
  status: shape.oneOf('off', 'on', 'suspended'),
  customerId: shape.text,
  currency: shape.text,
  /** Absent until it was configured for the first time. */
  policy: shape.maybe(policy),
  nextDueAt: shape.maybe(shape.instant),
  inFlight: shape.maybe(request),
  lastRequestedAt: shape.maybe(shape.instant),
  /** In a row. */
  failures: shape.integer,
  backOffUntil: shape.maybe(shape.instant),
  considerAt: shape.maybe(shape.instant),
  /** Reasons recorded since something else happened last. */
  skipped: shape.list(skippedReason),
  requestCount: shape.integer,
  /** The latest ENDED_KEPT_MAX. */
  ended: shape.list(shape.record({ ...request.fields, outcome: shape.oneOf('succeeded', 'declined', 'expired') })),
  spent: spending,
});
export type AutoTopUp = shape.TypeOf<typeof autoTopUpState>;
type Outcome = AutoTopUp['ended'][number]['outcome'];

export const notConfigured: AutoTopUp = {
  status: 'off',
  customerId: '',
  currency: '',
  failures: 0,
  skipped: [],
  requestCount: 0,
  ended: [],
  spent: nothingSpent,
};

/** The first moment at which the cooldown after the last request is over. */
export const cooldownEnd = ({ lastRequestedAt, policy }: AutoTopUp): Instant | undefined =>
  lastRequestedAt === undefined || !policy ? undefined : later(lastRequestedAt, policy.cooldownMs);

export function evolve(state: AutoTopUp, event: AutoTopUpEvent): AutoTopUp {
  if (event.type === 'AutoTopUpSkipped') return skipped(state, event);
  return { ...apply(state, event), skipped: [] };
}

function apply(state: AutoTopUp, event: Exclude<AutoTopUpEvent, { type: 'AutoTopUpSkipped' }>): AutoTopUp {
  switch (event.type) {
    case 'AutoTopUpConfigured': {
      const { customerId, currency, nextDueAt } = event;
      const status = state.status === 'suspended' ? 'suspended' : 'on';
      return looking({ ...rescheduled(state, nextDueAt), status, customerId, currency, policy: event.policy }, event.at);
    }
    case 'AutoTopUpDisabled':
      return { ...at(rescheduled(state, undefined), { considerAt: undefined }), status: 'off' };
    case 'AutoTopUpResumed':
      return looking({ ...at(state, { backOffUntil: undefined }), status: 'on', failures: 0 }, event.at);
    case 'AutoTopUpRequested':
      return requested(state, event);
    case 'AutoTopUpStarted':
      return state.inFlight?.id === event.requestId ? { ...state, inFlight: { ...state.inFlight, purchaseId: event.purchaseId } } : state;
    case 'AutoTopUpSucceeded':
      return event.late === true ? succeededLate(state, event) : succeeded(state, event);
    case 'AutoTopUpWithdrawn':
      return withdrawn(state, event);
    // Both may be paid yet, so their room in the period stays taken.
    case 'AutoTopUpDeclined':
      return withFailure(state, 'declined', event);
    case 'AutoTopUpExpired':
      return withFailure(state, 'expired', event);
    case 'AutoTopUpSuspended':
      return { ...at(state, { considerAt: undefined }), status: 'suspended' };
  }
}

function skipped(state: AutoTopUp, { reason, considerAt, nextDueAt }: EventOf<'AutoTopUpSkipped'>): AutoTopUp {
  const reasons = state.skipped.includes(reason) ? state.skipped : [...state.skipped, reason];
  return { ...at(state, { considerAt, nextDueAt: nextDueAt ?? state.nextDueAt }), skipped: reasons };
}

/** A new schedule: a failure of the request in flight no longer makes a time of the old schedule due. */
function rescheduled(state: AutoTopUp, nextDueAt: Instant | undefined): AutoTopUp {
  const after = at(state, { nextDueAt });
  if (!state.inFlight || state.nextDueAt === nextDueAt) return after;
  const { dueAt: _, ...inFlight } = state.inFlight;
  return { ...after, inFlight };
}

function requested(state: AutoTopUp, event: EventOf<'AutoTopUpRequested'>): AutoTopUp {
  const { at: requestedAt, requestId: id, amount, nextDueAt } = event;
  return {
    ...at(state, { considerAt: undefined, nextDueAt }),
    inFlight: {
      id,
      amount,
      requestedAt,
      ...(event.cause === 'schedule' && state.nextDueAt !== undefined && { dueAt: state.nextDueAt }),
      ...(state.lastRequestedAt !== undefined && { requestedBefore: state.lastRequestedAt }),
    },
    lastRequestedAt: requestedAt,
    requestCount: state.requestCount + 1,
    spent: withRequest(state.spent, requestedAt, amount),
  };
}

/** As if it had never been asked for, but for its id and a look later. */
function withdrawn(state: AutoTopUp, { considerAt }: EventOf<'AutoTopUpWithdrawn'>): AutoTopUp {
  const { inFlight, lastRequestedAt: _, ...rest } = state;
  if (!inFlight) return state;
  const { requestedBefore, amount, dueAt: owed } = inFlight;
  return {
    ...at(rest, { considerAt, nextDueAt: owed ?? state.nextDueAt }),
    ...(requestedBefore !== undefined && { lastRequestedAt: requestedBefore }),
    spent: withoutLatest(state.spent, amount),
  };
}

function succeeded(state: AutoTopUp, event: EventOf<'AutoTopUpSucceeded'>): AutoTopUp {
  const { inFlight: _, ...after } = withEnded(at(state, { backOffUntil: undefined }), 'succeeded');
  return looking({ ...after, failures: 0 }, event.at);
}

/** It shows that payment works, so a back-off ends. A later request stays in flight, and only a person ends a suspension. */
function succeededLate(state: AutoTopUp, event: EventOf<'AutoTopUpSucceeded'>): AutoTopUp {
  const before = state.ended.find(({ id }) => id === event.requestId);
  const ended = state.ended.map((end) => (end === before ? { ...end, outcome: 'succeeded' as const } : end));
  const after = { ...at(state, { backOffUntil: undefined, nextDueAt: event.nextDueAt ?? state.nextDueAt }), failures: 0, ended };
  return state.inFlight || state.status !== 'on' ? after : looking(after, event.at);
}

function withFailure(
  state: AutoTopUp,
  outcome: Outcome,
  { failures, retryAt }: EventOf<'AutoTopUpDeclined'> | EventOf<'AutoTopUpExpired'>,
): AutoTopUp {
  const nextDueAt = state.inFlight?.dueAt ?? state.nextDueAt;
  const { inFlight: _, ...after } = withEnded(at(state, { backOffUntil: retryAt, considerAt: retryAt, nextDueAt }), outcome);
  return { ...after, failures };
}

function withEnded(state: AutoTopUp, outcome: Outcome): AutoTopUp {
  if (!state.inFlight) return state;
  return { ...state, ended: [...state.ended, { ...state.inFlight, outcome }].slice(-ENDED_KEPT_MAX) };
}

/**
 * It is looked at again by itself: at a schedule's next time; for a threshold as soon as it may act again, since the wallet may
 * be low already and nothing else may ever move it.
 */
function looking(state: AutoTopUp, now: Instant): AutoTopUp {
  const scheduled = state.policy?.trigger.kind !== 'threshold';
  const soonest = Math.max(now, cooldownEnd(state) ?? now, state.backOffUntil ?? now) as Instant;
  return at(state, { considerAt: scheduled ? state.nextDueAt : soonest });
}

type Times = { readonly [Name in 'nextDueAt' | 'considerAt' | 'backOffUntil']?: Instant | undefined };

/** The state with some of its times set, or removed if they are undefined. */
function at(state: AutoTopUp, times: Times): AutoTopUp {
  const { nextDueAt, considerAt, backOffUntil, ...rest } = { ...state, ...times };
  return {
    ...rest,
    ...(nextDueAt !== undefined && { nextDueAt }),
    ...(considerAt !== undefined && { considerAt }),
    ...(backOffUntil !== undefined && { backOffUntil }),
  };
}

/**
 * When somebody has to come by: at once for a request whose purchase nobody has started yet, otherwise when it is to be
 * considered again. Nothing while the outcome of a purchase is awaited, and nothing while it is off or suspended.
 */
export function dueAt({ status, inFlight, considerAt }: AutoTopUp): Instant | undefined {
  if (inFlight) return inFlight.purchaseId === undefined ? inFlight.requestedAt : undefined;
  return status === 'on' ? considerAt : undefined;
}

/** The phase, for people. */
type Phase = 'off' | 'suspended' | 'starting' | 'in_flight' | 'backing_off' | 'cooling_down' | 'ready';

export function phaseAt(state: AutoTopUp, now: Instant): Phase {
  if (state.inFlight) return state.inFlight.purchaseId === undefined ? 'starting' : 'in_flight';
  if (state.status !== 'on') return state.status;
  if (now < (state.backOffUntil ?? now)) return 'backing_off';
  return now < (cooldownEnd(state) ?? now) ? 'cooling_down' : 'ready';
}
