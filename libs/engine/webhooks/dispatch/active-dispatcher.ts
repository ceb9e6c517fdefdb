/**
 * One of several processes sends webhooks: the one that holds the lease. Another takes over when it dies, seconds later.
 *
 * That saves sending twice and nothing else. Two that are active at once, because a process was frozen or a server forgot the
 * lease, send the same under the same ids, and their records agree.
 */
import type { WebhookDispatcher } from './dispatcher';
import type { DispatcherFigures } from './dispatcher-counters';
import { type Lease, LEASE_TTL_MS_DEFAULT } from './lease';
import type { Timers } from './webhook-ledger';

/** The lease is asked for so many times in its time to live: a question or two may fail before it is lost. */
const ASKED_PER_TTL = 4;

interface ActiveDispatcherParts {
  readonly lease: Lease;
  /** As the lease has it. */
  readonly leaseTtlMs?: number;
  /** Makes one that has not been started: for each time that the lease is won. */
  readonly dispatcher: () => Pick<WebhookDispatcher, 'start' | 'stop' | 'figures'>;
  readonly timers: Timers;
  /** Gets the faults of background work. The work is retried. */
  readonly failed?: (fault: unknown) => void;
}

interface ActiveDispatcherFigures {
  readonly active: boolean;
  /** How often this process has become active, and how often it lost the lease while it was. */
  readonly activations: number;
  readonly losses: number;
  /** Questions for the lease that were not answered. */
  readonly leaseFaults: number;
  /** Of the dispatcher that is active. */
  readonly dispatcher: DispatcherFigures | undefined;
}

export class ActiveDispatcher {
  private running: ReturnType<ActiveDispatcherParts['dispatcher']> | undefined;
  private ending: Promise<unknown> = Promise.resolve();
  private asking: Promise<void> = Promise.resolve();
  private endTurns = (): void => undefined;
  private endLease = (): void => undefined;
  private stopping = false;
  private stopped = false;
  private activations = 0;
  private losses = 0;
  private leaseFaults = 0;

  constructor(private readonly parts: ActiveDispatcherParts) {}

  /** Does not wait: who is active shows in the figures. */
  start(): void {
    this.asking = this.ask();
  }

  /** Ends what is in flight, within the dispatcher's bound, and only then lets another have the lease. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stepDown();
    await this.ending;
    this.stopped = true;
    this.endTurns();
    await this.asking;
    this.endLease();
    await this.parts.lease.release().catch(this.failed);
  }

  figures(): ActiveDispatcherFigures {
    const { activations, losses, leaseFaults, running } = this;
    return { active: running !== undefined, activations, losses, leaseFaults, dispatcher: running?.figures() };
  }

  private get ttlMs(): number {
    return this.parts.leaseTtlMs ?? LEASE_TTL_MS_DEFAULT;
  }

  private async ask(): Promise<void> {
    const { timers } = this.parts;
    // It runs from the question, not from the answer: so it ends here no later than with whoever keeps it.
    const lost = (): void => this.lost();
    const endOfThis = timers.after(this.ttlMs, lost);
    const mine = await this.answer();
    if (mine) {
      this.endLease();
      this.endLease = endOfThis;
      this.activate();
    } else {
      endOfThis();
      if (mine === false) this.lost();
    }
    if (!this.stopped) this.endTurns = timers.after(this.ttlMs / ASKED_PER_TTL, () => this.start());
  }

  /** Undefined: not known within the bound. What is held already then runs out in its time. */
  private async answer(): Promise<boolean | undefined> {
    const { lease, timers } = this.parts;
    let cancel = (): void => undefined;
    const bound = new Promise<undefined>((resolve) => (cancel = timers.after(this.ttlMs / ASKED_PER_TTL, () => resolve(undefined))));
    const asked = lease.acquire().catch((fault: unknown) => void this.failed(fault));
    const mine = await Promise.race([asked, bound]);
    cancel();
    if (mine === undefined) this.leaseFaults += 1;
    return mine;
  }

  private activate(): void {
    if (this.running || this.stopping) return;
    const dispatcher = this.parts.dispatcher();
    this.running = dispatcher;
    this.activations += 1;
    dispatcher.start().catch((fault: unknown) => {
      this.failed(fault);
      if (this.running !== dispatcher) return;
      // Somebody whose log can be read may have better luck; if nobody is there, this one asks again.
      this.stepDown();
      this.parts.lease.release().catch(this.failed);
    });
  }

  private lost(): void {
    this.endLease();
    if (!this.running) return;
    this.losses += 1;
    this.stepDown();
  }

  private stepDown(): void {
    const { running, ending } = this;
    if (!running) return;
    this.running = undefined;
    this.ending = Promise.all([ending, running.stop().catch(this.failed)]);
  }

  private readonly failed = (fault: unknown): void => this.parts.failed?.(fault);
}
