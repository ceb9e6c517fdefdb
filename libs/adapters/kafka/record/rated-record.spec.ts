import { amount, type Instant } from '@drawdown/domain/amounts';
import { parseKafkaRecord, type Rating, type UsageEvent, writeRated } from '@drawdown/domain/usage';
import { noon, record } from '../kafka.fixtures';
import { offerOfRated, ratedRecord, usageRecordOf } from './rated-record';
import { type OutgoingRecord, recordBytes } from './records';

const rating: Rating = {
  matched: [
    {
      creditProductId: 'llm',
      parts: [{ meter: 'calls', quantity: amount('1'), weight: amount('2'), weightVersion: 1, credits: amount('2') }],
      credits: amount('2'),
    },
  ],
};
const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

const came = record({ headers: { 'content-type': Buffer.from('application/cloudevents+json'), traceparent: Buffer.from(traceparent) } });

function usageOf(given = came): UsageEvent {
  const { parsed } = parseKafkaRecord(given.headers, given.value, given.at);
  if ('rejection' in parsed) throw new Error(parsed.rejection.detail);
  return parsed.usage;
}

/** As it is read from the rated topic: headers are bytes there. */
const read = ({ key, value, headers }: OutgoingRecord) =>
  record({
    topic: 'rated-usage.v1',
    partition: 0,
    offset: '7',
    key: Buffer.from(key ?? ''),
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, typeof text === 'string' ? Buffer.from(text) : text])),
  });

const rated = () => ratedRecord(came, 'cus_1', writeRated(usageOf(), rating));

describe('a record of the rated topic', () => {
  it('is the record of usage under the key of its customer, with what was found and where it came from', () => {
    expect(rated()).toEqual({
      key: 'cus_1',
      value: came.value,
      headers: {
        ...came.headers,
        rated: writeRated(usageOf(), rating),
        'usage-record': `usage.v1/3/41/${noon}`,
        'usage-key': came.key,
      },
    });
  });

  it('offers the usage with its rating, and the record that it was made of', () => {
    const offer = offerOfRated(read(rated()));
    expect(offer).toMatchObject({ rating, transport: 'kafka', traceparent, record: came });
    expect('usage' in offer.parsed && offer.parsed.usage).toMatchObject({ id: 'e1', subject: 'cus_1', bodyHash: usageOf().bodyHash });
    expect(offer.original()).toEqual({ text: came.value!.toString(), encoding: 'utf8' });
  });

  it.each([
    ['of its own', Buffer.from([0xff, 0x00, 0x41])],
    ['of no bytes', Buffer.alloc(0)],
    ['absent', null],
  ])('gives back the record of usage without what was added, its key %s', (_, key) => {
    const usage = { ...came, key };
    expect(usageRecordOf(read(ratedRecord(usage, 'cus_1', writeRated(usageOf(), rating))))).toEqual(usage);
  });

  it.each([0, -1, Number(-(2n ** 63n)), Number(2n ** 63n - 1n)])('gives back the time of the record as it was: %i', (ms) => {
    const usage = { ...came, at: ms as Instant };
    expect(usageRecordOf(read(ratedRecord(usage, 'cus_1', writeRated(usageOf(), rating))))).toEqual(usage);
  });

  it('leaves a key behind that is longer than anybody keys by', () => {
    const usage = { ...came, key: Buffer.alloc(3_000_000) };
    expect(recordBytes(ratedRecord(usage, 'cus_1', writeRated(usageOf(), rating)))).toBeLessThan(10_000);
  });

  const breaking: [string, Record<string, string | Buffer[] | undefined>][] = [
    ['without any of the headers', { rated: undefined, 'usage-record': undefined }],
    ['with broken rated usage', { rated: '{"v":1' }],
    ['with rated usage of an unknown version', { rated: '{"v":2}' }],
    ['with rated usage twice', { rated: [Buffer.from('a'), Buffer.from('b')] }],
    ['with a place twice', { 'usage-record': [Buffer.from('usage.v1/3/41/0'), Buffer.from('usage.v1/3/42/0')] }],
    ['with a topic that cannot be', { 'usage-record': 'a b/3/41/0' }],
    ['with a partition that is no number', { 'usage-record': 'usage.v1/1.5/41/0' }],
    ['with an offset below zero', { 'usage-record': 'usage.v1/3/-1/0' }],
    ['with an offset that is too long', { 'usage-record': `usage.v1/3/${'1'.repeat(20)}/0` }],
    ['with a time that is no number', { 'usage-record': 'usage.v1/3/41/now' }],
    ['with more than a place', { 'usage-record': 'usage.v1/3/41/0/0' }],
  ];
  it.each(breaking)('%s is rejected with its own place, and nothing is thrown', (_, headers) => {
    const given = rated();
    const offer = offerOfRated(read({ ...given, headers: { ...given.headers, ...headers } }));
    expect(offer.parsed).toMatchObject({ rejection: { reason: 'not_rated' } });
    expect(offer.rating).toBeUndefined();
    expect(offer.record).toMatchObject({ topic: 'rated-usage.v1', offset: '7' });
  });
});
