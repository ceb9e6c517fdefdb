/**
 * Brings auto top-ups to life: follows the log in order, and comes when one is due. At least once: several processes may do it at a
 * time, for all that it does is under an expected revision or a key, and done twice it changes nothing.
 */
import { type AutoTopUp, autoTopUp, type AutoTopUpCommand, type Reaction, reactionTo } from '@drawdown/domain/auto-top-up';
import type { Instant } from '@drawdown/domain/amounts';
import { balanceAt, type DocumentReader, streamNames } from '@drawdown/engine/read-models';
import { optional, readEvent, reservedKeys } from '@drawdown/domain/decider';
import type { PurchaseServices } from '@drawdown/engine/payments';
import {
  categoryOf,
  type EventLog,
  followerPosition,
  followerStream,
  idsOf,
  isFollowerPosition,
  type RecordedEvent,
  streams,
  SubscriptionRunner,
} from '@drawdown/engine/event-store';
import type { DueCommands } from './due-commands';
import { wallet } from '@drawdown/domain/balance';
import { backOffMs } from '@drawdown/engine/async';
import { obstacleTo } from './auto-top-up-obstacle';
import { startRequest } from './auto-top-up-start';

const POSITION_EVERY_EVENTS = 5_000;
const POSITION_STREAM = followerStream('autoTopUps');
/** While a payment provider is down. By the machine's own time. */
const PROVIDER_BACK_OFF = { minMs: 1_000, maxMs: 60_000 };

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
  private following: SubscriptionRunner | undefined;
  private providerFailures = 0;
  private providerPausedUntil = 0;

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

  /** Follows the log from the recorded position. Call once derived state has caught up. */
  async start(): Promise<void> {
    for await (const stream of streamNames(this.services, `${autoTopUp.category}-`)) this.known.add(idsOf(stream)[0] ?? '');
    const { log, ledger, clock } = this.services;
    const { state } = await ledger.reload(followerPosition, POSITION_STREAM);
    this.following = new SubscriptionRunner(log, state.through, {
      handle: (event) => (this.concerns(event) ? this.handle(event) : undefined),
      checkpoint: {
        everyEvents: POSITION_EVERY_EVENTS,
        counts: (event) => !isFollowerPosition(event),
        save: async (through) => void (await ledger.execute(followerPosition, POSITION_STREAM, { type: 'Advance', at: clock(), through })),
      },
      failed: this.failed,
    });
    this.following.start();
    this.following.ended.catch(this.failed);
  }

  /** Settles when everything up to a position of the log has been carried out, or when it has been stopped. */
  async through(position: bigint): Promise<void> {
    await this.following?.awaitPosition(position);
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  private concerns({ stream, type }: RecordedEvent): boolean {
    return categoryOf(stream) === wallet.category && (OUTCOMES.has(type) || this.known.has(idsOf(stream)[0] ?? ''));
  }

  private async handle({ stream, type, data }: RecordedEvent): Promise<void> {
    const customerId = idsOf(stream)[0] ?? '';
    const outcome = OUTCOMES.has(type);
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
      const pause = backOffMs(this.providerFailures, PROVIDER_BACK_OFF);
      this.providerFailures += 1;
      this.providerPausedUntil = performance.now() + pause;
      throw fault;
    }
  }
}

const dueOf = (state: Parameters<NonNullable<typeof autoTopUp.dueAt>>[0]): Instant | undefined =>
  autoTopUp.dueAt?.(state) as Instant | undefined;
