/**
 * What is sent: messages made from one recorded event of the ledger and from nothing else, so that a payload is the same
 * on every attempt and on every resend, whatever has happened since.
 */
import { createHash } from 'node:crypto';
import { type Json, shape } from '@drawdown/domain/decider';
import { categoryOf, idsOf, type RecordedEvent } from '@drawdown/engine/event-store';
import type { Delivery } from './deliveries.events';
import { typesOf, type WebhookType } from './webhook-types';

/** Lines of usage that a payload shows; `usage_events` counts all of them, the ledger holds the rest. */
export const USAGE_LINES_MAX = 20;

type JsonObject = { readonly [key: string]: Json };

export class WebhookMessage implements Delivery {
  readonly webhookId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly traceparent: string | undefined;
  private text: string | undefined;

  constructor(
    readonly type: WebhookType,
    private readonly event: RecordedEvent,
    private readonly data: JsonObject,
  ) {
    this.webhookId = webhookIdOf(event.id, type);
    this.stream = event.stream;
    this.revision = event.revision;
    this.position = event.position;
    this.traceparent = traceparentOf(event.metadata);
  }

  /** Canonical JSON text, made once for all endpoints and attempts. */
  get payload(): string {
    return (this.text ??= payloadOf(this.webhookId, this.type, this.event, this.data));
  }
}

/** Nothing is ever sent under two ids: the same event and type always have this one. */
const webhookIdOf = (eventId: string, type: WebhookType): string =>
  `msg_${createHash('sha256').update(`${eventId}:${type}`).digest('base64url').slice(0, 27)}`;

/** The messages of one event, in a fixed order; most events have one or none. */
export function messagesOf(event: RecordedEvent): readonly WebhookMessage[] {
  const category = categoryOf(event.stream);
  const types = typesOf(category, event.type);
  if (types.length === 0) return [];
  const data = JSON.parse(event.data) as JsonObject;
  return types.filter((type) => applies(type, event.type, data)).map((type) => new WebhookMessage(type, event, data));
}

/** A packed debit makes a message of a debit if it took something, and of uncovered usage if something went uncovered: one or both. */
function applies(type: WebhookType, eventType: string, data: JsonObject): boolean {
  // An invoice that only settled usage was not paid.
  if (eventType === 'InvoicePaidFromWallet') return data['amount'] !== '0';
  if (eventType !== 'CreditsConsumed') return true;
  return (data[type === 'usage.uncovered' ? 'uncovered' : 'amount'] ?? '0') !== '0';
}

function payloadOf(webhookId: string, type: WebhookType, event: RecordedEvent, data: JsonObject): string {
  const { at: timestamp, ...fields } = data;
  // When it was recorded is another moment, and a receiver could not tell which it was given.
  if (typeof timestamp !== 'string') throw new Error(`${event.stream} at revision ${event.revision} does not say when it happened`);
  const place = { stream: event.stream, revision: event.revision };
  return shape.canonicalJson({
    id: webhookId,
    type,
    timestamp,
    data: { ...webhookFields(event.type, fields), ...subjectOf(event), ...place },
  });
}

function subjectOf(event: RecordedEvent): JsonObject {
  const [id = '', creditProductId = ''] = idsOf(event.stream);
  const category = categoryOf(event.stream);
  if (category === 'webhookEndpoint') return { endpoint_id: id };
  return category === 'creditBalance' ? { customer_id: id, credit_product_id: creditProductId } : { customer_id: id };
}

function webhookFields(eventType: string, fields: JsonObject): JsonObject {
  // The terms of grants are the ledger's own memory of them, and may be large; `grants` tells how they stand.
  const { lines, terms: _, restored: __, figures, grants, ...rest } = fields;
  const snake = snakeCased({
    ...rest,
    ...(figures !== undefined && { figures: completed(figures, ZERO_FIGURES) }),
    ...(Array.isArray(grants) && { grants: (grants as readonly Json[]).map((grant) => completed(grant, ZERO_HELD)) }),
  }) as JsonObject;
  if (!Array.isArray(lines)) return snake;
  const zeros = eventType === 'CreditsConsumed' ? ZERO_UNCOVERED : {};
  const usage = (lines as readonly Json[]).slice(0, USAGE_LINES_MAX).map((line) => webhookLine(completed(line, zeros)));
  return { ...zeros, ...snake, usage_events: lines.length, usage };
}

/** What stored events leave out where it is zero. A receiver is not to know that. */
const ZERO_HELD = { held: '0' };
const ZERO_UNCOVERED = { uncovered: '0' };
const ZERO_FIGURES = { ...ZERO_HELD, ...ZERO_UNCOVERED };
const completed = (json: Json, zeros: JsonObject): Json => (isObject(json) ? { ...zeros, ...json } : json);
const isObject = (json: Json): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);

/** The fingerprint of a usage event's body is the ledger's own. */
function webhookLine(line: Json): Json {
  if (typeof line !== 'object' || line === null || !('id' in line)) return snakeCased(line);
  const { bodyHash: _, ...rest } = line;
  return snakeCased(rest);
}

/** Names of fields only. What stands under `metadata` is the account's own and is left as it is. */
function snakeCased(json: Json): Json {
  if (Array.isArray(json)) return json.map(snakeCased);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      key === 'metadata' ? value : snakeCased(value),
    ]),
  );
}

/** The trace that the event was recorded in (W3C Trace Context), so that the receiver's side can join it. */
function traceparentOf(metadata: string): string | undefined {
  if (!metadata.includes('"traceparent"')) return undefined;
  const { traceparent } = JSON.parse(metadata) as { readonly traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : undefined;
}
