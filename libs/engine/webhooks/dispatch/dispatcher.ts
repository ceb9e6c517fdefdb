/**
 * Sends webhooks: one reader of the log serves all endpoints, and each endpoint has a worker of its own. A worker that cannot
 * keep up is left behind by the reader and reads from its own place, so that it slows no other.
 * Crash-safe by order: an attempt is recorded after it was made, and what is not recorded is made again under the same id.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { readEvent } from '@drawdown/domain/decider';
import { Semaphore } from '@drawdown/engine/async';
import {
  categoryOf,
  followerPosition,
  type FollowerPosition,
  followerStream,
  isFollowerPosition,
  type RecordedEvent,
  streams,
  SubscriptionRunner,
} from '@drawdown/engine/event-store';
import { deliveries } from '../delivery/deliveries';
import type { Delivery } from '../delivery/deliveries.events';
import { type DispatcherFigures, noCounts } from './dispatcher-counters';
import { DueQueue } from './due-queue';
import { CONCURRENCY_DEFAULT, EndpointWorker, type WorkerSurroundings } from './endpoint-worker';
import { type WebhookMessage, messagesOf } from '../delivery/message';
import { parseSchedule, type Schedule, SCHEDULE_DEFAULT } from '../delivery/schedule';
import type { WebhookSender } from './sender';
import { Subscribers } from '../endpoint/subscribers';
import { webhookEndpoint } from '../endpoint/webhook-endpoint';
import {
  type DispatchClock,
  emptyDirectory,
  type EndpointDirectory,
  FAULT_PAUSE_MS,
  type Timers,
  type WebhookLedger,
  type WebhookLog,
} from './webhook-ledger';
import { typesOf } from '../delivery/webhook-types';

/** Attempts in flight over all endpoints. */
const IN_FLIGHT_MAX = 2_048;
/** Endpoints that read for themselves at the same time, and the events of one such read. */
const BACKLOG_READERS_MAX = 4;
const BACKLOG_PAGE_EVENTS = 512;
/** Events of others after which the dispatcher records how far it has come. */
const POSITION_EVERY_EVENTS = 10_000;
export const POSITION_STREAM = followerStream('webhooks');
/** With more endpoints behind than this, no position is recorded until there are fewer. */
const ENDPOINTS_BEHIND_MAX = 1_000;
/** How long `stop` waits for attempts in flight and their records: a little longer than an attempt may take. */
const DRAIN_TIMEOUT_MS = 20_000;
const ADMITTED_AT_ONCE = 64;

export interface WebhookDispatcherParts {
  readonly log: WebhookLog;
  readonly ledger: WebhookLedger;
  readonly sender: WebhookSender;
  readonly clock: DispatchClock;
  readonly timers: Timers;
  /** Default: endpoints are found by reading the log from its beginning. */
  readonly directory?: EndpointDirectory;
  readonly schedule?: Schedule;
  /** Attempts in flight per endpoint. */
  readonly concurrency?: number;
  readonly inFlightMax?: number;
  readonly drainTimeoutMs?: number;
}

export class WebhookDispatcher {
  private readonly workers = new Map<string, EndpointWorker>();
  private readonly subscribers = new Subscribers<EndpointWorker>();
  private readonly dueQueue = new DueQueue<{ readonly worker: EndpointWorker; readonly webhookId: string }>();
  private readonly hungry = new Set<EndpointWorker>();
  private readonly counters = noCounts();
  private readonly around: WorkerSurroundings;
  private resume: FollowerPosition = { through: -1n };
  private reading = 0;
  private wake: { readonly at: Instant; readonly cancel: () => void } | undefined;
  private reader: SubscriptionRunner | undefined;
  private drained: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(private readonly parts: WebhookDispatcherParts) {
    this.around = {
      ledger: parts.ledger,
      sender: parts.sender,
      clock: parts.clock,
      timers: parts.timers,
      schedule: parts.schedule ?? parseSchedule(SCHEDULE_DEFAULT),
      concurrency: parts.concurrency ?? CONCURRENCY_DEFAULT,
      slots: new Semaphore(parts.inFlightMax ?? IN_FLIGHT_MAX),
      counters: this.counters,
      readMessage: (delivery) => this.readMessage(delivery),
      whenDue: (at, worker, webhookId) => this.whenDue(at, worker, webhookId),
      feed: (worker) => this.feed(worker),
      position: () => this.position,
    };
  }

  /** Resolves when every known endpoint is at work and the log is followed. */
  async start(): Promise<void> {
    const { log, ledger, directory = emptyDirectory } = this.parts;
    const known = await directory.list();
    // To the end of each stream: another process may have been active since this one last looked.
    this.resume = (await ledger.reload(followerPosition, POSITION_STREAM)).state;
    // An endpoint that the directory does not list yet was created after `known.through`, so the reader meets its creation.
    const after = known.through < this.resume.through ? known.through : this.resume.through;
    this.reader = new SubscriptionRunner(log, after, {
      handle: (event) => this.handle(event),
      checkpoint: {
        everyEvents: POSITION_EVERY_EVENTS,
        counts: (event) => !isFollowerPosition(event) && categoryOf(event.stream) !== deliveries.category,
        save: (position) => this.savePosition(position),
      },
    });
    for (let i = 0; i < known.streams.length; i += ADMITTED_AT_ONCE)
      await Promise.all(known.streams.slice(i, i + ADMITTED_AT_ONCE).map((stream) => this.admit(stream)));
    if (this.stopping) return;
    this.reader.start();
    for (const worker of this.workers.values()) worker.pump();
  }

  /** Starts nothing more, waits within the bound for what is in flight, and records it. What takes longer is sent again after the next start. */
  async stop(): Promise<void> {
    const { timers, drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.parts;
    this.stopping = true;
    this.wake?.cancel();
    let cancel = (): void => undefined;
    const bound = new Promise<void>((resolve) => (cancel = timers.after(drainTimeoutMs, resolve)));
    this.drained = Promise.all([...this.workers.values()].map((worker) => worker.drain()));
    await Promise.race([Promise.all([this.reader?.stop(), this.drained]), bound]);
    cancel();
  }

  figures(): DispatcherFigures {
    let [behind, open, queued] = [0, 0, 0];
    const now = this.parts.clock.now();
    let oldest = now;
    for (const worker of this.workers.values()) {
      if (worker.mode === 'behind') behind += 1;
      open += worker.openCount;
      queued += worker.queuedCount;
      if (worker.waitingSince !== undefined && worker.waitingSince < oldest) oldest = worker.waitingSince;
    }
    return {
      ...this.counters,
      endpoints: this.workers.size,
      behind,
      open,
      queued,
      lagMs: now - oldest,
      position: this.position,
    };
  }

  private get position(): bigint {
    return this.reader?.position ?? -1n;
  }

  private handle(event: RecordedEvent): Promise<void> | undefined {
    const category = categoryOf(event.stream);
    if (category === deliveries.category) this.resent(event);
    else if (category === webhookEndpoint.category) return this.endpointChanged(event).then(() => this.offerToAll(event, category));
    else this.offerToAll(event, category);
    return undefined;
  }

  private async endpointChanged(event: RecordedEvent): Promise<void> {
    const worker = this.workers.get(event.stream);
    if (!worker) return this.admit(event.stream);
    worker.handle(event);
    this.subscribers.remove(worker);
    if (worker.endpoint.status === 'deleted') this.workers.delete(event.stream);
    else this.subscribers.add(worker);
  }

  private async admit(stream: string): Promise<void> {
    const { ledger, log } = this.parts;
    const { state: endpoint, revision } = await ledger.reload(webhookEndpoint, stream);
    if (endpoint.status === 'none' || endpoint.status === 'deleted') return;
    const [created] = await log.readStream(stream, { limit: 1 });
    const sent = await ledger.reload(deliveries, streams.deliveries(endpoint.id));
    const shared = this.resume.behind?.includes(endpoint.id) ? -1n : this.resume.through;
    if (this.stopping) return;
    const cursor = latest(created?.position ?? -1n, sent.state.through, shared);
    const worker = new EndpointWorker(this.around, endpoint, revision, sent.state, sent.revision, cursor);
    this.workers.set(stream, worker);
    this.subscribers.add(worker);
  }

  private offerToAll(event: RecordedEvent, category: string): void {
    const types = typesOf(category, event.type);
    if (!types.some((type) => this.subscribers.wanted(type)) && event.type !== 'TestPingRequested') return;
    const messages = messagesOf(event);
    for (const worker of this.subscribers.wanting(messages, event.stream)) {
      if (worker.mode !== 'live' || event.position <= worker.cursor) continue;
      const wanted = wantedBy(worker, event, messages);
      if (wanted.length > 0) worker.offer(event, wanted);
    }
  }

  private resent(event: RecordedEvent): void {
    if (event.type !== 'DeliveriesResent') return;
    const worker = this.workers.get(event.stream.replace(deliveries.category, webhookEndpoint.category));
    const asked = readEvent(deliveries, event.type, event.data);
    if (worker && asked.type === 'DeliveriesResent') worker.resend(asked.deliveries, asked.at, event.revision);
  }

  private async readMessage({ stream, revision, webhookId }: Delivery): Promise<WebhookMessage | undefined> {
    const [event] = await this.parts.log.readStream(stream, { from: revision, limit: 1 });
    return event && messagesOf(event).find((message) => message.webhookId === webhookId);
  }

  private whenDue(at: Instant, worker: EndpointWorker, webhookId: string): void {
    if (at <= this.parts.clock.now()) return queueMicrotask(() => worker.retry(webhookId));
    this.dueQueue.add(at, { worker, webhookId });
    this.setWake();
  }

  /** One timer for all: set for the soonest. */
  private setWake(): void {
    const { next } = this.dueQueue;
    if (next === undefined || this.stopping || (this.wake && this.wake.at <= next)) return;
    this.wake?.cancel();
    const { clock, timers } = this.parts;
    this.wake = { at: next, cancel: timers.after(Math.max(0, next - clock.now()), () => this.wakeUp()) };
  }

  private wakeUp(): void {
    this.wake = undefined;
    const now = this.parts.clock.now();
    for (let due = this.dueQueue.take(now); due; due = this.dueQueue.take(now)) due.worker.retry(due.webhookId);
    this.setWake();
  }

  private feed(worker: EndpointWorker): void {
    this.hungry.add(worker);
    while (this.reading < BACKLOG_READERS_MAX && !this.stopping) {
      const [next] = this.hungry;
      if (!next) return;
      this.hungry.delete(next);
      this.reading += 1;
      void this.readFor(next).then(() => {
        this.reading -= 1;
        const [waiting] = this.hungry;
        if (waiting) this.feed(waiting);
      });
    }
  }

  /** One page of the log for one endpoint that is behind; when it has met the reader, the reader feeds it again. */
  private async readFor(worker: EndpointWorker): Promise<void> {
    if (!worker.wantsMore) return;
    const from = worker.cursor;
    let page: readonly RecordedEvent[];
    try {
      page = await this.parts.log.readAll(from, BACKLOG_PAGE_EVENTS);
    } catch {
      this.parts.timers.after(FAULT_PAUSE_MS, () => worker.pump());
      return;
    }
    // It was disabled while the page was read, and stands elsewhere now.
    if (worker.mode !== 'behind' || worker.cursor !== from) return worker.pump();
    for (const event of page) {
      const types = typesOf(categoryOf(event.stream), event.type);
      const wanted = types.length > 0 ? wantedBy(worker, event, messagesOf(event)) : [];
      if (wanted.length === 0) worker.cursor = event.position;
      else if (!worker.offer(event, wanted)) break;
    }
    if (worker.cursor >= this.position && worker.endpoint.status === 'enabled') worker.mode = 'live';
    worker.pump();
  }

  private async savePosition(through: bigint): Promise<void> {
    const { ledger, clock } = this.parts;
    // The last position is saved after the last records, so that it names fewer endpoints as behind.
    await this.drained;
    const behind = [...this.workers.values()]
      .filter((worker) => !worker.settled)
      .map(({ endpoint }) => endpoint.id)
      .sort();
    if (behind.length > ENDPOINTS_BEHIND_MAX) return;
    await ledger.execute(followerPosition, POSITION_STREAM, { type: 'Advance', at: clock.now(), through, behind });
  }
}

/** A test ping goes to the endpoint that asked for it, whatever its filter. Otherwise an endpoint is not notified of itself. */
function wantedBy(worker: EndpointWorker, event: RecordedEvent, messages: readonly WebhookMessage[]): readonly WebhookMessage[] {
  if (event.type === 'TestPingRequested') return event.stream === worker.stream ? messages : [];
  return messages.filter(({ type }) => worker.wants(type));
}

const latest = (...positions: readonly bigint[]): bigint => positions.reduce((a, b) => (a > b ? a : b));
