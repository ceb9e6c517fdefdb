/** The port through which webhooks leave. Adapter: `HttpWebhookSender` (libs/http). */
import type { Instant } from '@drawdown/domain/amounts';
import type { Failure } from '../delivery/deliveries.events';

export interface WebhookRequest {
  readonly url: string;
  readonly webhookId: string;
  readonly payload: string;
  /** The attempt's own time: it is signed, and receivers refuse one that is minutes off. */
  readonly at: Instant;
  /** Every one of them signs. */
  readonly secrets: readonly string[];
  readonly traceparent?: string;
}

export interface WebhookResponse {
  /** Absent: delivered. */
  readonly failure?: Failure;
  readonly httpStatus?: number;
  /** The first bytes of the answer, printable. */
  readonly response?: string;
  /** What the receiver asked for with Retry-After on 429 or 503. */
  readonly retryAfterMs?: number;
}

export interface WebhookSender {
  /** One attempt, never more. Every way to fail is an answer; it throws only on a bug. Bounded in time. */
  send(request: WebhookRequest): Promise<WebhookResponse>;
  close(): Promise<void>;
}
