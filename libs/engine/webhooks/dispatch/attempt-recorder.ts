/**
 * Writes what became of attempts into the deliveries' stream: one append at a time per endpoint, with all that has
 * gathered meanwhile in it. So the busier an endpoint, the fewer appends per delivery.
 */
import { ATTEMPTS_PER_RECORD_MAX, deliveries } from '../delivery/deliveries';
import type { Attempt, Delivery } from '../delivery/deliveries.events';
import type { DispatcherCounters } from './dispatcher-counters';
import { type DispatchClock, FAULT_PAUSE_MS, type Timers, type WebhookLedger } from './webhook-ledger';

interface RecorderSurroundings {
  readonly ledger: WebhookLedger;
  readonly clock: DispatchClock;
  readonly timers: Timers;
  readonly counters: DispatcherCounters;
}

export class AttemptRecorder {
  private readonly outcomes: Attempt[] = [];
  /** Taken from the log and not in the stream yet, neither as open nor with an outcome. */
  private readonly taken = new Map<string, Delivery>();
  private takenThrough: bigint;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly around: RecorderSurroundings,
    private readonly stream: string,
    private recordedThrough: bigint,
    private readonly recorded: (attempts: readonly Attempt[]) => void,
  ) {
    this.takenThrough = recordedThrough;
  }

  /** Outcomes that wait to be recorded. */
  get waiting(): number {
    return this.outcomes.length;
  }

  /** Everything taken is in the stream. */
  get settled(): boolean {
    return this.outcomes.length === 0 && this.taken.size === 0;
  }

  /** Every matching event up to here has been taken. */
  get through(): bigint {
    return this.takenThrough;
  }

  take(position: bigint, messages: readonly Delivery[]): void {
    if (position > this.takenThrough) this.takenThrough = position;
    for (const delivery of messages) this.taken.set(delivery.webhookId, delivery);
  }

  add(outcome: Attempt): void {
    this.outcomes.push(outcome);
    void this.flush();
  }

  /** Resolves when all that was taken or tried before the call is in the stream. */
  flush(): Promise<void> {
    if (this.outcomes.length === 0 && this.takenThrough <= this.recordedThrough) return Promise.resolve();
    return (this.writing ??= this.write());
  }

  private async write(): Promise<void> {
    while (this.outcomes.length > 0 || this.takenThrough > this.recordedThrough) {
      if (await this.writeOnce()) continue;
      await new Promise<void>((resolve) => this.around.timers.after(FAULT_PAUSE_MS, resolve));
    }
    // In the same turn as the last look: an outcome that comes now starts the next writing.
    this.writing = undefined;
  }

  /** False on a fault: nothing is lost, it may be written again. */
  private async writeOnce(): Promise<boolean> {
    const { ledger, clock, counters } = this.around;
    const attempts = this.outcomes.slice(0, ATTEMPTS_PER_RECORD_MAX);
    const concluded = new Set(attempts.map(({ webhookId }) => webhookId));
    const opened = [...this.taken.values()].filter(({ webhookId }) => !concluded.has(webhookId));
    const through = this.takenThrough;
    try {
      await ledger.execute(deliveries, this.stream, {
        type: 'RecordAttempts',
        at: clock.now(),
        attempts,
        opened,
        through,
      });
    } catch {
      counters.recordFaults += 1;
      return false;
    }
    counters.recorded += attempts.length;
    counters.records += 1;
    this.recordedThrough = through;
    this.outcomes.splice(0, attempts.length);
    for (const { webhookId } of attempts) this.taken.delete(webhookId);
    for (const { webhookId } of opened) this.taken.delete(webhookId);
    this.recorded(attempts);
    return true;
  }
}
