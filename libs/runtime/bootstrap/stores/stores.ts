/** The log and the derived state that a service uses, whichever technology they are. */
import type { Projections } from '@drawdown/engine/derived-state';
import type { EventLog } from '@drawdown/engine/event-store';
import type { PartHealth } from '@drawdown/runtime/server';
import type { Awaited } from '../until-available';

/** Whether a part works right now. Cheap: asked at every probe and scrape. */
export type Condition = () => Omit<PartHealth, 'name'>;

export interface LogInUse {
  /** As the part is called in /readyz. */
  readonly name: 'log' | 'eventstoredb';
  readonly log: EventLog;
  /** Absent where it is in files of this process. */
  readonly awaited?: Awaited;
  /** Absent where only the log knows. */
  readonly condition?: Condition;
  /** Rejected when this process cannot use it any more and has to be started anew. Never settles otherwise. */
  readonly broken: Promise<never>;
  /** For the line that says that the service is ready. */
  readonly says: Readonly<Record<string, unknown>>;
  /** How often following it was taken up again. */
  readonly resubscriptions: () => number;
  close(): Promise<void>;
}

export interface DerivedInUse {
  readonly projections: Projections;
  /** Absent where it is in files of this process. */
  readonly server?: { readonly awaited: Awaited; readonly condition: Condition };
  /** How often it was found emptied or put back. */
  readonly losses: () => number;
  close(): Promise<void>;
}
