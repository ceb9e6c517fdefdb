import { noon, record } from './kafka.fixtures';
import { rejectedRecord } from './kafka-rejected-topic';

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const rejection = { reason: 'malformed_json', detail: 'the text ends early' } as const;

describe('a rejected record', () => {
  it('is the record as it was, with the reason and the place in headers', () => {
    const original = record({ value: Buffer.from([0xff]), headers: { a: [Buffer.from('1'), Buffer.from('2')] } });
    expect(rejectedRecord({ rejection, rejectionId: 'r-1', record: original, at: noon })).toEqual({
      key: Buffer.from('cus_1'),
      value: Buffer.from([0xff]),
      headers: {
        a: [Buffer.from('1'), Buffer.from('2')],
        'rejected-reason': 'malformed_json',
        'rejected-detail': 'the text ends early',
        'rejected-topic': 'usage.v1',
        'rejected-partition': '3',
        'rejected-offset': '41',
        'rejected-at': '2026-01-01T12:00:00.000Z',
        'rejection-id': 'r-1',
      },
    });
  });

  it('keeps the trace context it came with, or has the one under which it was rejected', () => {
    const came = record({ headers: { traceparent: Buffer.from('as it came') } });
    expect(rejectedRecord({ rejection, rejectionId: 'r', record: came, at: noon, traceparent }).headers.traceparent).toEqual(Buffer.from('as it came'));
    expect(rejectedRecord({ rejection, rejectionId: 'r', record: record(), at: noon, traceparent }).headers.traceparent).toBe(traceparent);
  });

  it('tells the newest reason when it was rejected before', () => {
    const again = record({ headers: { 'rejected-reason': Buffer.from('unknown_customer'), 'rejection-id': Buffer.from('r-0') } });
    const { headers } = rejectedRecord({ rejection, rejectionId: 'r-1', record: again, at: noon });
    expect([headers['rejected-reason'], headers['rejection-id']]).toEqual(['malformed_json', 'r-1']);
  });
});
