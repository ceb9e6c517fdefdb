import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { RejectionReason } from './rejection-reasons';
import { eventJson, eventWithData, goodFields, reasonOf, receivedAt } from './usage-event.fixtures';
import { usageEventSchema } from './usage-event-schema';
import { parseStructured } from './usage-message';
import { PAYLOAD_BYTES_MAX } from './usage-event';

const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
addFormats(ajv);
const validate = ajv.compile(usageEventSchema);

const without = (field: string): string => eventJson({ [field]: undefined });
const tooMany = (n: number): string => 'x'.repeat(n);

const good: readonly (readonly [what: string, json: string])[] = [
  ['a plain one', eventJson()],
  ['no time', without('time')],
  ['time null, which is absent', eventJson({ time: null })],
  ['time with an offset', eventJson({ time: '2023-11-16T20:17:03+02:00' })],
  ['time in lower case', eventJson({ time: '2023-11-16t18:17:03z' })],
  ['a leap day', eventJson({ time: '2024-02-29T00:00:00Z' })],
  ['datacontenttype JSON', eventJson({ datacontenttype: 'application/json' })],
  ['datacontenttype with parameters', eventJson({ datacontenttype: 'Application/JSON; charset=utf-8' })],
  ['datacontenttype +json', eventJson({ datacontenttype: 'application/vnd.acme.usage+json' })],
  ['datacontenttype null', eventJson({ datacontenttype: null })],
  ['dataschema', eventJson({ dataschema: 'https://acme.example/usage.json' })],
  ['dataschema null', eventJson({ dataschema: null })],
  ['empty data', eventJson({ data: {} })],
  ['no data', without('data')],
  ['data null, which is absent', eventJson({ data: null })],
  ['nested data', eventWithData('{"tokens":{"input":1},"tags":["a",null,true]}')],
  ['numbers as strings, as OpenMeter has them', eventJson({ data: { tokens: '12.5' } })],
  ['exact digits', eventWithData('{"n":9007199254740993.000000001}')],
  ['a string extension', eventJson({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' })],
  ['an empty extension', eventJson({ note: '' })],
  ['a boolean extension', eventJson({ sampled: true })],
  ['an integer extension', eventJson({ sequence: -2_147_483_648 })],
  ['the greatest integer extension', eventJson({ sequence: 2_147_483_647 })],
  ['a null extension', eventJson({ sequence: null })],
  ['an extension name of digits', eventJson({ '7': 'x' })],
  ['an extension name of 64', eventJson({ [tooMany(64)]: 'x' })],
  ['the longest id', eventJson({ id: tooMany(256) })],
  ['the longest source', eventJson({ source: tooMany(512) })],
  ['the longest type', eventJson({ type: tooMany(256) })],
  ['the longest subject', eventJson({ subject: tooMany(128) })],
  ['a subject of any script', eventJson({ subject: 'Größe 会社 🙂' })],
  ['a subject with a dash, a slash and a tilde', eventJson({ subject: '~a/b-c' })],
  ['a source that is a URI', eventJson({ source: 'https://acme.example/api?x=1#y' })],
];

const bad: readonly (readonly [reason: RejectionReason, what: string, json: string])[] = [
  ['missing_field', 'no specversion', without('specversion')],
  ['missing_field', 'no id', without('id')],
  ['missing_field', 'id null', eventJson({ id: null })],
  ['missing_field', 'no source', without('source')],
  ['missing_field', 'no type', without('type')],
  ['missing_field', 'no subject', without('subject')],
  ['missing_field', 'an empty object', '{}'],
  ['unsupported_specversion', 'specversion 0.3', eventJson({ specversion: '0.3' })],
  ['wrong_type', 'specversion a number', eventJson({ specversion: 1 })],
  ['wrong_type', 'id a number', eventJson({ id: 1 })],
  ['wrong_type', 'source an object', eventJson({ source: {} })],
  ['wrong_type', 'type a list', eventJson({ type: [] })],
  ['wrong_type', 'subject a boolean', eventJson({ subject: true })],
  ['wrong_type', 'time a number', eventJson({ time: 1_700_000_000 })],
  ['wrong_type', 'datacontenttype a number', eventJson({ datacontenttype: 1 })],
  ['wrong_type', 'dataschema a number', eventJson({ dataschema: 1 })],
  ['wrong_type', 'data a list', eventJson({ data: [] })],
  ['wrong_type', 'data a string', eventJson({ data: '{"a":1}' })],
  ['wrong_type', 'data a number', eventJson({ data: 1 })],
  ['empty_field', 'id empty', eventJson({ id: '' })],
  ['empty_field', 'source empty', eventJson({ source: '' })],
  ['empty_field', 'type empty', eventJson({ type: '' })],
  ['empty_field', 'subject empty', eventJson({ subject: '' })],
  ['empty_field', 'dataschema empty', eventJson({ dataschema: '' })],
  ['too_long', 'id a character too long', eventJson({ id: tooMany(257) })],
  ['too_long', 'source a character too long', eventJson({ source: tooMany(513) })],
  ['too_long', 'type a character too long', eventJson({ type: tooMany(257) })],
  ['too_long', 'subject a character too long', eventJson({ subject: tooMany(129) })],
  ['too_long', 'dataschema a character too long', eventJson({ dataschema: tooMany(513) })],
  ['control_character', 'a tab in id', eventJson({ id: 'a\tb' })],
  ['control_character', 'DEL in source', eventJson({ source: 'a\x7f' })],
  ['control_character', 'a C1 control in type', eventJson({ type: 'a\x85' })],
  ['control_character', 'a line feed in subject', eventJson({ subject: 'a\nb' })],
  ['control_character', 'a line feed in an extension', eventJson({ note: 'a\nb' })],
  ['nul_character', 'NUL in id', eventJson({ id: 'a\0b' })],
  ['lone_surrogate', 'half a pair in subject', eventJson({ subject: 'a\ud800' })],
  ['white_space_at_ends', 'a space before subject', eventJson({ subject: ' a' })],
  ['white_space_at_ends', 'a no-break space after subject', eventJson({ subject: 'a\u00a0' })],
  ['white_space_at_ends', 'a byte order mark before subject', eventJson({ subject: '\ufeffa' })],
  ['control_character', 'a zero-width space in subject', eventJson({ subject: 'a\u200bb' })],
  ['control_character', 'a change of direction in subject', eventJson({ subject: 'a\u202eb' })],
  ['dot_segment', 'a dot for subject', eventJson({ subject: '.' })],
  ['dot_segment', 'two dots for subject', eventJson({ subject: '..' })],
  ['invalid_time', 'time in words', eventJson({ time: 'yesterday' })],
  ['invalid_time', 'time without offset', eventJson({ time: '2023-11-16T18:17:03' })],
  ['invalid_time', 'time with a space', eventJson({ time: '2023-11-16 18:17:03Z' })],
  ['invalid_time', 'the 30th of February', eventJson({ time: '2024-02-30T00:00:00Z' })],
  ['invalid_time', 'month 13', eventJson({ time: '2024-13-01T00:00:00Z' })],
  ['invalid_time', 'hour 24', eventJson({ time: '2024-01-01T24:00:00Z' })],
  ['invalid_time', 'a leap second', eventJson({ time: '2016-12-31T23:59:60Z' })],
  ['invalid_time', 'ten digits of a second', eventJson({ time: '2024-01-01T00:00:00.0000000001Z' })],
  ['invalid_time', 'the year 99', eventJson({ time: '0099-01-01T00:00:00Z' })],
  ['invalid_time', 'an empty time', eventJson({ time: '' })],
  ['unsupported_data_content_type', 'text', eventJson({ datacontenttype: 'text/plain' })],
  ['unsupported_data_content_type', 'an empty one', eventJson({ datacontenttype: '' })],
  ['unsupported_data_content_type', 'JSON lines', eventJson({ datacontenttype: 'application/jsonl' })],
  ['data_base64_unsupported', 'data_base64', eventJson({ data_base64: 'e30=' })],
  ['unknown_field', 'an attribute in upper case', eventJson({ Subject: 'x' })],
  ['unknown_field', 'a name with an underscore', eventJson({ customer_id: 'x' })],
  ['unknown_field', 'an empty name', eventJson({ '': 'x' })],
  ['unknown_field', 'a name of 65', eventJson({ [tooMany(65)]: 'x' })],
  ['unknown_field', '__proto__', `{"__proto__":"x",${eventJson().slice(1)}`],
  ['invalid_extension', 'an object extension', eventJson({ meta: {} })],
  ['invalid_extension', 'a list extension', eventJson({ meta: [] })],
  ['invalid_extension', 'a fraction', eventJson({ sequence: 1.5 })],
  ['invalid_extension', 'an integer too great', eventJson({ sequence: 2_147_483_648 })],
  ['invalid_extension', 'an integer too small', eventJson({ sequence: -2_147_483_649 })],
  ['not_a_cloud_event', 'a list', '[]'],
  ['not_a_cloud_event', 'a string', '"x"'],
  ['not_a_cloud_event', 'null', 'null'],
];

/** What JSON Schema cannot say, and why. */
const beyondSchema: readonly (readonly [reason: RejectionReason, why: string, json: string])[] = [
  ['duplicate_key', 'a schema sees only the last of two keys', eventJson().replace('{', '{"id":"row-0",')],
  ['duplicate_key', 'the same inside data', eventWithData('{"a":1,"a":2}')],
  ['too_long', 'a schema counts characters, not bytes', eventJson({ id: 'é'.repeat(129) })],
  ['too_long', 'the same for subject', eventJson({ subject: '会'.repeat(43) })],
  ['nul_character', 'a schema cannot look at every string of data', eventWithData('{"a":"\\u0000"}')],
  ['lone_surrogate', 'the same', eventWithData('{"a":"\\ud800"}')],
  ['nested_too_deep', 'a schema has no depth', eventWithData('{"a":'.repeat(40) + '1' + '}'.repeat(40))],
  ['payload_too_large', 'a schema has no size of the whole', eventJson({ data: { a: tooMany(PAYLOAD_BYTES_MAX) } })],
  [
    'invalid_extension',
    'to a schema 1.0 is an integer; CloudEvents writes integers without a point',
    eventJson({ x: 7 }).replace('"x":7', '"x":7.0'),
  ],
];

describe('the published schema of a usage event', () => {
  it('is the one that the parser is held against', () => {
    const published: unknown = JSON.parse(readFileSync(join(__dirname, 'usage-event.schema.json'), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(usageEventSchema)));
  });

  it('has a table worth the name', () => expect(good.length + bad.length).toBeGreaterThanOrEqual(60));

  it.each(good)('takes, as the parser does, %s', (_, json) => {
    expect(reasonOf(parseStructured(json, receivedAt))).toBe('accepted');
    expect(validate(JSON.parse(json))).toBe(true);
  });

  it.each(bad)('refuses, as the parser does with %s, %s', (reason, _, json) => {
    expect(reasonOf(parseStructured(json, receivedAt))).toBe(reason);
    expect(validate(JSON.parse(json))).toBe(false);
  });

  it.each(beyondSchema)('cannot say %s: %s', (reason, _, json) => {
    expect(reasonOf(parseStructured(json, receivedAt))).toBe(reason);
    expect(validate(JSON.parse(json))).toBe(true);
  });

  it('agrees with the parser on whatever is generated', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.constantFrom(0.5, 2 ** 31, '1.0', '', ' ', 'a '),
    );
    const value = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
    const name = fc.oneof(
      fc.constantFrom(...Object.keys(goodFields), 'datacontenttype', 'dataschema', 'data_base64', 'traceparent'),
      fc.string({ maxLength: 6 }),
    );
    const changes = fc.array(fc.tuple(name, fc.option(value, { nil: undefined })), { maxLength: 3 });
    let taken = 0;
    fc.assert(
      fc.property(changes, (fields) => {
        const json = JSON.stringify(Object.fromEntries([...Object.entries(goodFields), ...fields]));
        const parsed = parseStructured(json, receivedAt);
        const reason = reasonOf(parsed);
        if (reason === 'accepted') taken += 1;
        // Only data can hold what a schema cannot see.
        if (reason !== 'nul_character' && reason !== 'lone_surrogate')
          expect({ json, taken: reason === 'accepted' }).toEqual({ json, taken: validate(JSON.parse(json)) });
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(200);
  });
});
