import type { KafkaMessage } from 'kafkajs';
import { headerText, headerTexts, messageOf, queueRecord, recordBytes, traceparentOf } from './records';

/** As kafkajs decodes them; the types of kafkajs do not tell of headers without a value. */
const message = (headers: Record<string, unknown>): KafkaMessage =>
  ({
    key: null,
    value: Buffer.from([0xff, 0]),
    timestamp: '1767268800000',
    attributes: 0,
    offset: '9007199254740993',
    headers,
  }) as KafkaMessage;

describe('a record that was read', () => {
  it('keeps bytes, an offset beyond 2^53 and its time', () => {
    expect(queueRecord('t', 7, message({}))).toEqual({
      topic: 't',
      partition: 7,
      offset: '9007199254740993',
      key: null,
      value: Buffer.from([0xff, 0]),
      headers: {},
      at: 1_767_268_800_000,
    });
  });

  it('keeps a header that came twice as a list', () => {
    const { headers } = queueRecord('t', 0, message({ a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('3') }));
    expect(headerTexts(headers, 'a')).toEqual(['1', '2']);
    expect(headerText(headers, 'a')).toBeUndefined();
    expect(headerText(headers, 'b')).toBe('3');
  });

  it('leaves out headers without a value, which could not be written again', () => {
    const { headers } = queueRecord('t', 0, message({ a: null, b: [null, Buffer.from('1')], c: [null, null], d: Buffer.from('') }));
    expect(headers).toEqual({ b: Buffer.from('1'), d: Buffer.from('') });
  });

  it('distinguishes a legal trace context from an illegal one', () => {
    const legal = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(traceparentOf({ traceparent: Buffer.from(legal) })).toBe(legal);
    expect(traceparentOf({ traceparent: [Buffer.from(legal), Buffer.from(legal)] })).toBeUndefined();
    expect(traceparentOf({ traceparent: 'x' })).toBeUndefined();
  });
});

describe('a record to be sent', () => {
  it('has lists as headers that come several times, and bytes as Buffers', () => {
    expect(messageOf({ key: 'k', value: null, headers: { a: ['1', Uint8Array.of(2)], b: undefined, c: 'x' } })).toEqual({
      key: 'k',
      value: null,
      headers: { a: ['1', Buffer.from([2])], c: 'x' },
    });
  });

  it('is never estimated smaller than what it carries', () => {
    const headers = { ['ü'.repeat(10)]: ['1'.repeat(50), Buffer.alloc(50)], c: undefined };
    expect(recordBytes({ key: 'ü'.repeat(50), value: Buffer.alloc(1_000), headers })).toBeGreaterThanOrEqual(100 + 1_000 + 2 * 20 + 100);
  });
});
