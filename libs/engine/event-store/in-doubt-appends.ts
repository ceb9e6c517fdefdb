/**
 * Appends of a command whose outcome nobody knows yet. Such an append may land at any later time, until another event takes its place.
 * The same command decided again, by a later clock, may have made other events.
 */
import type { EventLog } from './event-log';
import type { AppendUnknown } from './faults';
import type { ChainedEvent } from './hash-chain';

interface InDoubt<E> {
  readonly events: readonly E[];
  /** Revision of the first of them. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly fault: AppendUnknown;
}

export class InDoubtAppends<E> {
  private open: InDoubt<E>[] = [];

  note(events: readonly E[], first: number, chained: readonly ChainedEvent[], fault: AppendUnknown): void {
    this.open.push({ events, first, ids: chained.map(({ id }) => id), fault });
  }

  /** The fault for the caller of one that may yet land, whatever the result of later attempts. */
  get fault(): AppendUnknown | undefined {
    return this.open[0]?.fault;
  }

  /** The one that has landed. Those whose place is taken by others never will. */
  async landed(log: EventLog, stream: string): Promise<{ readonly events: readonly E[]; readonly revision: number } | undefined> {
    const open: InDoubt<E>[] = [];
    for (const inDoubt of this.open) {
      const { events, first, ids } = inDoubt;
      const there = await log.readStream(stream, { from: first, limit: ids.length });
      if (there.length === ids.length && there.every(({ id }, i) => id === ids[i])) return { events, revision: first + ids.length - 1 };
      if (there.length === 0) open.push(inDoubt);
    }
    this.open = open;
    return undefined;
  }
}
