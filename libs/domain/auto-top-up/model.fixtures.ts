/**
 * Books of their own for the properties of the auto top-up: a list of what was asked for and what came of it, looked through
 * anew for every question. They share neither state nor arithmetic with the code.
 */
import assert from 'node:assert/strict';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import type { AutoTopUpEvent, EventOf, Figures } from './auto-top-up.events';
import type { Period, Policy } from './policy';
import { HOUR_MS } from '../amounts/amounts.fixtures';

interface Asked {
  readonly id: string;
  readonly at: number;
  readonly amount: bigint;
  outcome?: 'succeeded' | 'declined' | 'expired' | 'withdrawn';
}

const FAILURES_THAT_SUSPEND = 4;

export class Model {
  readonly asked: Asked[] = [];
  private policy: Policy | undefined;
  private off = true;
  /** When failures in a row have happened, since the last success or resumption. */
  private failures: number[] = [];
  private suspended = false;
  /** Reasons recorded since anything else. */
  private skipped = new Set<string>();

  get inFlight(): Asked | undefined {
    return this.asked.find(({ outcome }) => outcome === undefined);
  }

  /** Checks and records the result of a command. */
  caused(command: AutoTopUpCommand, events: readonly AutoTopUpEvent[]): void {
    if (command.type === 'Consider') this.considered(command, events);
    for (const event of events) this.happened(command, event);
  }

  private considered({ figures, obstacle }: Extract<AutoTopUpCommand, { type: 'Consider' }>, events: readonly AutoTopUpEvent[]): void {
    assert.ok(events.length <= 1, 'one look decides one thing');
    const [event] = events;
    if (!event) assert.ok(this.skipped.size > 0, 'a look that leaves no event repeats one that did');
    else if (event.type === 'AutoTopUpRequested') {
      assert.equal(obstacle, undefined, 'nothing is asked for that could not be a purchase');
      this.mayAsk(event, figures);
    } else assert.equal(event.type, 'AutoTopUpSkipped');
  }

  private mayAsk(event: EventOf<'AutoTopUpRequested'>, figures: Figures): void {
    const { policy } = this;
    assert.ok(policy && !this.off, 'only one that is on asks');
    assert.ok(!this.suspended, 'a suspended one does not ask');
    assert.equal(this.inFlight, undefined, 'never two in flight');
    // A request may still be paid, unless nobody was asked.
    const payable = this.asked.filter(({ outcome }) => outcome !== 'withdrawn');
    const last = payable.at(-1);
    assert.ok(!last || event.at >= last.at + policy.cooldownMs, 'never again within the cooldown');
    const since = this.failures.at(-1);
    if (since !== undefined) assert.ok(event.at >= since + HOUR_MS * 2 ** (this.failures.length - 1), 'not within a back-off');
    const counting = payable.filter(({ at }) => samePeriod(policy.maximum.period, at, event.at));
    assert.ok(counting.length < policy.maximum.count, 'never more often than the maximum');
    const money = counting.reduce((sum, { amount }) => sum + amount, 0n);
    assert.ok(money + event.amount <= policy.maximum.money, 'never above the maximum');
    this.asksForTheRightAmount(policy, event, figures);
  }

  private asksForTheRightAmount({ quantity, figure, trigger }: Policy, event: EventOf<'AutoTopUpRequested'>, figures: Figures): void {
    const has = figures[figure] + figures.pending;
    if (trigger.kind === 'threshold') assert.ok(has <= trigger.threshold, 'only when it is low');
    if (quantity.kind === 'fixed') return assert.equal(event.amount, quantity.amount);
    const over = has + event.amount - quantity.target;
    assert.ok(over >= 0n, 'the target is reached');
    const cent = 10_000_000n;
    assert.ok(over < cent || event.amount === quantity.minimum, 'and passed by less than a cent');
  }

  private happened(command: AutoTopUpCommand, event: AutoTopUpEvent): void {
    if (event.type === 'AutoTopUpSkipped') this.skipped.add(event.reason);
    else this.skipped.clear();
    switch (event.type) {
      case 'AutoTopUpConfigured':
        this.policy = event.policy;
        this.off = false;
        return;
      case 'AutoTopUpDisabled':
        this.off = true;
        this.suspended = false;
        return;
      case 'AutoTopUpResumed':
        this.failures = [];
        this.suspended = false;
        return;
      case 'AutoTopUpRequested':
        this.asked.push({ id: event.requestId, at: event.at, amount: event.amount });
        return;
      case 'AutoTopUpSucceeded':
        this.failures = [];
        return this.ended(event, 'succeeded');
      case 'AutoTopUpWithdrawn':
        return this.ended(event, 'withdrawn');
      case 'AutoTopUpDeclined':
        return this.failed(event, 'declined');
      case 'AutoTopUpExpired':
        return this.failed(event, 'expired');
      case 'AutoTopUpSuspended':
        this.suspended = true;
        return;
      case 'AutoTopUpStarted':
      case 'AutoTopUpSkipped':
        return assert.ok(command.at === event.at);
    }
  }

  private failed(event: EventOf<'AutoTopUpDeclined'> | EventOf<'AutoTopUpExpired'>, outcome: 'declined' | 'expired'): void {
    this.failures.push(event.at);
    assert.equal(event.failures, this.failures.length, 'failures are counted in a row');
    // The last one is followed by no try that a back-off could hold back.
    if (event.failures >= FAILURES_THAT_SUSPEND) this.failures = this.failures.map(() => -Infinity);
    this.ended(event, outcome);
  }

  private ended({ requestId }: { readonly requestId: string }, outcome: Asked['outcome'] & string): void {
    const asked = this.asked.find(({ id }) => id === requestId);
    assert.ok(asked, 'an outcome belongs to a request');
    assert.ok(asked.outcome === undefined || outcome === 'succeeded', 'only a success comes after an outcome');
    assert.notEqual(asked.outcome, 'withdrawn', 'what nobody was asked for is not paid');
    asked.outcome = outcome;
  }
}

/** By the names of days and months, not by arithmetic on milliseconds. */
function samePeriod(period: Period, a: number, b: number): boolean {
  const text = (ms: number, length: number) => new Date(ms).toISOString().slice(0, length);
  switch (period) {
    case 'day':
      return text(a, 10) === text(b, 10);
    case 'month':
      return text(a, 7) === text(b, 7);
    case 'week':
      return text(monday(a), 10) === text(monday(b), 10);
  }
}

function monday(ms: number): number {
  const date = new Date(ms);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.getTime();
}
