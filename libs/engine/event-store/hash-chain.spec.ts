import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shape } from '@drawdown/domain/decider';
import fc from 'fast-check';
import type { RecordedEvent } from './event-log';
import { START } from './ledger.fixtures';
import { type Cause, CHAIN_START, chainOf, readMetadata, chainEvent } from './hash-chain';

const SEED = 20_260_301;

interface GoldenEvent {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: string;
  readonly cause: Cause;
  readonly chain: string;
  readonly id: string;
  readonly metadata: string;
}
const golden = JSON.parse(readFileSync(join(__dirname, 'golden-chain.json'), 'utf8')) as readonly GoldenEvent[];

const previousOf = (i: number): string => golden[i - 1]?.chain ?? CHAIN_START;
const recorded = ({ stream, revision, type, data, id, metadata }: GoldenEvent): RecordedEvent => ({
  stream,
  revision,
  type,
  data,
  id,
  metadata,
  position: 0n,
  recordedAt: START,
});

describe('the golden chain, which never changes: streams that were chained so have to be verified by every later version', () => {
  it.each(golden.map((event, i) => [event.revision, event, i] as const))('is chained so at revision %d', (_, event, i) => {
    const { stream, revision, type, data, cause, chain, id, metadata } = event;
    expect(chainEvent(previousOf(i), stream, revision, type, data, cause)).toEqual({ id, type, data, metadata, chain });
  });

  it.each(golden.map((event, i) => [event.revision, event, i] as const))(
    'is computed so from what is stored at revision %d',
    (_, event, i) => {
      expect(chainOf(previousOf(i), recorded(event))).toEqual({ chain: event.chain, id: event.id });
      expect(readMetadata(recorded(event))).toEqual({ ...event.cause, chain: event.chain });
    },
  );

  it('can be checked by anybody with SHA-256: each link is the one before and the canonical JSON of the event', () => {
    for (const [i, { stream, revision, type, data, cause, chain }] of golden.entries()) {
      const text = shape.canonicalJson({ cause: { ...cause }, data: '@', revision, stream, type }).replace('"@"', () => data);
      expect(createHash('sha256').update(previousOf(i)).update(text).digest('hex')).toBe(chain);
    }
  });
});

describe('a chain', () => {
  const causes = fc.record(
    {
      index: fc.nat(9),
      size: fc.nat(9),
      key: fc.string(),
      callerKey: fc.string(),
      body: fc.string(),
      actor: fc.string({ unit: 'grapheme' }),
      traceparent: fc.string(),
    },
    { requiredKeys: ['index', 'size'] },
  );
  const chainable = fc.tuple(
    fc.string({ unit: 'grapheme' }),
    fc.nat(99),
    fc.constantFrom('Paused', 'Resumed'),
    fc.dictionary(fc.string(), fc.string()),
    causes,
  );
  const chained = (
    [stream, revision, type, data, cause]: typeof chainable extends fc.Arbitrary<infer T> ? T : never,
    previous = CHAIN_START,
  ) => {
    const { chain: _, ...event } = chainEvent(previous, stream, revision, type, shape.canonicalJson(data), cause);
    return { ...event, stream, revision, position: 0n, recordedAt: START };
  };

  it('is found again from what is stored, whatever that is', () =>
    fc.assert(
      fc.property(chainable, (sample) => {
        const event = chained(sample);
        expect(chainOf(CHAIN_START, event)).toEqual({ chain: readMetadata(event).chain, id: event.id });
      }),
      { seed: SEED },
    ));

  it('is the same for the same event at the same place: an attempt made again finds itself', () =>
    fc.assert(
      fc.property(chainable, (sample) => expect(chained(sample)).toEqual(chained(sample))),
      { seed: SEED },
    ));

  it('is another one for anything else, and after anything else', () =>
    fc.assert(
      fc.property(chainable, chainable, (a, b) => {
        fc.pre(shape.canonicalJson(a) !== shape.canonicalJson(b));
        expect(chained(a).id).not.toBe(chained(b).id);
        expect(chained(a, 'f'.repeat(64)).id).not.toBe(chained(a).id);
      }),
      { seed: SEED },
    ));

  it('names its event by a UUID of version 8', () =>
    fc.assert(
      fc.property(chainable, (sample) =>
        expect(chained(sample).id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      ),
      { seed: SEED },
    ));
});
