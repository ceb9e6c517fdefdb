/**
 * The postings of one command, made one after another: each event gets the figures after it, and what it crossed is
 * decided at the end, in the same append. Used by one decision and thrown away, so it may change in place.
 */
import { type Amount, type Instant, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { type Balance, type Beside, besideOf, dueAt, evolve, figuresOf, type Hold } from './balance';
import { type BalanceEvent, type EventOf, projectedOf } from './events';
import { type Allocation, expired, giveBack, type Grant, type GrantRequest, unheld } from './grants';
import { crossings, type Limit } from './limits';

/**
 * How much one append carries of what became due by itself: its events and the grants they touch, counted together. Each takes
 * up to half a KiB in the log. `evenLarger`: the first is posted whatever its size, so that all is posted in the end.
 */
interface Room {
  readonly partsMax: number;
  readonly evenLarger: boolean;
}
export const A_WHOLE_SWEEP: Room = { partsMax: 1_000, evenLarger: true };
/** The same for ended holds beside a command, whose own event needs room in the same append. */
export const PARTS_BESIDE_A_COMMAND_MAX = 200;
const BESIDE_A_COMMAND: Room = { partsMax: PARTS_BESIDE_A_COMMAND_MAX, evenLarger: false };

type Moving =
  | 'CreditsConsumed'
  | 'InvoicePaid'
  | 'InvoicePaymentReversed'
  | 'TopUpVoided'
  | 'CreditsDeducted'
  | 'HoldPlaced'
  | 'HoldCaptured'
  | 'HoldReleased'
  | 'HoldExpired'
  | 'GrantExpired'
  | 'Closed';
type Purchasing =
  'PurchaseStarted' | 'PurchaseSucceeded' | 'PurchaseFailed' | 'PurchaseExpired' | 'PurchaseFlagged' | 'DuplicateNotification';
type Fields<T extends BalanceEvent['type']> = Omit<EventOf<T>, 'type' | 'at' | 'figures' | 'grants'>;

export class Postings {
  private readonly events: BalanceEvent[] = [];
  private dueParts = 0;

  /** The moment up to which something is due. */
  private due: Instant;
  private full = false;

  private constructor(
    public state: Balance,
    private at: Instant,
  ) {
    this.due = at;
  }

  static on = (state: Balance, at: Instant): Postings => new Postings(state, at);

  /**
   * All that has become due by itself, as if somebody had come at each of its moments: each entry counts from its own moment, the
   * figures are judged by it, and so are the lines that it crosses. Only what is later in the stream already is not gone back
   * behind. `recordedAt` tells where whoever came was late.
   */
  static swept(state: Balance, until: Instant, recordedAt: Instant): Postings {
    const postings = new Postings(state, until);
    for (let due = dueAt(state); due !== undefined && due <= until && !postings.full; due = dueAt(postings.state))
      postings.sweep(due, recordedAt);
    return postings;
  }

  private sweep(due: Instant, recordedAt: Instant): void {
    const before = this.events.length;
    this.due = due;
    this.at = Math.max(due, Math.min(this.state.latestAt ?? due, recordedAt)) as Instant;
    this.expireHolds(A_WHOLE_SWEEP)
      .activateGrants(A_WHOLE_SWEEP)
      .warnExpiring(A_WHOLE_SWEEP)
      .expireGrants(undefined, A_WHOLE_SWEEP)
      .expirePurchases();
    if (this.events.length > before) this.crossed();
    // What is due leaves something to post: a stand-still would go on for ever.
    else this.full = true;
    if (recordedAt > this.at) for (let i = before; i < this.events.length; i += 1) this.events[i] = late(this.events[i]!, recordedAt);
  }

  /** A movement: `grants` are all grants of the balance after it, in the same order as before, then those that are new. `beside`: after it, too. */
  post<T extends Moving>(type: T, fields: Fields<T>, grants: readonly Grant[], beside: Beside = besideOf(this.state)): this {
    const before = this.state.grants;
    const touched = grants.filter((of, i) => of !== before[i]).map(({ id, remaining, held }) => ({ id, remaining, held }));
    const figures = figuresOf(grants, this.at, beside);
    return this.add({ type, at: this.at, ...fields, figures, grants: touched } as unknown as EventOf<T>);
  }

  accrued(fields: Fields<'UsageAccrued'>): this {
    const unbilled = plus(this.state.unbilled ?? ZERO, fields.amount);
    const figures = figuresOf(this.state.grants, this.at, { ...besideOf(this.state), unbilled });
    return this.add({ type: 'UsageAccrued', at: this.at, ...fields, figures });
  }

  /** What happens to a purchase moves no grant; `pending` is the figure after it. */
  purchase<T extends Purchasing>(type: T, fields: Fields<T>, pending: Amount = besideOf(this.state).pending): this {
    const figures = figuresOf(this.state.grants, this.at, { ...besideOf(this.state), pending });
    return this.add({ type, at: this.at, ...fields, figures } as unknown as EventOf<T>);
  }

  /** Ends the purchases that nobody paid in time. Money that comes later is credited all the same. */
  expirePurchases(): this {
    const due = (this.state.purchases?.pending ?? []).filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= this.due);
    for (const { id: purchaseId, expiresAt, grant } of [...due].sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0)))
      this.purchase('PurchaseExpired', { purchaseId, expiresAt: expiresAt ?? this.at }, minus(besideOf(this.state).pending, grant.amount));
    return this;
  }

  created(fields: Fields<'Created'>): this {
    return this.add({ type: 'Created', at: this.at, ...fields, figures: this.figures() });
  }

  toppedUp(request: GrantRequest, { conversion, purchaseId }: Pick<EventOf<'ToppedUp'>, 'conversion' | 'purchaseId'> = {}): this {
    const terms = { ...request, id: `g${this.state.grantCount + 1}` };
    const added: Grant = { ...terms, remaining: terms.amount, held: ZERO };
    const figures = figuresOf([...this.state.grants, added], this.at, besideOf(this.state));
    return this.add({
      type: 'ToppedUp',
      at: this.at,
      grant: terms,
      ...(conversion && { conversion }),
      ...(purchaseId !== undefined && { purchaseId }),
      figures,
      grants: [{ id: terms.id, remaining: terms.amount, held: ZERO }],
    });
  }

  limitsSet(limits: readonly Limit[]): this {
    return this.add({ type: 'LimitsSet', at: this.at, limits, figures: this.figures() });
  }

  lifecycle(type: 'Paused' | 'Resumed', reason?: string): this {
    return this.add({ type, at: this.at, ...(reason !== undefined && { reason }), figures: this.figures() });
  }

  /**
   * Ends the holds whose time has come: expiry is judged by the command's time, not by when a sweeper gets to it.
   * @throws RangeError more of them than one append carries beside a command: they are ended beforehand, by `EndHolds`
   */
  expireHolds(room: Room = BESIDE_A_COMMAND): this {
    const due = endedBy(this.state, this.due).sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
    for (const hold of due) {
      const { id: holdId, amount, allocation: released, expiresAt } = hold;
      if (!this.fits(partsOf(hold), room)) {
        if (room === BESIDE_A_COMMAND)
          throw new RangeError(`${due.length} holds have ended, more than one append carries beside a command`);
        break;
      }
      const fields = { holdId, amount, released, expiresAt: expiresAt ?? this.at };
      this.post('HoldExpired', fields, giveBack(this.state.grants, released)).expireGrants(released);
    }
    return this;
  }

  /** Posts the expiry of what is free in expired grants: of all of them, or only of those that an allocation gave back to. */
  expireGrants(only?: Allocation, room?: Room): this {
    const ids = only && new Set(only.map((part) => part.grant));
    const due = this.state.grants
      .filter((of) => expired(of, this.due) && unheld(of) > ZERO && (!ids || ids.has(of.id)))
      .sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
    for (const { id: grantId, expiresAt } of due) {
      if (room && !this.fits(1, room)) break;
      const of = this.state.grants.find((grant) => grant.id === grantId)!;
      const after = this.state.grants.map((grant) => (grant === of ? { ...grant, remaining: grant.held } : grant));
      this.post('GrantExpired', { grantId, expiresAt: expiresAt ?? this.at, amount: unheld(of) }, after);
    }
    return this;
  }

  /** Grants that were recorded ahead and whose time has come. */
  activateGrants(room: Room): this {
    for (const { id: grantId, effectiveAt, upcoming } of this.state.grants)
      if (upcoming && effectiveAt !== undefined && effectiveAt <= this.due && this.fits(1, room))
        this.add({ type: 'GrantBecameEffective', at: this.at, grantId, effectiveAt, figures: this.figures() });
    return this;
  }

  /** Grants that will expire before long. */
  private warnExpiring(room: Room): this {
    const due = this.state.grants.filter(({ warnAt }) => warnAt !== undefined && warnAt <= this.due);
    for (const { id: grantId, expiresAt, remaining: amount } of due.sort(byOrdinal))
      if (this.fits(1, room))
        this.add({ type: 'GrantExpiring', at: this.at, grantId, expiresAt: expiresAt ?? this.at, amount, figures: this.figures() });
    return this;
  }

  /** The decision, with a notification for every line that has been crossed. A closed balance crosses nothing. */
  done(): { readonly accepted: true; readonly events: readonly BalanceEvent[]; readonly state: Balance } {
    this.crossed();
    return { accepted: true, events: this.events, state: this.state };
  }

  private crossed(): void {
    const { status, limits, runOut, lastTopUp } = this.state;
    const figures = this.events.at(-1)?.figures;
    if (status === 'closed' || figures === undefined) return;
    for (const crossing of crossings(limits, runOut, lastTopUp, projectedOf(figures))) {
      if (crossing.kind === 'low_balance')
        this.add({ type: 'LowBalanceReached', at: this.at, limit: crossing.limit, threshold: crossing.threshold, figures });
      else if (crossing.kind === 'run_out') this.add({ type: 'BalanceRanOut', at: this.at, figures });
      else {
        const { kind: _, ...recovered } = crossing;
        this.add({ type: 'BalanceRecovered', at: this.at, ...recovered, figures });
      }
    }
  }

  private fits(parts: number, { partsMax, evenLarger }: Room): boolean {
    if (this.dueParts + parts > partsMax && !(evenLarger && this.dueParts === 0)) {
      this.full = true;
      return false;
    }
    this.dueParts += parts;
    return true;
  }

  private figures = () => figuresOf(this.state.grants, this.at, besideOf(this.state));

  private add(event: BalanceEvent): this {
    this.events.push(event);
    this.state = evolve(this.state, event);
    return this;
  }
}

/** Holds whose time has come, and nobody has posted their end. */
const endedBy = ({ holds }: Balance, at: Instant): Hold[] => holds.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= at);
const partsOf = ({ allocation }: Hold): number => 1 + allocation.length;

/** Whether one append carries a command and the end of every hold that has ended by its time. */
export function endedHoldsFit(state: Balance, at: Instant): boolean {
  if (state.holds.length === 0) return true;
  let parts = 0;
  for (const hold of endedBy(state, at)) parts += partsOf(hold);
  return parts <= PARTS_BESIDE_A_COMMAND_MAX;
}

const byOrdinal = (a: Grant, b: Grant): number => (a.expiresAt ?? 0) - (b.expiresAt ?? 0) || Number(a.id.slice(1)) - Number(b.id.slice(1));

/** Only events that tell of something due are posted where nobody asked for anything. */
const late = (event: BalanceEvent, recordedAt: Instant): BalanceEvent => ({ ...event, recordedAt }) as BalanceEvent;
