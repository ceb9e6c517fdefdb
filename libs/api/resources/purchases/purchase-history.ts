/** The purchases of a wallet from its stream, the newest first. The state of the wallet keeps the terms of a few only. */
import { readEvent } from '@drawdown/domain/decider';
import type { ApiParts } from '../parts';
import type { PurchaseEvent } from './purchase-message';
import type { BalanceTarget } from '../balances/balance-target';

const EVENTS_PER_READ = 500;

const TYPES: Readonly<Record<PurchaseEvent['type'], true>> = {
  PurchaseStarted: true,
  PurchaseSucceeded: true,
  PurchaseFailed: true,
  PurchaseExpired: true,
  PurchaseFlagged: true,
};

/** Numbers of purchases: `p7` is 7. */
interface Stretch {
  readonly oldest: number;
  readonly newest: number;
}

/**
 * The events of each purchase in a range, the newest purchase first, each in the order of its events. Read backwards from a
 * revision to where the oldest of them was started: the cost grows with what has happened since.
 */
export async function purchasesIn(
  { log }: Pick<ApiParts, 'log'>,
  { aggregate, stream }: BalanceTarget,
  revision: number,
  { oldest, newest }: Stretch,
): Promise<PurchaseEvent[][]> {
  const histories = new Map<string, PurchaseEvent[]>();
  for (let n = newest; n >= oldest; n--) histories.set(`p${n}`, []);
  let unstarted = histories.size;
  for (let from = revision; from >= 0 && unstarted > 0;) {
    const events = await log.readStream(stream, { direction: 'backwards', from, limit: EVENTS_PER_READ });
    if (events.length === 0) break;
    for (const recorded of events) {
      from = recorded.revision - 1;
      // Read before it is parsed: most of a long stream is usage.
      if (!Object.hasOwn(TYPES, recorded.type)) continue;
      const event = readEvent(aggregate, recorded.type, recorded.data) as PurchaseEvent;
      const history = histories.get(event.purchaseId);
      history?.unshift(event);
      if (history && event.type === 'PurchaseStarted') unstarted -= 1;
    }
  }
  return [...histories.values()].filter((events) => events.length > 0);
}
