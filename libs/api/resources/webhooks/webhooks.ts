/** Webhook endpoints and their deliveries. */
import { optional } from '@drawdown/domain/decider';
import type {
  Delivery as DeliveryMessage,
  DeliveryAttempt,
  RequestOf,
  WebhookEndpoint as WebhookEndpointMessage,
} from '@drawdown/api/contract';
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { formatInstant, type Instant } from '@drawdown/domain/amounts';
import { streams } from '@drawdown/engine/event-store';
import {
  type Attempt,
  deliveries,
  type Delivery,
  type DeliveryRow,
  ENDPOINT_DESCRIPTION_LENGTH_MAX,
  ENDPOINT_ID_LENGTH_MAX,
  listDeliveries,
  messagesOf,
  PageTokenInvalid,
  resend,
  SECRET_PREFIX,
  URL_LENGTH_MAX,
  WEBHOOK_TYPES,
  type WebhookEndpoint,
  webhookEndpoint,
  type WebhookEndpointCommand,
} from '@drawdown/engine/webhooks';
import { time } from '../balances/balance-message';
import { carriedOut, carriedOutBefore, carryOut, causeOf, expectEvent, type Known, readFresh } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { type Fields, readRequest } from '../request/fields';
import type { Handler, Handlers } from '../operation';
import { listDocuments, stateIn } from '../request/pages';
import type { ApiParts } from '../parts';

/** Bytes of a signing secret: as many as the hash has. */
const SECRET_BYTES = 32;
const ENDPOINT_ID_BYTES = 16;
const WEBHOOK_ID_LENGTH_MAX = 64;

type WebhookHandlers = Pick<
  Handlers,
  | 'CreateWebhookEndpoint'
  | 'GetWebhookEndpoint'
  | 'ListWebhookEndpoints'
  | 'UpdateWebhookEndpoint'
  | 'EnableWebhookEndpoint'
  | 'DisableWebhookEndpoint'
  | 'DeleteWebhookEndpoint'
  | 'RotateWebhookSecret'
  | 'SendTestPing'
  | 'ListDeliveries'
  | 'ResendDelivery'
>;

const readId = (from: Fields<{ readonly endpoint_id?: string | undefined }>): string => from.text('endpoint_id', ENDPOINT_ID_LENGTH_MAX);

export const webhookOperations = (parts: ApiParts): WebhookHandlers => ({
  async CreateWebhookEndpoint(request, context) {
    const asked = readRequest(request, (from) => ({
      url: from.text('url', URL_LENGTH_MAX),
      eventTypes: from.words('event_types', WEBHOOK_TYPES),
      ...optional('description', from.optionalText('description', ENDPOINT_DESCRIPTION_LENGTH_MAX)),
    }));
    const id = endpointId(parts, context.key);
    const { events, state, revision, at } = await carryOut(
      parts,
      context,
      webhookEndpoint,
      streams.webhookEndpoint(id),
      (at): WebhookEndpointCommand => ({
        type: 'CreateEndpoint',
        at,
        id,
        secret: newSecret(parts),
        ...asked,
      }),
    );
    return { revision, endpoint: endpointMessage(state, at), secret: expectEvent(events, 'WebhookEndpointCreated').secret };
  },

  async GetWebhookEndpoint(request) {
    const id = readRequest(request, readId);
    const { state, revision } = await theEndpoint(parts, id);
    const at = parts.clock();
    return { revision, as_of: formatInstant(at), endpoint: endpointMessage(state, at) };
  },

  async ListWebhookEndpoints(request) {
    const page = readRequest(request, (from) => from.page());
    const at = parts.clock();
    const { items, next } = await listDocuments(parts, page, {
      prefix: `${webhookEndpoint.category}-`,
      show: async (document) => {
        const state = await stateIn(parts, webhookEndpoint, document);
        return isThere(state) ? endpointMessage(state, at) : undefined;
      },
    });
    return { endpoints: items, next_page_token: next, as_of: formatInstant(at) };
  },

  UpdateWebhookEndpoint: changing(parts, (from) => {
    const all = from.flag('all_event_types');
    const eventTypes = from.words('event_types', WEBHOOK_TYPES);
    if (all && eventTypes.length > 0) from.violation('all_event_types', 'contradicts event_types', 'send one of the two');
    const changes = {
      ...optional('url', from.has('url') ? from.text('url', URL_LENGTH_MAX) : undefined),
      ...optional('eventTypes', all || eventTypes.length > 0 ? eventTypes : undefined),
      // Empty takes the description away.
      ...optional(
        'description',
        from.has('description') ? (from.optionalText('description', ENDPOINT_DESCRIPTION_LENGTH_MAX) ?? '') : undefined,
      ),
    };
    return (at) => ({ type: 'UpdateEndpoint', at, ...changes });
  }),
  EnableWebhookEndpoint: changing(parts, () => (at) => ({ type: 'EnableEndpoint', at })),
  DisableWebhookEndpoint: changing(parts, () => (at) => ({ type: 'DisableEndpoint', at, reason: 'by_account' })),

  async DeleteWebhookEndpoint(request, context) {
    const id = readRequest(request, readId);
    const { revision } = await carryOut(parts, context, webhookEndpoint, streams.webhookEndpoint(id), (at): WebhookEndpointCommand => ({
      type: 'DeleteEndpoint',
      at,
    }));
    return { revision };
  },

  async RotateWebhookSecret(request, context) {
    const id = readRequest(request, readId);
    const { events, state, revision, at } = await carryOut(
      parts,
      context,
      webhookEndpoint,
      streams.webhookEndpoint(id),
      (at): WebhookEndpointCommand => ({
        type: 'RotateSecret',
        at,
        secret: newSecret(parts),
      }),
    );
    return { revision, endpoint: endpointMessage(state, at), secret: expectEvent(events, 'WebhookSecretRotated').secret };
  },

  async SendTestPing(request, context) {
    const id = readRequest(request, readId);
    const stream = streams.webhookEndpoint(id);
    const { revision } = await carryOut(parts, context, webhookEndpoint, stream, (at): WebhookEndpointCommand => ({
      type: 'SendTestPing',
      at,
    }));
    const [recorded] = await parts.log.readStream(stream, { from: revision, limit: 1 });
    return { revision, webhook_id: (recorded && messagesOf(recorded)[0]?.webhookId) ?? '' };
  },

  async ListDeliveries(request) {
    const { id, status, page } = readRequest(request, (from) => ({
      id: readId(from),
      status: from.optionalWord('status', ['pending', 'delivered', 'exhausted']),
      page: from.page(),
    }));
    await theEndpoint(parts, id);
    const options = { pageSize: page.size, ...optional('status', status), ...optional('pageToken', page.token) };
    const found = await listDeliveries(parts.ledger, parts.log, id, options).catch((error: unknown) => {
      throw error instanceof PageTokenInvalid ? new Refused({ code: 'page_token_invalid' }) : error;
    });
    return {
      deliveries: found.deliveries.map(rowMessage),
      next_page_token: found.nextPageToken ?? '',
      as_of: formatInstant(parts.clock()),
    };
  },

  async ResendDelivery(request, context) {
    const { id, webhookId } = readRequest(request, (from) => ({
      id: readId(from),
      webhookId: from.text('webhook_id', WEBHOOK_ID_LENGTH_MAX),
    }));
    const stream = streams.deliveries(id);
    const before = await carriedOutBefore(parts, context, deliveries, stream);
    if (!before) await theEndpoint(parts, id);
    const done =
      before ?? carriedOut(await resend(parts.ledger, parts.log, id, webhookId, parts.clock(), causeOf(context)), context, parts.clock);
    const [asked] = expectEvent(done.events, 'DeliveriesResent').deliveries;
    assert(asked, 'what was resent is in the event');
    return {
      revision: done.revision,
      delivery: { ...deliveryMessage(asked), status: 'pending', attempts: [], next_attempt_at: formatInstant(done.at) },
    };
  },
});

const changing =
  (
    parts: ApiParts,
    read: (from: Fields<RequestOf<'UpdateWebhookEndpoint'>>) => (at: Instant) => WebhookEndpointCommand,
  ): Handler<'UpdateWebhookEndpoint'> =>
  async (request, context) => {
    const { id, command } = readRequest(request, (from) => ({ id: readId(from), command: read(from) }));
    const { state, revision, at } = await carryOut(parts, context, webhookEndpoint, streams.webhookEndpoint(id), command);
    return { revision, endpoint: endpointMessage(state, at) };
  };

/** Made of the key, so that a retry meets the endpoint that the first call made. */
const endpointId = ({ randomBytes }: ApiParts, key: string | undefined): string =>
  `we_${key === undefined ? randomBytes(ENDPOINT_ID_BYTES).toString('hex') : hash('sha256', `webhookEndpoint\0${key}`).slice(0, 2 * ENDPOINT_ID_BYTES)}`;

const newSecret = ({ randomBytes }: ApiParts): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

const isThere = ({ status }: WebhookEndpoint): boolean => status === 'enabled' || status === 'disabled';

/** @throws Refused endpoint_not_found, of a deleted one as well */
const theEndpoint = ({ ledger }: ApiParts, id: string): Promise<Known<WebhookEndpoint>> =>
  readFresh(ledger, webhookEndpoint, streams.webhookEndpoint(id), (found) => {
    if (!isThere(found.state)) throw new Refused({ code: 'endpoint_not_found' });
    return found;
  });

/** Never with a secret. */
function endpointMessage(state: WebhookEndpoint, at: Instant): WebhookEndpointMessage {
  const { status, createdAt } = state;
  const { validUntil } = state.previousSecret ?? {};
  assert((status === 'enabled' || status === 'disabled') && createdAt !== undefined, 'an endpoint that does not exist is refused');
  return {
    endpoint_id: state.id,
    url: state.url,
    event_types: state.eventTypes,
    description: state.description ?? '',
    status,
    disabled_reason: state.disabledReason ?? '',
    created_at: formatInstant(createdAt),
    previous_secret_until: validUntil !== undefined && validUntil > at ? formatInstant(validUntil) : undefined,
  };
}

const deliveryMessage = ({
  webhookId,
  type,
  stream,
  revision,
}: Delivery): Pick<DeliveryMessage, 'webhook_id' | 'event_type' | 'stream' | 'revision'> => ({
  webhook_id: webhookId,
  event_type: type,
  stream,
  revision,
});

const rowMessage = (row: DeliveryRow): DeliveryMessage => ({
  ...deliveryMessage(row),
  status: row.status,
  attempts: row.attempts.map(attemptMessage),
  next_attempt_at: time(row.nextAttemptAt),
});

const attemptMessage = ({ at, httpStatus, failure, durationMs }: Attempt): DeliveryAttempt => ({
  at: formatInstant(at),
  status_code: httpStatus ?? 0,
  error: failure ?? '',
  duration_ms: durationMs,
});
