/**
 * One follower. The client's subscriptions end with their connection, so this one begins another, after the last event that was
 * handled; what the server sends again is passed over.
 */
import { ABORTED, backOffMs, pause, untilAborted } from '@drawdown/engine/async';
import { type Fault, LogUnavailable, type RecordedEvent, type Subscription } from '@drawdown/engine/event-store';
import type { Connection } from './connection';
import { readFault } from './faults';
import { subscriptionRequest } from './messages';
import type { ReadAnswer, Received } from './read-answer';

/** Read ahead of the handler; above it the server is not asked for more. */
const AHEAD_EVENTS_MAX = 1_024;
const AHEAD_BYTES_MAX = 8 * 1024 * 1024;
const BACK_OFF = { minMs: 50, maxMs: 5_000 };

interface Following {
  readonly connection: Connection;
  readonly head: () => Promise<bigint>;
  /** The server confirms a subscription within this. */
  readonly silenceMs: number;
  readonly interrupted: (fault: Fault) => void;
  readonly onEnd: (subscription: EventStoreDbSubscription) => void;
}

class HandlerFailed extends Error {}

export class EventStoreDbSubscription implements Subscription {
  readonly caughtUp: Promise<void>;
  readonly ended: Promise<void>;
  private reached: () => void = () => undefined;
  private missed: (fault: unknown) => void = () => undefined;
  private readonly closed = new AbortController();
  private ahead: Ahead | undefined;
  private headAtStart: bigint | undefined;
  private failures = 0;

  constructor(
    private readonly following: Following,
    private after: bigint,
    private readonly handler: (events: readonly RecordedEvent[]) => Promise<void>,
  ) {
    this.caughtUp = new Promise((resolve, reject) => {
      this.reached = resolve;
      this.missed = reject;
    });
    this.caughtUp.catch(() => undefined); // `ended` reports it; nobody may wait for this one
    this.ended = this.run()
      .then(() => this.missed(new LogUnavailable('the subscription was closed before it had caught up')))
      .catch((fault: unknown) => {
        this.missed(fault);
        throw fault;
      })
      .finally(() => following.onEnd(this));
    this.ended.catch(() => undefined);
  }

  /** Waits for a running handler; so it must not be awaited in one. */
  async close(): Promise<void> {
    this.closed.abort();
    this.ahead?.fail(new LogUnavailable('the subscription was closed'));
    await this.ended.catch(() => undefined);
  }

  private async run(): Promise<void> {
    await Promise.resolve(); // the handler is never called before `subscribe` has returned
    while (!this.closing) {
      try {
        if (this.headAtStart === undefined) {
          const head = await untilAborted(this.following.head(), this.closed.signal);
          if (head === ABORTED) return;
          this.headAtStart = head;
        }
        if (this.after >= this.headAtStart) this.reached();
        await this.follow();
      } catch (error) {
        if (error instanceof HandlerFailed) throw error.cause;
        const fault = readFault(error, 'following the log');
        if (!fault.retriable) throw fault;
        if (this.closing) return;
        this.following.interrupted(fault);
        await pause(backOffMs(this.failures++, BACK_OFF), this.closed.signal);
      }
    }
  }

  private async follow(): Promise<void> {
    const opening = Ahead.open(this.following.connection, this.after, this.following.silenceMs);
    const ahead = await untilAborted(opening, this.closed.signal);
    if (ahead === ABORTED)
      return void opening.then(
        (late) => late.cancel(),
        () => undefined,
      );
    this.ahead = ahead;
    try {
      while (!this.closing) await this.handle(await ahead.next());
    } finally {
      ahead.cancel();
    }
  }

  private async handle(batch: readonly Received[]): Promise<void> {
    const events = batch.flatMap(({ event }) => (event && event.position > this.after ? [event] : []));
    if (events.length === 0) return;
    try {
      await this.handler(events);
    } catch (error) {
      throw new HandlerFailed('the handler failed', { cause: error });
    }
    this.after = events.at(-1)!.position;
    this.failures = 0;
    if (this.headAtStart !== undefined && this.after >= this.headAtStart) this.reached();
  }

  private get closing(): boolean {
    return this.closed.signal.aborted;
  }
}

/** What the server has sent and nobody has taken yet. */
class Ahead {
  private waiting: Received[] = [];
  private bytes = 0;
  private failure: Error | undefined;
  private paused = false;
  private wake: () => void = () => undefined;

  private constructor(private readonly call: Awaited<ReturnType<Connection['openRead']>>) {}

  /** Resolves when the server has confirmed the subscription. */
  static async open(connection: Connection, after: bigint, silenceMs: number): Promise<Ahead> {
    const call = await connection.openRead(subscriptionRequest(after));
    const ahead = new Ahead(call);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new LogUnavailable(`EventStoreDB (EVENTSTORE_URL) did not confirm a subscription within ${silenceMs} ms`));
          void connection.reconnect();
        }, silenceMs);
        call.on('data', (answer: ReadAnswer) => (answer.confirmed ? resolve() : ahead.take(answer)));
        const broken = (error: Error): void => {
          ahead.fail(error);
          reject(error);
        };
        call.once('error', broken);
        call.once('end', () => broken(new Error('the server ended the subscription')));
        call.once('close', () => broken(new Error('the subscription was closed')));
      });
    } catch (error) {
      call.cancel();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return ahead;
  }

  /** Everything there is, at least one; what came before a failure comes first. */
  async next(): Promise<readonly Received[]> {
    while (this.waiting.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const taken = this.waiting;
    this.waiting = [];
    this.bytes = 0;
    if (this.paused) this.call.resume();
    this.paused = false;
    return taken;
  }

  cancel(): void {
    this.call.cancel();
  }

  private take({ received, fault }: ReadAnswer): void {
    if (fault) return this.fail(fault);
    if (!received) return;
    this.waiting.push(received);
    this.bytes += received.bytes;
    if (!this.paused && (this.waiting.length >= AHEAD_EVENTS_MAX || this.bytes >= AHEAD_BYTES_MAX)) {
      this.paused = true;
      this.call.pause();
    }
    this.wake();
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.wake();
  }
}
