import { deliveries, type Delivery } from '@drawdown/engine/webhooks';
import { streams } from '@drawdown/engine/event-store';
import { at, freshApplication, HOUR_MS, like, textAt } from '../application.fixtures';

const app = freshApplication();
const asked = { url: 'https://example.com/hook', event_types: ['wallet.low_balance'], description: 'CRM' };
const create = async (key?: string): Promise<string> =>
  textAt(await app().call('CreateWebhookEndpoint', asked, key), 'endpoint.endpoint_id');

describe('webhook endpoints', () => {
  it('are created with a secret that is shown once, or again to a retry', async () => {
    const first = await app().call('CreateWebhookEndpoint', asked, 'key-1');
    expect(first).toMatchObject({
      revision: 0,
      secret: like(/^whsec_/),
      endpoint: { ...asked, endpoint_id: like(/^we_[0-9a-f]{32}$/), status: 'enabled', created_at: '2026-03-01T12:00:00.000Z' },
    });
    app().pass(HOUR_MS);
    const again = await app().says('CreateWebhookEndpoint', asked, 'key-1');
    expect(again).toEqual({ answer: first, replayed: true });
    expect(await app().says('CreateWebhookEndpoint', { ...asked, description: 'other' }, 'key-1')).toEqual({
      refused: 'idempotency_conflict',
    });
    const { endpoint } = await app().call('GetWebhookEndpoint', { endpoint_id: textAt(first, 'endpoint.endpoint_id') });
    expect(endpoint).toEqual(first['endpoint']);
    expect(JSON.stringify(endpoint)).not.toContain('whsec_');
  });

  it('are new ones without a key', async () => {
    expect(await create()).not.toBe(await create());
  });

  it('are changed by what is given', async () => {
    const endpoint_id = await create();
    const update = (change: object) => app().call('UpdateWebhookEndpoint', { endpoint_id, ...change });
    expect(await update({ url: 'https://example.com/new' })).toMatchObject({
      revision: 1,
      endpoint: { ...asked, url: 'https://example.com/new' },
    });
    expect(await update({ all_event_types: true, description: '' })).toMatchObject({ endpoint: { event_types: [], description: '' } });
    expect(await update({ event_types: ['wallet.run_out'] })).toMatchObject({ endpoint: { event_types: ['wallet.run_out'] } });
  });

  it('name each field that is wrong', async () => {
    expect(await app().says('CreateWebhookEndpoint', { event_types: ['wallet.lost'] })).toEqual({
      invalid: ['url is missing or empty', like('event_types[0] is not one of')],
    });
    expect(await app().says('CreateWebhookEndpoint', { url: 'ftp://example.com' })).toEqual({ refused: 'url_invalid' });
    const endpoint_id = await create();
    expect(await app().says('UpdateWebhookEndpoint', { endpoint_id, all_event_types: true, event_types: ['test.ping'] })).toEqual({
      invalid: ['all_event_types contradicts event_types'],
    });
  });

  it('are disabled, enabled and deleted for good', async () => {
    const endpoint_id = await create();
    expect(await app().call('DisableWebhookEndpoint', { endpoint_id })).toMatchObject({
      endpoint: { status: 'disabled', disabled_reason: 'by_account' },
    });
    expect(await app().says('SendTestPing', { endpoint_id })).toEqual({ refused: 'endpoint_disabled' });
    const enabled = await app().call('EnableWebhookEndpoint', { endpoint_id });
    expect(enabled['endpoint']).toMatchObject({ status: 'enabled' });
    expect(at(enabled, 'endpoint.disabled_reason')).toBe('');
    expect(await app().call('DeleteWebhookEndpoint', { endpoint_id })).toEqual({ revision: 3 });
    expect(await app().says('GetWebhookEndpoint', { endpoint_id })).toEqual({ refused: 'endpoint_not_found' });
    expect(await app().says('EnableWebhookEndpoint', { endpoint_id })).toEqual({ refused: 'endpoint_deleted' });
    expect(await app().says('EnableWebhookEndpoint', { endpoint_id: 'we_none' })).toEqual({ refused: 'endpoint_not_found' });
  });

  it('are listed in order of id without the deleted ones', async () => {
    const ids = [await create(), await create(), await create()].sort();
    await app().call('DeleteWebhookEndpoint', { endpoint_id: ids[1] });
    const first = await app().call('ListWebhookEndpoints', { page_size: 1 });
    const second = await app().call('ListWebhookEndpoints', { page_size: 1, page_token: first['next_page_token'] });
    expect([first, second].map((page) => at(page, 'endpoints.0.endpoint_id'))).toEqual([ids[0], ids[2]]);
    expect(second['next_page_token']).toBe('');
  });

  it('are given a new secret, the one before signing for a day', async () => {
    const created = await app().call('CreateWebhookEndpoint', asked);
    const endpoint_id = textAt(created, 'endpoint.endpoint_id');
    const rotated = await app().call('RotateWebhookSecret', { endpoint_id }, 'key-1');
    expect(rotated).toMatchObject({ secret: like(/^whsec_/), endpoint: { previous_secret_until: '2026-03-02T12:00:00.000Z' } });
    expect(rotated['secret']).not.toBe(created['secret']);
    app().pass(24 * HOUR_MS);
    expect(at(await app().call('GetWebhookEndpoint', { endpoint_id }), 'endpoint.previous_secret_until')).toBeUndefined();
    expect(await app().says('RotateWebhookSecret', { endpoint_id }, 'key-1')).toEqual({ answer: rotated, replayed: true });
  });

  it('are pinged under an id by which the delivery can be found', async () => {
    const endpoint_id = await create();
    const first = await app().call('SendTestPing', { endpoint_id }, 'key-1');
    expect(first).toEqual({ revision: 1, webhook_id: like(/^msg_/) });
    expect(await app().says('SendTestPing', { endpoint_id }, 'key-1')).toEqual({ answer: first, replayed: true });
    expect(await app().call('SendTestPing', { endpoint_id })).not.toEqual(first);
  });
});

describe('deliveries', () => {
  const delivery: Delivery = { webhookId: 'msg_1', type: 'wallet.low_balance', stream: 'wallet-ada', revision: 3, position: 7n };
  /** What the dispatcher records of an endpoint. */
  async function attempted(endpointId: string, outcome: 'delivered' | 'exhausted'): Promise<void> {
    const attempt = { ...delivery, attempt: 1, at: app().now, durationMs: 12, outcome, httpStatus: outcome === 'delivered' ? 204 : 500 };
    const made = outcome === 'delivered' ? attempt : ({ ...attempt, failure: 'refused_status' } as const);
    await app().parts.ledger.execute(deliveries, streams.deliveries(endpointId), {
      type: 'RecordAttempts',
      at: app().now,
      attempts: [made],
      opened: [],
      through: 7n,
    });
  }

  it('are listed as they stand, with their attempts', async () => {
    const endpoint_id = await create();
    await attempted(endpoint_id, 'exhausted');
    const shown = { webhook_id: 'msg_1', event_type: 'wallet.low_balance', stream: 'wallet-ada', revision: 3, status: 'exhausted' };
    const { deliveries: rows, next_page_token } = await app().call('ListDeliveries', { endpoint_id });
    expect(rows).toMatchObject([
      { ...shown, attempts: [{ at: '2026-03-01T12:00:00.000Z', status_code: 500, error: 'refused_status', duration_ms: 12 }] },
    ]);
    expect(next_page_token).toBe('');
    expect((await app().call('ListDeliveries', { endpoint_id, status: 'delivered' }))['deliveries']).toEqual([]);
    expect(await app().says('ListDeliveries', { endpoint_id, page_token: 'x' })).toEqual({ refused: 'page_token_invalid' });
    expect(await app().says('ListDeliveries', { endpoint_id: 'we_none' })).toEqual({ refused: 'endpoint_not_found' });
  });

  it('are sent again once, however often the command is retried', async () => {
    const endpoint_id = await create();
    await attempted(endpoint_id, 'exhausted');
    const first = await app().call('ResendDelivery', { endpoint_id, webhook_id: 'msg_1' }, 'key-1');
    expect(first).toMatchObject({
      revision: 1,
      delivery: { webhook_id: 'msg_1', status: 'pending', next_attempt_at: '2026-03-01T12:00:00.000Z' },
    });
    await attempted(endpoint_id, 'delivered');
    await app().call('DeleteWebhookEndpoint', { endpoint_id });
    expect(await app().says('ResendDelivery', { endpoint_id, webhook_id: 'msg_1' }, 'key-1')).toEqual({ answer: first, replayed: true });
    expect(await app().says('ResendDelivery', { endpoint_id, webhook_id: 'msg_1' }, 'key-2')).toEqual({ refused: 'endpoint_not_found' });
  });

  it('are refused under an id that was not sent to the endpoint', async () => {
    const endpoint_id = await create();
    expect(await app().says('ResendDelivery', { endpoint_id, webhook_id: 'msg_2' })).toEqual({ refused: 'delivery_not_found' });
    expect(await app().says('ResendDelivery', { endpoint_id: 'we_none', webhook_id: 'msg_1' })).toEqual({ refused: 'endpoint_not_found' });
  });
});
