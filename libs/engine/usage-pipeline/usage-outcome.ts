/** What is offered to the ledger as usage, and what can become of it: exactly one outcome each (I1). */
import type { Amount, Instant } from '@drawdown/domain/amounts';
import type { Headers, ParsedUsage, Rating, Rejection } from '@drawdown/domain/usage';

/** A usage event older than this, or in the future by more than the bound, is judged by these. */
export const DEDUPE_WINDOW_MS_DEFAULT = 35 * 24 * 3_600_000;
export const USAGE_FUTURE_MS_MAX = 24 * 3_600_000;
/** Usage events waiting in memory for their turn. Beyond it a transport answers "overloaded". */
export const QUEUED_USAGE_MAX = 100_000;
/**
 * Usage events taken into one round of load, decide, append. The more a round takes, the more lines share an append, which is what
 * usage costs most; only what has piled up makes a round large.
 */
export const ROUND_USAGE_MAX = 8_000;
/** Lines packed into one event, and their bytes by a high estimate. What the balance adds (its grants) has room beside it. */
export const LINES_PER_EVENT_MAX = 200;
export const LINES_BYTES_MAX = 512 * 1024;

export interface UsageOffer {
  readonly parsed: ParsedUsage;
  /** The bytes as they came, for the record of a rejection. Called only then. */
  readonly original: () => { readonly text: string; readonly encoding: 'utf8' | 'base64' };
  /** Worked out before, by another process. Absent: the ledger rates by its own catalog. */
  readonly rating?: Rating;
  /** Where it was read from, if that is a queue. The same record makes the same rejection, however often it is read. */
  readonly record?: QueueRecord;
  /** `http`, `grpc`, `kafka`, `replay`. */
  readonly transport: string;
  /** W3C trace context, carried into the metadata of what it causes. */
  readonly traceparent?: string;
  /** The rejection it is kept as already, where it is replayed: rejected again, it makes no second one. */
  readonly keptAs?: string;
}

/** One debit that a usage event caused. */
export interface Charge {
  readonly creditProductId: string;
  /** What was covered. */
  readonly amount: Amount;
  readonly uncovered: Amount;
  /** What waits for its invoice instead. Absent: it was debited at once. */
  readonly accrued?: Amount;
  /** Of the event that holds the line. */
  readonly revision: number;
}

export type UsageOutcome =
  | { readonly status: 'applied'; readonly charges: readonly Charge[] }
  | { readonly status: 'duplicate' }
  | { readonly status: 'rejected'; readonly rejection: Rejection; readonly rejectionId: string };

export type Clock = () => Instant;

/** A record of a queue as it was read there, byte for byte. */
export interface QueueRecord {
  readonly topic: string;
  readonly partition: number;
  /** A whole number, in decimal digits. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** When the queue took it. */
  readonly at: Instant;
}

/** What a transport can say at once: an outcome, or that the usage is durable in a queue and its outcome is decided later. */
export type Taken = UsageOutcome | { readonly status: 'queued'; readonly rejection?: Rejection };

/** Where the transports bring usage: `UsageIntake`, or the queue in front of it. */
export interface UsageTaker {
  /** Resolves when every offer is durable. A fault means some of them may have been taken: send the same again. */
  submit(offers: readonly UsageOffer[]): Promise<readonly Taken[]>;
}

export interface PublishedRejection {
  readonly rejection: Rejection;
  readonly rejectionId: string;
  readonly record: QueueRecord;
  readonly at: Instant;
  readonly traceparent?: string;
}

/** Where rejected usage that came by a queue is published, beside the stream it is kept in. At least once each. */
export interface RejectionPublisher {
  /** Resolves when all of them are durable. @throws Fault retriable */
  publish(rejections: readonly PublishedRejection[]): Promise<void>;
}
