/** What is offered to the ledger as usage, and what can become of it: exactly one fate each (I1). */
import type { Amount, Instant } from '@drawdown/amounts';
import type { ParsedUsage, Rejection } from '@drawdown/usage';

/** A usage event older than this, or in the future by more than the bound, is judged by these. */
export const DEDUPE_WINDOW_MS_DEFAULT = 35 * 24 * 3_600_000;
export const USAGE_FUTURE_MS_MAX = 24 * 3_600_000;
/** Usage events waiting in memory for their turn. Beyond it a door answers "overloaded". */
export const QUEUED_USAGE_MAX = 100_000;
/** Usage events taken into one round of load, decide, append. */
export const ROUND_USAGE_MAX = 4_000;
/** Lines packed into one event, and their bytes by a high estimate. What the balance adds (its grants) has room beside it. */
export const LINES_PER_EVENT_MAX = 200;
export const LINES_BYTES_MAX = 512 * 1024;

export interface UsageOffer {
  readonly parsed: ParsedUsage;
  /** The bytes as they came, for the record of a rejection. Called only then. */
  readonly original: () => { readonly text: string; readonly encoding: 'utf8' | 'base64' };
  /** `http`, `grpc`, `kafka`, `replay`. */
  readonly door: string;
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
  /** Of the CreditsConsumed event that holds the line. */
  readonly revision: number;
}

export type Fate =
  | { readonly fate: 'applied'; readonly charges: readonly Charge[] }
  | { readonly fate: 'duplicate' }
  | { readonly fate: 'rejected'; readonly rejection: Rejection; readonly rejectionId: string };

export type Clock = () => Instant;
