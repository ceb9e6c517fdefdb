/** Places as reads of their own, for a log that reads one stream at a time. */
import { forEachConcurrent } from '@drawdown/engine/async';
import type { EventLog, EventPlace, RecordedEvent } from './event-log';

const READS_AT_ONCE = 64;

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
