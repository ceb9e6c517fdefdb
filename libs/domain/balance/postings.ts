/**
 * The postings of one command, made one after another: each event gets the figures after it, and what it crossed is
 * decided at the end, in the same append. Used by one decision and thrown away, so it may change in place.
 */
import type { Instant } from '@drawdown/domain/amounts';
import type { Decision } from '@drawdown/domain/decider';
import type { BalanceEvent, EventOf } from './events';
import { figuresOf, type OtherFigures, projectedOf } from './figures';
import type { Grant } from './grants/grant';
import { crossings } from './limits/limit';
import type { BalanceRefusal } from './refusals';
import { type Balance, otherFiguresOf } from './state';

export type BalanceDecision = Decision<BalanceEvent, BalanceRefusal, Balance>;

/**
 * How much one append carries of what became due by itself: its events and the grants they touch, counted together. Each takes
 * up to half a KiB in the log. `evenLarger`: the first is posted whatever its size, so that all is posted in the end.
 */
export interface Room {
  readonly partsMax: number;
  readonly evenLarger: boolean;
}
export const ROOM_OF_A_SWEEP: Room = { partsMax: 1_000, evenLarger: true };
/** The same for ended holds beside a command, whose own event needs room in the same append. */
export const PARTS_BESIDE_A_COMMAND_MAX = 200;
export const ROOM_BESIDE_A_COMMAND: Room = { partsMax: PARTS_BESIDE_A_COMMAND_MAX, evenLarger: false };

type Moving = { [T in BalanceEvent['type']]: 'grants' extends keyof EventOf<T> ? T : never }[BalanceEvent['type']];
type Still = Exclude<BalanceEvent['type'], Moving>;
type Fields<T extends BalanceEvent['type']> = Omit<EventOf<T>, 'type' | 'at' | 'recordedAt' | 'figures' | 'grants'>;

export class Postings {
  private readonly events: BalanceEvent[] = [];
  private dueParts = 0;
  /** Something due did not fit: the rest of it is left for another append. */
  full = false;
  /** The moment up to which something is due. */
  due: Instant;
  /** Present while the moment of what is posted is an earlier one. */
  private recordedAt: Instant | undefined;

  constructor(
    private readonly evolve: (state: Balance, event: BalanceEvent) => Balance,
    public state: Balance,
    /** The moment that the next event counts from. */
    public at: Instant,
  ) {
    this.due = at;
  }

  /** Posts what is due at a moment of its own, with what it crosses then. `post` has to post something. */
  atMoment(due: Instant, recordedAt: Instant, post: () => void): void {
    const before = this.events.length;
    this.due = due;
    // What is in the stream already is later: nothing counts from before it.
    this.at = Math.max(due, Math.min(this.state.latestAt ?? due, recordedAt)) as Instant;
    this.recordedAt = recordedAt > this.at ? recordedAt : undefined;
    post();
    if (this.events.length > before) this.postCrossings();
    // What is due leaves something to post: a stand-still would go on forever.
    else this.full = true;
  }

  /** A movement: `grants` are all grants of the balance after it, in the same order as before, then those that are new. `others`: after it, too. */
  move<T extends Moving>(type: T, fields: Fields<T>, grants: readonly Grant[], others: OtherFigures = otherFiguresOf(this.state)): this {
    const before = this.state.grants;
    const touched = grants.filter((grant, i) => grant !== before[i]).map(({ id, remaining, held }) => ({ id, remaining, held }));
    return this.add({
      type,
      at: this.at,
      ...fields,
      figures: figuresOf(grants, this.at, others),
      grants: touched,
    } as unknown as EventOf<T>);
  }

  /** An event that moves no value of a grant. `others`: after it. */
  note<T extends Still>(type: T, fields: Fields<T>, others: OtherFigures = otherFiguresOf(this.state)): this {
    return this.add({ type, at: this.at, ...fields, figures: figuresOf(this.state.grants, this.at, others) } as unknown as EventOf<T>);
  }

  /** The decision, with a notification for every limit that has been crossed. A closed balance crosses nothing. */
  done(): { readonly accepted: true; readonly events: readonly BalanceEvent[]; readonly state: Balance } {
    this.postCrossings();
    return { accepted: true, events: this.events, state: this.state };
  }

  /** Takes room for something due; false when there is none left. */
  fits(parts: number, { partsMax, evenLarger }: Room): boolean {
    if (this.dueParts + parts > partsMax && !(evenLarger && this.dueParts === 0)) {
      this.full = true;
      return false;
    }
    this.dueParts += parts;
    return true;
  }

  private postCrossings(): void {
    const { status, limits, runOut, lastTopUp } = this.state;
    const figures = this.events.at(-1)?.figures;
    if (status === 'closed' || figures === undefined) return;
    for (const crossing of crossings(limits, runOut, lastTopUp, projectedOf(figures))) this.add({ ...crossing, at: this.at, figures });
  }

  private add(event: BalanceEvent): this {
    // Only what is due is posted at an earlier moment, and every event of that may say when it was recorded.
    const posted = this.recordedAt === undefined ? event : ({ ...event, recordedAt: this.recordedAt } as BalanceEvent);
    this.events.push(posted);
    this.state = this.evolve(this.state, posted);
    return this;
  }
}
