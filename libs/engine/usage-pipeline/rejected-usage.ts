/** Usage that could not be applied, kept with its reason and its original bytes, so that it can be fixed and replayed. */
import { hash } from 'node:crypto';
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decider, refuse, shape } from '@drawdown/domain/decider';
import type { QueueRecord } from './usage-outcome';

const outcome = shape.oneOf('applied', 'duplicate', 'rejected');

const events = {
  UsageRejected: shape.record({
    at: shape.instant,
    /** Stable code: see the rejection reasons. */
    reason: shape.text,
    detail: shape.text,
    field: shape.maybe(shape.text),
    /** The original, as text; base64 where it was not UTF-8. */
    original: shape.text,
    encoding: shape.oneOf('utf8', 'base64'),
    /** By which transport it came. */
    transport: shape.text,
    source: shape.maybe(shape.text),
    id: shape.maybe(shape.text),
    subject: shape.maybe(shape.text),
  }),
  RejectedUsageReplayed: shape.record({
    at: shape.instant,
    status: outcome,
    reason: shape.maybe(shape.text),
    detail: shape.maybe(shape.text),
  }),
} as const;

const state = shape.record({
  status: shape.oneOf('none', 'open', 'replayed'),
  rejection: shape.maybe(events.UsageRejected),
  /** How the last replay ended. */
  lastReplay: shape.maybe(events.RejectedUsageReplayed),
  replays: shape.integer,
});

export type UsageRejected = { readonly type: 'UsageRejected' } & shape.TypeOf<typeof events.UsageRejected>;
export type RejectedUsageReplayed = { readonly type: 'RejectedUsageReplayed' } & shape.TypeOf<typeof events.RejectedUsageReplayed>;
export type RejectedUsageEvent = UsageRejected | RejectedUsageReplayed;
export type RejectedUsage = shape.TypeOf<typeof state>;
type RejectedUsageCommand =
  | ({ readonly type: 'Reject' } & shape.TypeOf<typeof events.UsageRejected>)
  | ({ readonly type: 'RecordReplay' } & shape.TypeOf<typeof events.RejectedUsageReplayed>);
export type RejectedUsageRefusal = { readonly code: 'rejected_usage_not_found' } | { readonly code: 'rejected_usage_already_replayed' };

interface RejectedUsageTypes {
  readonly command: RejectedUsageCommand;
  readonly state: RejectedUsage;
  readonly event: RejectedUsageEvent;
  readonly refusal: RejectedUsageRefusal;
}

const decider: Decider<RejectedUsageTypes> = {
  initial: { status: 'none', replays: 0 },
  decide(command, current) {
    switch (command.type) {
      case 'Reject':
        // The id is made of moment and bytes: there already means kept already.
        return current.status === 'none' ? accept({ ...command, type: 'UsageRejected' }) : accept();
      case 'RecordReplay':
        if (current.status === 'none') return refuse({ code: 'rejected_usage_not_found' });
        if (current.status === 'replayed') return refuse({ code: 'rejected_usage_already_replayed' });
        return accept({ ...command, type: 'RejectedUsageReplayed' });
    }
  },
  evolve(current, event) {
    switch (event.type) {
      case 'UsageRejected': {
        const { type: _, ...rejection } = event;
        return { status: 'open', rejection, replays: 0 };
      }
      case 'RejectedUsageReplayed': {
        const { type: _, ...lastReplay } = event;
        // Rejected again: it stays open, with the newest reason beside the first.
        const status = event.status === 'rejected' ? 'open' : 'replayed';
        return { ...current, status, lastReplay, replays: current.replays + 1 };
      }
    }
  },
};

export const rejectedUsage: Aggregate<RejectedUsageTypes> = {
  category: 'rejectedUsage',
  decider,
  events,
  state,
  stateVersion: 1,
};

const ID_TIME_DIGITS = 9;
/** Nine digits of base 36 count the milliseconds until the year 5188. */
const LAST_MOMENT = 36 ** ID_TIME_DIGITS - 1;
const FINGERPRINT_DIGITS = 12;
/** Counts down, so that streams in order of name are rejected usage with the newest first. */
export const rejectionId = (at: Instant, fingerprint: string): string =>
  `${(LAST_MOMENT - at).toString(36).padStart(ID_TIME_DIGITS, '0')}-${fingerprint}`;

/** Of usage that came by itself: the same bytes by the same transport at the same moment are one. */
export const rejectionIdOfOffer = (at: Instant, transport: string, original: string): string =>
  rejectionId(at, hash('sha256', `${transport}\0${original}`).slice(0, FINGERPRINT_DIGITS));

/** Of usage that came by a queue: a record read again makes no second one, whatever it is rejected for by then. */
export function rejectionIdOfRecord({ topic, partition, offset, at }: Pick<QueueRecord, 'topic' | 'partition' | 'offset' | 'at'>): string {
  // A queue may carry any time.
  const moment = at >= 0 && at <= LAST_MOMENT ? at : (0 as Instant);
  return rejectionId(moment, hash('sha256', `${topic}\0${partition}\0${offset}\0${at}`).slice(0, FINGERPRINT_DIGITS));
}
