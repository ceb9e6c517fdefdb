/**
 * Sends the trace bit by bit for as long as a test likes, with many repeats of what was sent before, so that usage is under way
 * at every moment. A batch that the broker did not acknowledge is sent again until it does.
 */
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Pick } from '../chance';
import type { TraceEvent } from './trace-events';
import { pace, until } from '../waiting';

const REPEATS_AT_ONCE = 10;
const SENT_EVERY_MS = 50;
const SEND_TIMEOUT_MS_DEFAULT = 3_000;
const ACKNOWLEDGED_WITHIN_MS = 60_000;

export class TracePump {
  /** How often `next` was called. */
  round = 0;
  /** Records that were acknowledged, repeats included. */
  acknowledged = 0;
  /** Sends that were not acknowledged. */
  refused = 0;
  private released = 0;
  private sent = 0;
  private stopping = false;
  private paused = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly brokers: string,
    private readonly topic: string,
    private readonly events: readonly TraceEvent[],
    private readonly pick: Pick,
    /** Calls of `next` that the trace is spread over. */
    private readonly rounds: number,
    private readonly repeatsAtOnce = REPEATS_AT_ONCE,
    /** What the broker has not acknowledged within it is sent again, and may then be there twice. */
    private readonly sendTimeoutMs = SEND_TIMEOUT_MS_DEFAULT,
  ) {}

  /** Those of the trace that were acknowledged. */
  get sentSoFar(): readonly TraceEvent[] {
    return this.events.slice(0, this.sent);
  }

  start(): void {
    this.running = this.run();
  }

  /** Lets more of the trace go, and resolves when it has been acknowledged. */
  async next(): Promise<void> {
    this.round += 1;
    this.released = Math.floor((this.events.length * this.round) / (this.rounds + 1));
    await this.caughtUp();
  }

  /** Lets all of it go, and ends when it has been acknowledged. */
  async finish(): Promise<void> {
    this.released = this.events.length;
    await this.caughtUp();
    await this.stop();
  }

  async pausedWhile(work: () => Promise<void>): Promise<void> {
    await this.caughtUp();
    this.paused = true;
    await this.running;
    await work();
    this.paused = false;
    this.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private caughtUp(): Promise<boolean> {
    return until('the trace to be acknowledged by Kafka', () => this.sent >= this.released, ACKNOWLEDGED_WITHIN_MS);
  }

  private async run(): Promise<void> {
    let producer: Producer | undefined;
    while (!this.stopping && !this.paused) {
      const fresh = this.events.slice(this.sent, this.released);
      const repeats = this.sent === 0 ? [] : Array.from({ length: this.repeatsAtOnce }, () => this.events[this.pick(0, this.sent - 1)]!);
      try {
        producer ??= await this.connect();
        const messages = [...fresh, ...repeats].map((event) => ({ value: JSON.stringify(event) }));
        if (messages.length > 0) await producer.send({ topic: this.topic, acks: -1, timeout: this.sendTimeoutMs, messages });
        this.sent += fresh.length;
        this.acknowledged += messages.length;
      } catch {
        this.refused += 1;
        await producer?.disconnect().catch(() => undefined);
        producer = undefined;
      }
      await pace(SENT_EVERY_MS);
    }
    await producer?.disconnect();
  }

  private async connect(): Promise<Producer> {
    const kafka = new Kafka({
      clientId: 'a-producer',
      brokers: this.brokers.split(','),
      logLevel: logLevel.NOTHING,
      connectionTimeout: this.sendTimeoutMs,
      requestTimeout: this.sendTimeoutMs,
      retry: { retries: 0 },
    });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    return producer;
  }
}
