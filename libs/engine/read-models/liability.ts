/**
 * What the account owes its customers, and what became of what it has been given: wallets as a bookkeeper sees them, at a past
 * moment. A fold over the events of all wallets, one at a time. Pure.
 *
 * It keeps books of its own and does not ask `evolve`: each event tells how the grants that it touched stand after it, and how they
 * moved is booked under what moved them, for each origin of grants apart.
 */
import { type Amount, type Instant, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { type Allocation, type BalanceEvent, eachOrigin, type GrantTerms, type Origin } from '@drawdown/domain/balance';

/** What moves value, in the words of the report. */
type MovedBy = Exclude<keyof Liability, 'outstanding' | 'expiredUnposted'>;

/**
 * Money of one origin in one currency, from the beginning up to the moment:
 * granted + returned - consumed - captured - deducted - paidToInvoices - expired - voided - closed = outstanding.
 */
export interface Liability {
  /** Added: top-ups, purchases, starting grants. */
  readonly granted: Amount;
  /** Given back by reversed invoice payments. */
  readonly returned: Amount;
  /** By usage. */
  readonly consumed: Amount;
  /** By holds that were settled. */
  readonly captured: Amount;
  readonly deducted: Amount;
  readonly paidToInvoices: Amount;
  /** Breakage: nobody used it in time. */
  readonly expired: Amount;
  readonly voided: Amount;
  /** Posted out when wallets were closed. */
  readonly closed: Amount;
  /** The liability: what grants still have, held or not. Together it is what the wallets have booked. */
  readonly outstanding: Amount;
  /** Of what is outstanding: its time is over, and no hold that is open at the moment keeps it. The sweeper posts it as expired. */
  readonly expiredUnposted: Amount;
}

export interface CurrencyLiability extends Readonly<Record<Origin, Liability>> {
  readonly currency: string;
  /** That had been created by then, closed ones included. */
  readonly wallets: number;
}

const NOTHING: Liability = {
  granted: ZERO,
  returned: ZERO,
  consumed: ZERO,
  captured: ZERO,
  deducted: ZERO,
  paidToInvoices: ZERO,
  expired: ZERO,
  voided: ZERO,
  closed: ZERO,
  outstanding: ZERO,
  expiredUnposted: ZERO,
};

type Touching = Extract<BalanceEvent, { readonly grants: unknown }>['type'];

/** What an event that touches grants moves value by; undefined where it only reserves or frees. */
const MOVES: { readonly [T in Touching]: MovedBy | undefined } = {
  ToppedUp: 'granted',
  CreditsConsumed: 'consumed',
  InvoicePaid: 'paidToInvoices',
  InvoicePaymentReversed: 'returned',
  TopUpVoided: 'voided',
  CreditsDeducted: 'deducted',
  HoldPlaced: undefined,
  HoldCaptured: 'captured',
  HoldReleased: undefined,
  HoldExpired: undefined,
  GrantExpired: 'expired',
  Closed: 'closed',
};
const ADDS: ReadonlySet<MovedBy> = new Set(['granted', 'returned']);

interface OpenGrant {
  readonly origin: Origin;
  readonly expiresAt: Instant | undefined;
  readonly remaining: Amount;
  readonly held: Amount;
}

/** A hold that ends by itself. What it keeps is free from that moment on, whoever posts it later. */
interface EndingHold {
  readonly expiresAt: Instant;
  readonly keeps: Allocation;
}

interface WalletSoFar {
  readonly currency: string;
  /** Those with something left. */
  readonly grants: Map<string, OpenGrant>;
  /** Open ones. */
  readonly holds: Map<string, EndingHold>;
  /** An event later than the moment has come: what follows it is later, whatever a clock that was put right says. */
  over: boolean;
}

interface CurrencySoFar extends Record<Origin, Liability> {
  wallets: number;
}

export class LiabilityReport {
  private readonly open = new Map<string, WalletSoFar>();
  private readonly currencies = new Map<string, CurrencySoFar>();

  /** @param asOf events of this moment count, and none of later ones */
  constructor(readonly asOf: Instant) {}

  /**
   * The next event of a wallet's stream, from its first one on. Streams may come one after another or mixed as in the log.
   * @throws RangeError for a stream that is no wallet's, or that does not begin at its beginning
   */
  add(wallet: string, event: BalanceEvent): void {
    const known = this.open.get(wallet);
    if (known?.over) return;
    if (event.at > this.asOf) {
      // A wallet that began later is no wallet yet.
      this.open.set(
        wallet,
        known ? Object.assign(known, { over: true }) : { currency: '', grants: new Map(), holds: new Map(), over: true },
      );
      return;
    }
    const so = event.type === 'Created' ? this.begin(wallet, event.currency, known) : known;
    if (!so) throw new RangeError(`${wallet} begins with ${event.type}: read its stream from the beginning`);
    this.move(so, event);
  }

  /** The stream has been read to its end: from here on the wallet takes no memory, and no event of it may follow. */
  finish(wallet: string): void {
    const so = this.open.get(wallet);
    if (!so) return;
    if (so.currency !== '') this.addExpiredUnposted(so, this.currencyTotals(so.currency));
    this.open.delete(wallet);
  }

  /** In order of currency. */
  perCurrency(): readonly CurrencyLiability[] {
    const totals = new Map([...this.currencies].map(([currency, soFar]) => [currency, { ...soFar }]));
    for (const so of this.open.values()) {
      const total = totals.get(so.currency);
      if (total) this.addExpiredUnposted(so, total);
    }
    return [...totals].map(([currency, soFar]) => ({ currency, ...soFar })).sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }

  /** A wallet that is opened again goes on under its name and is the same wallet. */
  private begin(wallet: string, currency: string | undefined, known: WalletSoFar | undefined): WalletSoFar {
    if (currency === undefined) throw new RangeError(`${wallet} has no currency: it is no wallet`);
    if (known?.currency !== currency) this.currencyTotals(currency).wallets += 1;
    const begun = {
      currency,
      grants: known?.grants ?? new Map<string, OpenGrant>(),
      holds: known?.holds ?? new Map<string, EndingHold>(),
      over: false,
    };
    this.open.set(wallet, begun);
    return begun;
  }

  private move({ currency, grants, holds }: WalletSoFar, event: BalanceEvent): void {
    if (!('grants' in event)) return;
    follow(holds, event);
    const by = MOVES[event.type];
    const total = this.currencyTotals(currency);
    for (const terms of termsIn(event))
      grants.set(terms.id, { origin: terms.origin, expiresAt: terms.expiresAt, remaining: ZERO, held: ZERO });
    for (const { id, remaining, held } of event.grants) {
      const before = grants.get(id);
      if (!before) throw new RangeError(`${event.type} touches ${id}, which was never granted: read the stream from the beginning`);
      total[before.origin] = booked(total[before.origin], by, minus(remaining, before.remaining));
      if (remaining === ZERO) grants.delete(id);
      else grants.set(id, { ...before, remaining, held });
    }
  }

  private addExpiredUnposted({ grants, holds }: WalletSoFar, total: CurrencySoFar): void {
    const add = (origin: Origin, amount: Amount): void => {
      total[origin] = { ...total[origin], expiredUnposted: plus(total[origin].expiredUnposted, amount) };
    };
    const isOver = (grant: OpenGrant | undefined): grant is OpenGrant => grant?.expiresAt !== undefined && grant.expiresAt <= this.asOf;
    for (const grant of grants.values()) if (isOver(grant)) add(grant.origin, minus(grant.remaining, grant.held));
    for (const { expiresAt, keeps } of holds.values()) {
      if (expiresAt > this.asOf) continue;
      for (const { grant, amount } of keeps) {
        const known = grants.get(grant);
        if (isOver(known)) add(known.origin, amount);
      }
    }
  }

  private currencyTotals(currency: string): CurrencySoFar {
    const known = this.currencies.get(currency);
    if (known) return known;
    const fresh = { wallets: 0, ...eachOrigin(() => NOTHING) };
    this.currencies.set(currency, fresh);
    return fresh;
  }
}

function follow(holds: Map<string, EndingHold>, event: BalanceEvent): void {
  if (event.type === 'HoldPlaced') {
    if (event.expiresAt !== undefined) holds.set(event.holdId, { expiresAt: event.expiresAt, keeps: event.allocation });
  } else if (event.type === 'HoldCaptured') {
    const open = holds.get(event.holdId);
    if (!open) return;
    if (event.remaining === ZERO) holds.delete(event.holdId);
    else holds.set(event.holdId, { ...open, keeps: without(open.keeps, event.captured) });
  } else if (event.type === 'HoldReleased' || event.type === 'HoldExpired') holds.delete(event.holdId);
}

function without(kept: Allocation, captured: Allocation): Allocation {
  const taken = new Map(captured.map(({ grant, amount }) => [grant, amount]));
  return kept.map(({ grant, amount }) => ({ grant, amount: minus(amount, taken.get(grant) ?? ZERO) }));
}

/** The grants that an event brings, or brings back. */
function termsIn(event: BalanceEvent): readonly GrantTerms[] {
  if (event.type === 'ToppedUp') return [event.grant];
  return event.type === 'InvoicePaymentReversed' ? event.restored : [];
}

function booked(liability: Liability, by: MovedBy | undefined, change: Amount): Liability {
  if (change === ZERO) return liability;
  if (by === undefined) throw new RangeError('a grant has moved by an event that moves nothing');
  const amount = ADDS.has(by) ? change : minus(ZERO, change);
  return { ...liability, [by]: plus(liability[by], amount), outstanding: plus(liability.outstanding, change) };
}
