import { APPEND_BYTES_MAX } from '@drawdown/engine/event-store';
import { parseKafkaRecord, parseStructured } from '@drawdown/domain/usage';
import { noon, record } from '../kafka.fixtures';
import { ORIGINAL_BYTES_MAX, originalOf } from './original-of-record';

const binary = {
  'content-type': Buffer.from('application/json'),
  ce_specversion: Buffer.from('1.0'),
  ce_id: Buffer.from('e"1'),
  ce_source: Buffer.from('/s'),
  ce_type: Buffer.from('call'),
  ce_subject: Buffer.from('cus_1'),
  other: Buffer.from('x'),
};

describe('the original of a record', () => {
  it('is the value as it came in structured mode', () => {
    expect(originalOf(record())).toEqual({ text: record().value!.toString(), encoding: 'utf8' });
  });

  it('is one structured event in binary mode, which is read as the same usage', () => {
    const given = record({ headers: binary, value: Buffer.from('{"n":1.50}') });
    const { text } = originalOf(given);
    expect(parseStructured(text, noon)).toEqual(parseKafkaRecord(given.headers, given.value, given.at).parsed);
    expect(text).toContain('"data":{"n":1.50}');
  });

  it('is rejected again, for the same reason, where a header came twice', () => {
    const given = record({ headers: { ...binary, ce_id: [Buffer.from('1'), Buffer.from('2')] } });
    const reasons = [parseStructured(originalOf(given).text, noon), parseKafkaRecord(given.headers, given.value, given.at).parsed].map(
      (parsed) => 'rejection' in parsed && parsed.rejection.reason,
    );
    expect(reasons).toEqual(['duplicate_key', 'duplicate_key']);
  });

  it('is never so long that it could not be appended, whatever its headers hold', () => {
    const { text } = originalOf(record({ headers: { ...binary, ce_note: Buffer.alloc(100_000, 1) } }));
    expect(JSON.stringify(text).length).toBeLessThan(APPEND_BYTES_MAX);
  });

  it('is rejected again for the same reason where its data is no JSON', () => {
    const { text } = originalOf(record({ headers: binary, value: Buffer.from('{"n":') }));
    expect(parseStructured(text, noon)).toMatchObject({ rejection: { reason: 'malformed_json' } });
  });

  it('is base64 where the value is no UTF-8, and its beginning where it is too long', () => {
    expect(originalOf(record({ value: Buffer.from([0xff]) }))).toEqual({ text: '/w==', encoding: 'base64' });
    const { text, encoding } = originalOf(record({ value: Buffer.alloc(ORIGINAL_BYTES_MAX + 1, 'x') }));
    expect([Buffer.from(text, 'base64').length, encoding]).toEqual([ORIGINAL_BYTES_MAX, 'base64']);
    const large = originalOf(record({ headers: { ...binary, ce_note: Buffer.alloc(ORIGINAL_BYTES_MAX, 'y') } }));
    expect([Buffer.from(large.text, 'base64').length, large.encoding]).toEqual([ORIGINAL_BYTES_MAX, 'base64']);
    expect(originalOf(record({ value: null }))).toEqual({ text: '', encoding: 'utf8' });
  });
});
