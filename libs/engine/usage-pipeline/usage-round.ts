/**
 * One round of usage: rate -> find known keys -> group by balance -> decide -> encode and chain -> append. The round is one synchronous
 * decision over all balances, followed by one append. What it cannot settle in this way (repeats, balances that are not in memory or
 * cannot be charged, lost races) goes on to UnsettledUsage, which may read and wait.
 */
import type { Instant } from '@drawdown/domain/amounts';
import {
  type Balance,
  type BalanceEvent,
  consumeFromFirstGrant,
  creditBalance,
  type UsageToConsume,
  wallet,
} from '@drawdown/domain/balance';
import type { Settings } from '@drawdown/domain/settings';
import type { RatedProduct, Rating, RatingTable, UsageEvent } from '@drawdown/domain/usage';
import {
  type AppendResult,
  holdsUsage,
  type Ledger,
  RoundAppend,
  streams,
  type StreamState,
  tipOf,
  usageFingerprint,
} from '@drawdown/engine/event-store';
import type { RejectedUsageStore } from './rejected-usage-store';
import { plainRepeats } from './repeated-usage';
import { afterFirst, type Faulted, UnsettledUsage } from './unsettled-usage';
import { type Clock, LINES_BYTES_MAX, LINES_PER_EVENT_MAX, USAGE_FUTURE_MS_MAX, type UsageOffer, type UsageOutcome } from './usage-outcome';
import { chargeOf, lineBytesAtMost, worthOf } from './usage-targets';

interface RoundParts {
  readonly ledger: Ledger;
  readonly table: RatingTable;
  readonly clock: Clock;
  readonly rejectedUsageStore: RejectedUsageStore;
  readonly stages: StageTimes;
}

type StageName = 'rate' | 'known keys' | 'group' | 'decide' | 'append' | 'unsettled';

/** Milliseconds spent in each stage since the start, waiting included. */
export class StageTimes {
  private readonly spent = new Map<StageName, number>();
  private since = 0;

  begin(): void {
    this.since = performance.now();
  }

  end(stage: StageName): void {
    const now = performance.now();
    this.spent.set(stage, (this.spent.get(stage) ?? 0) + now - this.since);
    this.since = now;
  }

  get milliseconds(): Readonly<Partial<Record<StageName, number>>> {
    return Object.fromEntries(this.spent);
  }
}

/** The outcomes, in the order of the offers; a fault in place of an outcome where the log could not be written. The others stand. */
export async function runRound(parts: RoundParts, offers: readonly UsageOffer[]): Promise<readonly (UsageOutcome | Faulted)[]> {
  const round = new Round(parts, offers);
  await round.settleRegular();
  return round.settleRest();
}

/** A usage event with the one product that meters it. */
interface Rated {
  /** Of its offer in the round. */
  readonly index: number;
  readonly fingerprint: number;
  readonly usage: UsageEvent;
  readonly product: RatedProduct;
}

/** What a round charges to one balance: line by line, the usage and the event it comes from. */
interface Group {
  readonly entry: StreamState;
  /** Of the entry when the keys were looked up. */
  readonly revision: number;
  readonly aggregate: typeof creditBalance;
  readonly rated: Rated[];
  readonly lines: UsageToConsume[];
}

/** One append of the round. */
interface Decided {
  readonly rated: readonly Rated[];
  readonly events: readonly BalanceEvent[];
  /** Revision of the first event. */
  readonly first: number;
}

type Outcome = UsageOutcome | Faulted;

class Round {
  private readonly now: Instant;
  private readonly outcomes: (Outcome | undefined)[];
  /** Repeats within the round, judged by what became of the first of their key. */
  private readonly repeats: (readonly [index: number, first: number])[] = [];

  constructor(
    private readonly parts: RoundParts,
    private readonly offers: readonly UsageOffer[],
  ) {
    this.now = parts.clock();
    this.outcomes = new Array<Outcome | undefined>(offers.length);
  }

  /** Settles what needs no reading and no waiting but for one append. The rest has no outcome yet. */
  async settleRegular(): Promise<void> {
    const { ledger, stages } = this.parts;
    const { states } = ledger;
    const { epoch } = states;
    stages.begin();
    const rated = this.rate();
    stages.end('rate');
    // While streams are folded anew the index lacks keys: what other balances of a customer were charged has to be read.
    if (states.isRefolding) return;
    const groups = this.group(rated);
    stages.end('group');
    const fresh = await this.withoutKnown(rated, groups);
    stages.end('known keys');
    await ledger.inFreeTurns(async (turns) => {
      // Nothing waits from here to the append: the decision and the key lookup use the same revision of every stream.
      if (states.epoch !== epoch) return;
      const append = new RoundAppend(ledger.log, states);
      const decided: Decided[] = [];
      const streams: string[] = [];
      for (const group of fresh) {
        const { entry, revision } = group;
        if (group.lines.length === 0 || entry.revision !== revision || !turns.isFree(entry.stream)) continue;
        this.decide(group, append, decided);
        streams.push(entry.stream);
      }
      turns.take(streams);
      stages.end('decide');
      const results = await append.commit();
      for (let i = 0; i < decided.length; i++) this.settle(decided[i]!, results[i]!);
      stages.end('append');
    });
  }

  /** Those that were not settled, and then the repeats, by what became of the first of their key. */
  async settleRest(): Promise<readonly Outcome[]> {
    const { offers, outcomes, repeats } = this;
    const { ledger, table, clock, rejectedUsageStore, stages } = this.parts;
    const repeated = new Set(repeats.map(([index]) => index));
    const settle = async (indices: readonly number[]): Promise<void> => {
      if (indices.length === 0) return;
      stages.begin();
      const unsettled = new UnsettledUsage(ledger, table, clock, rejectedUsageStore);
      const settled = await unsettled.run(indices.map((i) => offers[i]!));
      for (let k = 0; k < indices.length; k++) outcomes[indices[k]!] = settled[k]!;
      stages.end('unsettled');
    };
    const open: number[] = [];
    for (let i = 0; i < offers.length; i++) if (outcomes[i] === undefined && !repeated.has(i)) open.push(i);
    await settle(open);
    const unlike: number[] = [];
    for (const [index, first] of repeats) {
      const [offer, before] = [offers[index]!, offers[first]!];
      const outcome = haveOneKey(offer, before) ? afterFirst(offer, before, outcomes[first]!) : undefined;
      if (outcome) outcomes[index] = outcome;
      else unlike.push(index);
    }
    await settle(unlike);
    return outcomes as readonly Outcome[];
  }

  /** Usage of one product, with a rating: what most usage is. */
  private rate(): Rated[] {
    const { offers, now } = this;
    const { table, ledger } = this.parts;
    const horizon = now - ledger.states.keys.windowMs;
    const rated: Rated[] = [];
    const firstOf = new Map<number, number>();
    for (let index = 0; index < offers.length; index++) {
      const { parsed, rating } = offers[index]!;
      if (!('usage' in parsed)) continue;
      const { usage } = parsed;
      const fingerprint = usageFingerprint(usage.source, usage.id);
      const first = firstOf.get(fingerprint);
      if (first !== undefined) {
        this.repeats.push([index, first]);
        continue;
      }
      firstOf.set(fingerprint, index);
      if (usage.usedAt > now + USAGE_FUTURE_MS_MAX || usage.usedAt < horizon) continue;
      const product = onlyProductOf(rating ?? table.rate(usage));
      if (product) rated.push({ index, fingerprint, usage, product });
    }
    return rated;
  }

  /** By balance, where it is in memory and can be charged, and its usage is worth money where it has to be. */
  private group(rated: readonly Rated[]): readonly Group[] {
    const groups: Group[] = [];
    const byBalance = new Map<string, Map<string, Group | undefined>>();
    for (const one of rated) {
      const { product, usage } = one;
      const balances = product.drawsOn === undefined ? product.creditProductId : WALLETS;
      let ofCustomers = byBalance.get(balances);
      if (!ofCustomers) byBalance.set(balances, (ofCustomers = new Map<string, Group | undefined>()));
      let group = ofCustomers.get(usage.subject);
      if (group === undefined && !ofCustomers.has(usage.subject)) {
        group = this.groupOf(usage.subject, product);
        ofCustomers.set(usage.subject, group);
        if (group) groups.push(group);
      }
      const line = group && this.lineOf(usage, product, group.entry.state as Balance);
      if (!group || !line) continue;
      group.rated.push(one);
      group.lines.push(line);
    }
    return groups;
  }

  private groupOf(subject: string, { creditProductId, drawsOn }: RatedProduct): Group | undefined {
    const stream = drawsOn === undefined ? streams.creditBalance(subject, creditProductId) : streams.wallet(subject);
    const entry = this.parts.ledger.states.cached(stream);
    if (!entry || !canBeCharged(entry.state as Balance)) return undefined;
    return { entry, revision: entry.revision, aggregate: drawsOn === undefined ? creditBalance : wallet, rated: [], lines: [] };
  }

  /** Undefined: what the credits are worth is not known here, or nothing may be debited. */
  private lineOf(usage: UsageEvent, product: RatedProduct, { currency = '' }: Balance): UsageToConsume | undefined {
    const { source, id, bodyHash, time, usedAt } = usage;
    const { credits, parts, creditProductId } = product;
    if (product.drawsOn === undefined) return { source, id, bodyHash, time, usedAt, amount: credits, parts };
    const settings = this.parts.ledger.states.cached(streams.settings)?.state as Settings | undefined;
    const worth = settings?.enabled === false ? undefined : settings && worthOf(usage, credits, currency, settings);
    return worth && { source, id, bodyHash, time, usedAt, parts, creditProductId, ...worth };
  }

  /** The groups without usage whose key may have been applied before. Plain repeats have their outcome then. */
  private async withoutKnown(rated: readonly Rated[], groups: readonly Group[]): Promise<readonly Group[]> {
    const { ledger } = this.parts;
    const found = await ledger.states.keys.find(rated.map(({ fingerprint }) => fingerprint));
    if (found.size === 0) return groups;
    // What cannot be read now is read again with the rest, and the fault comes from there.
    for (const i of await plainRepeats(ledger.log, rated, found).catch(() => [])) this.outcomes[rated[i]!.index] = { status: 'duplicate' };
    const known = new Set<Rated>();
    for (const i of found.keys()) known.add(rated[i]!);
    return groups.map((group) => {
      const isFresh = group.rated.map((one) => !known.has(one));
      return { ...group, rated: group.rated.filter((_, i) => isFresh[i]), lines: group.lines.filter((_, i) => isFresh[i]) };
    });
  }

  /** In packs of as many lines as one event holds, each after the one before it. */
  private decide({ entry, aggregate, rated, lines }: Group, append: RoundAppend, decided: Decided[]): void {
    const tip = tipOf(entry);
    for (let from = 0; from < lines.length;) {
      let bytes = 0;
      let to = from;
      for (; to < lines.length && to - from < LINES_PER_EVENT_MAX && bytes < LINES_BYTES_MAX; to++) bytes += lineBytesAtMost(lines[to]!);
      const pack = { rated: rated.slice(from, to), lines: lines.slice(from, to) };
      from = to;
      const answer = this.decidePack(aggregate, tip.state as Balance, pack.lines, pack.rated);
      if (!answer) return;
      decided.push({ rated: answer.rated, events: answer.events, first: tip.revision + 1 });
      append.add(aggregate, tip, answer.events, answer.state, this.traceparentOf(pack.rated));
    }
  }

  /** Undefined: the balance has something to do first, or is closed. */
  private decidePack(
    aggregate: Group['aggregate'],
    state: Balance,
    lines: readonly UsageToConsume[],
    rated: readonly Rated[],
  ): { readonly rated: readonly Rated[]; readonly events: readonly BalanceEvent[]; readonly state: Balance } | undefined {
    const { decide, evolve, prerequisite } = aggregate.decider;
    const at = this.now;
    const accrues = aggregate === wallet ? rated.map(({ product }) => product.drawsOn === 'wallet_on_invoice') : NOTHING_ACCRUES;
    if (!accrues.includes(true)) {
      const common = consumeFromFirstGrant(state, at, lines);
      if (common) return { rated, events: [common.event], state: common.state };
    }
    if (prerequisite?.({ type: 'Consume', at, lines: [] }, state) !== undefined) return undefined;
    const events: BalanceEvent[] = [];
    let after = state;
    for (const type of ['Consume', 'Accrue'] as const) {
      const ofType = lines.filter((_, i) => (accrues[i] ?? false) === (type === 'Accrue'));
      if (ofType.length === 0) continue;
      const decision = decide({ type, at, lines: ofType }, after);
      if (!decision.accepted) return undefined;
      events.push(...decision.events);
      after = decision.state ?? decision.events.reduce(evolve, after);
    }
    const inOrder = accrues.includes(true) ? [...rated.filter((_, i) => !accrues[i]), ...rated.filter((_, i) => accrues[i])] : rated;
    return { rated: inOrder, events, state: after };
  }

  private traceparentOf(rated: readonly Rated[]): string | undefined {
    for (const { index } of rated) {
      const { traceparent } = this.offers[index]!;
      if (traceparent !== undefined) return traceparent;
    }
    return undefined;
  }

  /** Without an append there is no outcome yet: the rest is settled by looking again. */
  private settle({ rated, events, first }: Decided, result: AppendResult): void {
    if (result !== 'appended') return;
    let next = 0;
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      if (!holdsUsage(event)) continue;
      for (const line of event.lines) {
        const { index, product } = rated[next++]!;
        this.outcomes[index] = { status: 'applied', charges: [chargeOf(product.creditProductId, line, first + i)] };
      }
    }
  }
}

/** In place of the id of a credit product. */
const WALLETS = '';
const NOTHING_ACCRUES: readonly boolean[] = [];

const canBeCharged = ({ status }: Balance): boolean => status === 'open' || status === 'paused';

/** Undefined: it draws on several balances or in several ways or on none, or cannot be rated. */
function onlyProductOf(rating: Rating): RatedProduct | undefined {
  if (!('matched' in rating) || rating.matched.length !== 1) return undefined;
  const product = rating.matched[0]!;
  return product.rejection ? undefined : product;
}

/** Two keys may have one fingerprint. */
function haveOneKey({ parsed: a }: UsageOffer, { parsed: b }: UsageOffer): boolean {
  return 'usage' in a && 'usage' in b && a.usage.source === b.usage.source && a.usage.id === b.usage.id;
}
