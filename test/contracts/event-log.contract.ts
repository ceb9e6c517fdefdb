/** What every adapter of the `EventLog` port keeps. Call it in a spec file with a way to open an empty one. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import {
  APPEND_BYTES_MAX,
  type AppendOutcome,
  type EventLog,
  EVENTS_PER_APPEND_MAX,
  type ExpectedRevision,
  Fault,
  type NewEvent,
  READ_LIMIT_MAX,
  type RecordedEvent,
  STREAM_NAME_BYTES_MAX,
} from '@drawdown/engine/event-store';
import { turn } from '../support/waiting';

export interface OpenedLog {
  readonly log: EventLog;
  /** Closes and opens again over the same stored events; absent where that means nothing. */
  readonly reopen?: () => Promise<EventLog>;
  /** Breaks every connection that the log has; absent where it has none. */
  readonly interrupt?: () => void;
  /** Closes and, where the log can, removes everything. */
  readonly dispose: () => Promise<void>;
}

let made = 0;
/** An event that no other is like. */
export function anEvent(data: string = JSON.stringify({ n: made })): NewEvent {
  const hex = createHash('sha256').update(`event ${made++}`).digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { id, type: 'SomethingHappened', data, metadata: '{"cause":"contract"}' };
}
export const someEvents = (count: number): NewEvent[] => Array.from({ length: count }, () => anEvent());

const stored = (events: readonly RecordedEvent[]): NewEvent[] =>
  events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));
const revisions = (events: readonly RecordedEvent[]): number[] => events.map(({ revision }) => revision);

export function eventLogContract(name: string, open: () => Promise<OpenedLog>): void {
  describe(`${name} as an event log`, () => {
    let opened: OpenedLog;
    let log: EventLog;
    /** A log that is not emptied between tests keeps older events: these tests look at what comes after. */
    let before: bigint;
    let run = 0;
    let prefix: string;
    beforeEach(async () => {
      opened = await open();
      log = opened.log;
      before = await log.head();
      prefix = `contract-${Date.now().toString(36)}-${run++}-`;
    });
    afterEach(() => opened.dispose());

    const named = (suffix: string) => `${prefix}${suffix}`;
    const readAllAfter = async (after: bigint, limit = 1_000): Promise<RecordedEvent[]> => {
      const all: RecordedEvent[] = [];
      for (let page = await log.readAll(after, limit); page.length > 0; page = await log.readAll(page.at(-1)!.position, limit))
        all.push(...page);
      return all.filter(({ stream }) => stream.startsWith(prefix));
    };

    describe('appending', () => {
      it('makes a stream, and says its revision and the position', async () => {
        const events = someEvents(3);
        const outcome = await log.append(named('a'), events, 'no_stream');
        const read = await log.readStream(named('a'));
        expect(stored(read)).toEqual(events);
        expect(revisions(read)).toEqual([0, 1, 2]);
        expect(outcome).toEqual({ outcome: 'appended', revision: 2, position: read[2]!.position });
        expect(await log.append(named('a'), someEvents(1), 2)).toMatchObject({ outcome: 'appended', revision: 3 });
      });

      it('keeps the bytes of any text, in names too', async () => {
        const texts = ['{"text":"Größe 漢字 🙂 \\u0000"}', '""', '{"e":"é","combined":"e\u0301"}', JSON.stringify('\u007f\u0080\uffff')];
        const stream = named('ö-漢字-🙂');
        await log.append(
          stream,
          texts.map((text) => ({ ...anEvent(text), metadata: text })),
          'no_stream',
        );
        const read = await log.readStream(stream);
        expect(read.map(({ data }) => data)).toEqual(texts);
        expect(read.map(({ metadata }) => metadata)).toEqual(texts);
        expect(read.every((event) => event.stream === stream)).toBe(true);
        expect(await readAllAfter(before)).toEqual(read);
      });

      it('takes an event of 900 KB, and many events at once', async () => {
        const big = anEvent(JSON.stringify('x'.repeat(900_000)));
        const many = someEvents(EVENTS_PER_APPEND_MAX);
        await log.append(named('big'), [big], 'no_stream');
        await log.append(named('many'), many, 'no_stream');
        expect(stored(await log.readStream(named('big')))).toEqual([big]);
        expect(stored(await log.readStream(named('many')))).toEqual(many);
        expect((await readAllAfter(before)).map(({ id }) => id)).toEqual([big.id, ...many.map(({ id }) => id)]);
      });

      it.each<[string, (stream: string) => Promise<unknown>]>([
        ['no events', (stream) => log.append(stream, [], 'no_stream')],
        ['more events than EVENTS_PER_APPEND_MAX', (stream) => log.append(stream, someEvents(EVENTS_PER_APPEND_MAX + 1), 'no_stream')],
        [
          'one byte more than APPEND_BYTES_MAX',
          (stream) => log.append(stream, [{ ...anEvent('x'.repeat(APPEND_BYTES_MAX)), metadata: '1' }], 'no_stream'),
        ],
        [
          'too many bytes in fewer characters',
          (stream) => log.append(stream, [{ ...anEvent('é'.repeat(APPEND_BYTES_MAX / 2)), metadata: '1' }], 'no_stream'),
        ],
        [
          'a stream name that is too long',
          (stream) => log.append(stream.padEnd(STREAM_NAME_BYTES_MAX + 1, 'x'), someEvents(1), 'no_stream'),
        ],
        ['a stream name without characters', () => log.append('', someEvents(1), 'no_stream')],
      ])('refuses %s as a RangeError, and writes nothing', async (_, append) => {
        await expect(append(named('refused'))).rejects.toThrow(RangeError);
        expect(await readAllAfter(before)).toEqual([]);
        expect(await log.append(named('refused'), someEvents(1), 'no_stream')).toMatchObject({ outcome: 'appended', revision: 0 });
      });

      it('takes exactly APPEND_BYTES_MAX bytes', async () => {
        const exact = { ...anEvent(JSON.stringify('é'.repeat(APPEND_BYTES_MAX / 2 - 2))), metadata: '11' };
        expect(await log.append(named('exact'), [exact], 'no_stream')).toMatchObject({ outcome: 'appended' });
        expect(stored(await log.readStream(named('exact')))).toEqual([exact]);
      });
    });

    describe('expecting a revision', () => {
      it.each<[string, number, ExpectedRevision, ExpectedRevision]>([
        ['a stream that exists as new', 2, 'no_stream', 1],
        ['a revision that has passed', 3, 1, 2],
        ['a revision that has not come', 3, 3, 2],
        ['a revision of a stream that does not exist', 0, 0, 'no_stream'],
      ])('refuses %s with the real one, and writes nothing', async (_, existing, expected, revision) => {
        if (existing > 0) await log.append(named('s'), someEvents(existing), 'no_stream');
        expect(await log.append(named('s'), someEvents(2), expected)).toEqual({ outcome: 'conflict', revision });
        expect(await log.readStream(named('s'))).toHaveLength(existing);
      });

      it('lets exactly one of many writers win, again and again', async () => {
        const writers = 16;
        for (let round = 0; round < 10; round++) {
          const expected = round === 0 ? 'no_stream' : round * 2 - 1;
          const outcomes = await Promise.all(Array.from({ length: writers }, () => log.append(named('hot'), someEvents(2), expected)));
          expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
          for (const outcome of outcomes) expect(outcome.revision).toBe(round * 2 + 1);
        }
        expect(revisions(await log.readStream(named('hot')))).toEqual(Array.from({ length: 20 }, (_, i) => i));
      });

      it('loses and doubles nothing when many writers try until they win', async () => {
        const write = async (writer: number) => {
          const ids: string[] = [];
          let expected: ExpectedRevision = 'no_stream';
          while (ids.length < 10) {
            const event = anEvent(JSON.stringify({ writer }));
            const outcome = await log.append(named('fought'), [event], expected);
            if (outcome.outcome === 'appended') ids.push(event.id);
            expected = outcome.revision;
          }
          return ids;
        };
        const written = (await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))).flat();
        const read = await log.readStream(named('fought'));
        expect(revisions(read)).toEqual(Array.from({ length: 80 }, (_, i) => i));
        expect(read.map(({ id }) => id).sort()).toEqual(written.sort());
      });
    });

    describe('appending a round', () => {
      const round = (...appends: readonly (readonly [suffix: string, events: readonly NewEvent[], expected: ExpectedRevision])[]) =>
        log.appendRound(appends.map(([suffix, events, expected]) => ({ stream: named(suffix), events, expected })));

      it('takes many streams, and several appends to one stream in their order', async () => {
        const [a, b, c] = [someEvents(2), someEvents(1), someEvents(3)];
        expect(await round(['a', a, 'no_stream'], ['b', b, 'no_stream'], ['a', c, 1])).toMatchObject([
          { outcome: 'appended', revision: 1 },
          { outcome: 'appended', revision: 0 },
          { outcome: 'appended', revision: 4 },
        ]);
        expect(stored(await log.readStream(named('a')))).toEqual([...a, ...c]);
        expect(stored(await log.readStream(named('b')))).toEqual(b);
      });

      it('writes nothing where another writer was first, nor what should follow there, and all the rest', async () => {
        await log.append(named('a'), someEvents(2), 'no_stream');
        const outcomes = await round(['a', someEvents(1), 0], ['a', someEvents(1), 2], ['b', someEvents(1), 'no_stream']);
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(['conflict', 'conflict', 'appended']);
        expect(await log.readStream(named('a'))).toHaveLength(2);
      });

      it('gives a fault of one append as its outcome', async () => {
        const outcomes = await round(['a', [], 'no_stream'], ['b', someEvents(1), 'no_stream']);
        expect(outcomes).toMatchObject([{ outcome: 'failed', fault: expect.any(RangeError) as Error }, { outcome: 'appended' }]);
      });

      it('of nothing has no outcomes', async () => expect(await log.appendRound([])).toEqual([]));
    });

    describe('reading places', () => {
      it('gives the event at each place in the order of the places, and none where the stream is not so long', async () => {
        const events = someEvents(3);
        await log.append(named('a'), events, 'no_stream');
        await log.append(named('b'), someEvents(1), 'no_stream');
        await log.append(named('a'), someEvents(2), 2);
        const asked = ['a 4', 'b 0', 'a 1', 'b 1', 'none 0', 'a 1'].map((place) => place.split(' ') as [string, string]);
        const found = await log.readPlaces(asked.map(([name, revision]) => ({ stream: named(name), revision: Number(revision) })));
        expect(found.map((event) => event?.revision)).toEqual([4, 0, 1, undefined, undefined, 1]);
        expect([await log.readPlaces([]), stored([found[2]!])]).toEqual([[], [events[1]]]);
      });
    });

    describe('reading a stream', () => {
      beforeEach(async () => {
        for (const [from, count] of [
          [-1, 1],
          [0, 5],
          [5, 1],
          [6, 40],
          [46, 3],
        ] as const)
          await log.append(named('s'), someEvents(count), from === -1 ? 'no_stream' : from);
      });
      const up = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

      it('gives everything forwards, and backwards', async () => {
        expect(revisions(await log.readStream(named('s')))).toEqual(up(0, 49));
        expect(revisions(await log.readStream(named('s'), { direction: 'backwards' }))).toEqual(up(0, 49).reverse());
      });

      it('keeps to bounds and limits, wherever appends begin and end', async () => {
        for (let from = 0; from <= 51; from++) {
          for (const limit of [1, 2, 7, 60]) {
            expect(revisions(await log.readStream(named('s'), { from, limit }))).toEqual(up(from, Math.min(49, from + limit - 1)));
            const last = Math.min(from, 49);
            expect(revisions(await log.readStream(named('s'), { from, limit, direction: 'backwards' }))).toEqual(
              up(Math.max(0, last - limit + 1), last).reverse(),
            );
          }
        }
      });

      it('gives an empty list for a stream that does not exist', async () => {
        expect(await log.readStream(named('none'))).toEqual([]);
        expect(await log.readStream(named('none'), { direction: 'backwards', from: 5 })).toEqual([]);
      });

      it('gives at most READ_LIMIT_MAX events', async () => {
        await log.append(named('long'), someEvents(READ_LIMIT_MAX), 'no_stream');
        await log.append(named('long'), someEvents(10), READ_LIMIT_MAX - 1);
        expect(await log.readStream(named('long'))).toHaveLength(READ_LIMIT_MAX);
        expect(await log.readStream(named('long'), { limit: READ_LIMIT_MAX * 2 })).toHaveLength(READ_LIMIT_MAX);
        expect(revisions(await log.readStream(named('long'), { direction: 'backwards', limit: 1 }))).toEqual([READ_LIMIT_MAX + 9]);
      });
    });

    describe('reading all', () => {
      it('gives the events of all streams in the order of their positions, from anywhere', async () => {
        const written: NewEvent[] = [];
        for (let i = 0; i < 30; i++) {
          const events = someEvents(1 + (i % 4));
          await log.append(
            named(`s${i % 7}`),
            events,
            i < 7
              ? 'no_stream'
              : ((await log.readStream(named(`s${i % 7}`), { direction: 'backwards', limit: 1 }))[0]?.revision ?? 'no_stream'),
          );
          written.push(...events);
        }
        const all = await readAllAfter(before);
        expect(stored(all)).toEqual(written);
        for (let i = 1; i < all.length; i++) expect(all[i]!.position > all[i - 1]!.position).toBe(true);
        for (const limit of [1, 3, 10]) expect(await readAllAfter(before, limit)).toEqual(all);
        for (let i = 0; i < all.length; i++) expect(await readAllAfter(all[i]!.position)).toEqual(all.slice(i + 1));
        expect(await log.head()).toBe(all.at(-1)!.position);
        expect(await log.readAll(await log.head(), 10)).toEqual([]);
      });

      it('finds every event again at its position, and nothing anywhere else', async () => {
        const appends = fc.array(
          fc.record({
            stream: fc.integer({ min: 0, max: 3 }),
            sizes: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 }),
          }),
          { minLength: 1, maxLength: 15 },
        );
        let part = 0;
        await fc.assert(
          fc.asyncProperty(appends, async (list) => {
            const start = await log.head();
            part++;
            const last = new Map<number, number>();
            for (const { stream, sizes } of list) {
              const known = last.get(stream);
              await log.append(
                named(`${part}-${stream}`),
                sizes.map((size) => anEvent(JSON.stringify('x'.repeat(size)))),
                known ?? 'no_stream',
              );
              last.set(stream, (known ?? -1) + sizes.length);
            }
            const all = await readAllAfter(start);
            const taken = new Set(all.map(({ position }) => position));
            for (const [i, event] of all.entries()) {
              expect(await log.readAt(event.position)).toEqual(event);
              expect(await log.readAll(event.position, 1)).toEqual(all.slice(i + 1, i + 2));
              for (const beside of [event.position - 1n, event.position + 1n])
                if (beside > start && !taken.has(beside)) expect(await log.readAt(beside)).toBeUndefined();
            }
          }),
          { numRuns: 10, seed: 7 },
        );
      });

      it('finds the first, the last and the next event of an append of EVENTS_PER_APPEND_MAX', async () => {
        await log.append(named('full'), someEvents(EVENTS_PER_APPEND_MAX), 'no_stream');
        await log.append(named('after'), someEvents(1), 'no_stream');
        const [first, ...rest] = await log.readStream(named('full'));
        const [next] = await log.readStream(named('after'));
        for (const event of [first!, rest[0]!, rest.at(-1)!, next!]) expect(await log.readAt(event.position)).toEqual(event);
        expect(await log.readAll(first!.position, 1)).toEqual([rest[0]]);
        expect(await log.readAll(rest.at(-1)!.position, 1)).toEqual([next]);
      });

      it('finds nothing before the first position and after the last', async () => {
        await log.append(named('s'), someEvents(2), 'no_stream');
        const head = await log.head();
        for (const nowhere of [-1n, head + 1n, head * 1_000n + 2n ** 62n]) expect(await log.readAt(nowhere)).toBeUndefined();
      });

      it('agrees with reading each stream', async () => {
        await Promise.all(Array.from({ length: 20 }, (_, i) => log.append(named(`s${i}`), someEvents(1 + (i % 3)), 'no_stream')));
        const all = await readAllAfter(before);
        for (let i = 0; i < 20; i++)
          expect(all.filter(({ stream }) => stream === named(`s${i}`))).toEqual(await log.readStream(named(`s${i}`)));
      });
    });

    describe('subscribing', () => {
      const collect = (after: bigint, into: RecordedEvent[], onBatch: () => Promise<void> = async () => undefined) =>
        log.subscribe(after, async (events) => {
          into.push(...events.filter(({ stream }) => stream.startsWith(prefix)));
          await onBatch();
        });
      const until = async (done: () => boolean, what: string) => {
        const deadline = Date.now() + 40_000;
        while (!done()) {
          if (Date.now() > deadline) throw new Error(`waited 40 s for ${what}`);
          await turn();
        }
      };
      /** Tries until the log is there again. The same append twice is one, by its ids. */
      const retried = async <T>(work: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await work();
          } catch (fault) {
            if (!(fault instanceof Fault) || !fault.retriable) throw fault;
          }
        }
      };
      const appended = async (append: () => Promise<AppendOutcome>): Promise<number> => {
        const outcome = await retried(append);
        if (outcome.outcome === 'conflict') throw new Error(`a conflict at ${outcome.revision} on a stream of one writer`);
        return outcome.revision;
      };
      const appendMany = async (count: number) => {
        for (let i = 0; i < count; i++)
          await log.append(
            named('s'),
            [anEvent()],
            (await log.readStream(named('s'), { direction: 'backwards', limit: 1 }))[0]?.revision ?? 'no_stream',
          );
      };

      it.each(['the beginning', 'the middle', 'the end'])('from %s loses and doubles nothing while appends go on', async (where) => {
        await appendMany(20);
        const past = await readAllAfter(before);
        const after = where === 'the beginning' ? before : where === 'the middle' ? past[9]!.position : await log.head();
        const seen: RecordedEvent[] = [];
        const appending = appendMany(30);
        const subscription = collect(after, seen);
        await appending;
        await subscription.caughtUp;
        const expected = (await readAllAfter(after)).map(({ position }) => position);
        await until(() => seen.length >= expected.length, 'the subscription to see every event');
        await subscription.close();
        expect(seen.map(({ position }) => position)).toEqual(expected);
        await expect(subscription.ended).resolves.toBeUndefined();
      });

      it('has caught up at once where there is nothing, and sees what comes later', async () => {
        const seen: RecordedEvent[] = [];
        const subscription = collect(await log.head(), seen);
        await subscription.caughtUp;
        await log.append(named('s'), someEvents(2), 'no_stream');
        await until(() => seen.length === 2, 'two events');
        await subscription.close();
      });

      it('has caught up only when everything from before was handled', async () => {
        await appendMany(5);
        const seen: RecordedEvent[] = [];
        const subscription = collect(before, seen, turn);
        await subscription.caughtUp;
        expect(seen).toHaveLength(5);
        await subscription.close();
      });

      it('waits for the handler before the next batch', async () => {
        let running = 0;
        let most = 0;
        const seen: RecordedEvent[] = [];
        const subscription = collect(before, seen, async () => {
          most = Math.max(most, ++running);
          await turn();
          running--;
        });
        await appendMany(30);
        await until(() => seen.length === 30, '30 events');
        await subscription.close();
        expect(most).toBe(1);
      });

      it('ends with the error of its handler, and handles nothing more', async () => {
        await appendMany(3);
        let calls = 0;
        const subscription = log.subscribe(before, async () => {
          calls++;
          throw new Error('the handler is broken');
        });
        await expect(subscription.ended).rejects.toThrow('the handler is broken');
        await expect(subscription.caughtUp).rejects.toThrow();
        await appendMany(3);
        expect(calls).toBe(1);
      });

      it('handles nothing after close', async () => {
        const seen: RecordedEvent[] = [];
        const subscription = collect(await log.head(), seen);
        await subscription.caughtUp;
        await subscription.close();
        await appendMany(2);
        await turn();
        expect(seen).toEqual([]);
        await subscription.close();
      });

      it('goes on after every interruption without loss or repeat', async () => {
        const { interrupt } = opened;
        if (!interrupt) return;
        const seen: RecordedEvent[] = [];
        const subscription = collect(before, seen);
        let revision: ExpectedRevision = 'no_stream';
        for (let round = 1; round <= 10; round++) {
          const events = someEvents(5);
          const expected: ExpectedRevision = revision;
          revision = await appended(() => log.append(named('s'), events, expected));
          // Some of it may have been handled by now, and the rest be on its way.
          interrupt();
        }
        await until(() => seen.length >= 50, 'all events');
        expect(seen.map(({ position }) => position)).toEqual((await retried(() => readAllAfter(before))).map(({ position }) => position));
        await subscription.caughtUp;
        await subscription.close();
      });

      it('serves several followers at their own pace', async () => {
        const fast: RecordedEvent[] = [];
        const slow: RecordedEvent[] = [];
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        const subscriptions = [collect(before, fast), collect(before, slow, () => held)];
        await appendMany(20);
        await until(() => fast.length === 20, 'the fast follower');
        expect(slow.length).toBeLessThan(20);
        release();
        await until(() => slow.length === 20, 'the slow follower');
        await Promise.all(subscriptions.map((subscription) => subscription.close()));
        expect(slow).toEqual(fast);
      });
    });

    it('keeps everything over a reopening, and goes on where it was', async () => {
      if (!opened.reopen) return;
      for (let i = 0; i < 20; i++) await log.append(named(`s${i % 3}`), someEvents(2), i < 3 ? 'no_stream' : Math.floor(i / 3) * 2 - 1);
      const all = await readAllAfter(before);
      const head = await log.head();
      log = await opened.reopen();
      expect(await log.head()).toBe(head);
      expect(await readAllAfter(before)).toEqual(all);
      expect(await log.readStream(named('s0'))).toEqual(all.filter(({ stream }) => stream === named('s0')));
      expect(await log.append(named('s0'), someEvents(1), 'no_stream')).toEqual({ outcome: 'conflict', revision: 13 });
      expect(await log.append(named('s0'), someEvents(1), 13)).toMatchObject({ outcome: 'appended', revision: 14 });
    });
  });
}
