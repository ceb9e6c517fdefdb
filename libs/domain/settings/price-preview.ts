/**
 * What a change of credit prices would do, before anybody makes it. Money stays as it is; what moves is how many credits it is
 * worth. One wallet at a time, so that a million of them can be streamed through. Pure.
 */
import { type Amount, type Instant, overHalfEven, plus, ZERO } from '@drawdown/domain/amounts';
import { accept, type Decision } from '@drawdown/domain/decider';
import { type CreditPrice, priceInForce, settings, type Settings, type SettingsRefusal, type UpdateSettings } from './settings';

/** The figures of one open wallet, in money. */
export interface WalletMoney {
  readonly currency: string;
  readonly booked: Amount;
  readonly available: Amount;
}

/** Money as credits, rounded once to 9 digits, half to even. */
export interface UnitEquivalents {
  readonly booked: Amount;
  readonly available: Amount;
}

/** The price of one currency at the moment that is compared, with the change and without it. */
interface PriceMove {
  readonly currency: string;
  /** When it is compared: the moment of the change, or, for a price that begins later, the moment in which it begins. */
  readonly at: Instant;
  readonly before: CreditPrice | undefined;
  readonly after: CreditPrice | undefined;
  /** Whether the price is another. A change that a later one has overtaken already moves nothing. */
  readonly moves: boolean;
}

export interface WalletPreview extends WalletMoney {
  /** Absent where the currency has no price then. */
  readonly before: UnitEquivalents | undefined;
  readonly after: UnitEquivalents | undefined;
  readonly moves: boolean;
}

export class PricePreview {
  private readonly moves = new Map<string, PriceMove>();

  private constructor(
    private readonly now: Settings,
    private readonly changed: Settings,
    private readonly command: UpdateSettings,
  ) {}

  /** Refused as the change itself would be. */
  static prepare(now: Settings, command: UpdateSettings): Decision<PricePreview, SettingsRefusal> {
    const { decide, evolve } = settings.decider;
    const decision = decide(command, now);
    return decision.accepted ? accept(new PricePreview(now, decision.events.reduce(evolve, now), command)) : decision;
  }

  /** Of any currency, whether the change names it or not. */
  move(currency: string): PriceMove {
    const known = this.moves.get(currency);
    if (known) return known;
    const request = this.command.creditPrices.find((price) => price.currency === currency);
    const at = later(this.command.at, request?.effectiveAt);
    const before = priceInForce(this.now, currency, at);
    const after = priceInForce(this.changed, currency, at);
    const move = { currency, at, before, after, moves: before?.price !== after?.price };
    this.moves.set(currency, move);
    return move;
  }

  wallet({ currency, booked, available }: WalletMoney): WalletPreview {
    const { before, after, moves } = this.move(currency);
    const worth = (price: CreditPrice | undefined): UnitEquivalents | undefined =>
      price && { booked: overHalfEven(booked, price.price), available: overHalfEven(available, price.price) };
    return { currency, booked, available, before: worth(before), after: worth(after), moves };
  }
}

const later = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a);

/** Of all wallets of one currency. Each figure is the sum of the previews of the wallets, so that a list adds up to its total. */
export interface CurrencyTotals {
  readonly currency: string;
  readonly wallets: number;
  readonly booked: Amount;
  readonly available: Amount;
  readonly before: UnitEquivalents;
  readonly after: UnitEquivalents;
  readonly moves: boolean;
}

/** Adds up previewed wallets as they pass; keeps one entry for each currency and nothing for each wallet. */
export class PreviewTotals {
  private readonly totals = new Map<string, CurrencyTotals>();

  add(wallet: WalletPreview): void {
    const { currency, moves } = wallet;
    const so = this.totals.get(currency) ?? { currency, wallets: 0, ...NO_UNITS, before: NO_UNITS, after: NO_UNITS, moves };
    this.totals.set(currency, {
      ...so,
      wallets: so.wallets + 1,
      booked: plus(so.booked, wallet.booked),
      available: plus(so.available, wallet.available),
      before: added(so.before, wallet.before),
      after: added(so.after, wallet.after),
    });
  }

  /** In order of currency. */
  perCurrency(): readonly CurrencyTotals[] {
    return [...this.totals.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }

  /** How many wallets the change touches: those whose unit equivalent it moves. */
  touched(): number {
    return this.perCurrency().reduce((count, { wallets, moves }) => count + (moves ? wallets : 0), 0);
  }
}

const NO_UNITS: UnitEquivalents = { booked: ZERO, available: ZERO };

const added = (a: UnitEquivalents, b: UnitEquivalents = NO_UNITS): UnitEquivalents => ({
  booked: plus(a.booked, b.booked),
  available: plus(a.available, b.available),
});
