/** Reading a stream no earlier than at a revision that the caller has seen, such as the one its own command made. */
import type { Aggregate, AggregateTypes } from '@drawdown/domain/decider';
import { type Ledger, RevisionNotReached } from '@drawdown/engine/event-store';
import type { Context } from '../operation';

/** How long a read waits for a revision that is not there yet, in milliseconds. */
const MIN_REVISION_WAIT_MS = 2_000;

/**
 * The state at a revision or later. Follows the stream; asks nothing again and again.
 * @throws RevisionNotReached it did not come in time. AbortError: the caller went away first.
 */
export async function readAtLeast<T extends AggregateTypes>(
  ledger: Ledger,
  aggregate: Aggregate<T>,
  stream: string,
  wanted: number | undefined,
  context: Pick<Context, 'signal'>,
): Promise<{ readonly state: T['state']; readonly revision: number }> {
  const found = await ledger.load(aggregate, stream);
  if (wanted === undefined || found.revision >= wanted) return found;
  await reached(ledger, stream, wanted, context.signal);
  return ledger.load(aggregate, stream);
}

function reached({ states }: Ledger, stream: string, wanted: number, signal: AbortSignal): Promise<void> {
  const known = (): number => states.cached(stream)?.revision ?? -1;
  return new Promise<void>((resolve, reject) => {
    const end = (settle: () => void): void => {
      unfollow();
      clearTimeout(timer);
      signal.removeEventListener('abort', gone);
      settle();
    };
    const look = (): void => {
      if (known() >= wanted) end(resolve);
    };
    const gone = (): void => end(() => reject(new DOMException('the caller went away', 'AbortError')));
    const timer = setTimeout(() => end(() => reject(new RevisionNotReached(stream, wanted, known()))), MIN_REVISION_WAIT_MS);
    const unfollow = states.followStream(stream, look);
    signal.addEventListener('abort', gone);
    if (signal.aborted) gone();
    else look();
  });
}
