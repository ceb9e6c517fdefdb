/**
 * The deliveries of one endpoint as they go out: a bounded queue, attempts in flight, and their records.
 * It waits for no other endpoint. All that it holds can be lost: the log and the deliveries' stream give it back.
 */
import type { Semaphore } from '@drawdown/engine/async';
import { type Instant, later } from '@drawdown/domain/amounts';
import { readEvent } from '@drawdown/domain/decider';
import { type RecordedEvent, streams } from '@drawdown/engine/event-store';
import { AttemptRecorder } from './attempt-recorder';
import { type Deliveries, deliveryOf, OPEN_DELIVERIES_MAX } from '../delivery/deliveries';
import type { Attempt, Delivery } from '../delivery/deliveries.events';
import type { DispatcherCounters } from './dispatcher-counters';
import { afterAttempt, type FailureClock, onlyFails } from './failure-clock';
import type { WebhookMessage } from '../delivery/message';
import { nextAttempt, type Schedule } from '../delivery/schedule';
import type { WebhookResponse, WebhookSender } from './sender';
import { type WebhookEndpoint, webhookEndpoint } from '../endpoint/webhook-endpoint';
import type { DisabledReason } from '../endpoint/webhook-endpoint.events';
import { secretsInForce } from '../endpoint/webhook-secret';
import type { WebhookType } from '../delivery/webhook-types';
import { type DispatchClock, FAULT_PAUSE_MS, type Timers, type WebhookLedger } from './webhook-ledger';

/** Attempts of one endpoint in flight. A failure halves it, a success adds one: a dead endpoint holds one slot. */
export const CONCURRENCY_DEFAULT = 8;
/** Events that wait in memory for one endpoint; beyond that it reads from the log by itself. */
export const QUEUE_MAX = 1_000;
/** Outcomes not recorded yet: beyond that nothing more is started. */
const UNRECORDED_MAX = 500;

/** What the dispatcher lends to every worker. */
export interface WorkerSurroundings {
  readonly ledger: WebhookLedger;
  readonly sender: WebhookSender;
  readonly clock: DispatchClock;
  readonly timers: Timers;
  readonly schedule: Schedule;
  readonly concurrency: number;
  readonly slots: Semaphore;
  readonly counters: DispatcherCounters;
  /** Makes the message of a delivery again, from its event; undefined when the event makes none. */
  readMessage(delivery: Delivery): Promise<WebhookMessage | undefined>;
  /** Calls `retry` when the delivery is due. */
  whenDue(at: Instant, worker: EndpointWorker, webhookId: string): void;
  /** The worker is behind and has room: read for it from the log. */
  feed(worker: EndpointWorker): void;
  /** Position of the last event that every live worker was offered. */
  position(): bigint;
}

interface Entry {
  readonly position: bigint;
  readonly recordedAt: Instant;
  readonly messages: readonly WebhookMessage[];
}

interface Open {
  readonly delivery: Delivery;
  attempts: number;
  nextAttemptAt: Instant;
  inFlight: boolean;
}

export class EndpointWorker {
  readonly stream: string;
  /** `live`: fed by the reader of all. `behind`: reads for itself from `cursor`. */
  mode: 'live' | 'behind';
  /** The same function every time: the semaphore keeps one place in the queue for it. */
  private readonly again = (): void => this.pump();
  private readonly queue: Entry[] = [];
  /** Taken from the log, first attempt not started yet. */
  private readonly ready: WebhookMessage[] = [];
  private readonly retries: string[] = [];
  private readonly open = new Map<string, Open>();
  private readonly recorder: AttemptRecorder;
  private failing: FailureClock | undefined;
  private allowance: number;
  private inFlight = 0;
  private retriedLast = false;
  /** No attempt is started: the endpoint has to be disabled, and that is not in the log yet. */
  private halted = false;
  private draining = false;
  private onLanding: () => void = () => undefined;

  constructor(
    private readonly around: WorkerSurroundings,
    public endpoint: WebhookEndpoint,
    private endpointRevision: number,
    deliveries: Deliveries,
    private deliveriesRevision: number,
    /** Everything in the log up to here has been offered. */
    public cursor: bigint,
  ) {
    this.stream = streams.webhookEndpoint(endpoint.id);
    this.mode = endpoint.status === 'enabled' && cursor >= around.position() ? 'live' : 'behind';
    this.allowance = around.concurrency;
    this.failing = deliveries.failing;
    this.recorder = new AttemptRecorder(around, streams.deliveries(endpoint.id), deliveries.through, (attempts) => this.recorded(attempts));
    this.recorder.take(cursor, []);
    for (const item of deliveries.open.values())
      this.open.set(item.webhookId, {
        delivery: deliveryOf(item),
        attempts: item.attempts,
        nextAttemptAt: item.nextAttemptAt,
        inFlight: false,
      });
    if (endpoint.status === 'enabled') this.awaitRetries();
  }

  get openCount(): number {
    return this.open.size;
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  /** When the event at the head of the queue was recorded. */
  get waitingSince(): Instant | undefined {
    return this.queue[0]?.recordedAt;
  }

  /** All it was ever offered is in its stream: after a crash it needs nothing from before the reader's position. */
  get settled(): boolean {
    return this.mode === 'live' && this.queue.length === 0 && this.recorder.settled;
  }

  /** Behind, enabled, and with room: worth reading for. */
  get wantsMore(): boolean {
    return this.mode === 'behind' && this.running && this.queue.length <= QUEUE_MAX / 2 && this.open.size < OPEN_DELIVERIES_MAX;
  }

  wants = (type: WebhookType): boolean => this.endpoint.eventTypes.length === 0 || this.endpoint.eventTypes.includes(type);

  /** All messages of one event together. False: no room, nothing was taken, and the endpoint is behind now. */
  offer(event: RecordedEvent, messages: readonly WebhookMessage[]): boolean {
    if (this.queue.length >= QUEUE_MAX) {
      this.mode = 'behind';
      return false;
    }
    this.queue.push({ position: event.position, recordedAt: event.recordedAt, messages });
    this.cursor = event.position;
    this.pump();
    return true;
  }

  /** An event of the endpoint's own stream, met in the log. */
  handle(event: RecordedEvent): void {
    if (event.revision <= this.endpointRevision) return;
    const before = this.endpoint.status;
    this.endpoint = webhookEndpoint.decider.evolve(this.endpoint, readEvent(webhookEndpoint, event.type, event.data));
    this.endpointRevision = event.revision;
    if (this.endpoint.status === before) return;
    if (this.endpoint.status === 'enabled') this.thaw();
    else this.freeze();
  }

  /** The account asked for deliveries again. */
  resend(asked: readonly Delivery[], at: Instant, revision: number): void {
    if (revision <= this.deliveriesRevision) return;
    this.deliveriesRevision = revision;
    for (const delivery of asked) {
      const known = this.open.get(delivery.webhookId);
      this.open.set(delivery.webhookId, {
        delivery: deliveryOf(delivery),
        attempts: 0,
        nextAttemptAt: at,
        inFlight: known?.inFlight ?? false,
      });
      if (this.running) this.around.whenDue(at, this, delivery.webhookId);
    }
  }

  /** A delivery has become due. */
  retry(webhookId: string): void {
    if (!this.running || !this.isDue(webhookId)) return;
    this.retries.push(webhookId);
    this.pump();
  }

  /** Starts whatever may be started. */
  pump(): void {
    while (this.hasWork() && this.around.slots.tryTake(this.again)) this.startNext();
    if (this.wantsMore) this.around.feed(this);
  }

  /** Starts nothing more. Resolves when what is in flight has ended and is recorded. */
  async drain(): Promise<void> {
    this.draining = true;
    while (this.inFlight > 0) await new Promise<void>((resolve) => (this.onLanding = resolve));
    if (!this.recorder.settled) await this.recorder.flush();
  }

  private get running(): boolean {
    return !this.halted && !this.draining && this.endpoint.status === 'enabled';
  }

  private hasWork(): boolean {
    if (!this.running || this.inFlight >= this.allowance || this.recorder.waiting >= UNRECORDED_MAX) return false;
    return this.ready.length > 0 || this.retries.length > 0 || (this.queue.length > 0 && this.open.size < OPEN_DELIVERIES_MAX);
  }

  /** First attempts in the order of the log; retries and first attempts take turns, so that neither waits for the other. */
  private startNext(): void {
    const first = this.retriedLast || this.retries.length === 0 ? this.takeFirst() : undefined;
    this.retriedLast = first === undefined;
    const webhookId = first?.webhookId ?? this.retries.shift();
    const open = webhookId === undefined ? undefined : this.open.get(webhookId);
    if (!open || open.inFlight || (!first && !this.isDue(open.delivery.webhookId))) return this.around.slots.release();
    open.inFlight = true;
    this.inFlight += 1;
    this.around.counters.inFlight += 1;
    void this.attempt(open.delivery, first);
  }

  private takeFirst(): WebhookMessage | undefined {
    if (this.ready.length === 0 && this.open.size < OPEN_DELIVERIES_MAX) {
      const entry = this.queue.shift();
      if (!entry) return undefined;
      const fresh = entry.messages.filter(({ webhookId }) => !this.open.has(webhookId));
      const nextAttemptAt = this.around.clock.now();
      for (const message of fresh)
        this.open.set(message.webhookId, {
          delivery: deliveryOf(message),
          attempts: 0,
          nextAttemptAt,
          inFlight: false,
        });
      this.ready.push(...fresh);
      this.recorder.take(entry.position, fresh.map(deliveryOf));
    }
    return this.ready.shift();
  }

  private isDue(webhookId: string): boolean {
    const open = this.open.get(webhookId);
    return open !== undefined && !open.inFlight && open.nextAttemptAt <= this.around.clock.now();
  }

  private async attempt(delivery: Delivery, first: WebhookMessage | undefined): Promise<void> {
    const { clock, counters, slots } = this.around;
    const at = clock.now();
    const response = await this.send(delivery, first, at);
    this.inFlight -= 1;
    counters.inFlight -= 1;
    this.conclude(delivery, at, response);
    this.onLanding();
    slots.release();
    this.pump();
  }

  /** Undefined: no attempt was made, because the log could not be read. */
  private async send(delivery: Delivery, first: WebhookMessage | undefined, at: Instant): Promise<WebhookResponse | undefined> {
    let message = first;
    try {
      message ??= await this.around.readMessage(delivery);
    } catch {
      return undefined;
    }
    if (!message) return { failure: 'message_not_found' };
    const { webhookId, traceparent } = message;
    const { url } = this.endpoint;
    const secrets = secretsInForce(this.endpoint, at);
    try {
      return await this.around.sender.send({
        url,
        webhookId,
        payload: message.payload,
        at,
        secrets,
        ...(traceparent !== undefined && { traceparent }),
      });
    } catch {
      // A bug of the sender, or an unreadable event, must not lose the delivery, nor stop the others.
      return { failure: 'internal' };
    }
  }

  private conclude(delivery: Delivery, at: Instant, response: WebhookResponse | undefined): void {
    const { clock, schedule, counters } = this.around;
    const open = this.open.get(delivery.webhookId);
    if (!open) return;
    const now = clock.now();
    open.inFlight = false;
    if (!response) return this.wait(open, later(now, FAULT_PAUSE_MS));
    const { retryAfterMs, ...result } = response;
    const { failure } = result;
    open.attempts += 1;
    const next =
      failure === undefined || failure === 'message_not_found'
        ? undefined
        : nextAttempt(schedule, delivery.webhookId, open.attempts, now, retryAfterMs);
    const outcome = failure === undefined ? 'delivered' : next === undefined ? 'exhausted' : 'retrying';
    counters[outcome] += 1;
    this.failing = afterAttempt(this.failing, failure === undefined, at);
    this.allowance = failure === undefined ? Math.min(this.around.concurrency, this.allowance + 1) : Math.max(1, this.allowance >> 1);
    if (failure === 'gone') this.halted = true;
    if (next === undefined) this.open.delete(delivery.webhookId);
    else this.wait(open, next);
    const durationMs = Math.max(0, now - at);
    this.recorder.add({
      ...delivery,
      attempt: open.attempts,
      at,
      durationMs,
      outcome,
      ...result,
      ...(next !== undefined && { nextAttemptAt: next }),
    });
  }

  private wait(open: Open, until: Instant): void {
    open.nextAttemptAt = until;
    this.around.whenDue(until, this, open.delivery.webhookId);
  }

  private awaitRetries(): void {
    for (const [webhookId, { nextAttemptAt, inFlight }] of this.open) if (!inFlight) this.around.whenDue(nextAttemptAt, this, webhookId);
  }

  private recorded(attempts: readonly Attempt[]): void {
    if (attempts.some(({ failure }) => failure === 'gone')) this.disable('gone');
    else if (!this.halted && onlyFails(this.failing, this.endpoint.enabledAt)) this.disable('only_failures');
    this.pump();
  }

  /** The event comes back through the log and freezes this worker, like any other change of the endpoint. */
  private disable(reason: DisabledReason): void {
    if (this.endpoint.status !== 'enabled') return;
    const { ledger, clock, timers } = this.around;
    this.halted = true;
    ledger.execute(webhookEndpoint, this.stream, { type: 'DisableEndpoint', at: clock.now(), reason }).catch(() => {
      timers.after(FAULT_PAUSE_MS, () => this.disable(reason));
    });
  }

  /** Gives back to the log what is not taken yet. */
  private freeze(): void {
    if (this.queue.length > 0) this.cursor = this.recorder.through;
    else if (this.mode === 'live') this.cursor = this.around.position();
    this.mode = 'behind';
    this.queue.length = this.ready.length = this.retries.length = 0;
    this.recorder.take(this.cursor, []);
    void this.recorder.flush();
  }

  private thaw(): void {
    this.halted = false;
    this.allowance = this.around.concurrency;
    this.awaitRetries();
    this.pump();
  }
}
