/** What is done when the time of a stream has come, by its category. One that is not here is looked after by nobody. */
import type { Instant } from '@drawdown/domain/amounts';
import { creditBalance, wallet } from '@drawdown/domain/balance';
import type { Ledger } from '@drawdown/engine/event-store';

/**
 * Does what is due on a stream until a moment, and at most a bounded amount of it. `now` is when it is done: the same, or later.
 * @returns when the stream is due next; undefined where it is not; `waiting` where nothing can be done now, and it stays due
 */
type DueCommand = (stream: string, until: Instant, now: Instant) => Promise<Instant | 'waiting' | undefined>;
export type DueCommands = ReadonlyMap<string, DueCommand>;

/** Wallets and credit balances: ended holds and purchases, expired grants, grants that begin or are warned of. */
export const balancesDue = (ledger: Ledger): DueCommands =>
  new Map(
    [wallet, creditBalance].map((aggregate) => [
      aggregate.category,
      async (stream, until, at) => {
        const done = await ledger.execute(aggregate, stream, { type: 'Sweep', at, until });
        return done.outcome === 'refused' || done.events.length === 0 ? 'waiting' : (aggregate.dueAt?.(done.state) as Instant | undefined);
      },
    ]),
  );
