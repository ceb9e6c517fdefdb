/** Says which log the derived state was made of, and how far: the event that was met last. */
import type { Projections } from '@drawdown/engine/derived-state';
import type { EventLog } from '@drawdown/engine/event-store';

/** A name of its own: no stream of the log is called so. */
export const MARK = 'projection-account';
export interface Mark {
  readonly event: string;
  readonly position: string;
  readonly windowMs: number;
}

interface Projected {
  /** -1n: nothing. */
  readonly through: bigint;
  /** Id of the event there; '' where there is none. */
  readonly event: string;
  /** False: made of another log, or of more of this one than there is now. */
  readonly ofThisLog: boolean;
  /** The dedupe window its keys were kept for; undefined where nothing says so. */
  readonly windowMs?: number;
}

/**
 * What derived state has been made of. It is of this log when the event its mark names is at that very place. Several processes save
 * with one mark, and the mark and the checkpoint may be stored apart: what both of them cover has been saved.
 */
export async function projected(log: Pick<EventLog, 'readAt'>, projections: Pick<Projections, 'load' | 'checkpoint'>): Promise<Projected> {
  // In this order: what is saved between the two makes the mark newer and never older than the checkpoint.
  const checkpoint = await projections.checkpoint();
  const saved = await projections.load(MARK);
  if (!saved) return { through: -1n, event: '', ofThisLog: checkpoint < 0n };
  const { event, position: text, windowMs } = JSON.parse(saved.json) as Mark;
  const position = BigInt(text);
  const nothing = { through: -1n, event: '', windowMs };
  if (position >= 0n && (await log.readAt(position))?.id !== event) return { ...nothing, ofThisLog: false };
  if (position <= checkpoint) return { through: position, event, ofThisLog: true, windowMs };
  if (checkpoint < 0n) return { ...nothing, ofThisLog: true };
  const last = await log.readAt(checkpoint);
  return last ? { through: checkpoint, event: last.id, ofThisLog: true, windowMs } : { ...nothing, ofThisLog: false };
}

/** How far derived state has come in this very log; -1n when it is of another one, or when there is none. */
export const projectedThrough = async (
  log: Pick<EventLog, 'readAt'>,
  projections: Pick<Projections, 'load' | 'checkpoint'>,
): Promise<bigint> => (await projected(log, projections)).through;
