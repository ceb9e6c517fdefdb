/** A balance as the ledger knew it at a past moment: its stream, folded as far as that. */
import type { Instant } from '@drawdown/amounts';
import { readEvent } from '@drawdown/decider';
import type { Balance } from '@drawdown/drawdown';
import type { Parts } from './parts';
import type { Target } from './targets';

/** Its cost grows with the history before the moment. `revision` -1: nothing had happened yet. */
export async function knownAt({ log }: Pick<Parts, 'log'>, { aggregate, stream }: Target, at: Instant): Promise<{ readonly state: Balance; readonly revision: number }> {
  let state = aggregate.decider.initial;
  for (let revision = -1; ; ) {
    const events = await log.readStream(stream, { from: revision + 1 });
    if (events.length === 0) return { state, revision };
    for (const recorded of events) {
      const event = readEvent(aggregate, recorded.type, recorded.data);
      if (event.at > at) return { state, revision };
      state = aggregate.decider.evolve(state, event);
      revision = recorded.revision;
    }
  }
}
