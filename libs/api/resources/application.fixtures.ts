/**
 * All operations on real files in a folder of its own, with a clock and chance that tests set. Every request and answer is held
 * against the contract.
 *
 *     const answer = await app.call('AddCredits', { customer_id: 'ada', credits: '10', origin: 'free' }, 'key-1');
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Instant, later } from '@drawdown/domain/amounts';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import { AppliedKeys, Fault, Ledger, StreamStates } from '@drawdown/engine/event-store';
import { CatalogFollower, DEDUPE_WINDOW_MS_DEFAULT, UsageIntake } from '@drawdown/engine/usage-pipeline';
import { Projector } from '@drawdown/engine/read-models';
import { ManualPayments, type PaymentProvider } from '@drawdown/engine/payments';
import { misfits } from './contract.fixtures';
import { InvalidRequest, Refused } from '@drawdown/api/errors';
import { streamDefinitions } from './stream-definitions';
import { handlers } from './handlers';
import type { Context, Handlers, RawUsage } from './operation';
import type { ApiParts } from './parts';
import { type RpcName, type StreamName, type Message } from '@drawdown/api/contract';
import { answerUsage } from './usage/usage';
import { NOON, HOUR_MS } from '../../domain/amounts/amounts.fixtures';

export { NOON, HOUR_MS };

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

type OnceName = Exclude<RpcName, StreamName>;
/** The answer to a call, or the error that it threw. */
export type Said =
  | { readonly answer: Message; readonly replayed: boolean }
  | { readonly refused: string }
  | { readonly invalid: readonly string[] }
  | { readonly fault: string };

export class TestApplication {
  now: Instant = NOON;
  chance = 0;
  /** Another provider is added to it by the tests that need one. */
  readonly payments: PaymentProvider[] = [new ManualPayments()];
  readonly parts: ApiParts;
  readonly states: StreamStates;
  readonly handlers: Handlers;

  private constructor(
    readonly directory: string,
    log: EmbeddedLog,
    projections: EmbeddedProjections,
  ) {
    const clock = (): Instant => this.now;
    this.states = new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions);
    const ledger = new Ledger(log, this.states);
    const catalog = new CatalogFollower(this.states);
    const intake = new UsageIntake(ledger, catalog, clock);
    this.parts = {
      log,
      ledger,
      projections,
      projector: new Projector(log, projections, this.states),
      usage: intake,
      intake,
      catalog,
      streamDefinitions,
      payments: this.payments,
      clock,
      randomBytes: (bytes) => Buffer.alloc(bytes, ++this.chance),
      service: { version: '1.2.3', startedAt: NOON, draining: () => false },
    };
    this.handlers = handlers(this.parts);
  }

  static async open(directory = mkdtempSync(join(tmpdir(), 'drawdown-application-'))): Promise<TestApplication> {
    const time: { now: () => Instant } = { now: () => NOON };
    const log = await EmbeddedLog.open({ directory, clock: () => time.now() });
    const projections = await EmbeddedProjections.open({ directory });
    const opened = new TestApplication(directory, log, projections);
    time.now = () => opened.now;
    await opened.parts.projector.start();
    await opened.parts.catalog.start(projections);
    return opened;
  }

  async close(): Promise<void> {
    const { projector, log, projections } = this.parts;
    await projector.stop();
    await log.close();
    await projections.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  pass(ms: number): void {
    this.now = later(this.now, ms);
  }

  /** Carries out an operation like a transport, and throws its errors. */
  async call(name: OnceName, request: Message, key?: string): Promise<Message> {
    return (await this.calling(name, request, key)).answer;
  }

  /** The same, telling refusals and the like instead of throwing them. Bugs are thrown. */
  async says(name: OnceName, request: Message, key?: string): Promise<Said> {
    return this.calling(name, request, key).catch(errorAnswer);
  }

  private async calling(name: OnceName, request: Message, key: string | undefined) {
    expect(misfits(name, 'request', request)).toEqual([]);
    const context = contextOf(name, request, key);
    const answer = await this.handlers[name](request, context);
    expect(misfits(name, 'response', answer)).toEqual([]);
    return { answer, replayed: context.wasReplayed };
  }

  async *stream(name: StreamName, request: Message, signal = new AbortController().signal): AsyncGenerator<Message> {
    expect(misfits(name, 'request', request)).toEqual([]);
    for await (const answer of this.handlers[name](request, { ...contextOf(name, request), signal })) {
      expect(misfits(name, 'response', answer)).toEqual([]);
      yield answer;
    }
  }

  /** Usage as it comes over HTTP. */
  async post(body: string | Buffer, headers: RawUsage['headers'] = { 'content-type': 'application/cloudevents+json' }): Promise<Message> {
    const raw = { body: Buffer.from(body as string), contentType: String(headers['content-type'] ?? ''), headers };
    const answer = await answerUsage(this.parts)(raw, contextOf('SendUsage', {}));
    expect(misfits('outcomes' in answer ? 'SendUsageBatch' : 'SendUsage', 'response', answer)).toEqual([]);
    return answer;
  }
  posts = (body: string | Buffer, headers?: RawUsage['headers']): Promise<Said> =>
    this.post(body, headers).then((answer) => ({ answer, replayed: false }), errorAnswer);

  // A small world to begin with.
  async customer(customer_id = 'ada', currency = 'EUR'): Promise<void> {
    await this.call('CreateCustomer', { customer_id, currency });
  }

  /** A product `tokens`, whose usage of type `llm.request` weighs its `data.tokens` by 1. */
  async product(credit_product_id = 'tokens', more: Message = {}): Promise<void> {
    const meter = { meter_id: 'all', event_type: 'llm.request', value_path: 'tokens', weight: '1' };
    await this.call('CreateCreditProduct', { credit_product_id, name: 'Tokens', unit: 'token', meters: [meter], ...more });
  }

  /** Customer ada with a credit balance of product `tokens`. */
  async balance(starting_balance = '100', more: Message = {}): Promise<void> {
    await this.customer();
    await this.product();
    await this.call('CreateCreditBalance', { ...tokensOfAda, starting_balance, ...more });
  }

  /** Settings with a price of 0.5 EUR a credit, and customer ada with a wallet. */
  async wallet(): Promise<void> {
    await this.customer();
    await this.call('UpdateSettings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.5' }] });
    await this.call('CreateWallet', { customer_id: 'ada' });
  }
}

export const tokensOfAda = { customer_id: 'ada', credit_product_id: 'tokens' } as const;
export const walletOfAda = { customer_id: 'ada' } as const;

export const event = (id: string, tokens: number | string = 1, more: Message = {}): Message => ({
  specversion: '1.0',
  id,
  source: 'test',
  type: 'llm.request',
  subject: 'ada',
  data: { tokens },
  ...more,
});

/** The value at a path such as `movements.0.usage.0.id`. */
export const at = (message: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((found, name) => (typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined), message);
export const textAt = (message: unknown, path: string): string => String(at(message, path));
/** Some fields of each item of a list. */
export const rows = (message: unknown, list: string, ...fields: readonly string[]): unknown[][] => {
  const items = at(message, list);
  return Array.isArray(items) ? items.map((item) => fields.map((field) => at(item, field))) : [];
};
/** One field of each item of a list. */
export const column = (message: unknown, list: string, field: string): unknown[] => rows(message, list, field).flat();

// Jest's matchers are typed as anything at all; as these they can stand in what is expected and nowhere else.
export const like = (text: string | RegExp): unknown =>
  typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);
export const anyNumber: unknown = expect.any(Number);

interface TestContext extends Context {
  wasReplayed: boolean;
}

export function contextOf(name: RpcName, request: Message, key?: string): TestContext {
  const body =
    key === undefined
      ? undefined
      : createHash('sha256')
          .update(JSON.stringify([name, request]))
          .digest('hex');
  const context: TestContext = {
    transport: 'grpc',
    callId: 'call-1',
    key,
    body,
    traceparent: TRACEPARENT,
    signal: new AbortController().signal,
    deadline: undefined,
    wasReplayed: false,
    replayed: () => {
      context.wasReplayed = true;
    },
  };
  return context;
}

function errorAnswer(thrown: unknown): Said {
  if (thrown instanceof Refused) return { refused: thrown.refusal.code };
  if (thrown instanceof InvalidRequest) return { invalid: thrown.violations.map(({ field, problem }) => `${field} ${problem}`.trim()) };
  if (thrown instanceof Fault) return { fault: thrown.code };
  throw thrown;
}

/**
 * A world for each test of a spec, thrown away after it: `const app = freshApplication();`, then `app()` in the tests.
 */
export function freshApplication(): () => TestApplication {
  let app: TestApplication | undefined;
  beforeEach(async () => {
    app = await TestApplication.open();
  });
  afterEach(() => app?.close());
  return () => {
    if (!app) throw new Error('there is a world within a test only');
    return app;
  };
}
