/**
 * The one who comes when it is time: does what is due on any stream, by the index of what is due, which is derived from the streams.
 * Its being late makes nothing spendable, and changes neither what is posted nor from when it counts.
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { Projections } from '@drawdown/engine/derived-state';
import { balancesDue, type DueCommands } from './due-commands';
import { categoryOf, DerivedStateLost, DerivedStateUnavailable, type Ledger, LogUnavailable } from '@drawdown/engine/event-store';
import type { Projector } from '@drawdown/engine/read-models';
import type { Clock } from '@drawdown/engine/usage-pipeline';

export const SWEEP_EVERY_MS = 1_000;
export const SWEEP_STREAMS_MAX = 500;
/** How often keys outside the dedupe window are dropped from the index, by the time that the log has recorded. */
export const FORGET_EVERY_MS = 3_600_000;

/** Of no single stream: the others would fail as well. */
const isDown = (fault: unknown): boolean =>
  fault instanceof LogUnavailable || fault instanceof DerivedStateUnavailable || fault instanceof DerivedStateLost;

export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private forgotten = 0;
  private stopping = false;
  private readonly commands: DueCommands;

  constructor(
    ledger: Ledger,
    private readonly projections: Projections,
    private readonly projector: Projector,
    private readonly clock: Clock,
    /** Gets the fault of a sweep. The next sweep tries again. */
    private readonly failed: (fault: unknown) => void,
    /** Of other categories than balances. */
    others: DueCommands = new Map(),
  ) {
    this.commands = new Map([...balancesDue(ledger), ...others]);
  }

  start(): void {
    this.stopping = false;
    this.timer = setInterval(() => void this.inTurn(() => this.round()).catch(this.failed), SWEEP_EVERY_MS).unref();
  }

  /** Nothing is swept meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.running.then(work);
    this.running = done.catch(() => undefined);
    return done;
  }

  /** Waits for the stream that is being swept, and for no other: what is due stays due. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    await this.sweep();
    if (this.stopping) return;
    // Never by the clock alone: one that is ahead would drop keys of usage that is still accepted when it is right again.
    const until = Math.min(this.clock(), this.projector.recordedUntil) as Instant;
    if (until - this.forgotten < FORGET_EVERY_MS) return;
    this.forgotten = until;
    await this.projections.forget(until);
  }

  /**
   * Does everything that is due now, unless it is stopped; returns how many streams were. What is due soonest comes first, over all
   * streams, however long nobody came. One stream that fails keeps no other waiting.
   * @throws Fault of the first that failed, when the others have been swept.
   */
  async sweep(): Promise<number> {
    let swept = 0;
    const left = new Map<string, unknown>();
    for (let done = false; !done && !this.stopping;) {
      const now = this.clock();
      const found = await this.projections.due(now, SWEEP_STREAMS_MAX + left.size);
      const page = found.filter(({ stream }) => !left.has(stream));
      done = found.length < SWEEP_STREAMS_MAX + left.size;
      await this.sweepInOrder(page, done ? now : found.at(-1)!.dueAt, now, left);
      swept += page.length;
      // The index of what is due is derived: it has to be saved before it is asked again.
      if (page.length > 0 && !this.stopping) await this.projector.save();
    }
    for (const fault of left.values()) if (fault instanceof Error) throw fault;
    return swept;
  }

  /** When the next stream is due, after now and until a moment. */
  async nextDue(until: Instant): Promise<Instant | undefined> {
    await this.projector.save();
    const now = this.clock();
    // What failed is still due, and stands before it.
    return (await this.projections.due(until, 2 * SWEEP_STREAMS_MAX)).find(({ dueAt }) => dueAt > now)?.dueAt;
  }

  /**
   * A stream is swept as far as the next one is due, and then takes its new place among them: one sweep posts a bounded amount, and
   * as many follow as there is something due. `left`: those that stay due, with the fault if there was one.
   */
  private async sweepInOrder(page: readonly Due[], until: Instant, now: Instant, left: Map<string, unknown>): Promise<void> {
    const due = [...page];
    for (let soonest = due.shift(); soonest && !this.stopping; soonest = due.shift()) {
      const { stream, dueAt } = soonest;
      const far = Math.max(dueAt, Math.min(until, due[0]?.dueAt ?? until)) as Instant;
      try {
        const next = (await this.commands.get(categoryOf(stream))?.(stream, far, now)) ?? Infinity;
        if (next === 'waiting') left.set(stream, undefined);
        else if (next <= until) {
          const place = due.findIndex((other) => other.dueAt > next);
          due.splice(place < 0 ? due.length : place, 0, { stream, dueAt: next as Instant });
        }
      } catch (fault) {
        if (isDown(fault)) throw fault;
        left.set(stream, fault);
      }
    }
  }
}

interface Due {
  readonly stream: string;
  readonly dueAt: Instant;
}
