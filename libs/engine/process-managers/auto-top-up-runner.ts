/**
 * Brings auto top-ups to life: follows the log in order, and comes when one is due. At least once: several processes may do it at a
 * time, for all that it does is under an expected revision or a key, and done twice it changes nothing.
 */
import { type AutoTopUp, autoTopUp, type AutoTopUpCommand, type Reaction, reactionTo } from '@drawdown/domain/auto-top-up';
import type { Instant } from '@drawdown/domain/amounts';
import { balanceAt, type DocumentReader, streamNames } from '@drawdown/engine/read-models';
import { optional, readEvent, reservedKeys } from '@drawdown/domain/decider';
import type { PurchaseServices } from '@drawdown/engine/payments';
import { categoryOf, type EventLog, idsOf, type RecordedEvent, streams, type Subscription } from '@drawdown/engine/event-store';
import type { DueCommands } from './due-commands';
import { wallet } from '@drawdown/domain/balance';
import { AUTO_TOP_UP_POSITION, autoTopUpPosition } from './auto-top-up-position';
import { obstacleTo } from './auto-top-up-obstacle';
import { startRequest } from './auto-top-up-start';

/** Events met before the position is recorded: so many are met again after a crash. */
const POSITION_EVERY_EVENTS = 5_000;
/** Waited when a payment provider is down; twice as long after each further failure. By the machine's own time. */
const PROVIDER_PAUSE_MS_MIN = 1_000;
const PROVIDER_PAUSE_MS_MAX = 60_000;
const AGAIN_MS_MAX = 1_000;

/** They tell of money or of an end: no auto top-up may miss one, whatever this process knows of it. */
const OUTCOMES: ReadonlySet<string> = new Set([
  'PurchaseSucceeded',
  'PurchaseFailed',
  'PurchaseExpired',
  'PurchaseFlagged',
  'WalletClosed',
]);

interface AutoTopUpServices extends PurchaseServices, DocumentReader {
  readonly log: Pick<EventLog, 'subscribe'>;
}

export class AutoTopUpRunner {
  /** Customers who have one. */
  private readonly known = new Set<string>();
  private subscription: Subscription | undefined;
  private processed = -1n;
  private sinceRecorded = 0;
  private stopped = false;
  private providerFailures = 0;
  private providerPausedUntil = 0;
  private waiting: { readonly position: bigint; readonly done: () => void }[] = [];

  constructor(
    private readonly services: AutoTopUpServices,
    /** Gets every fault. The work is retried. */
    private readonly failed: (fault: unknown) => void,
  ) {
    services.ledger.states.follow(({ entry }) => {
      if (entry.definition.category === autoTopUp.category) this.known.add(idsOf(entry.stream)[0] ?? '');
    });
  }

  /** For the sweeper. */
  readonly due: DueCommands = new Map([[autoTopUp.category, (stream) => this.attend(stream)]]);

  /** Follows the log from the recorded position. Call once derived state has met the log. */
  async start(): Promise<void> {
    for await (const stream of streamNames(this.services, `${autoTopUp.category}-`)) this.known.add(idsOf(stream)[0] ?? '');
    const { state } = await this.services.ledger.reload(autoTopUpPosition, AUTO_TOP_UP_POSITION);
    this.processed = BigInt(state.through);
    this.subscription = this.services.log.subscribe(this.processed, (events) => this.handle(events));
    this.subscription.ended.catch(this.failed);
  }

  /** Settles when everything up to a position of the log has been carried out. */
  async through(position: bigint): Promise<void> {
    if (position <= this.processed || this.stopped) return;
    await new Promise<void>((done) => this.waiting.push({ position, done }));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.subscription?.close();
    for (const { done } of this.waiting.splice(0)) done();
    // Kept back it is no loss: what is met again changes nothing.
    if (this.sinceRecorded > 1) await this.recordPosition().catch(() => undefined);
  }

  private async handle(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) {
      if (categoryOf(event.stream) === wallet.category) await this.untilDone(() => this.handleOne(event));
      if (this.stopped) return;
      this.processed = event.position;
      this.sinceRecorded += 1;
      const reached = this.waiting.filter(({ position }) => position <= event.position);
      if (reached.length > 0) this.waiting = this.waiting.filter((one) => !reached.includes(one));
      for (const { done } of reached) done();
    }
    if (this.sinceRecorded >= POSITION_EVERY_EVENTS) await this.recordPosition().catch(this.failed);
  }

  private async handleOne({ stream, type, data }: RecordedEvent): Promise<void> {
    const customerId = idsOf(stream)[0] ?? '';
    const outcome = OUTCOMES.has(type);
    if (!outcome && !this.known.has(customerId)) return;
    const { ledger, clock } = this.services;
    const own = streams.autoTopUp(customerId);
    // What this process knows may be older than what another one has started.
    const { state } = await (outcome ? ledger.reload(autoTopUp, own) : ledger.load(autoTopUp, own));
    const event = readEvent(wallet, type, data);
    const known = event.type === 'PurchaseFlagged' ? await this.withItsPurchase(customerId, state) : state;
    const reaction = reactionTo(event, known, clock());
    if (reaction) await this.react(customerId, reaction);
  }

  /**
   * A payment may be reported before the start of its request is recorded. The wallet keeps the end of a purchase, and `startRequest`
   * reads it there. Only the event knows of a flag, so its request must be found at once.
   */
  private async withItsPurchase(customerId: string, state: AutoTopUp): Promise<AutoTopUp> {
    const { inFlight } = state;
    if (!inFlight || inFlight.purchaseId !== undefined) return state;
    const { ledger } = this.services;
    const stream = streams.wallet(customerId);
    await ledger.reload(wallet, stream);
    const recorded = await ledger.recorded(wallet, stream, reservedKeys.autoTopUp(inFlight.id));
    const started = recorded?.events.find((event) => event.type === 'PurchaseStarted');
    return started ? { ...state, inFlight: { ...inFlight, purchaseId: started.purchaseId } } : state;
  }

  private async react(customerId: string, reaction: Reaction): Promise<void> {
    if (reaction.kind === 'look') return this.consider(customerId);
    // The start is recorded after the request to the provider. Until then the request stays due.
    if (reaction.command.type === 'RecordPurchaseStarted') return;
    // A refusal is an answer too: it had ended, or was turned off meanwhile.
    await this.services.ledger.execute(autoTopUp, streams.autoTopUp(customerId), reaction.command);
  }

  private async consider(customerId: string): Promise<void> {
    const { ledger, clock } = this.services;
    // The wallet is read to its end, and after the auto top-up: a request whose outcome is known there has its money in these figures.
    // Whatever is appended meanwhile has it made again.
    await ledger.execute(autoTopUp, streams.autoTopUp(customerId), async (): Promise<AutoTopUpCommand> => {
      const { state } = await ledger.reload(wallet, streams.wallet(customerId));
      const at = clock();
      const { available, projected, pending } = balanceAt(state, at);
      const obstacle = await obstacleTo(this.services, state, at);
      return { type: 'Consider', at, figures: { available, projected, pending }, ...optional('obstacle', obstacle) };
    });
  }

  /** What spends money is decided now, with the figures of now, however long ago it fell due. */
  private async attend(stream: string): Promise<Instant | 'waiting' | undefined> {
    const { ledger, clock } = this.services;
    const customerId = idsOf(stream)[0] ?? '';
    const { state } = await ledger.reload(autoTopUp, stream);
    const dueAt = dueOf(state);
    if (dueAt === undefined || dueAt > clock()) return dueAt;
    if (!state.inFlight) await this.consider(customerId);
    else if (performance.now() < this.providerPausedUntil) return 'waiting';
    else await this.begin(customerId, state.inFlight);
    const next = dueOf((await ledger.load(autoTopUp, stream)).state);
    return next === dueAt ? 'waiting' : next;
  }

  private async begin(customerId: string, request: Parameters<typeof startRequest>[2]): Promise<void> {
    try {
      await startRequest(this.services, customerId, request);
      this.providerFailures = 0;
    } catch (fault) {
      const pause = Math.min(PROVIDER_PAUSE_MS_MAX, PROVIDER_PAUSE_MS_MIN * 2 ** this.providerFailures);
      this.providerFailures += 1;
      this.providerPausedUntil = performance.now() + pause;
      throw fault;
    }
  }

  /** Again and again while it fails: what is met must not be skipped. */
  private async untilDone(work: () => Promise<void>): Promise<void> {
    for (let failures = 0; !this.stopped; failures += 1) {
      try {
        return await work();
      } catch (fault) {
        this.failed(fault);
        await new Promise((resolve) => setTimeout(resolve, Math.min(AGAIN_MS_MAX, 20 * 2 ** Math.min(failures, 10))));
      }
    }
  }

  private async recordPosition(): Promise<void> {
    this.sinceRecorded = 0;
    const { ledger, clock } = this.services;
    await ledger.execute(autoTopUpPosition, AUTO_TOP_UP_POSITION, { type: 'Advance', at: clock(), through: String(this.processed) });
  }
}

const dueOf = (state: Parameters<NonNullable<typeof autoTopUp.dueAt>>[0]): Instant | undefined =>
  autoTopUp.dueAt?.(state) as Instant | undefined;
