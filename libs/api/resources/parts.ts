/** What the operations stand on. A composition fills it in; nothing here knows which technology is behind a part. */
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
  /** Where the transports bring usage: the intake itself, or a queue that leads to one. */
  readonly usage: UsageTaker;
  /** What usage is applied by in this process: for replays, and to keep it waiting during a rebuild. */
  readonly intake: UsageIntake;
  readonly catalog: CatalogFollower;
  /** The same that the stream states fold by. */
  readonly streamDefinitions: readonly StreamDefinition[];
  /** Who collects the money for purchases: those that are set up here. */
  readonly payments: readonly PaymentProvider[];
  /** The only time that a command is recorded at. */
  readonly clock: Clock;
  /** The time outside, where `clock` is one for tests: payment providers sign by it. Absent: `clock` tells it. */
  readonly realClock?: Clock;
  /** Where the clock is one for tests: how it is moved on. */
  readonly rehearsal?: { advance(to: Instant): Promise<void> };
  /** For secrets. */
  readonly randomBytes: (bytes: number) => Buffer;
  /** Absent where no process of its own runs the parts, such as in a test. */
  readonly service?: Service;
}

/** The process around the parts, for GetStatus. */
interface Service {
  readonly version: string;
  readonly startedAt: Instant;
  readonly draining: () => boolean;
}
