/** The grants of the test's own books (`books.fixtures.ts`): a set of accounts each, and value only ever moves between them. */
import type { BalanceCommand } from '../balance';
import type { GrantTerms } from '../grants/grant';
import { rank } from './rules.fixtures';
import { told9 } from './sentences.fixtures';

export type Terms = Extract<BalanceCommand, { type: 'TopUp' }>['grant'];
/** `free`, `held h1`, `consumed`, `captured`, `deducted`, `paid i1`, `expired`, `voided`, `closed`. */
type Account = string;

interface Parcel {
  readonly id: string;
  readonly terms: GrantTerms;
  readonly rank: string;
  readonly begins: number;
  readonly ends: number;
  awaited: boolean;
  /** When its end is to be warned of. */
  warns: number;
  accounts: Map<Account, bigint>;
}
export type Taken = readonly (readonly [id: string, amount: bigint])[];

export class Parcels {
  /** Every grant there ever was, in recorded order. */
  readonly all: Parcel[] = [];

  add(terms: Terms, now: number): Parcel {
    const id = `g${this.all.length + 1}`;
    const added: Parcel = {
      id,
      terms: { ...terms, id },
      rank: rank(terms, this.all.length),
      begins: terms.effectiveAt ?? -Infinity,
      ends: terms.expiresAt ?? Infinity,
      awaited: (terms.effectiveAt ?? -Infinity) > now,
      warns: warning(terms.expiresAt ?? Infinity, now),
      accounts: new Map([['free', terms.amount]]),
    };
    this.all.push(added);
    return added;
  }

  booked = (): bigint => total(this.all.map((of) => this.heldIn(of) + value(of, 'free')));
  held = (): bigint => total(this.all.map((of) => this.heldIn(of)));
  available = (now: number): bigint => total(this.all.filter((of) => counts(of, now)).map((of) => value(of, 'free')));
  heldIn = (of: Parcel): bigint => total([...of.accounts].filter(([name]) => name.startsWith('held')).map(([, n]) => n));
  ordered = (): Parcel[] => [...this.all].sort((a, b) => (a.rank < b.rank ? -1 : 1));

  take(wanted: bigint, when: number, into: Account): Taken {
    const taken: [string, bigint][] = [];
    for (const of of this.ordered().filter((grant) => counts(grant, when))) {
      const n = smaller(wanted - sumOf(taken), value(of, 'free'));
      if (n > 0n) taken.push([of.id, this.move(of, 'free', into, n)]);
    }
    return taken;
  }

  move(of: Parcel, from: Account, to: Account, n: bigint): bigint {
    if (n < 0n || value(of, from) < n) throw new Error(`the books would go negative: ${of.id} ${from}`);
    of.accounts.set(from, value(of, from) - n);
    of.accounts.set(to, value(of, to) + n);
    return n;
  }

  /** Puts all accounts back to where they are now. */
  remembered(): () => void {
    const before = this.all.map((of) => [new Map(of.accounts), of.awaited, of.warns] as const);
    return () => {
      for (const [i, of] of this.all.entries()) [of.accounts, of.awaited, of.warns] = before[i]!;
    };
  }
}

const A_WEEK_MS = 604_800_000;
/** A week before the end; never for what ends sooner than that. */
export const warning = (ends: number, now: number): number => (ends - A_WEEK_MS > now ? ends - A_WEEK_MS : Infinity);
export const value = (of: Parcel, account: Account): bigint => of.accounts.get(account) ?? 0n;
const counts = (of: Parcel, when: number): boolean => !(when < of.begins) && when < of.ends;
export const spent = (of: Parcel, heldIn: bigint): boolean => heldIn + value(of, 'free') === 0n;
export const total = (of: readonly bigint[]): bigint => of.reduce((a, b) => a + b, 0n);
export const sumOf = (of: Taken): bigint => total(of.map(([, n]) => n));
export const smaller = (a: bigint, b: bigint): bigint => (b < a ? b : a);
export const list = (of: Taken): string => of.map(([id, n]) => `${id}:${told9(n)}`).join(' ') || 'nothing';
