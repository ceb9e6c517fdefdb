/**
 * A webhook endpoint: where webhooks go, which ones, and how they are signed. Pure.
 * A disabled endpoint is frozen where it stands; enabling it goes on from there, so nothing is skipped.
 * Deleting is for good: an id never comes back.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse, shape } from '@drawdown/domain/decider';
import { disabledReason, type DisabledReason, type WebhookEndpointEvent, webhookEndpointEvents } from './webhook-endpoint.events';
import { isSecret, overlapEnd } from './webhook-secret';
import { isWebhookType } from '../delivery/webhook-types';

export const URL_LENGTH_MAX = 2_048;
export const ENDPOINT_DESCRIPTION_LENGTH_MAX = 256;
export const ENDPOINT_ID_LENGTH_MAX = 64;

export type WebhookEndpointCommand =
  | {
      readonly type: 'CreateEndpoint';
      readonly at: Instant;
      readonly id: string;
      readonly url: string;
      /** Empty: all types. */
      readonly eventTypes: readonly string[];
      readonly description?: string;
      /** Made by the caller: chance has no place in here. */
      readonly secret: string;
    }
  | {
      readonly type: 'UpdateEndpoint';
      readonly at: Instant;
      readonly url?: string;
      readonly eventTypes?: readonly string[];
      readonly description?: string;
    }
  | { readonly type: 'EnableEndpoint'; readonly at: Instant }
  | { readonly type: 'DisableEndpoint'; readonly at: Instant; readonly reason: DisabledReason }
  | { readonly type: 'DeleteEndpoint'; readonly at: Instant }
  | { readonly type: 'RotateSecret'; readonly at: Instant; readonly secret: string }
  | { readonly type: 'SendTestPing'; readonly at: Instant };

export type WebhookEndpointRefusal =
  | { readonly code: 'endpoint_not_found' }
  | { readonly code: 'endpoint_deleted' }
  | { readonly code: 'endpoint_exists' }
  | { readonly code: 'endpoint_id_invalid' }
  | { readonly code: 'url_invalid' }
  | { readonly code: 'unknown_event_type'; readonly eventType: string }
  | { readonly code: 'description_too_long' }
  | { readonly code: 'secret_invalid' }
  | { readonly code: 'secret_unchanged' }
  | { readonly code: 'endpoint_disabled' };

const webhookEndpointState = shape.record({
  status: shape.oneOf('none', 'enabled', 'disabled', 'deleted'),
  id: shape.text,
  url: shape.text,
  eventTypes: shape.list(shape.text),
  description: shape.text,
  secret: shape.text,
  previousSecret: shape.maybe(shape.record({ secret: shape.text, validUntil: shape.instant })),
  /** Since when it has been enabled without a break; failures before that do not count against it. */
  enabledAt: shape.maybe(shape.instant),
  createdAt: shape.maybe(shape.instant),
  disabledReason: shape.maybe(disabledReason),
});
export type WebhookEndpoint = shape.TypeOf<typeof webhookEndpointState>;

type Decided = Decision<WebhookEndpointEvent, WebhookEndpointRefusal>;

const none: WebhookEndpoint = { status: 'none', id: '', url: '', eventTypes: [], description: '', secret: '' };

function decide(command: WebhookEndpointCommand, state: WebhookEndpoint): Decided {
  if (command.type === 'CreateEndpoint') return create(command, state);
  if (state.status === 'none') return refuse({ code: 'endpoint_not_found' });
  if (state.status === 'deleted') return command.type === 'DeleteEndpoint' ? accept() : refuse({ code: 'endpoint_deleted' });
  const { at } = command;
  switch (command.type) {
    case 'UpdateEndpoint':
      return update(command, state);
    case 'EnableEndpoint':
      return state.status === 'enabled' ? accept() : accept({ type: 'WebhookEndpointEnabled', at });
    case 'DisableEndpoint':
      if (state.status === 'disabled') return accept();
      return accept({ type: 'WebhookEndpointDisabled', at, reason: command.reason, url: state.url });
    case 'DeleteEndpoint':
      return accept({ type: 'WebhookEndpointDeleted', at });
    case 'RotateSecret':
      if (!isSecret(command.secret)) return refuse({ code: 'secret_invalid' });
      if (command.secret === state.secret) return refuse({ code: 'secret_unchanged' });
      return accept({ type: 'WebhookSecretRotated', at, secret: command.secret, previousValidUntil: overlapEnd(at) });
    case 'SendTestPing':
      if (state.status === 'disabled') return refuse({ code: 'endpoint_disabled' });
      return accept({ type: 'TestPingRequested', at });
  }
}

function create(command: Extract<WebhookEndpointCommand, { type: 'CreateEndpoint' }>, state: WebhookEndpoint): Decided {
  if (state.status === 'deleted') return refuse({ code: 'endpoint_deleted' });
  if (state.status !== 'none') return refuse({ code: 'endpoint_exists' });
  const { at, id, url, secret } = command;
  const description = command.description ?? '';
  if (id.length === 0 || id.length > ENDPOINT_ID_LENGTH_MAX) return refuse({ code: 'endpoint_id_invalid' });
  const wrong = problemOf(url, command.eventTypes, description);
  if (wrong) return refuse(wrong);
  if (!isSecret(secret)) return refuse({ code: 'secret_invalid' });
  return accept({
    type: 'WebhookEndpointCreated',
    at,
    id,
    url,
    eventTypes: sorted(command.eventTypes),
    description,
    secret,
  });
}

function update(command: Extract<WebhookEndpointCommand, { type: 'UpdateEndpoint' }>, state: WebhookEndpoint): Decided {
  const url = command.url ?? state.url;
  const eventTypes = sorted(command.eventTypes ?? state.eventTypes);
  const description = command.description ?? state.description;
  const wrong = problemOf(url, eventTypes, description);
  if (wrong) return refuse(wrong);
  const same = url === state.url && description === state.description && eventTypes.join() === state.eventTypes.join();
  return same ? accept() : accept({ type: 'WebhookEndpointUpdated', at: command.at, url, eventTypes, description });
}

function problemOf(url: string, eventTypes: readonly string[], description: string): WebhookEndpointRefusal | undefined {
  if (!isDestination(url)) return { code: 'url_invalid' };
  const unknown = eventTypes.find((name) => !isWebhookType(name));
  if (unknown !== undefined) return { code: 'unknown_event_type', eventType: unknown };
  return description.length > ENDPOINT_DESCRIPTION_LENGTH_MAX ? { code: 'description_too_long' } : undefined;
}

/** Whether the address behind the name may be dialled is not judged here but by the sender, each time it connects. */
function isDestination(url: string): boolean {
  if (url.length > URL_LENGTH_MAX || !URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && hostname !== '' && username === '' && password === '';
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();

function evolve(state: WebhookEndpoint, event: WebhookEndpointEvent): WebhookEndpoint {
  switch (event.type) {
    case 'WebhookEndpointCreated': {
      const { id, url, eventTypes, description, secret, at } = event;
      return { status: 'enabled', id, url, eventTypes, description, secret, enabledAt: at, createdAt: at };
    }
    case 'WebhookEndpointUpdated':
      return { ...state, url: event.url, eventTypes: event.eventTypes, description: event.description };
    case 'WebhookEndpointEnabled':
      return { ...without(state, 'disabledReason'), status: 'enabled', enabledAt: event.at };
    case 'WebhookEndpointDisabled':
      return { ...without(state, 'enabledAt'), status: 'disabled', disabledReason: event.reason };
    case 'WebhookEndpointDeleted':
      return { ...without(state, 'enabledAt'), status: 'deleted' };
    case 'WebhookSecretRotated':
      return {
        ...state,
        secret: event.secret,
        previousSecret: { secret: state.secret, validUntil: event.previousValidUntil },
      };
    case 'TestPingRequested':
      return state;
  }
}

function without<K extends 'enabledAt' | 'disabledReason'>(state: WebhookEndpoint, key: K): Omit<WebhookEndpoint, K> {
  const { [key]: _, ...rest } = state;
  return rest;
}

interface WebhookEndpointTypes {
  readonly command: WebhookEndpointCommand;
  readonly state: WebhookEndpoint;
  readonly event: WebhookEndpointEvent;
  readonly refusal: WebhookEndpointRefusal;
}

export const webhookEndpoint: Aggregate<WebhookEndpointTypes> = {
  category: 'webhookEndpoint',
  decider: { initial: none, decide, evolve },
  events: webhookEndpointEvents,
  state: webhookEndpointState,
  stateVersion: 1,
};
