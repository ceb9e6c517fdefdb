/**
 * Looking something up that may be refused. A process knows a stream as far as it has met it, and another process may have written
 * since: what is missing there is no reason to refuse for good. So where what is known says no, the stream is read to its end, once.
 * (What a decider refuses on its own stream is looked at again by `Ledger.execute`, in the same way.)
 */
import type { Aggregate, AggregateTypes } from '@drawdown/domain/decider';
import type { Ledger } from '@drawdown/engine/event-store';
import { isRefused } from './refused';

export interface Known<S> {
  readonly state: S;
  /** -1: nothing has happened. */
  readonly revision: number;
}

/**
 * @param look takes what is wanted out of what is known of the stream, or throws `CommandRefused`. It may be called twice.
 * @throws CommandRefused as `look` does of the stream to its end
 */
export async function readFresh<T extends AggregateTypes, Found>(
  ledger: Pick<Ledger, 'load' | 'reload'>,
  aggregate: Aggregate<T>,
  stream: string,
  look: (known: Known<T['state']>) => Found | Promise<Found>,
): Promise<Found> {
  const known = await ledger.load(aggregate, stream);
  try {
    return await look(known);
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
    const atItsEnd = await ledger.reload(aggregate, stream);
    // The following may have met it meanwhile: what was looked at is what counts.
    if (atItsEnd.revision === known.revision) throw thrown;
    return look(atItsEnd);
  }
}
