/**
 * The appends of one round of usage: events of many streams, decided at one moment, chained here and appended together.
 * Whoever decides has the turns of these streams, so that commands of this process do not race the round.
 */
import { type Aggregate, type AggregateTypes, type DomainEvent, storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import type { EventLog, StreamAppend } from './event-log';
import { AppendUnknown } from './faults';
import { chainEvent, type ChainedEvent } from './hash-chain';
import type { StreamState, StreamStates } from './stream-states';

/** How far a stream has come, with what the round has decided for it and not yet appended. */
interface Tip {
  readonly entry: StreamState;
  revision: number;
  chain: string;
  state: unknown;
}

export const tipOf = (entry: StreamState): Tip => ({ entry, revision: entry.revision, chain: entry.chain, state: entry.state });

/** `conflict`: another writer was first. Otherwise why the log did not take it, or cannot say whether it did. */
export type AppendResult = 'appended' | 'conflict' | { readonly fault: unknown };

interface Pending {
  readonly entry: StreamState;
  readonly first: number;
  readonly events: readonly DomainEvent[];
  readonly chained: readonly ChainedEvent[];
  readonly state: unknown;
}

export class RoundAppend {
  private readonly pending: Pending[] = [];
  private readonly appends: StreamAppend[] = [];

  constructor(
    private readonly log: EventLog,
    private readonly states: StreamStates,
  ) {}

  /** Adds one append after a tip, and moves the tip on to the state after it. */
  add<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    tip: Tip,
    events: readonly T['event'][],
    state: T['state'],
    traceparent: string | undefined,
  ): void {
    const { entry } = tip;
    const first = tip.revision + 1;
    const chained: ChainedEvent[] = [];
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      const cause = traceparent === undefined ? { index, size: events.length } : { index, size: events.length, traceparent };
      const made = chainEvent(tip.chain, entry.stream, first + index, storedTypeOf(aggregate, event), writeEvent(aggregate, event), cause);
      tip.chain = made.chain;
      chained.push(made);
    }
    tip.revision += events.length;
    tip.state = state;
    this.pending.push({ entry, first, events, chained, state });
    this.appends.push({ stream: entry.stream, events: chained, expected: first === 0 ? 'no_stream' : first - 1 });
  }

  /** Appends all of it and moves the streams on. Results in the order of `add`. */
  async commit(): Promise<readonly AppendResult[]> {
    let end = (): void => undefined;
    const appending = new Promise<void>((resolve) => (end = resolve));
    for (const { entry } of this.pending) entry.appending = appending;
    try {
      return await this.append();
    } finally {
      for (const { entry } of this.pending) if (entry.appending === appending) entry.appending = undefined;
      end();
    }
  }

  private async append(): Promise<readonly AppendResult[]> {
    const outcomes = await this.log.appendRound(this.appends);
    const results: AppendResult[] = [];
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i]!;
      const one = this.pending[i]!;
      const result = outcome.outcome === 'failed' ? await this.afterFault(one, outcome.fault) : outcome.outcome;
      if (result === 'appended') this.advance(one);
      results.push(result);
    }
    return results;
  }

  private advance({ entry, first, events, chained, state }: Pending): void {
    // The catch-up subscription may have applied them already.
    if (entry.revision === first - 1) this.states.advance(entry, events, first, { index: 0, chain: chained.at(-1)!.chain }, state);
  }

  /** After an unknown outcome the stream is asked whether our own events are in it. */
  private async afterFault({ entry, first, chained }: Pending, fault: unknown): Promise<AppendResult> {
    if (!(fault instanceof AppendUnknown)) return { fault };
    try {
      const there = await this.log.readStream(entry.stream, { from: first, limit: chained.length });
      return there.length === chained.length && there.every(({ id }, i) => id === chained[i]?.id) ? 'appended' : { fault };
    } catch {
      return { fault };
    }
  }
}
