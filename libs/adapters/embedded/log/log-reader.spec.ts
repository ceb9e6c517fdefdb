/** What the embedded log can do and the port does not ask for: beginning to read at a position where no event is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { EVENTS_PER_APPEND_MAX, type NewEvent, type RecordedEvent } from '@drawdown/engine/event-store';
import { EmbeddedLog } from './embedded-log';

let made = 0;
const anEvent = (size = 10): NewEvent => ({
  id: `00000000-0000-5000-8000-${(made++).toString(16).padStart(12, '0')}`,
  type: 'SomethingHappened',
  data: JSON.stringify('é'.repeat(size)),
  metadata: '{}',
});

// From memory, and from disk with a segment for every few appends.
describe.each([
  ['in memory', {}],
  ['on disk', { segmentBytes: 2_000, tailCacheBytes: 0, headsCached: 2 }],
])('a log whose newest events are %s', (_, options) => {
  let directory: string;
  let log: EmbeddedLog;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'drawdown-positions-'));
    log = await EmbeddedLog.open({ directory, clock: () => 0 as Instant, ...options });
  });
  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true });
  });
  const all = async (): Promise<RecordedEvent[]> => {
    const read: RecordedEvent[] = [];
    for (let page = await log.readAll(-1n, 100); page.length > 0; page = await log.readAll(page.at(-1)!.position, 100)) read.push(...page);
    return read;
  };

  it('reads any places together as it reads each stream, wherever its records are', async () => {
    const APPENDS = 60;
    for (let i = 0; i < APPENDS; i++)
      for (const stream of ['a', 'b', 'c']) await log.append(stream, [anEvent(i), anEvent()], i === 0 ? 'no_stream' : 2 * i - 1);
    // Opened anew: the places of the older records are in the index and no longer in memory.
    await log.close();
    log = await EmbeddedLog.open({ directory, clock: () => 0 as Instant, ...options });
    const places = Array.from({ length: 3 * 2 * APPENDS }, (_, i) => ({ stream: 'abc'[i % 3]!, revision: (i * 37) % (2 * APPENDS) }));
    const streams = new Map(await Promise.all(['a', 'b', 'c'].map(async (name) => [name, await log.readStream(name)] as const)));
    expect(await log.readPlaces(places)).toEqual(places.map(({ stream, revision }) => streams.get(stream)![revision]));
  });

  it('finds every event right before its position', async () => {
    for (let i = 0; i < 20; i++)
      await log.append(
        `s${i}`,
        Array.from({ length: 1 + (i % 4) }, () => anEvent(i * 15)),
        'no_stream',
      );
    await log.append(
      'full',
      Array.from({ length: EVENTS_PER_APPEND_MAX }, () => anEvent()),
      'no_stream',
    );
    await log.append('after', [anEvent()], 'no_stream');
    const events = await all();
    const looked = [...events.slice(0, 60), ...events.slice(-3)];
    for (const event of looked) expect(await log.readAll(event.position - 1n, 1)).toEqual([event]);
  });

  it('goes on with the next event after a position that is none of its own', async () => {
    for (let i = 0; i < 10; i++)
      await log.append(
        `s${i}`,
        Array.from({ length: 1 + (i % 3) }, () => anEvent(i * 40)),
        'no_stream',
      );
    const events = await all();
    const last = events.at(-1)!.position;
    const step = last / 400n + 1n;
    for (let after = 0n; after < last + 10n * step; after += step) {
      const next = events.find(({ position }) => position > after);
      expect(await log.readAll(after, 1)).toEqual(next ? [next] : []);
    }
    expect(await log.readAll(last * 1_000n + 2n ** 62n, 10)).toEqual([]);
  });
});
