/** A deployment on real files with receivers that answer as the test says, and time that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amount, type Instant, later } from '@drawdown/domain/amounts';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import {
  AppliedKeys,
  categoryOf,
  type EventLog,
  followerPosition,
  streamDefinitionOf,
  Ledger,
  streams,
  StreamStates,
} from '@drawdown/engine/event-store';
import { wallet } from '@drawdown/domain/balance';
import { until } from '../../../../test/support/waiting';
import { deliveries, type Deliveries } from '../delivery/deliveries';
import { WebhookDispatcher, type WebhookDispatcherParts } from './dispatcher';
import type { WebhookRequest, WebhookResponse, WebhookSender } from './sender';
import { type WebhookEndpoint, webhookEndpoint, type WebhookEndpointCommand } from '../endpoint/webhook-endpoint';
import type { DispatchClock, Timers } from './webhook-ledger';
import { NOON } from '../../../domain/amounts/amounts.fixtures';

export { NOON };

export const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Clock and timers that stand still until a test moves them. */
class ManualTime implements DispatchClock, Timers {
  private at = NOON;
  private readonly waiting = new Set<{ readonly at: Instant; readonly run: () => void }>();

  now = (): Instant => this.at;

  after(ms: number, run: () => void): () => void {
    const timer = { at: later(this.at, ms), run };
    this.waiting.add(timer);
    return () => this.waiting.delete(timer);
  }

  pass(ms: number): void {
    const end = later(this.at, ms);
    for (;;) {
      const [next] = [...this.waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.waiting.delete(next);
      this.at = next.at > this.at ? next.at : this.at;
      next.run();
    }
    this.at = end;
  }
}

type Answer = WebhookResponse | Promise<WebhookResponse>;
export const ok: WebhookResponse = { httpStatus: 200 };
export const down: WebhookResponse = { failure: 'connection_failed' };

/** A double of the sender: what it was given, in order, and what the receivers answer. */
class Receivers implements WebhookSender {
  readonly requests: WebhookRequest[] = [];
  readonly answers = new Map<string, (request: WebhookRequest) => Answer>();

  async send(request: WebhookRequest): Promise<WebhookResponse> {
    this.requests.push(request);
    return (await this.answers.get(request.url)?.(request)) ?? ok;
  }

  close = (): Promise<void> => Promise.resolve();
  to = (url: string): readonly WebhookRequest[] => this.requests.filter((request) => request.url === url);
}

/** An answer that the test gives when it likes. */
export function held(): { readonly answer: Promise<WebhookResponse>; give(response: WebhookResponse): void } {
  let give!: (response: WebhookResponse) => void;
  const answer = new Promise<WebhookResponse>((resolve) => (give = resolve));
  return { answer, give };
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One life of the process. After `kill` nothing that it asked for is ever answered, and nothing it still wants happens. */
export class Life {
  dead = false;
  private die: () => void = () => undefined;
  private readonly death = new Promise<void>((resolve) => (this.die = resolve));
  private steps = 0;
  readonly ledger: Ledger;
  readonly dispatcher: WebhookDispatcher;
  readonly log: EventLog;

  constructor(
    private readonly deployment: Deployment,
    private readonly parts: Partial<WebhookDispatcherParts>,
    private readonly killedAtStep = Infinity,
  ) {
    const { log, projections } = deployment;
    this.log = this.mortal(log);
    const aggregates = [wallet, webhookEndpoint, deliveries, followerPosition].map((aggregate) =>
      streamDefinitionOf(aggregate as typeof wallet),
    );
    const states = new StreamStates(this.log, projections, new AppliedKeys(projections, DAY), aggregates);
    this.ledger = new Ledger(this.log, states);
    this.dispatcher = this.newDispatcher();
  }

  /** Another one in the same process: on the same ledger, with all that this remembers. */
  newDispatcher(): WebhookDispatcher {
    const { receivers, time } = this.deployment;
    return new WebhookDispatcher({
      log: this.log,
      ledger: this.ledger,
      sender: this.mortal(receivers),
      clock: time,
      timers: this.timers,
      ...this.parts,
    });
  }

  readonly timers: Timers = { after: (ms, run) => this.deployment.time.after(ms, () => this.dead || run()) };

  kill(): void {
    this.dead = true;
    this.die();
  }

  mortal<T extends object>(thing: T): T {
    return new Proxy(thing, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (this.dead) return never();
          const result: unknown = Reflect.apply(
            member,
            target,
            args.map((arg) => this.mortalHandler(arg)),
          );
          // The step has its effect, and nobody hears of it.
          if (++this.steps >= this.killedAtStep) this.kill();
          return result instanceof Promise ? result.then((value: unknown) => (this.dead ? never() : value)) : result;
        };
      },
    });
  }

  private mortalHandler(argument: unknown): unknown {
    if (typeof argument !== 'function') return argument;
    return (...args: unknown[]): unknown => (this.dead ? this.death : Promise.race([this.death, Reflect.apply(argument, undefined, args)]));
  }

  async endpoint(command: WebhookEndpointCommand, id = 'e1'): Promise<void> {
    const answer = await this.ledger.execute(webhookEndpoint, streams.webhookEndpoint(id), command);
    if (answer.outcome === 'refused') throw new Error(answer.refusal.code);
  }

  create(id: string, eventTypes: readonly string[] = []): Promise<void> {
    return this.endpoint({ type: 'CreateEndpoint', at: this.deployment.time.now(), id, url: urlOf(id), eventTypes, secret: SECRET }, id);
  }

  async openWallet(customerId: string): Promise<void> {
    await this.ledger.execute(wallet, streams.wallet(customerId), {
      type: 'Create',
      at: NOON,
      customerId,
      currency: 'EUR',
      limits: [],
    });
  }

  /** `count` webhooks of type wallet.credited. */
  async topUps(customerId: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await this.ledger.execute(wallet, streams.wallet(customerId), {
        type: 'TopUp',
        at: NOON,
        grant: { origin: 'paid', priority: 100, amount: amount('1') },
      });
  }

  async deliveries(id = 'e1'): Promise<Deliveries> {
    return (await this.ledger.load(deliveries, streams.deliveries(id))).state;
  }

  async endpointState(id = 'e1'): Promise<WebhookEndpoint> {
    return (await this.ledger.load(webhookEndpoint, streams.webhookEndpoint(id))).state;
  }
}

export const urlOf = (id: string): string => `https://${id}.example/hook`;
export const credited = ['wallet.credited'];

export class Deployment {
  readonly time = new ManualTime();
  readonly receivers = new Receivers();
  private readonly lives: Life[] = [];

  private constructor(
    readonly directory: string,
    readonly log: EmbeddedLog,
    readonly projections: EmbeddedProjections,
    clock: { now: () => Instant },
  ) {
    clock.now = this.time.now;
  }

  static async open(): Promise<Deployment> {
    const directory = mkdtempSync(join(tmpdir(), 'drawdown-webhooks-'));
    const clock = { now: (): Instant => NOON };
    const log = await EmbeddedLog.open({ directory, clock: () => clock.now() });
    return new Deployment(directory, log, await EmbeddedProjections.open({ directory }), clock);
  }

  /** A life whose dispatcher is not started. */
  live(parts: Partial<WebhookDispatcherParts> = {}, killedAtStep?: number): Life {
    const life = new Life(this, parts, killedAtStep);
    this.lives.push(life);
    return life;
  }

  async start(parts: Partial<WebhookDispatcherParts> = {}): Promise<Life> {
    const life = this.live(parts);
    await life.dispatcher.start();
    return life;
  }

  async remove(): Promise<void> {
    for (const life of this.lives) life.kill();
    await this.log.close();
    await this.projections.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Events of the complete log that an endpoint could have been notified of. */
  async ledgerEvents(): Promise<readonly { readonly type: string; readonly stream: string; readonly revision: number }[]> {
    const events = await this.log.readAll(-1n, 4_096);
    return events.filter(({ stream }) => categoryOf(stream) === 'wallet');
  }

  sent = (id: string, count: number): Promise<boolean> =>
    until(`${count} webhooks at ${id}, now ${this.receivers.to(urlOf(id)).length}`, () => this.receivers.to(urlOf(id)).length >= count);

  recorded = (life: Life, count: number): Promise<boolean> =>
    until(`${count} recorded attempts`, () => life.dispatcher.figures().recorded >= count);
}
