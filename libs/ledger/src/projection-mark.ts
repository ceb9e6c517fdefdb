/** Says which log the derived state was made of, and how far: the event that was met last. */
import type { Projections } from '@drawdown/balances';
import type { EventLog } from './event-log';

/** A name of its own: no stream of the log is called so. */
export const MARK = 'projection-account';
export interface Mark {
  readonly event: string;
  readonly position: string;
  readonly windowMs: number;
}

/** How far derived state has come in this very log; -1n when it is of another one, or when there is none. */
export async function projectedThrough(log: Pick<EventLog, 'readAt'>, projections: Pick<Projections, 'load'>): Promise<bigint> {
  const saved = await projections.load(MARK);
  if (!saved) return -1n;
  const { event, position: text } = JSON.parse(saved.json) as Mark;
  const position = BigInt(text);
  return position >= 0n && (await log.readAt(position))?.id === event ? position : -1n;
}
