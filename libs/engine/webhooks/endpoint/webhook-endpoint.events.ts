/** The events of a webhook endpoint. Type names and field names are stored for ever: add, never rename. */
import { shape } from '@drawdown/domain/decider';

const at = shape.instant;

export const disabledReason = shape.oneOf('by_account', 'gone', 'only_failures');
export type DisabledReason = shape.TypeOf<typeof disabledReason>;

export const webhookEndpointEvents = {
  WebhookEndpointCreated: shape.record({
    at,
    id: shape.text,
    url: shape.text,
    /** Sorted, without repeats; empty means all. */
    eventTypes: shape.list(shape.text),
    description: shape.text,
    secret: shape.text,
  }),
  /** Holds all three fields as they are from now on. */
  WebhookEndpointUpdated: shape.record({
    at,
    url: shape.text,
    eventTypes: shape.list(shape.text),
    description: shape.text,
  }),
  WebhookEndpointEnabled: shape.record({ at }),
  WebhookEndpointDisabled: shape.record({ at, reason: disabledReason, url: shape.text }),
  WebhookEndpointDeleted: shape.record({ at }),
  WebhookSecretRotated: shape.record({ at, secret: shape.text, previousValidUntil: at }),
  TestPingRequested: shape.record({ at }),
} as const;

export type WebhookEndpointEvent = {
  [T in keyof typeof webhookEndpointEvents]: { readonly type: T } & shape.TypeOf<(typeof webhookEndpointEvents)[T]>;
}[keyof typeof webhookEndpointEvents];
