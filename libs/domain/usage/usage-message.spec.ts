import { type Instant, later } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { canonicalText } from './json-node';
import { accepted, eventJson, eventWithData, goodFields, reasonOf, receivedAt, usage, usageWithData } from './usage-event.fixtures';
import { BATCH_EVENTS_MAX, parseBatch, parseBinary, parseStructured } from './usage-message';
import { PAYLOAD_BYTES_MAX } from './usage-event';
import { HEADER_BYTES_MAX, type Headers, HEADERS_MAX, parseHttpRequest, parseKafkaRecord } from './usage-transport';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const kafka = (headers: Headers, value: string | Uint8Array | null) =>
  parseKafkaRecord(headers, typeof value === 'string' ? bytes(value) : value, receivedAt);
const http = (headers: Headers, body: string | Uint8Array) =>
  parseHttpRequest(headers, typeof body === 'string' ? bytes(body) : body, receivedAt);

const { data, ...attributes } = goodFields;
const prefixed = (prefix: string, fields: Readonly<Record<string, string>> = attributes) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
const kafkaBinary = { ...prefixed('ce_'), 'content-type': 'application/json' };
const httpBinary = { ...prefixed('ce-'), 'content-type': 'application/json' };
const dataJson = JSON.stringify(data);

describe('a usage event', () => {
  it('is what the event says, its digits kept', () => {
    const { data: read, ...rest } = usageWithData('{"n":9007199254740993,"e":1e3,"f":0.10}');
    expect(rest).toEqual({
      id: 'row-1',
      source: 'azure-llm-code',
      type: 'llm.request',
      subject: 'cus_1',
      time: '2023-11-16T18:17:03.9799600Z',
      usedAt: Date.parse('2023-11-16T18:17:03.979Z'),
      bodyHash: rest.bodyHash,
    });
    expect(canonicalText(read)).toBe('{"e":1e3,"f":0.10,"n":9007199254740993}');
  });

  it('without a time counts when it was received', () => {
    const { time, usedAt } = usage({ time: undefined });
    expect([time, usedAt]).toEqual(['2024-03-01T12:00:00.000Z', receivedAt]);
  });

  // Stored in every line of usage: a change of it would turn every repeat into a conflict.
  it('has a body hash that never changes', () => {
    expect(usage().bodyHash).toBe('afb0082767c88dd4');
    expect(usage({ time: undefined }).bodyHash).toBe('72254fa68881cd82');
  });

  it('has the same body hash in whatever order and with whatever white space and escapes it is written', () => {
    const { bodyHash } = usageWithData('{"a":"x/y","b":[1,{"c":2,"d":3}]}');
    expect(usageWithData(' { "b" : [ 1, {"d":3, "c":2} ], "\\u0061" : "x\\/y" } ').bodyHash).toBe(bodyHash);
  });

  it.each([
    ['type', usage({ type: 'llm.other' })],
    ['subject', usage({ subject: 'cus_2' })],
    ['time', usage({ time: '2023-11-16T18:17:04Z' })],
    ['no time', usage({ time: undefined })],
    ['a value', usage({ data: { ...data, output_tokens: 11 } })],
    ['a key', usage({ data: { ...data, other: 1 } })],
    ['text for a number', usage({ data: { ...data, output_tokens: '10' } })],
    ['a number written with more digits', usageWithData('{"input_tokens":4808,"output_tokens":10.0}')],
  ])('has another body hash with another %s', (_, other) => expect(other.bodyHash).not.toBe(usage().bodyHash));

  it('has the same body hash when it comes again without a time, later', () => {
    const untimed = eventJson({ time: undefined });
    const first = accepted(parseStructured(untimed, receivedAt));
    const second = accepted(parseStructured(untimed, later(receivedAt, 86_400_000)));
    expect(second.bodyHash).toBe(first.bodyHash);
    expect(second.usedAt).not.toBe(first.usedAt);
  });

  it('may have no data, which is not the same event as one with empty data', () => {
    const none = usage({ data: undefined });
    expect(canonicalText(none.data)).toBe('{}');
    expect(none.bodyHash).not.toBe(usage({ data: {} }).bodyHash);
    for (const parsed of [
      kafka({}, eventJson({ data: null })).parsed,
      kafka(kafkaBinary, null).parsed,
      kafka(kafkaBinary, '').parsed,
      kafka(kafkaBinary, 'null').parsed,
    ])
      expect(accepted(parsed)).toEqual(none);
  });

  const named = { source: 'azure-llm-code', id: 'row-1', subject: 'cus_1' };
  it.each([
    ['a wrong time', eventJson({ time: 'yesterday' })],
    ['a wrong extension', eventJson({ meta: {} })],
    ['wrong data', eventJson({ data: 5 })],
    ['no type', eventJson({ type: undefined })],
    ['NaN', eventWithData('{"a":NaN}')],
    ['a key twice in its data', eventWithData('{"a":1,"a":2}')],
    ['too many bytes', eventJson({ data: { a: 'x'.repeat(PAYLOAD_BYTES_MAX) } })],
  ])('is rejected with its name: %s', (_, json) => {
    expect(parseStructured(json, receivedAt)).toMatchObject({ rejection: {}, named });
    expect(parseBatch(`[${json}]`, receivedAt)).toMatchObject({ entries: [{ parsed: { rejection: {}, named } }] });
  });

  it.each([
    ['NaN', kafkaBinary, '{"a":NaN}'],
    ['no JSON', kafkaBinary, '{'],
    ['no UTF-8', kafkaBinary, Uint8Array.of(0xff)],
    ['another header twice', { ...kafkaBinary, ce_note: ['a', 'b'] }, dataJson],
    ['another content type', { ...kafkaBinary, 'content-type': 'application/avro' }, 'x'],
    ['too many bytes', kafkaBinary, `{"a":"${'x'.repeat(PAYLOAD_BYTES_MAX)}"}`],
  ])('is rejected with its name in binary mode: %s', (_, headers, body) =>
    expect(kafka(headers, body).parsed).toMatchObject({ rejection: {}, named }),
  );

  it('is rejected with as much of its name as is legal and was said once', () => {
    const namesOf = (json: string): unknown => {
      const parsed = parseStructured(json, receivedAt);
      return 'rejection' in parsed && parsed.named;
    };
    expect(namesOf(eventJson({ id: 5, source: '' }))).toEqual({ subject: 'cus_1' });
    expect(namesOf(eventJson().replace('{', '{"id":"x",'))).toEqual({ source: named.source, subject: named.subject });
    expect(namesOf(eventJson({ subject: ' a', id: 'x\0' }))).toEqual({ source: named.source });
    expect(kafka({ ...kafkaBinary, ce_id: ['a', 'b'] }, dataJson).parsed).toMatchObject({
      named: { source: named.source, subject: named.subject },
    });
    expect(kafka({ ...kafkaBinary, ce_id: ['a', 'b'] }, dataJson).parsed).not.toHaveProperty('named.id');
  });

  it('is the same in every content mode', () => {
    const structured = usage();
    for (const parsed of [
      kafka({ 'content-type': 'application/cloudevents+json; charset=utf-8' }, eventJson()).parsed,
      kafka({}, eventJson()).parsed,
      kafka({ 'content-type': 'text/plain' }, eventJson({ datacontenttype: 'application/json' })).parsed,
      kafka(kafkaBinary, dataJson).parsed,
      kafka(Object.fromEntries(Object.entries(kafkaBinary).map(([name, value]) => [name, bytes(value)])), ` ${dataJson} `).parsed,
      kafka({ ...prefixed('ce_') }, '{"output_tokens":10,"input_tokens":4808}').parsed,
    ]) {
      const { data: read, ...rest } = accepted(parsed);
      const { data: wanted, ...others } = structured;
      expect(rest).toEqual(others);
      expect(canonicalText(read)).toBe(canonicalText(wanted));
    }
  });
});

describe('a Kafka record', () => {
  it('says its mode, so that leniency can be counted', () => {
    expect(kafka({ 'content-type': 'Application/CloudEvents+JSON' }, eventJson()).mode).toBe('structured');
    expect(kafka(kafkaBinary, dataJson).mode).toBe('binary');
    expect(kafka({}, eventJson()).mode).toBe('bare');
  });

  it.each([
    ['payload_empty', {}, null],
    ['payload_empty', {}, ''],
    ['payload_empty', {}, '  '],
    ['not_utf8', {}, Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['not_utf8', { ...kafkaBinary, ce_id: Uint8Array.of(0xff) }, dataJson],
    ['not_utf8', {}, Uint8Array.of(0xed, 0xa0, 0x80)],
    ['duplicate_key', { ...kafkaBinary, ce_id: ['1', '2'] }, dataJson],
    ['unsupported_content_type', { 'content-type': 'application/cloudevents-batch+json' }, `[${eventJson()}]`],
    ['unsupported_data_content_type', { ...kafkaBinary, 'content-type': 'application/avro' }, 'anything'],
    ['unknown_field', { ...kafkaBinary, ce_Id: 'x' }, dataJson],
    ['unknown_field', { ...kafkaBinary, ce_data: '{}' }, dataJson],
    ['unknown_field', { ...kafkaBinary, ce_datacontenttype: 'application/json' }, dataJson],
    ['control_character', { ...kafkaBinary, ce_id: 'a\nb' }, dataJson],
    ['control_character', { ...kafkaBinary, ce_id: 'a\0b' }, dataJson],
    ['missing_field', prefixed('ce_', { specversion: '1.0' }), dataJson],
    ['unsupported_specversion', { ...kafkaBinary, ce_specversion: '1.1' }, dataJson],
    ['wrong_type', kafkaBinary, '[1]'],
    ['malformed_json', kafkaBinary, '{'],
    ['malformed_json', {}, 'hello'],
    ['invalid_number', {}, eventJson().replace('4808', 'NaN')],
    ['invalid_number', kafkaBinary, '{"a":Infinity}'],
    ['nul_character', kafkaBinary, '{"a":"\\u0000"}'],
    ['nested_too_deep', kafkaBinary, '{"a":'.repeat(40) + '1' + '}'.repeat(40)],
    ['not_a_cloud_event', {}, '[]'],
    ['malformed_json', {}, `\ufeff${eventJson()}`],
    ['payload_too_large', kafkaBinary, `{"a":"${'x'.repeat(PAYLOAD_BYTES_MAX)}"}`],
  ] as const)('is rejected with %s: %j %j', (reason, headers, value) => {
    expect(reasonOf(kafka(headers, value).parsed)).toBe(reason);
  });
});

describe('the headers of a Kafka record', () => {
  const structured = (headers: Headers) =>
    reasonOf(parseKafkaRecord({ 'content-type': 'application/cloudevents+json', ...headers }, Buffer.from(eventJson()), receivedAt).parsed);
  const named = (count: number): Headers => Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, '']));

  it('may be so many, also under one name, and no more', () => {
    expect(structured(named(HEADERS_MAX - 1))).toBe('accepted');
    expect(structured(named(HEADERS_MAX))).toBe('headers_too_large');
    expect(structured({ h: Array.from({ length: HEADERS_MAX }, () => 'x') })).toBe('headers_too_large');
  });

  it('may have so many bytes, names and values together, and no more', () => {
    const left = HEADER_BYTES_MAX - 'content-typeapplication/cloudevents+json'.length;
    expect(structured({ h: Buffer.alloc(left - 1) })).toBe('accepted');
    expect(structured({ h: Buffer.alloc(left) })).toBe('headers_too_large');
    expect(structured({ ['é'.repeat(left)]: '' })).toBe('headers_too_large');
  });
});

describe('an HTTP request', () => {
  const entriesOf = (headers: Headers, body: string | Uint8Array) => {
    const request = http(headers, body);
    if ('rejection' in request) throw new Error(request.rejection.detail);
    return request;
  };

  it.each([
    ['structured', { 'content-type': 'application/cloudevents+json' }, eventJson()],
    ['binary', httpBinary, dataJson],
    ['batch', { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }, `[${eventJson()}]`],
    ['bare', { 'content-type': 'application/json' }, eventJson()],
    ['bare', { 'content-type': 'application/json' }, ` [${eventJson()}]`],
  ] as const)('is taken in %s mode', (mode, headers, body) => {
    const request = entriesOf(headers, body);
    expect(request.mode).toBe(mode);
    expect(request.entries.map(({ parsed }) => accepted(parsed).bodyHash)).toEqual([usage().bodyHash]);
  });

  it('has its header values decoded as the binding says', () => {
    const { entries } = entriesOf({ ...httpBinary, 'ce-subject': 'Gr%C3%B6%C3%9Fe%20%E4%BC%9A', 'ce-source': '"a \\"b\\" %25"' }, dataJson);
    const { subject, source } = accepted(entries[0]!.parsed);
    expect([subject, source]).toEqual(['Größe 会', 'a "b" %']);
  });

  it('keeps the text of each event of a batch, and rejects the wrong ones only', () => {
    const twice = eventJson().replace('{', '{"id":"x",');
    const texts = [
      eventJson(),
      eventJson({ id: '' }),
      twice,
      eventWithData('{"a":1.50}'),
      eventWithData('{"a":NaN}'),
      '5',
      eventJson({ data: { a: 'x'.repeat(PAYLOAD_BYTES_MAX) } }),
    ];
    const { entries } = entriesOf({ 'content-type': 'application/json' }, `[ ${texts.join(' , ')} ]`);
    expect(entries.map(({ text }) => text)).toEqual(texts);
    expect(entries.map(({ parsed }) => reasonOf(parsed))).toEqual([
      'accepted',
      'empty_field',
      'duplicate_key',
      'accepted',
      'invalid_number',
      'not_a_cloud_event',
      'payload_too_large',
    ]);
  });

  it.each([
    ['unsupported_content_type', {}, eventJson()],
    ['unsupported_content_type', { 'content-type': 'text/plain' }, eventJson()],
    ['payload_empty', { 'content-type': 'application/json' }, ''],
    ['not_utf8', { 'content-type': 'application/json' }, Uint8Array.of(0xc0, 0x80)],
    ['malformed_json', { 'content-type': 'application/json' }, `[${eventJson()}`],
    ['malformed_json', { 'content-type': 'application/cloudevents-batch+json' }, eventJson()],
    ['batch_too_large', { 'content-type': 'application/json' }, `[${'0,'.repeat(BATCH_EVENTS_MAX)}0]`],
  ] as const)('is rejected whole with %s', (reason, headers, body) => {
    expect(http(headers, body)).toMatchObject({ rejection: { reason } });
  });

  it('takes a batch up to its limit, and an empty one', () => {
    const full = `[${Array.from({ length: BATCH_EVENTS_MAX }, (_, i) => eventJson({ id: `row-${i}` })).join(',')}]`;
    expect(entriesOf({ 'content-type': 'application/json' }, full).entries).toHaveLength(BATCH_EVENTS_MAX);
    expect(entriesOf({ 'content-type': 'application/json' }, '[]').entries).toEqual([]);
  });

  it('rejects a header that is not UTF-8 after decoding', () => {
    const { entries } = entriesOf({ ...httpBinary, 'ce-id': '%FF' }, dataJson);
    expect(reasonOf(entries[0]!.parsed)).toBe('not_utf8');
  });
});

describe('the limit of a payload', () => {
  const sized = (length: number): string => {
    const empty = eventJson({ data: { a: '' } });
    return empty.replace('"a":""', `"a":"${'x'.repeat(length - empty.length)}"`);
  };
  it('is met to the byte', () => {
    expect(sized(PAYLOAD_BYTES_MAX)).toHaveLength(PAYLOAD_BYTES_MAX);
    expect(reasonOf(parseStructured(sized(PAYLOAD_BYTES_MAX), receivedAt))).toBe('accepted');
    expect(reasonOf(parseStructured(sized(PAYLOAD_BYTES_MAX + 1), receivedAt))).toBe('payload_too_large');
    expect(reasonOf(parseStructured(sized(PAYLOAD_BYTES_MAX).replace('x', 'é'), receivedAt))).toBe('payload_too_large');
  });
});

describe('no text and no bytes', () => {
  it('make the parser throw', () => {
    const almost = fc
      .tuple(fc.nat(200), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, patch]) => eventJson().slice(0, at) + patch + eventJson().slice(at));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), almost), (text) => {
        for (const parsed of [parseStructured(text, receivedAt), parseBinary(Object.entries(attributes), undefined, text, receivedAt)]) {
          if ('rejection' in parsed) expect(parsed.rejection.detail).not.toBe('');
        }
        parseBatch(text, receivedAt);
      }),
      { numRuns: 3_000 },
    );
    const header = fc.oneof(fc.constantFrom(...Object.values(kafkaBinary)), fc.string({ unit: 'binary' }), fc.uint8Array());
    const headers = fc.dictionary(
      fc.oneof(fc.constantFrom(...Object.keys(kafkaBinary), ...Object.keys(httpBinary)), fc.string()),
      fc.oneof(header, fc.array(header)),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array(), (found, body) => {
        parseKafkaRecord(found, body, receivedAt);
        parseHttpRequest(found, body, receivedAt);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a record without a readable time', () => {
  it.each([-1, 0, Number.NaN, 253_402_300_800_000, 1e18])('(%d) needs an event that has one', (ms) => {
    const untimed = Buffer.from(eventJson({ time: undefined }));
    expect(reasonOf(parseKafkaRecord({}, untimed, ms as Instant).parsed)).toBe('invalid_time');
    expect(reasonOf(parseKafkaRecord({}, Buffer.from(eventJson()), ms as Instant).parsed)).toBe('accepted');
  });
});
