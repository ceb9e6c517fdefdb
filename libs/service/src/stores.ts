/** The log and the derived state that a service uses, whichever technology they are. */
import type { Projections } from '@drawdown/balances';
import type { EventLog } from '@drawdown/ledger';
import type { PartHealth } from '@drawdown/platform';

type Condition = Omit<PartHealth, 'name'>;

export interface LogInUse {
  /** As the part is called in /readyz. */
  readonly kind: 'embedded' | 'eventstoredb';
  readonly log: EventLog;
  /** Rejected when this process cannot use it any more and has to be started anew. */
  readonly broken: Promise<unknown>;
  readonly health: () => Condition;
  /** For the line that says that the service is ready. */
  readonly says: Readonly<Record<string, unknown>>;
  readonly resubscriptions: () => number;
  close(): Promise<void>;
}

export interface DerivedInUse {
  readonly kind: 'embedded' | 'redis';
  readonly projections: Projections;
  /** Absent where it cannot be away apart from the process. */
  readonly health?: () => Condition;
  /** How often it was found emptied or put back. */
  readonly losses: () => number;
  close(): Promise<void>;
}
