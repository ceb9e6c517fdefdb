/**
 * Feeds a CatalogFollower in a process that does not project: it follows the log and keeps what happens to credit products.
 *
 * The promise: a change of the catalog that was acknowledged before a usage event was produced counts for it. So a batch asks the
 * store for its head, once, and is rated when everything up to there has been handled; until then it waits, and beyond the bound nothing
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
  StreamStates,
  SubscriptionRunner,
} from '@drawdown/engine/event-store';
import { CatalogFollower } from './catalog-follower';
import { projectedThrough } from '@drawdown/engine/read-models';
import { DEDUPE_WINDOW_MS_DEFAULT } from './usage-outcome';

/** How long a batch waits for the catalog to be as new as the store. Following the log takes milliseconds where nothing is wrong. */
const CATALOG_WAIT_MS_MAX = 10_000;
const PAGE = 500;

/** The log has more than has been handled within the bound. Wait and try the same again: nothing was decided. */
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

export class CatalogFeed {
  private readonly states: StreamStates;
  private readonly catalog: CatalogFollower;
  private following: SubscriptionRunner | undefined;
  private fault: unknown;
  private asked: Promise<bigint> | undefined;
  private askedNext: Promise<bigint> | undefined;

  constructor(
    private readonly log: EventLog,
    /** Spare the start from reading the whole log. They are read while it starts, and never after. */
    private readonly projections: Pick<Projections, 'attach' | 'load' | 'list' | 'checkpoint'> = NullProjections,
    private readonly waitMsMax = CATALOG_WAIT_MS_MAX,
    /** Gets every fault of an event or of the log. It is retried. */
    private readonly onFault: (fault: unknown) => void = () => undefined,
  ) {
    this.states = new StreamStates(log, NullProjections, new AppliedKeys(NullProjections, DEDUPE_WINDOW_MS_DEFAULT), [
      streamDefinitionOf(creditProduct),
    ]);
    this.catalog = new CatalogFollower(this.states);
  }

  /** Resolves when everything that was in the log at the start has been handled. @throws Fault retriable: call it again */
  async start(): Promise<void> {
    const saved = await this.saved();
    const head = await this.log.head();
    const following = new SubscriptionRunner(this.log, saved, {
      // Nobody here asks for keys of commands.
      ready: () => this.states.keys.take().saved(),
      handle: (event) => (categoryOf(event.stream) === creditProduct.category ? this.states.handle(event) : undefined),
      recovered: () => (this.fault = undefined),
      failed: (fault) => {
        this.fault = fault;
        this.onFault(fault);
      },
    });
    this.following = following;
    following.start();
    if (!(await following.awaitPosition(head))) throw new CatalogBehind(head, this.position, this.fault);
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  /** Of the last event handled. */
  get position(): bigint {
    return this.following?.position ?? -1n;
  }

  /**
   * The catalog as new as the store is at the moment of the call, or newer.
   * @throws CatalogBehind, LogUnavailable
   */
  async newest(): Promise<RatingTable> {
    const head = await this.head();
    const reached = await this.following?.awaitPosition(head, this.waitMsMax);
    if (!reached) throw new CatalogBehind(head, this.position, this.fault);
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
}
