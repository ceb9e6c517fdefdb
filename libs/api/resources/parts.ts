/** The dependencies of the operations. A composition provides them. Nothing here knows the technology behind one of them. */
import type { Projections } from '@drawdown/engine/derived-state';
import type { CatalogFollower, Clock, UsageIntake, UsageTaker } from '@drawdown/engine/usage-pipeline';
import type { EventLog, StreamDefinition, Ledger } from '@drawdown/engine/event-store';
import type { Projector } from '@drawdown/engine/read-models';
import type { Instant } from '@drawdown/domain/amounts';
import type { PaymentProvider } from '@drawdown/engine/payments';

export interface ApiParts {
  readonly log: EventLog;
  readonly ledger: Ledger;
  readonly projections: Projections;
  readonly projector: Projector;
  /** The transports bring usage here: to the intake, or to a queue in front of one. */
  readonly usage: UsageTaker;
  /** The intake of this process, for replays, and to pause usage during a rebuild. */
  readonly intake: UsageIntake;
  readonly catalog: CatalogFollower;
  /** The same that the stream states fold by. */
  readonly streamDefinitions: readonly StreamDefinition[];
  /** The payment providers that are set up here. */
  readonly payments: readonly PaymentProvider[];
  /** The only time that a command is recorded at. */
  readonly clock: Clock;
  /** The real time beside a test clock. Payment providers sign by it. Absent: `clock` is the real time. */
  readonly realClock?: Clock;
  /** Advances a test clock. Absent: the clock is real. */
  readonly rehearsal?: { advance(to: Instant): Promise<void> };
  /** For secrets. */
  readonly randomBytes: (bytes: number) => Buffer;
  /** Absent in a test without a process of its own. */
  readonly service?: Service;
}

/** The process around the parts, for GetStatus. */
interface Service {
  readonly version: string;
  readonly startedAt: Instant;
  readonly draining: () => boolean;
}
