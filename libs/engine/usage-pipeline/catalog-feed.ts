/**
 * Feeds a CatalogFollower in a process that does not project: it follows the log and keeps what happens to credit products.
 *
 * The promise: a change of the catalog that was acknowledged before a usage event was produced counts for it. So a batch asks the
 * store for its head, once, and is rated when everything up to there has been met; until then it waits, and beyond the bound nothing
 * is decided on a catalog that may be old.
 */
import { NullProjections, type Projections } from '@drawdown/engine/derived-state';
import { creditProduct } from '@drawdown/domain/catalog';
import type { RatingTable } from '@drawdown/domain/usage';
import {
  AppliedKeys,
  categoryOf,
  DerivedStateLost,
  DerivedStateUnavailable,
  type EventLog,
  Fault,
  streamDefinitionOf,
  type RecordedEvent,
  StreamStates,
  type Subscription,
} from '@drawdown/engine/event-store';
import { CatalogFollower } from './catalog-follower';
import { projectedThrough } from '@drawdown/engine/read-models';
import { DEDUPE_WINDOW_MS_DEFAULT } from './usage-outcome';

/** How long a batch waits for the catalog to be as new as the store. Following the log takes milliseconds where nothing is wrong. */
const CATALOG_WAIT_MS_MAX = 10_000;
const FOLLOW_AGAIN_AFTER_MS = 1_000;
const PAGE = 500;

/** The log has more than has been met within the bound. Wait and try the same again: nothing was decided. */
export class CatalogBehind extends Fault {
  /** @param cause why following the log ended last, where it has not gone on since */
  constructor(wanted: bigint, processed: bigint, cause?: unknown) {
    const why = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : 'no reason given'})`;
    super(
      'catalog_behind',
      `the catalog is known up to position ${processed} of the log and is needed up to ${wanted}; usage waits until the log can be followed${why}`,
      true,
      { cause },
    );
  }
}

interface Waiter {
  readonly position: bigint;
  readonly resolve: () => void;
}

export class CatalogFeed {
  private readonly states: StreamStates;
  private readonly catalog: CatalogFollower;
  private processed = -1n;
  private subscription: Subscription | undefined;
  private again: NodeJS.Timeout | undefined;
  private stopped = false;
  private fault: unknown;
  private readonly waiters = new Set<Waiter>();
  private asked: Promise<bigint> | undefined;
  private askedNext: Promise<bigint> | undefined;

  constructor(
    private readonly log: EventLog,
    /** Spare the start from reading the whole log. They are read while it starts, and never after. */
    private readonly projections: Pick<Projections, 'attach' | 'load' | 'list' | 'checkpoint'> = NullProjections,
    private readonly waitMsMax = CATALOG_WAIT_MS_MAX,
    /** Gets every fault that ended the subscription. It is started again. */
    private readonly onFault: (fault: unknown) => void = () => undefined,
  ) {
    this.states = new StreamStates(log, NullProjections, new AppliedKeys(NullProjections, DEDUPE_WINDOW_MS_DEFAULT), [
      streamDefinitionOf(creditProduct),
    ]);
    this.catalog = new CatalogFollower(this.states);
  }

  /** Resolves when everything that was in the log at the start has been met. @throws Fault retriable: call it again */
  async start(): Promise<void> {
    this.processed = await this.saved();
    const head = await this.log.head();
    this.follow();
    while (this.processed < head && !this.stopped) await this.isReached(head);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.again);
    for (const { resolve } of this.waiters) resolve();
    await this.subscription?.close();
  }

  /** Of the last event met. */
  get position(): bigint {
    return this.processed;
  }

  /**
   * The catalog as new as the store is at the moment of the call, or newer.
   * @throws CatalogBehind, LogUnavailable
   */
  async newest(): Promise<RatingTable> {
    const head = await this.head();
    if (!(await this.isReached(head))) throw new CatalogBehind(head, this.processed, this.fault);
    return this.catalog.table;
  }

  /** -1n: the log is read from its beginning, as it is when derived state cannot be read. */
  private async saved(): Promise<bigint> {
    try {
      await this.projections.attach();
      const through = await projectedThrough(this.log, this.projections);
      if (through >= 0n) await this.loadKnown();
      return through;
    } catch (fault) {
      if (fault instanceof DerivedStateLost || fault instanceof DerivedStateUnavailable) return -1n;
      throw fault;
    }
  }

  /** Products that derived state knows by name. They are read from the log all the same: so a damaged document changes nothing. */
  private async loadKnown(): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await this.projections.list({
        prefix: `${creditProduct.category}-`,
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      await Promise.all(page.map(({ stream }) => this.states.reload(stream)));
      after = page.at(-1)?.stream;
      if (page.length < PAGE) return;
    }
  }

  private follow(): void {
    if (this.stopped) return;
    // The port goes on by itself after any fault of the log but one that the handler met while it read a stream.
    const later = (fault: unknown): void => {
      this.fault = fault;
      this.onFault(fault);
      this.again = setTimeout(() => this.follow(), FOLLOW_AGAIN_AFTER_MS);
    };
    try {
      this.subscription = this.log.subscribe(this.processed, (events) => this.handle(events));
      this.subscription.ended.catch(later);
    } catch (fault) {
      later(fault);
    }
  }

  private async handle(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) {
      if (categoryOf(event.stream) === creditProduct.category) await this.states.handle(event);
      this.processed = event.position;
    }
    this.fault = undefined;
    this.forgetKeys();
    for (const waiter of this.waiters) if (waiter.position <= this.processed) waiter.resolve();
  }

  /** Batches that ask at the same time share an answer, but never one that was asked for before they came. */
  private head(): Promise<bigint> {
    if (!this.asked) return this.ask();
    return (this.askedNext ??= this.asked.then(
      () => this.ask(),
      () => this.ask(),
    ));
  }

  private ask(): Promise<bigint> {
    this.askedNext = undefined;
    const asked = this.log.head().finally(() => {
      if (this.asked === asked) this.asked = undefined;
    });
    return (this.asked = asked);
  }

  /** False when it was not met within the bound. */
  private async isReached(position: bigint): Promise<boolean> {
    if (this.processed >= position) return true;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { position, resolve: done };
      const timer = setTimeout(done, this.waitMsMax);
      this.waiters.add(waiter);
    });
    return this.processed >= position;
  }

  /** Nobody here asks for keys of commands. */
  private forgetKeys(): void {
    this.states.keys.take().saved();
  }
}
