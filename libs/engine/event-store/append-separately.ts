/** A round as appends of their own, for a log without one write for many streams. */
import type { EventLog, RoundOutcome, StreamAppend } from './event-log';

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
