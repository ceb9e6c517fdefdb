/** A round and many places, one stream at a time: for a log without one write or one read for many streams. */
import { forEachConcurrent } from '@drawdown/engine/async';
import type { EventLog, EventPlace, RecordedEvent, RoundOutcome, StreamAppend } from './event-log';

const READS_AT_ONCE = 64;

/** Streams side by side; appends to one stream one after another. Never rejects. */
export async function appendSeparately(append: EventLog['append'], appends: readonly StreamAppend[]): Promise<readonly RoundOutcome[]> {
  const outcomes = new Array<RoundOutcome>(appends.length);
  const tails = new Map<string, Promise<void>>();
  const carryOut = async ({ stream, events, expected }: StreamAppend, i: number): Promise<void> => {
    try {
      outcomes[i] = await append(stream, events, expected);
    } catch (fault) {
      outcomes[i] = { outcome: 'failed', fault };
    }
  };
  for (const [i, one] of appends.entries()) {
    const before = tails.get(one.stream);
    tails.set(one.stream, before ? before.then(() => carryOut(one, i)) : carryOut(one, i));
  }
  await Promise.all(tails.values());
  return outcomes;
}

/** In the order of the places. @throws the fault of a read */
export async function readSeparately(
  readStream: EventLog['readStream'],
  places: readonly EventPlace[],
): Promise<readonly (RecordedEvent | undefined)[]> {
  const found = new Array<RecordedEvent | undefined>(places.length);
  await forEachConcurrent(places.entries(), READS_AT_ONCE, async ([i, { stream, revision }]) => {
    const [event] = await readStream(stream, { from: revision, limit: 1 });
    found[i] = event?.revision === revision ? event : undefined;
  });
  return found;
}
