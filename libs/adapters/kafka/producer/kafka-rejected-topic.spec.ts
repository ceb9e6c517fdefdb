import { noon, record } from '../kafka.fixtures';
import { RecordTooLarge } from '../connection/kafka-fault';
import { KafkaRejectedTopic, rejectedRecord } from './kafka-rejected-topic';
import { type OutgoingRecord, recordBytes } from '../record/records';

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
    expect(rejectedRecord({ rejection, rejectionId: 'r', record: came, at: noon, traceparent }).headers.traceparent).toEqual(
      Buffer.from('as it came'),
    );
    expect(rejectedRecord({ rejection, rejectionId: 'r', record: record(), at: noon, traceparent }).headers.traceparent).toBe(traceparent);
  });

  it('says the newest reason when it was rejected before', () => {
    const again = record({ headers: { 'rejected-reason': Buffer.from('unknown_customer'), 'rejection-id': Buffer.from('r-0') } });
    const { headers } = rejectedRecord({ rejection, rejectionId: 'r-1', record: again, at: noon });
    expect([headers['rejected-reason'], headers['rejection-id']]).toEqual(['malformed_json', 'r-1']);
  });
});

describe('a rejected record that its topic does not take', () => {
  const TOPIC_BYTES = 10_000;
  /** Takes records as a broker does: all of a request or none, and none that is too large. */
  const publishing = async (records: readonly ReturnType<typeof record>[]): Promise<readonly OutgoingRecord[]> => {
    const taken: OutgoingRecord[] = [];
    const send = async (topic: string, given: readonly OutgoingRecord[]): Promise<void> => {
      const large = given.find((one) => recordBytes(one) > TOPIC_BYTES);
      if (large) throw new RecordTooLarge(topic, recordBytes(large), 'less');
      taken.push(...given);
    };
    await new KafkaRejectedTopic({ send }, 'rejected').publish(
      records.map((one) => ({ rejection, rejectionId: `r-${one.offset}`, record: one, at: noon })),
    );
    return taken;
  };

  it('goes without its value, which it says, and the others of the same call as they were', async () => {
    const large = record({ offset: '7', value: Buffer.alloc(3_000_000) });
    const taken = await publishing([record({ offset: '6' }), large]);
    expect(new Set(taken.map(({ headers }) => headers['rejection-id']))).toEqual(new Set(['r-6', 'r-7']));
    expect(taken).toHaveLength(2);
    expect(taken.find(({ headers }) => headers['rejection-id'] === 'r-6')?.value).toEqual(record().value);
    expect(taken.find(({ headers }) => headers['rejection-id'] === 'r-7')).toMatchObject({
      key: large.key,
      value: null,
      headers: { 'content-type': large.headers['content-type'], 'rejected-truncated': '3000000' },
    });
  });

  it.each([
    ['key', { key: Buffer.alloc(TOPIC_BYTES) }],
    ['headers', { headers: { x: Buffer.alloc(TOPIC_BYTES) } }],
  ])('goes with nothing but its place and reason where its %s alone is too large', async (_, given) => {
    expect(await publishing([record(given)])).toEqual([
      {
        key: null,
        value: null,
        headers: expect.objectContaining({
          'rejected-offset': '41',
          'rejected-reason': 'malformed_json',
          'rejected-truncated': String(record().value!.length),
        }) as object,
      },
    ]);
  });
});
