/**
 * The one way of usage into the ledger: offers queue up, and one round at a time takes all that has gathered.
 *
 * Whoever reads a queue of its own keeps what it has handed in and not heard of yet below half of QUEUED_USAGE_MAX, all partitions
 * together: it then never meets Overloaded, and leaves room for the transports.
 */
import type { CatalogFollower } from './catalog-follower';
import { Fault, type Ledger } from '@drawdown/engine/event-store';
import { RejectedUsageStore } from './rejected-usage-store';
import { UsageCounts, type UsageFigures } from './usage-counts';
import {
  type Clock,
  type UsageOutcome,
  QUEUED_USAGE_MAX,
  type RejectionPublisher,
  ROUND_USAGE_MAX,
  type UsageOffer,
  type UsageTaker,
} from './usage-outcome';
import type { Faulted } from './unsettled-usage';
import { runRound, StageTimes } from './usage-round';

interface Submission {
  readonly offers: readonly UsageOffer[];
  readonly resolve: (outcomes: readonly UsageOutcome[]) => void;
  readonly reject: (fault: unknown) => void;
}

/** Nothing was taken of the batch: more usage is waiting than the ledger keeps up with. Try again shortly. */
export class Overloaded extends Fault {
  constructor() {
    super('overloaded', `more than ${QUEUED_USAGE_MAX} usage events are waiting; send again in a moment`, true);
  }
}

/** Turns of the event loop without new usage after which a round begins. */
const QUIET_TURNS = 2;
const FAULTED = { status: 'faulted' } as const;

export class UsageIntake implements UsageTaker {
  private queue: Submission[] = [];
  private waiting = 0;
  private running: Promise<void> | undefined;
  private paused: Promise<void> | undefined;
  private readonly counts = new UsageCounts();
  /** Where the time of rounds goes. */
  private readonly stages = new StageTimes();
  private readonly rejectedUsageStore: RejectedUsageStore;

  /** @param publisher where rejected usage that came by a queue is published beside; none where no queue is */
  constructor(
    private readonly ledger: Ledger,
    private readonly catalog: Pick<CatalogFollower, 'table'>,
    private readonly clock: Clock,
    publisher?: RejectionPublisher,
  ) {
    this.rejectedUsageStore = RejectedUsageStore.with(ledger, publisher);
  }

  figures(): UsageFigures {
    return this.counts.figures(this.waiting, this.stages.milliseconds);
  }

  /**
   * Resolves when every offer has its outcome, durably. A fault means some of them may have been applied: send the same again.
   * @throws Overloaded, LogUnavailable, Contention
   */
  submit(offers: readonly UsageOffer[]): Promise<readonly UsageOutcome[]> {
    if (offers.length === 0) return Promise.resolve([]);
    if (this.waiting + offers.length > QUEUED_USAGE_MAX) return Promise.reject(new Overloaded());
    this.waiting += offers.length;
    return new Promise((resolve, reject) => {
      this.queue.push({ offers, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /** Keeps usage waiting while something is done that nothing may be appended during. */
  async pausedWhile<T>(work: () => Promise<T>): Promise<T> {
    while (this.paused) await this.paused;
    let resume: () => void = () => undefined;
    this.paused = new Promise((resolve) => (resume = resolve));
    try {
      await this.idle();
      return await work();
    } finally {
      this.paused = undefined;
      resume();
    }
  }

  /** Resolves when the round in progress has ended. */
  private async idle(): Promise<void> {
    while (this.busy) await this.busy;
  }
  private busy: Promise<unknown> | undefined;

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      await this.gather();
      // No turn of the event loop between the look and the round: a pause that begins in it would not see the round.
      while (this.paused) await this.paused;
      this.busy = this.round(this.take());
      await this.busy;
      this.busy = undefined;
    }
    this.running = undefined;
  }

  /** As long as usage keeps arriving: what waits in the sockets goes into the same round, and each append of a larger round holds more lines. */
  private async gather(): Promise<void> {
    let quiet = 0;
    while (quiet < QUIET_TURNS && this.waiting < ROUND_USAGE_MAX) {
      const before = this.waiting;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.waiting === before ? quiet + 1 : 0;
    }
  }

  private take(): Submission[] {
    let events = 0;
    let count = 0;
    while (count < this.queue.length && (count === 0 || events + this.queue[count]!.offers.length <= ROUND_USAGE_MAX))
      events += this.queue[count++]!.offers.length;
    return this.queue.splice(0, count);
  }

  private async round(submissions: readonly Submission[]): Promise<void> {
    const offers = submissions.flatMap((submission) => submission.offers);
    try {
      const { ledger, clock, rejectedUsageStore, stages } = this;
      const outcomes = await runRound({ ledger, table: this.catalog.table, clock, rejectedUsageStore, stages }, offers);
      this.counts.round();
      let from = 0;
      for (const { offers, resolve, reject } of submissions) {
        const own = outcomes.slice(from, (from += offers.length));
        const faulted = own.find((outcome): outcome is Faulted => outcome.status === 'faulted');
        // Others in the same round are not held up by it. All of it is sent again, and has its outcomes only then.
        this.counts.count(faulted ? own.map(() => FAULTED) : own);
        if (faulted) reject(faulted.fault);
        else resolve(own as readonly UsageOutcome[]);
      }
    } catch (fault) {
      this.counts.round(offers.length);
      for (const { reject } of submissions) reject(fault);
    } finally {
      this.waiting -= offers.length;
    }
  }
}
