/**
 * What a usage event draws on: balances of the customer, by credit product, and the lines that are appended there. The usage of meters
 * that draw on the wallet becomes money here, at the credit price in force when it happened.
 */
import { priceInForce, type Settings } from '@drawdown/domain/settings';
import { type Amount, type Instant, minus, timesHalfEven, ZERO } from '@drawdown/domain/amounts';
import type { WalletUse } from '@drawdown/domain/catalog';
import {
  type AccruedLine,
  type Balance,
  type BalanceEvent,
  consumeFromFirstGrant,
  type Conversion,
  creditBalance,
  MONEY_END,
  type UsageLine,
  type UsageToConsume,
  wallet,
} from '@drawdown/domain/balance';
import type { RatedProduct, Rejection, UsageEvent } from '@drawdown/domain/usage';
import { holdsUsage, streams, type UsageEventOfBalance } from '@drawdown/engine/event-store';
import type { Charge } from './usage-outcome';
import { noCreditPrice, tooMuchMoney } from './usage-rejections';

/** What a usage event draws on one balance by the meters of one credit product. */
export interface UsageTarget {
  readonly stream: string;
  readonly creditProductId: string;
  readonly aggregate: typeof wallet;
  /** One; two where the meters of the product draw on the wallet in both ways. They are appended together. */
  readonly shares: Share[];
}

interface Share {
  readonly rated: RatedProduct;
  /** In the balance's own measure. */
  amount: Amount;
  /** On a wallet, once it has been worked out. */
  conversion?: Conversion;
}

/** By credit product: all of its meters draw on its balance, or all on the wallet. */
export function targetsOf(customerId: string, matched: readonly RatedProduct[]): Map<string, UsageTarget> {
  const targets = new Map<string, UsageTarget>();
  for (const rated of matched) {
    const { creditProductId, drawsOn, credits } = rated;
    const share = { rated, amount: credits };
    const known = targets.get(creditProductId);
    if (known) known.shares.push(share);
    else if (drawsOn === undefined)
      targets.set(creditProductId, {
        stream: streams.creditBalance(customerId, creditProductId),
        creditProductId,
        aggregate: creditBalance,
        shares: [share],
      });
    else targets.set(creditProductId, { stream: streams.wallet(customerId), creditProductId, aggregate: wallet, shares: [share] });
  }
  return targets;
}

export const isOfWallet = ({ aggregate }: Pick<UsageTarget, 'aggregate'>): boolean => aggregate === wallet;

/** Makes money of the credits of a target of a wallet: exact, rounded once to 9 digits, half to even. Says why that cannot be. */
export function convert(
  { creditProductId, shares }: UsageTarget,
  usage: UsageEvent,
  currency: string,
  settings: Settings,
): Rejection | undefined {
  const inForce = priceInForce(settings, currency, usage.usedAt);
  if (!inForce) return noCreditPrice(usage, currency);
  for (const share of shares) {
    const worth = worthOf(usage, share.rated.credits, currency, settings);
    if (!worth) return tooMuchMoney(creditProductId);
    share.amount = worth.amount;
    share.conversion = worth.conversion;
  }
  return undefined;
}

/** Credits as money at the price in force when the usage happened: exact, rounded once to 9 digits, half to even. Undefined: it has no price, or too many digits. */
export function worthOf(
  { usedAt }: UsageEvent,
  credits: Amount,
  currency: string,
  settings: Settings,
): { readonly amount: Amount; readonly conversion: Conversion } | undefined {
  const inForce = priceInForce(settings, currency, usedAt);
  if (!inForce) return undefined;
  const amount = timesHalfEven(credits, inForce.price);
  return amount < MONEY_END ? { amount, conversion: { credits, creditPrice: inForce.price, priceVersion: inForce.version } } : undefined;
}

/** A usage event and what it draws on one balance. `others`: the credit products that it is charged to beside this one. */
export interface Draw {
  readonly usage: UsageEvent;
  readonly target: UsageTarget;
  readonly others: readonly string[];
}

/** At most what a line takes as JSON: every byte of text may need a backslash, and figures may be the longest. */
const LINE_BYTES = 256;
const PART_BYTES = 256;
const WALLET_BYTES = 256;
const OTHER_BYTES = 70;
export const bytesOf = ({ usage, target, others }: Draw): number => {
  let bytes = 0;
  const line = LINE_BYTES + 2 * (Buffer.byteLength(usage.source) + Buffer.byteLength(usage.id)) + OTHER_BYTES * others.length;
  for (const { rated, conversion } of target.shares) bytes += line + (conversion ? WALLET_BYTES : 0) + PART_BYTES * rated.parts.length;
  return bytes;
};

/** The same of a line, without counting its bytes: a character of UTF-16 takes three at most, or six where it is escaped. */
export const lineBytesAtMost = ({ source, id, parts, conversion }: UsageToConsume): number =>
  LINE_BYTES + 6 * (source.length + id.length) + (conversion ? WALLET_BYTES : 0) + PART_BYTES * parts.length;

/** One line to be appended. */
type Line<D extends Draw = Draw> = readonly [draw: D, share: Share];

function linesOf<D extends Draw>(draws: readonly D[], drawsOn: WalletUse | undefined): Line<D>[] {
  const lines: Line<D>[] = [];
  for (const draw of draws) for (const share of draw.target.shares) if (share.rated.drawsOn === drawsOn) lines.push([draw, share]);
  return lines;
}

function toConsume([{ usage, target, others }, { rated, amount: worth, conversion }]: Line): UsageToConsume {
  const { source, id, bodyHash, time, usedAt } = usage;
  return {
    source,
    id,
    bodyHash,
    time,
    usedAt,
    amount: worth,
    parts: rated.parts,
    ...(others.length > 0 && { alsoCharged: others }),
    ...(conversion && { creditProductId: target.creditProductId, conversion }),
  };
}

interface Drawn<D extends Draw> {
  readonly events: readonly BalanceEvent[];
  readonly state: Balance;
  /** What was charged, line by line; revisions count from the first of the events. */
  readonly charges: readonly (readonly [draw: D, charge: Charge])[];
}

/**
 * Decides what usage does to one balance: what is debited and what accrues, to be appended together. Undefined: it is closed.
 * @param suspended wallets are disabled for the whole account: nothing is debited and all goes uncovered, as on a paused one
 */
export function drawOn<D extends Draw>(
  aggregate: UsageTarget['aggregate'],
  at: Instant,
  draws: readonly D[],
  before: Balance,
  suspended: boolean,
): Drawn<D> | undefined {
  const { decide, evolve } = aggregate.decider;
  const events: BalanceEvent[] = [];
  const charges: [D, Charge][] = [];
  let state = before;
  const add = (type: 'Consume' | 'Accrue', lines: readonly Line<D>[]): boolean => {
    if (lines.length === 0) return true;
    const usage = lines.map(toConsume);
    const common = type === 'Consume' && !suspended ? consumeFromFirstGrant(state, at, usage) : undefined;
    if (common) {
      for (let i = 0; i < lines.length; i++)
        charges.push([lines[i]![0], chargeOf(lines[i]![0].target.creditProductId, common.event.lines[i]!, events.length)]);
      events.push(common.event);
      state = common.state;
      return true;
    }
    const decision = decide({ type, at, lines: usage, ...(type === 'Consume' && suspended && { suspended }) }, state);
    if (!decision.accepted) return false;
    const index = decision.events.findIndex(holdsUsage);
    const stored = decision.events[index] as UsageEventOfBalance;
    for (const [i, [draw]] of lines.entries())
      charges.push([draw, chargeOf(draw.target.creditProductId, stored.lines[i]!, events.length + index)]);
    events.push(...decision.events);
    state = decision.state ?? decision.events.reduce(evolve, state);
    return true;
  };
  const isWallet = aggregate === wallet;
  const decided =
    add('Consume', linesOf(draws, isWallet ? 'wallet_immediate' : undefined)) &&
    (!isWallet || add('Accrue', linesOf(draws, 'wallet_on_invoice')));
  return decided ? { events, state, charges } : undefined;
}

export function chargeOf(creditProductId: string, line: UsageLine | AccruedLine, revision: number): Charge {
  if (!('uncovered' in line)) return { creditProductId, amount: ZERO, uncovered: ZERO, accrued: line.amount, revision };
  return { creditProductId, amount: minus(line.amount, line.uncovered), uncovered: line.uncovered, revision };
}
