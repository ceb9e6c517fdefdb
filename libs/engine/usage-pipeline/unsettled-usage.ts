/**
 * One round of usage: rate, find what is known already, decide and append per balance, and say what became of each event.
 * Dedupe belongs here: a key is looked up, confirmed in the stream, and applied under one expected revision.
 */
import type { Settings } from '@drawdown/domain/settings';
import type { Instant } from '@drawdown/domain/amounts';
import { type AccruedLine, type Balance, type UsageLine, wallet } from '@drawdown/domain/balance';
import type { RatingTable, Rejection, UsageEvent } from '@drawdown/domain/usage';
import {
  type Again,
  AGAIN,
  AppendTooLarge,
  holdsUsage,
  type KeyPlace,
  type Ledger,
  streams,
  type StreamState,
  usageFingerprint,
} from '@drawdown/engine/event-store';
import type { RejectedUsageStore } from './rejected-usage-store';
import { forEachConcurrent } from '@drawdown/engine/async';
import {
  type Charge,
  type Clock,
  type UsageOutcome,
  LINES_BYTES_MAX,
  LINES_PER_EVENT_MAX,
  USAGE_FUTURE_MS_MAX,
  type UsageOffer,
} from './usage-outcome';
import { balanceClosed, conflict, inFuture, noCreditBalance, noWallet, tooLate, unknownCustomer, walletClosed } from './usage-rejections';
import { bytesOf, convert, type Draw, drawOn, isOfWallet, type UsageTarget, targetsOf } from './usage-targets';

/** Events read at once to confirm repeats. */
export const PLACES_READ_AT_ONCE = 64;

/** A usage event on its way through a round. */
interface Item {
  readonly offer: UsageOffer;
  readonly usage: UsageEvent;
  readonly fingerprint: number;
  /** What it draws on, by credit product. Emptied as it turns out to be applied already. */
  readonly targets: Map<string, UsageTarget>;
  readonly charges: Charge[];
  rejection?: Rejection;
  fault?: unknown;
  known: boolean;
}

interface ItemDraw extends Draw {
  readonly item: Item;
}

/** The log could not be written; sent again, the usage event finds out what became of it. */
export interface Faulted {
  readonly status: 'faulted';
  readonly fault: unknown;
}

export class UnsettledUsage {
  private readonly now: Instant;
  /** Lookups and appends of a round use states of one epoch. */
  private readonly epoch: number;
  /** The revision of each stream at which keys were looked up: what is appended has to follow that very one. */
  private lookedUpAt = new Map<string, number | undefined>();
  /** Lines of usage read to confirm a fingerprint, by place, then by key: in a wallet a usage event may have one for each credit product. */
  private readonly confirmed = new Map<string, ReadonlyMap<string, readonly (UsageLine | AccruedLine)[]>>();
  /** Those that usage of this round is worth money by. */
  private settings: Settings | undefined;
  /** Streams that were read to their end before usage was rejected for what they say. */
  private readonly reread = new Map<string, Promise<StreamState>>();

  constructor(
    private readonly ledger: Ledger,
    private readonly table: RatingTable,
    clock: Clock,
    private readonly rejectedUsageStore: RejectedUsageStore,
  ) {
    this.now = clock();
    this.epoch = ledger.states.epoch;
  }

  /** The outcomes, in the order of the offers; a fault in place of an outcome where the log could not be written. The others stand. */
  async run(offers: readonly UsageOffer[]): Promise<readonly (UsageOutcome | Faulted)[]> {
    const outcomes = new Array<UsageOutcome | Faulted | undefined>(offers.length);
    let waiting = offers.map((_, i) => i);
    while (waiting.length > 0) {
      // Events of one key are judged one after another: the others by what became of the first.
      const first = new Map<string, number>();
      const others: (readonly [i: number, first: number])[] = [];
      for (const i of waiting) {
        const { parsed } = offers[i]!;
        const key = 'usage' in parsed ? lineKey(parsed.usage) : `\0${i}`;
        const before = first.get(key);
        if (before === undefined) first.set(key, i);
        else others.push([i, before]);
      }
      const now = [...first.values()];
      const results = await this.pass(now.map((i) => offers[i]!));
      now.forEach((i, k) => (outcomes[i] = results[k]));
      waiting = [];
      for (const [i, before] of others) {
        const known = afterFirst(offers[i]!, offers[before]!, outcomes[before]!);
        if (known) outcomes[i] = known;
        else waiting.push(i);
      }
    }
    return outcomes as (UsageOutcome | Faulted)[];
  }

  private async pass(offers: readonly UsageOffer[]): Promise<readonly (UsageOutcome | Faulted)[]> {
    const items = offers.map((offer) => ('usage' in offer.parsed ? this.rate(offer, offer.parsed.usage) : offer.parsed.rejection));
    const rated = items.filter((item): item is Item => 'usage' in item);
    await this.notePlaces(rated);
    // First what is known already: a repeat is a duplicate, whatever has become of its balance since.
    const places = await this.ledger.states.keys.findEach(rated.map((item) => item.fingerprint));
    const distinct = new Map(places.flat().map((place) => [`${place.stream}@${place.revision}`, place]));
    await forEachConcurrent(distinct.values(), PLACES_READ_AT_ONCE, (place) => this.linesAt(place));
    for (const [i, item] of rated.entries()) for (const place of places[i]!) await this.recognise(item, place);
    await Promise.all(rated.map((item) => this.place(item)));
    await this.consumeAll(rated);
    return this.outcomesOf(offers, items);
  }

  private async notePlaces(items: readonly Item[]): Promise<void> {
    const { states } = this.ledger;
    const targets = new Set(items.flatMap(streamsOf));
    // While streams are folded anew the index is not whole: what other balances of the customer were charged is read in them.
    const others = states.isRefolding ? items.flatMap(({ usage }) => this.everyBalanceOf(usage.subject)) : [];
    await Promise.all(
      [...new Set([...targets, ...others])].filter((stream) => !states.cached(stream)).map((stream) => states.load(stream)),
    );
    this.lookedUpAt = new Map([...targets].map((stream) => [stream, states.cached(stream)?.revision]));
  }

  private everyBalanceOf = (customerId: string): readonly string[] => [
    streams.wallet(customerId),
    ...this.table.productIds.map((product) => streams.creditBalance(customerId, product)),
  ];

  /**
   * What cannot be rated now is looked up all the same: it may have been applied when it could be. What was rated before is not
   * rated again: it counts by the catalog of then.
   */
  private rate(offer: UsageOffer, usage: UsageEvent): Item {
    const rating = usage.usedAt > this.now + USAGE_FUTURE_MS_MAX ? { rejection: inFuture } : (offer.rating ?? this.table.rate(usage));
    const matched = 'matched' in rating ? rating.matched : [];
    return {
      offer,
      usage,
      fingerprint: usageFingerprint(usage.source, usage.id),
      targets: targetsOf(usage.subject, matched),
      charges: [],
      known: false,
      ...('rejection' in rating && { rejection: rating.rejection }),
    };
  }

  /** Keeps the targets that the customer holds; rejects the item when it is new and there is none. */
  private async place(item: Item): Promise<void> {
    if (item.rejection) return;
    // Another process may have made a balance, or made it again, since this one last looked: nothing is rejected on old knowledge.
    if (!item.known && !this.holdsAny(item)) await Promise.all(streamsOf(item).map((stream) => this.readToEnd(stream)));
    const asked = [...item.targets.values()];
    let closed: UsageTarget | undefined;
    for (const target of asked) {
      const balance = await this.balance(target.stream);
      if (balance.status === 'closed') closed = target;
      if (balance.status === 'none' || balance.status === 'closed') item.targets.delete(target.creditProductId);
      else await this.checkTarget(item, target, balance);
    }
    if (item.targets.size === 0 && !item.known)
      item.rejection = closed ? closedRejection(closed) : await this.noBalance(item.usage, asked.every(isOfWallet));
  }

  private async checkTarget(item: Item, target: UsageTarget, { consumingSince, currency = '' }: Balance): Promise<void> {
    const unrated = target.shares.find(({ rated }) => rated.rejection)?.rated.rejection;
    if (unrated) item.rejection = unrated;
    else if (!item.known && this.tooLate(item.usage, consumingSince)) item.rejection = tooLate;
    else if (isOfWallet(target)) {
      const wrong = await this.convert(item.usage, target, currency);
      if (wrong) item.rejection = wrong;
    }
  }

  /** By the settings as they are known, and where they say no, by those at the end of their stream. */
  private async convert(usage: UsageEvent, target: UsageTarget, currency: string): Promise<Rejection | undefined> {
    this.settings ??= (await this.ledger.states.load(streams.settings)).state as Settings;
    const wrong = convert(target, usage, currency, this.settings);
    if (!wrong) return undefined;
    this.settings = (await this.readToEnd(streams.settings)).state as Settings;
    return convert(target, usage, currency, this.settings);
  }

  private holdsAny(item: Item): boolean {
    for (const { stream } of item.targets.values()) {
      const status = (this.ledger.states.cached(stream)?.state as Balance | undefined)?.status;
      if (status === 'open' || status === 'paused') return true;
    }
    return false;
  }

  /** Once a round. */
  private readToEnd(stream: string): Promise<StreamState> {
    const before = this.reread.get(stream);
    if (before) return before;
    const reading = this.ledger.states.reload(stream);
    this.reread.set(stream, reading);
    return reading;
  }

  /** Older than the window is refused only where a key may have been forgotten: where something was consumed before the window. */
  private tooLate(usage: UsageEvent, consumingSince: Instant | undefined): boolean {
    const horizon = this.now - this.ledger.states.keys.windowMs;
    return usage.usedAt < horizon && consumingSince !== undefined && consumingSince < horizon;
  }

  private async noBalance(usage: UsageEvent, ofWallet: boolean): Promise<Rejection> {
    const { revision } = await this.readToEnd(streams.customer(usage.subject));
    if (revision < 0) return unknownCustomer(usage);
    return ofWallet ? noWallet(usage) : noCreditBalance(usage);
  }

  /** Is what stands at this place the same usage event? Then it is not applied there again. */
  private async recognise(item: Item, place: KeyPlace): Promise<void> {
    for (const line of (await this.linesAt(place)).get(lineKey(item.usage)) ?? []) {
      if (item.rejection?.reason === 'usage_conflict') return;
      if (line.bodyHash !== item.usage.bodyHash) {
        item.targets.clear();
        item.rejection ??= conflict(item.usage);
        return;
      }
      item.known = true;
      delete item.rejection;
      // The first decision stands: a repeat completes what it set out to charge and adds nothing to it.
      const meant = new Set(line.alsoCharged ?? []);
      for (const [product, { stream }] of item.targets)
        if (!meant.has(product) || (stream === place.stream && (line.creditProductId ?? product) === product)) item.targets.delete(product);
    }
  }

  private async linesAt({ stream, revision }: KeyPlace): Promise<ReadonlyMap<string, readonly (UsageLine | AccruedLine)[]>> {
    const at = `${stream}@${revision}`;
    const before = this.confirmed.get(at);
    if (before) return before;
    const [recorded] = await this.ledger.log.readStream(stream, { from: revision, limit: 1 });
    const event = recorded && this.ledger.states.streamDefinitionOf(stream)?.decode(recorded.type, recorded.data);
    const lines = new Map<string, (UsageLine | AccruedLine)[]>();
    if (event && holdsUsage(event))
      for (const line of event.lines) {
        const others = lines.get(lineKey(line));
        if (others) others.push(line);
        else lines.set(lineKey(line), [line]);
      }
    this.confirmed.set(at, lines);
    return lines;
  }

  private async consumeAll(items: readonly Item[]): Promise<void> {
    const byStream = new Map<string, ItemDraw[]>();
    for (const item of items)
      if (!item.rejection)
        for (const target of item.targets.values()) {
          const draw = drawOf(item, target);
          const group = byStream.get(target.stream);
          if (group) group.push(draw);
          else byStream.set(target.stream, [draw]);
        }
    await Promise.all(
      [...byStream].map(([stream, group]) =>
        this.consume(stream, group).catch((fault: unknown) => {
          for (const { item } of group) item.fault = fault;
        }),
      ),
    );
  }

  private async consume(stream: string, draws: readonly ItemDraw[]): Promise<void> {
    for (let from = 0; from < draws.length;) {
      let bytes = 0;
      let lines = 0;
      let to = from;
      for (; to < draws.length && lines < LINES_PER_EVENT_MAX && bytes < LINES_BYTES_MAX; to++) {
        bytes += bytesOf(draws[to]!);
        lines += draws[to]!.target.shares.length;
      }
      await this.packFitting(stream, draws.slice(from, to));
      from = to;
    }
  }

  /** The bytes are an estimate, and what the log takes is a bound: by halves, each of them fits or is a single one. */
  private async packFitting(stream: string, draws: readonly ItemDraw[]): Promise<void> {
    try {
      await this.pack(stream, draws);
    } catch (fault) {
      if (!(fault instanceof AppendTooLarge) || draws.length === 1) throw fault;
      const half = draws.length >> 1;
      await this.packFitting(stream, draws.slice(0, half));
      await this.packFitting(stream, draws.slice(half));
    }
  }

  /** Packs usage events of one balance into one event; in a wallet into two, appended together, where some of it waits for an invoice. */
  private pack(stream: string, draws: readonly ItemDraw[]): Promise<void> {
    return this.ledger.inTurn(stream, () => this.ledger.decideOn(stream, (entry) => this.packOnce(entry, draws)));
  }

  private async packOnce(entry: StreamState, draws: readonly ItemDraw[]): Promise<void | Again> {
    const { stream } = entry;
    const { aggregate } = draws[0]!.target;
    if (this.lookedUpAt.get(stream) !== entry.revision) await this.lookUp(entry, draws);
    const known = entry.revision;
    // From here to the append nothing waits: the decision and the key lookup use the same revision.
    if (this.lookedUpAt.get(stream) !== known) return AGAIN;
    this.ledger.states.assertCurrent(this.epoch);
    const left = draws.filter(({ item, target }) => !item.rejection && item.targets.has(target.creditProductId));
    if (left.length === 0) return;
    const prerequisite = this.ledger.prerequisite(aggregate, entry, { type: 'Consume', at: this.now, lines: [] }, {});
    if (prerequisite) return prerequisite;
    const suspended = aggregate === wallet && this.settings?.enabled === false;
    const drawn = drawOn(aggregate, this.now, left, entry.state as Balance, suspended);
    if (!drawn) {
      for (const { item, target } of left) item.rejection = closedRejection(target);
      return;
    }
    const { traceparent } = left.find(({ item }) => item.offer.traceparent !== undefined)?.item.offer ?? {};
    if (!(await this.ledger.append(aggregate, entry, drawn, traceparent === undefined ? {} : { traceparent }))) return AGAIN;
    this.lookedUpAt.set(stream, known + drawn.events.length);
    for (const [draw, charge] of drawn.charges) draw.item.charges.push({ ...charge, revision: known + 1 + charge.revision });
  }

  /**
   * The stream has moved on since the keys were looked up: what another process applied meanwhile, or we ourselves without
   * hearing so, is no longer ours to apply.
   */
  private async lookUp({ stream, revision }: StreamState, draws: readonly ItemDraw[]): Promise<void> {
    const places = await this.ledger.states.keys.findEach(draws.map(({ item }) => item.fingerprint));
    for (const [i, { item }] of draws.entries())
      for (const place of places[i]!) if (place.stream === stream) await this.recognise(item, place);
    this.lookedUpAt.set(stream, revision);
  }

  /** Those that are rejected are kept together, and have their outcome only then. */
  private async outcomesOf(
    offers: readonly UsageOffer[],
    items: readonly (Item | Rejection)[],
  ): Promise<readonly (UsageOutcome | Faulted)[]> {
    const outcomes = items.map(outcomeOf);
    const rejected = outcomes.flatMap((outcome, i) => ('status' in outcome ? [] : [{ offer: offers[i]!, rejection: outcome }]));
    const kept = rejected.length === 0 ? [] : await this.rejectedUsageStore.keep(rejected, this.now);
    let next = 0;
    return outcomes.map((outcome) => {
      if ('status' in outcome) return outcome;
      const one = kept[next++]!;
      return 'fault' in one
        ? { status: 'faulted', fault: one.fault }
        : { status: 'rejected', rejection: outcome, rejectionId: one.rejectionId };
    });
  }

  private async balance(stream: string): Promise<Balance> {
    const { state } = this.ledger.states.cached(stream) ?? (await this.ledger.states.load(stream));
    return state as Balance;
  }
}

/** A rejection has no outcome yet: it has to be kept first. */
function outcomeOf(item: Item | Rejection): UsageOutcome | Faulted | Rejection {
  if (!('usage' in item)) return item;
  const { rejection, fault, charges, known } = item;
  if (fault !== undefined) return { status: 'faulted', fault };
  // What was charged is applied, even if another of its balances was closed under it.
  if (charges.length > 0) return { status: 'applied', charges };
  return rejection ?? (known ? { status: 'duplicate' } : { status: 'applied', charges });
}

/** What the first of a key says of a later one in the same round. Undefined: it has to be judged by itself. */
export function afterFirst(offer: UsageOffer, first: UsageOffer, outcome: UsageOutcome | Faulted): UsageOutcome | Faulted | undefined {
  // Nobody knows what became of the first, so nobody knows what this one is. Both are sent again.
  if (outcome.status === 'faulted') return outcome;
  const same = 'usage' in offer.parsed && 'usage' in first.parsed && offer.parsed.usage.bodyHash === first.parsed.usage.bodyHash;
  return same && outcome.status !== 'rejected' ? { status: 'duplicate' } : undefined;
}

const lineKey = ({ source, id }: { readonly source: string; readonly id: string }): string => `${source}\0${id}`;

const streamsOf = ({ targets }: Item): readonly string[] => [...targets.values()].map(({ stream }) => stream);
const closedRejection = (target: UsageTarget): Rejection => (isOfWallet(target) ? walletClosed : balanceClosed);

function drawOf(item: Item, target: UsageTarget): ItemDraw {
  const others = item.targets.size === 1 ? [] : [...item.targets.keys()].filter((product) => product !== target.creditProductId);
  return { item, usage: item.usage, target, others };
}
