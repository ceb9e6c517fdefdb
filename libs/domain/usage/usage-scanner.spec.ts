import type { Instant } from '@drawdown/domain/amounts';
import { ID_BYTES_MAX, PAYLOAD_BYTES_MAX, SUBJECT_BYTES_MAX } from './usage-event';
import { accepted, eventJson, eventWithData, receivedAt } from './usage-event.fixtures';
import { parseBatch, parseStructured } from './usage-message';
import { UsageScanner } from './usage-scanner';

const scan = (text: string, at: Instant = receivedAt) => new UsageScanner(Buffer.from(text), text, at).document();
const nested = (levels: number): string => eventWithData('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));
const wide = (keys: number): string => eventWithData(`{${Array.from({ length: keys }, (_, i) => `"k${i}":${i}`).join(',')}}`);
const extended = (extensions: number): string =>
  eventJson(Object.fromEntries(Array.from({ length: extensions }, (_, i) => [`x${i}`, 'v'])));

describe('the scanner reads what the strict parser reads', () => {
  it.each([
    ['as JSON.stringify writes it', eventJson()],
    ['as Python writes it', eventJson().replaceAll(':', ': ').replaceAll(',', ', ').replace('T18: 17: 03', 'T18:17:03')],
    ['over several lines', JSON.stringify(JSON.parse(eventJson()), null, '\t')],
    ['with its keys in another order', JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(eventJson()) as object).reverse()))],
    ['with a content type, a schema and extensions', eventJson({ datacontenttype: 'application/json', dataschema: 'x', traceparent: '' })],
    ['without a time', eventJson({ time: undefined })],
    ['without data', eventJson({ data: undefined })],
    ['with every kind of value', eventWithData('{"z":{"b":-1.50,"a":[1,"x",{}]},"y":true,"x":null,"w":0,"v":"","u":[],"t":false}')],
    ['with an id of the greatest length', eventJson({ id: 'x'.repeat(ID_BYTES_MAX) })],
    ['with a subject of the greatest length', eventJson({ subject: 'x'.repeat(SUBJECT_BYTES_MAX) })],
    ['with as many levels', nested(8)],
    ['with as many keys', wide(32)],
    ['with as many extensions', extended(8)],
  ])('of an event %s', (_, text) => {
    expect(scan(text)).toEqual(accepted(parseStructured(text, receivedAt)));
  });
});

describe('the scanner leaves to the strict parser', () => {
  it.each([
    ['an escape', eventJson({ id: 'a"b' })],
    ['another script', eventJson({ id: 'é' })],
    ['a control character', eventJson({ id: 'a\x7fb' })],
    ['a number with an exponent', eventWithData('{"a":1e3}')],
    ['an extension that is no string', eventJson({ count: 5 })],
    ['an attribute that is null', eventJson({ time: null })],
    ['an attribute twice', eventJson().replace('{', '{"id":"x",')],
    ['an extension twice', eventJson().replace('{', '{"x":"1","x":"2",')],
    ['a key twice', eventWithData('{"a":1,"a":2}')],
    ['data twice', eventJson().replace('{', '{"data":{},')],
    ['data that is no object', eventJson({ data: 'x' })],
    ['a missing attribute', eventJson({ type: undefined })],
    ['an empty attribute', eventJson({ source: '' })],
    ['an id that is too long', eventJson({ id: 'x'.repeat(ID_BYTES_MAX + 1) })],
    ['a subject that is too long', eventJson({ subject: 'x'.repeat(SUBJECT_BYTES_MAX + 1) })],
    ['a subject with a space at its end', eventJson({ subject: 'a ' })],
    ['a subject that is a segment of a path', eventJson({ subject: '..' })],
    ['a name that no extension may have', eventJson({ Trace: 'x' })],
    ['a time that does not exist', eventJson({ time: '2023-02-29T00:00:00Z' })],
    ['another version', eventJson({ specversion: '1.1' })],
    ['one level more', nested(9)],
    ['one key more', wide(33)],
    ['one extension more', extended(9)],
    ['text behind it', `${eventJson()},`],
    ['its beginning', eventJson().slice(0, -1)],
    ['nothing', ''],
  ])('%s', (_, text) => expect(scan(text)).toBeUndefined());

  it('an event without a time in a record that has none either', () =>
    expect(scan(eventJson({ time: undefined }), -1 as Instant)).toBeUndefined());

  it('one byte more than an event may have', () => {
    const padded = (length: number): string => eventJson().replace('{', `{${' '.repeat(length - eventJson().length)}`);
    expect(scan(padded(PAYLOAD_BYTES_MAX))).toBeDefined();
    expect(scan(padded(PAYLOAD_BYTES_MAX + 1))).toBeUndefined();
    const read = (text: string) => new UsageScanner(Buffer.from(`[${text}]`), `[${text}]`, receivedAt).read(1);
    expect(read(padded(PAYLOAD_BYTES_MAX))).toBeDefined();
    expect(read(padded(PAYLOAD_BYTES_MAX + 1))).toBeUndefined();
  });
});

describe('in a batch', () => {
  it('the scanner reads on behind an event of another script, each event with its text', () => {
    const texts = [eventJson({ id: 'a' }), eventJson({ id: 'é会😀' }), eventJson({ id: 'b' }), '"😀"', eventJson({ id: 'c' })];
    const text = `[ ${texts.join(' , ')} ]`;
    const scanner = new UsageScanner(Buffer.from(text), text, receivedAt);
    const starts = texts.map((one) => text.indexOf(one));
    expect(starts.map((from) => scanner.read(from)?.text)).toEqual([texts[0], undefined, texts[2], undefined, texts[4]]);
    const batch = parseBatch(text, receivedAt, Buffer.from(text));
    expect('entries' in batch && batch.entries.map((entry) => entry.text)).toEqual(texts);
  });
});
