/**
 * What a command tried to append to its stream without being told the outcome. It may land at any later time, until something else
 * stands in its place; and the same command decided again may have made other events, by a later clock.
 */
import type { EventLog } from './event-log';
import type { AppendUnknown } from './faults';
import type { ChainedEvent } from './hash-chain';

interface Unsure<E> {
  readonly events: readonly E[];
  /** Revision of the first of them. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly fault: AppendUnknown;
}

export class InDoubtAppends<E> {
  private open: Unsure<E>[] = [];

  note(events: readonly E[], first: number, chained: readonly ChainedEvent[], fault: AppendUnknown): void {
    this.open.push({ events, first, ids: chained.map(({ id }) => id), fault });
  }

  /** Of one that may yet land: what the caller has to be told, whatever became of later attempts. */
  get fault(): AppendUnknown | undefined {
    return this.open[0]?.fault;
  }

  /** The one that has landed. Those whose place is taken by others never will. */
  async landed(log: EventLog, stream: string): Promise<{ readonly events: readonly E[]; readonly revision: number } | undefined> {
    const open: Unsure<E>[] = [];
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
