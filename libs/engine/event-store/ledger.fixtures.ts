/** A ledger on real files in a folder of its own, for specs. `crashed` is what a crash would leave of it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer } from '@drawdown/domain/customer';
import { settings } from '@drawdown/domain/settings';
import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import type { Projections } from '@drawdown/engine/derived-state';
import { creditProduct, type WalletUse } from '@drawdown/domain/catalog';
import { type Balance, creditBalance, type GrantRequest, wallet } from '@drawdown/domain/balance';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import { parseStructured } from '@drawdown/domain/usage';
import { AppliedKeys } from './applied-keys';
import {
  CatalogFollower,
  DEDUPE_WINDOW_MS_DEFAULT,
  type UsageOutcome,
  type PublishedRejection,
  rejectedUsage,
  UsageIntake,
  type UsageOffer,
} from '@drawdown/engine/usage-pipeline';
import { appendSeparately, readSeparately } from './separately';
import type { EventLog, EventPlace, StreamAppend } from './event-log';
import { streamDefinitionOf } from './stream-definition';
import { Ledger } from './ledger';
import { Projector } from '@drawdown/engine/read-models';
import { StreamStates } from './stream-states';
import { streams } from './streams';
import { verify, type VerifySources, type VerifyStep } from '@drawdown/engine/audit';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'drawdown-ledger-'));

/**
 * A double: what is given instead of some methods of a real part; all others are the real ones. A log whose `append` is a double
 * appends rounds by it too.
 */
export const double = <T extends object>(real: T, instead: Partial<T>): T =>
  new Proxy(real, {
    get: (target, name) => {
      if (name === 'appendRound' && !('appendRound' in instead) && 'append' in instead)
        return (appends: readonly StreamAppend[]) => appendSeparately(instead.append as EventLog['append'], appends);
      if (name === 'readPlaces' && !('readPlaces' in instead) && 'readStream' in instead)
        return (places: readonly EventPlace[]) => readSeparately(instead.readStream as EventLog['readStream'], places);
      const found: unknown = Reflect.get(name in instead ? instead : target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });

export const START = instant('2026-01-01T00:00:00Z');
/** The stream of the balance that most tests use. */
export const STREAM = streams.creditBalance('ada', 'llm');
export const streamDefinitions = [customer, settings, creditProduct, wallet, creditBalance, rejectedUsage].map((aggregate) =>
  streamDefinitionOf(aggregate as typeof creditBalance),
);

/** One folder and its files, open. */
export class TestLedger {
  now: Instant = START;
  readonly keys: AppliedKeys;
  readonly states: StreamStates;
  readonly ledger: Ledger;
  readonly projector: Projector;
  readonly catalog: CatalogFollower;
  readonly intake: UsageIntake;
  /** What was published as rejected, call by call. */
  readonly published: (readonly PublishedRejection[])[] = [];
  /** A double of the topic of rejected usage: what it does with a call, besides noting it. */
  publish: () => Promise<void> = () => Promise.resolve();

  private constructor(
    readonly directory: string,
    readonly log: EventLog,
    readonly projections: Projections,
    windowMs = DEDUPE_WINDOW_MS_DEFAULT,
  ) {
    this.keys = new AppliedKeys(projections, windowMs);
    this.states = new StreamStates(log, projections, this.keys, streamDefinitions);
    this.ledger = new Ledger(log, this.states);
    this.projector = new Projector(log, projections, this.states);
    this.catalog = new CatalogFollower(this.states);
    this.intake = new UsageIntake(this.ledger, this.catalog, () => this.now, {
      publish: (rejections) => {
        this.published.push(rejections);
        return this.publish();
      },
    });
  }

  /** `wrap` and `wrapProjections` put a double between the ledger and what it stores. */
  static async open(
    directory = newFolder(),
    wrap: (log: EventLog) => EventLog = (log) => log,
    wrapProjections: (projections: Projections) => Projections = (projections) => projections,
    windowMs = DEDUPE_WINDOW_MS_DEFAULT,
  ): Promise<TestLedger> {
    const clock: { now: () => Instant } = { now: () => START };
    const log = await EmbeddedLog.open({ directory, clock: () => clock.now() });
    const projections = await EmbeddedProjections.open({ directory });
    const opened = new TestLedger(directory, wrap(log), wrapProjections(projections), windowMs);
    clock.now = () => opened.now;
    await opened.projector.start();
    await opened.catalog.start(opened.projections);
    return opened;
  }

  /** A folder with the files as a crash at this moment would leave them. The log's own index is left out: it is made anew. */
  crashed(): string {
    const copy = newFolder();
    for (const part of ['log', 'balances']) cpSync(join(this.directory, part), join(copy, part), { recursive: true });
    return copy;
  }

  /** A second process on the same log, as far as the ledger can tell: its own memory, its own index of what it knows. */
  static beside(first: TestLedger, projections = first.projections): TestLedger {
    return new TestLedger(first.directory, first.log, projections);
  }

  async stop(): Promise<void> {
    await this.projector.stop();
    await this.log.close();
    await this.projections.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async reopen(): Promise<TestLedger> {
    await this.stop();
    return TestLedger.open(this.directory);
  }

  pass(ms: number): void {
    this.now = later(this.now, ms);
  }

  async addCustomer(id: string): Promise<void> {
    await this.ledger.execute(customer, streams.customer(id), { type: 'RegisterCustomer', at: this.now, id, currency: 'EUR' });
  }

  /** A product whose usage of `type` weighs its `data.tokens` by 1. */
  async addProduct(id: string, type = 'llm.request'): Promise<void> {
    await this.ledger.execute(creditProduct, streams.creditProduct(id), {
      type: 'CreateCreditProduct',
      at: this.now,
      id,
      name: id,
      unit: 'credit',
      meters: [{ id: 'tokens', eventType: type, filters: [], quantity: { kind: 'value', path: 'tokens' }, weight: amount('1') }],
      limits: [],
    });
  }

  async addBalance(customerId: string, creditProductId: string, credits = '100', grant: Partial<GrantRequest> = {}): Promise<void> {
    await this.ledger.execute(creditBalance, streams.creditBalance(customerId, creditProductId), {
      type: 'Create',
      at: this.now,
      customerId,
      creditProductId,
      limits: [],
      startingGrant: { origin: 'free', priority: 100, amount: amount(credits), ...grant },
    });
  }

  /** A product whose meters draw on the wallet: each takes `data.tokens` of `type` by its weight. */
  async addWalletProduct(
    id: string,
    meters: readonly { readonly drawsOn: WalletUse; readonly weight: string }[],
    type = 'llm.request',
  ): Promise<void> {
    await this.ledger.execute(creditProduct, streams.creditProduct(id), {
      type: 'CreateCreditProduct',
      at: this.now,
      id,
      name: id,
      unit: 'credit',
      meters: meters.map(({ drawsOn, weight }) => ({
        id: drawsOn,
        eventType: type,
        filters: [],
        quantity: { kind: 'value' as const, path: 'tokens' },
        weight: amount(weight),
        drawsOn,
      })),
      limits: [],
    });
  }

  /** What a wallet credit is worth in EUR. */
  async price(price: string, effectiveAt?: Instant, enabled = true): Promise<void> {
    const creditPrices = [{ currency: 'EUR', price: amount(price), ...(effectiveAt !== undefined && { effectiveAt }) }];
    await this.ledger.execute(settings, streams.settings, {
      type: 'UpdateSettings',
      at: this.now,
      enabled,
      allowFreeCredits: true,
      creditPrices,
    });
  }

  async addWallet(customerId: string, money = '100', grant: Partial<GrantRequest> = {}): Promise<void> {
    await this.ledger.execute(wallet, streams.wallet(customerId), {
      type: 'Create',
      at: this.now,
      customerId,
      currency: 'EUR',
      limits: [],
      startingGrant: { origin: 'free', priority: 100, amount: amount(money), ...grant },
    });
  }

  async wallet(customerId: string): Promise<Balance> {
    return (await this.ledger.load(wallet, streams.wallet(customerId))).state;
  }

  async balance(customerId: string, creditProductId: string): Promise<Balance> {
    return (await this.ledger.load(creditBalance, streams.creditBalance(customerId, creditProductId))).state;
  }

  /** Sends usage events and says their outcomes. */
  async use(...events: UsageFields[]): Promise<readonly UsageOutcome[]> {
    return this.intake.submit(events.map((fields) => this.offer(fields)));
  }

  offer(fields: UsageFields): UsageOffer {
    const text = JSON.stringify({ specversion: '1.0', source: 'test', type: 'llm.request', subject: 'ada', ...fields });
    return { parsed: parseStructured(text, this.now), original: () => ({ text, encoding: 'utf8' }), transport: 'test' };
  }

  /** Findings and summary. `changed` is looked at instead of what this ledger has. */
  async verify(changed: Partial<VerifySources> = {}): Promise<VerifyStep[]> {
    await this.projector.save();
    const steps: VerifyStep[] = [];
    for await (const step of verify({
      log: this.log,
      projections: this.projections,
      streamDefinitions,
      clock: () => this.now,
      ...changed,
    }))
      steps.push(step);
    return steps.filter((step) => step.kind !== 'progress');
  }
}

export interface UsageFields {
  readonly id: string;
  readonly source?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data: { readonly [name: string]: unknown };
}
export const tokens = (id: string, tokens: number, more: Partial<UsageFields> = {}): UsageFields => ({ id, data: { tokens }, ...more });
