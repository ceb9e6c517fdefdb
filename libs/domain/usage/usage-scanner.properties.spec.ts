import { deepStrictEqual } from 'node:assert/strict';
import type { Instant } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { PAYLOAD_BYTES_MAX } from './usage-event';
import { receivedAt } from './usage-event.fixtures';
import { parseBatch, parseStructured } from './usage-message';
import { UsageScanner } from './usage-scanner';
import { parseHttpRequest } from './usage-transport';

const SEED = 20_240_301;
const EVENTS = 100_000;
const BATCHES = 5_000;

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/);
const number = fc.oneof(
  { weight: 9, arbitrary: fc.integer() },
  { weight: 9, arbitrary: fc.integer().map((n) => n / 1_000) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);
const leaf = fc.oneof({ weight: 3, arbitrary: number }, { weight: 3, arbitrary: word }, fc.boolean(), fc.constant(null));
const { node: data } = fc.letrec<{ node: unknown; value: unknown }>((tie) => ({
  node: fc.dictionary(word, tie('value'), { maxKeys: 5 }),
  value: fc.oneof({ maxDepth: 3 }, { weight: 6, arbitrary: leaf }, tie('node'), fc.array(leaf, { maxLength: 3 })),
}));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** An event as most producers send it. */
const event = fc
  .record({
    specversion: fc.constant('1.0'),
    id: word,
    source: word,
    type: word,
    subject: word,
    time: optional(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((at) => at.toISOString())),
    datacontenttype: optional(fc.constant('application/json')),
    dataschema: optional(word),
    traceparent: optional(word),
    partitionkey: optional(word),
    data: optional(data),
  })
  .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: 11 }).map((shuffled) => Object.fromEntries(shuffled)));

/** Without white space, as JSON.stringify and Python write it, or over several lines. */
const written = fc
  .tuple(event, fc.constantFrom('', ' ', '\t', '\r\n  '))
  .map(([fields, space]) => (space === '' ? JSON.stringify(fields) : JSON.stringify(fields, null, space)));

/** What is put somewhere into an event, or in the place of something. */
const patch = fc.oneof(
  fc.constantFrom('"', '\\', '\\u0041', '\\n', '\\ud800', '\0', '\x1f', '\x7f', '\u0085', '\ufeff', '\u200b', 'é', '会', '😀', ' ', '  '),
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '""',
    '{}',
    '[]',
    '0',
    '00',
    '-',
    '-0',
    '1e5',
    '1E+400',
    '.5',
    '5.',
    '+1',
    'NaN',
    'Infinity',
  ),
  fc.constantFrom('true', 'tru', 'false', 'null', 'nul', '9007199254740993', '9'.repeat(400), '[['.repeat(20), '{"a":'.repeat(40)),
  fc.constantFrom(',"id":"again"', ',"a":1,"a":2', '"x":"y",', ',"data":{}', ',"data_base64":""', ',"Big":"x"', ',"count":5', ',"":"x"'),
  fc.constantFrom(
    '"subject":"."',
    '"subject":".."',
    '"subject":" a"',
    '"subject":""',
    '"time":null',
    '"time":"24:00"',
    '"specversion":"1.1"',
  ),
  fc.constantFrom(129, 257, 513, 70_000).map((length) => 'x'.repeat(length)),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
type Mutate = (bytes: Buffer) => Buffer;
const at = (bytes: Buffer, place: number): number => Math.floor(place * (bytes.length + 1));
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(place, fc.nat(12), patch).map(([from, length, text]): Mutate => (bytes) => {
    const start = at(bytes, from);
    return Buffer.concat([bytes.subarray(0, start), Buffer.from(text), bytes.subarray(start + length)]);
  }),
  fc.tuple(place, patch).map(([from, text]): Mutate => (bytes) => {
    const start = at(bytes, from);
    return Buffer.concat([bytes.subarray(0, start), Buffer.from(text), bytes.subarray(start)]);
  }),
  fc.tuple(place, fc.nat(255)).map(([from, byte]): Mutate => (bytes) => {
    const changed = Buffer.from(bytes);
    changed[at(bytes, from)] = byte;
    return changed;
  }),
  fc.tuple(place, fc.nat(40)).map(([from, length]): Mutate => (bytes) => {
    const start = at(bytes, from);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start, start + length), bytes.subarray(start)]);
  }),
  place.map(
    (from): Mutate =>
      (bytes) =>
        bytes.subarray(0, at(bytes, from)),
  ),
  fc.constant<Mutate>((bytes) => Buffer.concat([bytes, bytes])),
);
const lengths = fc.constantFrom(PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX + 1).map((length): Mutate => (bytes) => {
  const text = bytes.toString();
  return Buffer.from(text.replace('{', `{${' '.repeat(length - bytes.length)}`));
});
const mutations: fc.Arbitrary<readonly Mutate[]> = fc.oneof(
  { weight: 9, arbitrary: fc.constant([]) },
  { weight: 12, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: lengths.map((mutate) => [mutate]) },
);
const body = fc.tuple(written, mutations).map(([text, all]) => all.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(text)));

const record = fc.constantFrom(receivedAt, receivedAt, receivedAt, -1 as Instant);
const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes);

describe('over all events, whole and mutilated', () => {
  it('what the scanner reads is what the strict parser reads, and it reads most that are whole', () => {
    const count = { all: 0, accepted: 0, read: 0 };
    fc.assert(
      fc.property(body, record, (bytes, now) => {
        const text = bytes.toString();
        const usage = new UsageScanner(bytes, text, now).document();
        const strict = isText(bytes) ? parseStructured(text, now) : undefined;
        count.all += 1;
        if (strict && 'usage' in strict) count.accepted += 1;
        if (!usage) return;
        count.read += 1;
        deepStrictEqual({ usage }, strict);
      }),
      { seed: SEED, numRuns: EVENTS },
    );
    expect(count.all).toBe(EVENTS);
    expect(count.read / count.all).toBeGreaterThan(0.3);
    expect(count.read / count.accepted).toBeGreaterThan(0.8);
  });

  it('a batch of them is the same with the scanner and without', () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const bodies = fc.array(fc.oneof({ weight: 3, arbitrary: written.map((text) => Buffer.from(text)) }, body), { maxLength: 5 });
    const separator = fc.constantFrom(',', ', ', ' ,\n', ',é', '');
    let together = 0;
    fc.assert(
      fc.property(bodies, separator, (events, between) => {
        const text = `[${events.map(String).join(between)}]`;
        const scanned = parseHttpRequest(headers, Buffer.from(text), receivedAt);
        const strict = parseBatch(text, receivedAt);
        if ('rejection' in scanned || 'rejection' in strict) return deepStrictEqual(scanned, strict);
        together += 1;
        deepStrictEqual(scanned.entries.map(plain), strict.entries.map(plain));
      }),
      { seed: SEED, numRuns: BATCHES },
    );
    expect(together).toBeGreaterThan(BATCHES / 10);
  });
});

const plain = ({ text, parsed }: { readonly text: string; readonly parsed: unknown }): unknown => ({ text, parsed });
