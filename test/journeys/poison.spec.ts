/** What cannot be applied, among what can, on the real Kafka: each is rejected for its own reason, kept as it came, and replayed once mended. */
import type { Message } from 'kafkajs';
import { FullStack } from '../support/full-stack';
import { produce } from '../support/producers';
import { readTopic, type TopicRecord } from '../support/topic-records';
import { balanceOf, call, createCalls, createHolder } from '../support/usage';

const MINUTES = 60_000;
const EACH = 10;
const HOLDER = 'holder';

type Poison = (id: string) => Message;
const json = (text: string): Poison => (id) => ({ value: text.replaceAll('ID', id) });
const event = (fields: string, data = '{"credits":1}'): Poison => json(`{"specversion":"1.0","id":"ID","source":"poison","type":"api.call","subject":"${HOLDER}",${fields}"data":${data}}`);
const replaced = (name: string, text: string): Poison => {
  const fields: Record<string, string> = { specversion: '"1.0"', id: '"ID"', source: '"poison"', type: '"api.call"', subject: `"${HOLDER}"`, data: '{"credits":1}', [name]: text };
  return json(`{${Object.entries(fields).map(([field, of]) => `"${field}":${of}`).join(',')}}`);
};

/** Twenty kinds, and the reason that each is rejected for. */
const KINDS: readonly (readonly [reason: string, poison: Poison])[] = [
  ['payload_empty', () => ({ value: null })],
  ['payload_too_large', (id) => ({ value: JSON.stringify({ ...call({ id, subject: HOLDER }), data: { credits: 1, note: 'x'.repeat(70_000) } }) })],
  ['not_utf8', (id) => ({ value: Buffer.concat([Buffer.from(`{"id":"${id}`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]) })],
  ['malformed_json', json('{"specversion":"1.0","id":"ID"')],
  ['invalid_number', event('', '{"credits":01}')],
  ['duplicate_key', event('"id":"ID-again",')],
  ['lone_surrogate', event('', '{"credits":1,"note":"\\ud800"}')],
  ['nul_character', event('', '{"credits":1,"note":"\\u0000"}')],
  ['not_a_cloud_event', json('["ID"]')],
  ['unsupported_specversion', replaced('specversion', '"0.3"')],
  ['missing_field', replaced('source', 'null')],
  ['wrong_type', replaced('id', '7')],
  ['invalid_time', event('"time":"2026-02-30T00:00:00Z",')],
  ['unknown_field', event('"Subject_ID":"x",')],
  ['unsupported_content_type', (id) => ({ headers: { 'content-type': 'application/cloudevents-batch+json' }, value: JSON.stringify([call({ id, subject: HOLDER })]) })],
  ['quantity_missing', event('', '{}')],
  ['quantity_negative', event('', '{"credits":-1}')],
  ['number_out_of_range', event('', '{"credits":1e309}')],
  ['no_matching_meter', replaced('type', '"image.made"')],
  ['unknown_customer', replaced('subject', '"latecomer"')],
];

interface Kept {
  readonly rejection_id: string;
  readonly reason: string;
  readonly status: string;
}

let service: FullStack;
beforeAll(async () => {
  service = await FullStack.start();
  await createCalls(service.http);
  await createHolder(service.http, HOLDER, '1000000');
}, 2 * MINUTES);
afterAll(() => service.stop());

const poisoned = KINDS.flatMap(([reason, poison]) => Array.from({ length: EACH }, (_, i) => ({ reason, message: { key: 'a-key', ...poison(`${reason}-${i}`) } })));

async function kept(query: string): Promise<readonly Kept[]> {
  const all: Kept[] = [];
  for (let token = ''; ; ) {
    const page = await service.http.get<{ readonly rejected_usage: readonly Kept[]; readonly next_page_token?: string }>(`/v1/rejected-usage?page_size=100${query}${token && `&page_token=${encodeURIComponent(token)}`}`);
    all.push(...page.rejected_usage);
    token = page.next_page_token ?? '';
    if (token === '') return all;
  }
}

const tally = (reasons: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(reasons)].map((reason) => [reason, reasons.filter((other) => other === reason).length]));
const EXPECTED = Object.fromEntries(KINDS.map(([reason]) => [reason, EACH]));

describe(`${poisoned.length} records that cannot be applied, among as many that can`, () => {
  it('keep none of the others waiting, and are each rejected for their own reason', async () => {
    const messages = poisoned.flatMap(({ message }, i) => [message, { value: JSON.stringify(call({ id: `good-${i}`, subject: HOLDER })) }]);
    const fates = await service.counted(() => produce(service.kafka, service.topics.usage, messages));
    expect(fates).toEqual({ applied: poisoned.length, duplicate: 0, rejected: poisoned.length });
    expect(await balanceOf(service.http, HOLDER)).toMatchObject({ consumed: String(poisoned.length), uncovered: '0' });
    expect(tally((await kept('')).map(({ reason }) => reason))).toEqual(EXPECTED);
  }, 2 * MINUTES);

  it('are published with their own bytes, key and headers, and with where they came from', async () => {
    const published = await readTopic(service.kafka, service.topics.rejected, poisoned.length);
    expect(tally(published.map(({ headers }) => headers['rejected-reason'] ?? ''))).toEqual(EXPECTED);
    const came = new Map((await readTopic(service.kafka, service.topics.usage, 2 * poisoned.length)).map((record) => [`${record.partition}@${record.offset}`, record]));
    for (const { key, value, headers } of published) {
      const { 'rejected-partition': partition, 'rejected-offset': offset, 'rejected-topic': topic, 'rejected-detail': detail = '' } = headers;
      const original: TopicRecord | undefined = came.get(`${partition}@${offset}`);
      expect({ topic, key, value, told: detail !== '' }).toEqual({ topic: service.topics.usage, key: original?.key, value: original?.value, told: true });
      expect(headers).toMatchObject(original?.headers ?? {});
    }
  }, 2 * MINUTES);

  it('are applied when they are replayed after the cause was mended, once', async () => {
    const [first] = await kept('&reason=unknown_customer');
    const replay = (id = '') => service.http.send<{ readonly outcome: { readonly fate: string } }>('POST', `/v1/rejected-usage/${id}/replay`);
    expect((await replay(first?.rejection_id)).body.outcome).toMatchObject({ fate: 'rejected', reason: 'unknown_customer' });
    await createHolder(service.http, 'latecomer', '100');
    await service.http.post('/v1/credit-products/api-calls/meters', { meter: { meter_id: 'images', event_type: 'image.made', value_path: 'credits', weight: '1' } });
    for (const reason of ['unknown_customer', 'no_matching_meter'])
      for (const { rejection_id: id } of await kept(`&reason=${reason}`)) {
        expect((await replay(id)).body.outcome).toMatchObject({ fate: 'applied' });
        expect((await replay(id)).status).toBe(409);
      }
    expect(await balanceOf(service.http, 'latecomer')).toMatchObject({ consumed: String(EACH) });
    expect(await balanceOf(service.http, HOLDER)).toMatchObject({ consumed: String(poisoned.length + EACH) });
  }, 2 * MINUTES);
});
