/**
 * A balance as it was at a past moment: its stream, folded as far as that, and what was due by then. Whoever posts what is due
 * may have been late, and then its entry counts from the latest one before it: the figures do not tell whether they were.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { readEvent } from '@drawdown/domain/decider';
import type { Balance } from '@drawdown/domain/balance';
import type { ApiParts } from '../parts';
import type { BalanceTarget } from './balance-target';

/** One sweep posts as much as one append can carry. More sweeps follow while something is due. */
function settled({ decider }: BalanceTarget['aggregate'], state: Balance, at: Instant): Balance {
  for (let now = state; ;) {
    const swept = decider.decide({ type: 'Sweep', at }, now);
    if (!swept.accepted || swept.events.length === 0) return now;
    now = swept.state ?? swept.events.reduce(decider.evolve, now);
  }
}

/** Its cost grows with the history before the moment. `revision` -1: nothing had happened yet. */
export async function knownAt(
  { log }: Pick<ApiParts, 'log'>,
  { aggregate, stream }: BalanceTarget,
  at: Instant,
): Promise<{ readonly state: Balance; readonly revision: number }> {
  let state = aggregate.decider.initial;
  for (let revision = -1; ;) {
    const events = await log.readStream(stream, { from: revision + 1 });
    if (events.length === 0) return { state: settled(aggregate, state, at), revision };
    for (const recorded of events) {
      const event = readEvent(aggregate, recorded.type, recorded.data);
      if (event.at > at) return { state: settled(aggregate, state, at), revision };
      state = aggregate.decider.evolve(state, event);
      revision = recorded.revision;
    }
  }
}
