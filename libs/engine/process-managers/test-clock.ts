/**
 * A clock that stands still until somebody moves it on, so that a year can be rehearsed in a minute. The log itself says that it was
 * written by one: such a log and a real one are never taken for each other.
 */
import { type Instant, later } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type DomainEvent, shape } from '@drawdown/domain/decider';
import { type EventLog, Fault, type Ledger } from '@drawdown/engine/event-store';
import type { Projector } from '@drawdown/engine/read-models';
import type { AutoTopUpRunner } from './auto-top-up-runner';
import type { Sweeper } from './sweeper';

/** Stored for ever. The first stream of a log that was written by a test clock. */
export const TEST_CLOCK_STREAM = 'testClock-account';

const moved = shape.record({ at: shape.instant, from: shape.maybe(shape.instant) });
/** Recorded before it is moved, so that a retry goes on to the same moment, however far it came. */
const advanceStarted = shape.record({ at: shape.instant, to: shape.instant });
type TestClockEvent = DomainEvent &
  (
    | ({ readonly type: 'TestClockMoved' } & shape.TypeOf<typeof moved>)
    | ({ readonly type: 'TestClockAdvanceStarted' } & shape.TypeOf<typeof advanceStarted>)
  );
const state = shape.record({ at: shape.maybe(shape.instant) });
type TestClockState = shape.TypeOf<typeof state>;
export type TestClockCommand =
  { readonly type: 'Move'; readonly at: Instant } | { readonly type: 'StartAdvance'; readonly at: Instant; readonly to: Instant };

interface TestClockTypes {
  readonly command: TestClockCommand;
  readonly state: TestClockState;
  readonly event: TestClockEvent;
  readonly refusal: never;
}

export const testClock: Aggregate<TestClockTypes> = {
  category: 'testClock',
  decider: {
    initial: {},
    decide: (command, { at: from }) =>
      command.type === 'StartAdvance'
        ? accept({ type: 'TestClockAdvanceStarted', at: command.at, to: command.to })
        : accept({ type: 'TestClockMoved', at: command.at, ...(from !== undefined && { from }) }),
    evolve: (before, event) => (event.type === 'TestClockAdvanceStarted' ? before : { at: event.at }),
  },
  events: { TestClockMoved: moved, TestClockAdvanceStarted: advanceStarted },
  state,
  stateVersion: 2,
};

export class TestClock {
  constructor(private moment: Instant) {}

  now = (): Instant => this.moment;

  /** Never backwards. */
  moveTo(moment: Instant): void {
    this.moment = later(this.moment, Math.max(0, moment - this.moment));
  }

  /** Takes up the time where the log has left it. @throws Fault a log with real time in it */
  async openOn(log: EventLog): Promise<void> {
    const head = await log.head();
    if (head < 0n) return;
    if (!(await writtenByOne(log)))
      throw new Fault(
        'test_clock_refused',
        'TEST_CLOCK is true, and this log was written by a real clock: set another DATA_DIR, or TEST_CLOCK=false',
        false,
      );
    const last = await log.readAt(head);
    if (last) this.moveTo(last.recordedAt);
  }
}

/** @throws Fault the log was written by a test clock: its times have not come yet */
export async function assertRealTime(log: EventLog): Promise<void> {
  if (await writtenByOne(log))
    throw new Fault('test_clock_missing', 'this log was written by a test clock: set another DATA_DIR, or TEST_CLOCK=true', false);
}

async function writtenByOne(log: EventLog): Promise<boolean> {
  const [first] = await log.readAll(-1n, 1);
  return first?.stream === TEST_CLOCK_STREAM;
}

/** What happens on the way when a test clock is moved. */
export class Rehearsal {
  constructor(
    private readonly clock: TestClock,
    private readonly parts: { readonly log: EventLog; readonly ledger: Ledger; readonly projector: Projector },
    private readonly sweeper: Sweeper,
    private readonly autoTopUps: AutoTopUpRunner,
  ) {}

  /** The mark of a new log. */
  async begin(): Promise<void> {
    const { ledger } = this.parts;
    if ((await ledger.reload(testClock, TEST_CLOCK_STREAM)).revision < 0)
      await ledger.execute(testClock, TEST_CLOCK_STREAM, { type: 'Move', at: this.clock.now() });
  }

  /** From one due time to the next, in order: when it resolves, all that became due has happened, each at its own moment. */
  advance(to: Instant): Promise<void> {
    return this.sweeper.inTurn(async () => {
      await this.settled();
      for (let next = await this.sweeper.nextDue(to); next !== undefined; next = await this.sweeper.nextDue(to)) {
        this.clock.moveTo(next);
        await this.settled();
      }
      this.clock.moveTo(to);
      await this.settled();
    });
  }

  /** Until what is due has been done, and what follows from that. */
  private async settled(): Promise<void> {
    const { log, projector } = this.parts;
    for (let before = -2n, head = await log.head(); head !== before; head = await log.head()) {
      before = head;
      await this.autoTopUps.through(head);
      await projector.save();
      await this.sweeper.sweep();
    }
  }
}
