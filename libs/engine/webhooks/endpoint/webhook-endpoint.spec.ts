import { later } from '@drawdown/domain/amounts';
import { given, readEvent, writeEvent } from '@drawdown/domain/decider';
import { HOUR, NOON, SECRET } from '../dispatch/dispatcher.fixtures';
import { URL_LENGTH_MAX, webhookEndpoint, type WebhookEndpointCommand } from './webhook-endpoint';
import type { WebhookEndpointEvent } from './webhook-endpoint.events';
import { secretsInForce } from './webhook-secret';

const { decider } = webhookEndpoint;
const secretOf = (bytes: number, fill = 1): string => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const created: WebhookEndpointEvent = {
  type: 'WebhookEndpointCreated',
  at: NOON,
  id: 'e1',
  url: 'https://a.example/',
  eventTypes: [],
  description: '',
  secret: SECRET,
};
const disabled: WebhookEndpointEvent = {
  type: 'WebhookEndpointDisabled',
  at: NOON,
  reason: 'gone',
  url: 'https://a.example/',
};
const deleted: WebhookEndpointEvent = { type: 'WebhookEndpointDeleted', at: NOON };
const create = (rest: Partial<Extract<WebhookEndpointCommand, { type: 'CreateEndpoint' }>> = {}): WebhookEndpointCommand => ({
  type: 'CreateEndpoint',
  at: NOON,
  id: 'e1',
  url: 'https://a.example/',
  eventTypes: [],
  secret: SECRET,
  ...rest,
});
const command = (type: 'EnableEndpoint' | 'DeleteEndpoint' | 'SendTestPing'): WebhookEndpointCommand => ({ type, at: NOON });

describe('creating an endpoint', () => {
  it('keeps its types sorted and once each', () =>
    given(decider)
      .when(create({ eventTypes: ['wallet.run_out', 'test.ping', 'wallet.run_out'] }))
      .then({ ...created, eventTypes: ['test.ping', 'wallet.run_out'] }));

  it('is refused for an id that is taken or was deleted', () => {
    given(decider, created).when(create()).thenRefused('endpoint_exists');
    given(decider, created, deleted).when(create()).thenRefused('endpoint_deleted');
  });

  it.each([
    '',
    'a.example',
    'ftp://a.example/',
    'https://user@a.example/',
    'https://u:p@a.example/',
    'https://',
    'javascript:alert(1)',
    `https://a.example/${'x'.repeat(URL_LENGTH_MAX)}`,
  ])('is refused for the URL "%.40s"', (url) => given(decider).when(create({ url })).thenRefused('url_invalid'));

  it('takes a URL of the greatest length', () => {
    const url = `https://a.example/${'x'.repeat(URL_LENGTH_MAX - 18)}`;
    given(decider)
      .when(create({ url }))
      .then({ ...created, url });
  });

  it('is refused for a type that does not exist, naming it', () =>
    given(decider)
      .when(create({ eventTypes: ['test.ping', 'wallet.exploded'] }))
      .thenRefused('unknown_event_type', { eventType: 'wallet.exploded' }));

  it.each([
    ['too short', secretOf(23)],
    ['too long', secretOf(65)],
    ['without its prefix', SECRET.slice(6)],
    ['no base64', 'whsec_!!!'],
    ['empty', ''],
  ])('is refused for a secret that is %s', (_, secret) => given(decider).when(create({ secret })).thenRefused('secret_invalid'));

  it.each([24, 64])('takes a secret of %i bytes', (bytes) =>
    given(decider)
      .when(create({ secret: secretOf(bytes) }))
      .then({ ...created, secret: secretOf(bytes) }),
  );
});

describe('an endpoint', () => {
  it('that was never created is not found', () => given(decider).when(command('EnableEndpoint')).thenRefused('endpoint_not_found'));
  it('that is deleted stays so', () => {
    given(decider, created, deleted).when(command('EnableEndpoint')).thenRefused('endpoint_deleted');
    given(decider, created, deleted).when(command('DeleteEndpoint')).then();
  });
  it('that is enabled or disabled already is left as it is', () => {
    given(decider, created).when(command('EnableEndpoint')).then();
    given(decider, created, disabled).when({ type: 'DisableEndpoint', at: NOON, reason: 'by_account' }).then();
  });
  it('changes what is given and keeps the rest', () => {
    const updated = {
      type: 'WebhookEndpointUpdated',
      at: NOON,
      url: 'https://b.example/',
      eventTypes: [],
      description: '',
    } as const;
    given(decider, created).when({ type: 'UpdateEndpoint', at: NOON, url: 'https://b.example/' }).then(updated);
    given(decider, created).when({ type: 'UpdateEndpoint', at: NOON, url: created.url }).then();
    given(decider, created).when({ type: 'UpdateEndpoint', at: NOON, url: 'b' }).thenRefused('url_invalid');
  });
  it('is pinged only while it is enabled', () => {
    given(decider, created).when(command('SendTestPing')).then({ type: 'TestPingRequested', at: NOON });
    given(decider, created, disabled).when(command('SendTestPing')).thenRefused('endpoint_disabled');
  });
  it('signs with both secrets for 24 hours after a rotation, to the millisecond', () => {
    const rotation = given(decider, created).when({ type: 'RotateSecret', at: NOON, secret: secretOf(24, 9) });
    const end = later(NOON, 24 * HOUR);
    rotation.then({ type: 'WebhookSecretRotated', at: NOON, secret: secretOf(24, 9), previousValidUntil: end });
    expect(secretsInForce(rotation.state, later(end, -1))).toEqual([secretOf(24, 9), SECRET]);
    expect(secretsInForce(rotation.state, end)).toEqual([secretOf(24, 9)]);
    given(decider, created).when({ type: 'RotateSecret', at: NOON, secret: SECRET }).thenRefused('secret_unchanged');
  });
});

it('what is stored of an endpoint is stored like this', () => {
  const rotated: WebhookEndpointEvent = {
    type: 'WebhookSecretRotated',
    at: NOON,
    secret: SECRET,
    previousValidUntil: NOON,
  };
  const updated: WebhookEndpointEvent = {
    type: 'WebhookEndpointUpdated',
    at: NOON,
    url: 'u',
    eventTypes: ['test.ping'],
    description: 'd',
  };
  const at = '"at":"2026-03-01T12:00:00.000Z"';
  const stored: readonly [WebhookEndpointEvent, string][] = [
    [created, `{${at},"description":"","eventTypes":[],"id":"e1","secret":"${SECRET}","url":"https://a.example/"}`],
    [updated, `{${at},"description":"d","eventTypes":["test.ping"],"url":"u"}`],
    [{ type: 'WebhookEndpointEnabled', at: NOON }, `{${at}}`],
    [disabled, `{${at},"reason":"gone","url":"https://a.example/"}`],
    [deleted, `{${at}}`],
    [rotated, `{${at},"previousValidUntil":"2026-03-01T12:00:00.000Z","secret":"${SECRET}"}`],
    [{ type: 'TestPingRequested', at: NOON }, `{${at}}`],
  ];
  for (const [event, text] of stored) {
    expect(writeEvent(webhookEndpoint, event)).toBe(text);
    expect(readEvent(webhookEndpoint, event.type, text)).toEqual(event);
  }
});
