/** What cannot be applied, among what can, on the real Kafka: each is rejected for its own reason, kept as it came, and replayed once fixed. */
import { CompressionTypes, Kafka, logLevel, type Message } from 'kafkajs';
import { FullStack, LONG_SESSIONS } from '../support/services/full-stack';
import { kcat, produce } from '../support/clients/producers';
import { readTopic, type TopicRecord } from '../support/clients/topic-records';
import { until } from '../support/waiting';
import { balanceOf, call, createCalls, createHolder } from '../support/clients/usage';

const EACH = 10;
const HOLDER = 'holder';

type Poison = (id: string) => Message;
const json =
  (text: string): Poison =>
  (id) => ({ value: text.replaceAll('ID', id) });
const event = (fields: string, data = '{"credits":1}'): Poison =>
  json(`{"specversion":"1.0","id":"ID","source":"poison","type":"api.call","subject":"${HOLDER}",${fields}"data":${data}}`);
const replaced = (name: string, text: string): Poison => {
  const fields: Record<string, string> = {
    specversion: '"1.0"',
    id: '"ID"',
    source: '"poison"',
    type: '"api.call"',
    subject: `"${HOLDER}"`,
    data: '{"credits":1}',
    [name]: text,
  };
  return json(
    `{${Object.entries(fields)
      .map(([field, value]) => `"${field}":${value}`)
      .join(',')}}`,
  );
};

/** Twenty kinds, and the reason that each is rejected for. */
const KINDS: readonly (readonly [reason: string, poison: Poison])[] = [
  ['payload_empty', () => ({ value: null })],
  [
    'payload_too_large',
    (id) => ({ value: JSON.stringify({ ...call({ id, subject: HOLDER }), data: { credits: 1, note: 'x'.repeat(70_000) } }) }),
  ],
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
  [
    'unsupported_content_type',
    (id) => ({ headers: { 'content-type': 'application/cloudevents-batch+json' }, value: JSON.stringify([call({ id, subject: HOLDER })]) }),
  ],
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
  service = await FullStack.start({ env: LONG_SESSIONS });
  await createCalls(service.http);
  await createHolder(service.http, HOLDER, '1000000');
});
afterAll(() => service.stop());

const poisoned = KINDS.flatMap(([reason, poison]) =>
  Array.from({ length: EACH }, (_, i) => ({ reason, message: { key: 'a-key', ...poison(`${reason}-${i}`) } })),
);

async function kept(query: string): Promise<readonly Kept[]> {
  const all: Kept[] = [];
  for (let token = ''; ;) {
    const page = await service.http.get<{ readonly rejected_usage: readonly Kept[]; readonly next_page_token?: string }>(
      `/v1/rejected-usage?page_size=100${query}${token && `&page_token=${encodeURIComponent(token)}`}`,
    );
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
    const outcomes = await service.counted(() => produce(service.kafka, service.topics.usage, messages));
    expect(outcomes).toEqual({ applied: poisoned.length, duplicate: 0, rejected: poisoned.length });
    expect(await balanceOf(service.http, HOLDER)).toMatchObject({ consumed: String(poisoned.length), uncovered: '0' });
    expect(tally((await kept('')).map(({ reason }) => reason))).toEqual(EXPECTED);
  });

  it('are published with their own bytes, key and headers, and with where they came from', async () => {
    const published = await readTopic(service.kafka, service.topics.rejected, poisoned.length);
    expect(tally(published.map(({ headers }) => headers['rejected-reason'] ?? ''))).toEqual(EXPECTED);
    const came = new Map(
      (await readTopic(service.kafka, service.topics.usage, 2 * poisoned.length)).map((record) => [
        `${record.partition}@${record.offset}`,
        record,
      ]),
    );
    for (const { key, value, headers } of published) {
      const {
        'rejected-partition': partition,
        'rejected-offset': offset,
        'rejected-topic': topic,
        'rejected-detail': detail = '',
      } = headers;
      const original: TopicRecord | undefined = came.get(`${partition}@${offset}`);
      expect({ topic, key, value, explained: detail !== '' }).toEqual({
        topic: service.topics.usage,
        key: original?.key,
        value: original?.value,
        explained: true,
      });
      expect(headers).toMatchObject(original?.headers ?? {});
    }
  });

  it('are applied when they are replayed after the cause was fixed, once', async () => {
    const [first] = await kept('&reason=unknown_customer');
    const replay = (id = '') =>
      service.http.send<{ readonly outcome: { readonly status: string } }>('POST', `/v1/rejected-usage/${id}/replay`);
    expect((await replay(first?.rejection_id)).body.outcome).toMatchObject({ status: 'rejected', reason: 'unknown_customer' });
    await createHolder(service.http, 'latecomer', '100');
    await service.http.post('/v1/credit-products/api-calls/meters', {
      meter: { meter_id: 'images', event_type: 'image.made', value_path: 'credits', weight: '1' },
    });
    for (const reason of ['unknown_customer', 'no_matching_meter'])
      for (const { rejection_id: id } of await kept(`&reason=${reason}`)) {
        expect((await replay(id)).body.outcome).toMatchObject({ status: 'applied' });
        expect((await replay(id)).status).toBe(409);
      }
    expect(await balanceOf(service.http, 'latecomer')).toMatchObject({ consumed: String(EACH) });
    expect(await balanceOf(service.http, HOLDER)).toMatchObject({ consumed: String(poisoned.length + EACH) });
  });
});

/** Each in a partition with usage behind it. What fits its topic when it is compressed does not fit the topic of rejected usage, which is not. */
describe('records that are made to stop whoever reads them', () => {
  const many = (count: number, bytes: number, prefix: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, 'x'.repeat(bytes)]));
  const good = (id: string): string => JSON.stringify(call({ id, subject: HOLDER }));
  const CONTROLS = '\u0001'.repeat(20_000);
  const binary = { ce_specversion: '1.0', ce_id: 'p', ce_source: 'poison', ce_type: 'api.call', ce_subject: HOLDER };
  const untimed = JSON.stringify({
    specversion: '1.0',
    id: 'untimed',
    source: 'poison',
    type: 'api.call',
    subject: HOLDER,
    data: { credits: '1' },
  });
  const POISONS: readonly (readonly [reason: string, message: Message])[] = [
    ['headers_too_large', { headers: many(5_000, 1, 'h'), value: good('h-1') }],
    ['headers_too_large', { headers: { ...binary, ...many(3, 200_000, 'ce_x') }, value: '{}' }],
    ['headers_too_large', { headers: { ...binary, ce_note: '\u0001'.repeat(150_000) }, value: '{}' }],
    ['unknown_field', { headers: { ...binary, ce_specversion: '1.0', 'ce_a-b': CONTROLS }, value: '{}' }],
    [
      'payload_too_large',
      { value: JSON.stringify({ ...call({ id: 'large', subject: HOLDER }), data: { credits: 1, note: 'x'.repeat(3_000_000) } }) },
    ],
    ['payload_too_large', { key: 'k'.repeat(3_000_000), value: 'x'.repeat(100_000) }],
    ['invalid_time', { timestamp: '0', value: untimed }],
  ];

  async function sendCompressed(messages: readonly Message[]): Promise<void> {
    const kafka = new Kafka({ clientId: 'a-poisoner', brokers: service.kafka.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    for (const message of messages)
      for (let partition = 0; partition < 4; partition++)
        await producer.send({
          topic: service.topics.usage,
          acks: -1,
          compression: CompressionTypes.GZIP,
          messages: [{ ...message, partition }],
        });
    await producer.disconnect();
  }

  it('are rejected, each once, and usage behind them is applied', async () => {
    const before = await kept('');
    const behind = Array.from({ length: 200 }, (_, i) => ({ value: good(`behind-${i}`) }));
    const outcomes = await service.counted(async () => {
      await sendCompressed(POISONS.map(([, message]) => message));
      await produce(service.kafka, service.topics.usage, behind);
    });
    expect(outcomes).toEqual({ applied: behind.length, duplicate: 0, rejected: 4 * POISONS.length });
    const known = new Set(before.map(({ rejection_id: id }) => id));
    const added = (await kept('')).filter(({ rejection_id: id }) => !known.has(id));
    expect(tally(added.map(({ reason }) => reason))).toEqual(tally(POISONS.flatMap(([reason]) => [reason, reason, reason, reason])));
    expect(await service.lag()).toBe(0);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are not what a producer that compresses by %s sends', async (codec) => {
    const lines = Array.from({ length: 300 }, (_, i) => good(`${codec}-${i}`));
    expect(await service.counted(() => kcat(service.kafka, service.topics.usage, lines.join('\n'), ['-z', codec]))).toEqual({
      applied: lines.length,
      duplicate: 0,
      rejected: 0,
    });
  });

  it('make no second rejection when they are read twice', async () => {
    const before = (await kept('')).length;
    const [ingestion] = service.services.ingestion;
    expect(await ingestion?.sigterm()).toEqual({ code: 0, signal: null });
    await forgetOffsets();
    await ingestion?.restart();
    await service.settled();
    expect((await kept('')).length).toBe(before);
  });

  /** The group reads everything anew. */
  async function forgetOffsets(): Promise<void> {
    const admin = new Kafka({ clientId: 'a-forgetter', brokers: service.kafka.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const [following] = service.following;
    await until('the group to be empty, and its offsets forgotten', async () => {
      try {
        await admin.deleteGroups([following?.group ?? '']);
        return true;
      } catch {
        return false;
      }
    });
    await admin.disconnect();
  }
});
