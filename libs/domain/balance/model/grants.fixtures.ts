/** The grants of the test's own books (`books.fixtures.ts`): a set of accounts each, and value only ever moves between them. */
import type { BalanceCommand } from '../balance';
import type { GrantTerms } from '../grants/grant';
import { rank } from './rules.fixtures';
import { decimal } from './sentences.fixtures';

export type Terms = Extract<BalanceCommand, { type: 'TopUp' }>['grant'];
/** `free`, `held h1`, `consumed`, `captured`, `deducted`, `paid i1`, `expired`, `voided`, `closed`. */
type Account = string;

interface ModelGrant {
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

export class ModelGrants {
  /** Every grant there ever was, in recorded order. */
  readonly all: ModelGrant[] = [];

  add(terms: Terms, now: number): ModelGrant {
    const id = `g${this.all.length + 1}`;
    const added: ModelGrant = {
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

  booked = (): bigint => total(this.all.map((grant) => this.heldIn(grant) + value(grant, 'free')));
  held = (): bigint => total(this.all.map((grant) => this.heldIn(grant)));
  available = (now: number): bigint => total(this.all.filter((grant) => counts(grant, now)).map((grant) => value(grant, 'free')));
  heldIn = (grant: ModelGrant): bigint => total([...grant.accounts].filter(([name]) => name.startsWith('held')).map(([, n]) => n));
  ordered = (): ModelGrant[] => [...this.all].sort((a, b) => (a.rank < b.rank ? -1 : 1));

  take(wanted: bigint, when: number, into: Account): Taken {
    const taken: [string, bigint][] = [];
    for (const next of this.ordered().filter((grant) => counts(grant, when))) {
      const n = smaller(wanted - sumOf(taken), value(next, 'free'));
      if (n > 0n) taken.push([next.id, this.move(next, 'free', into, n)]);
    }
    return taken;
  }

  move(grant: ModelGrant, from: Account, to: Account, n: bigint): bigint {
    if (n < 0n || value(grant, from) < n) throw new Error(`the books would go negative: ${grant.id} ${from}`);
    grant.accounts.set(from, value(grant, from) - n);
    grant.accounts.set(to, value(grant, to) + n);
    return n;
  }

  /** Puts all accounts back to where they are now. */
  remembered(): () => void {
    const before = this.all.map((grant) => [new Map(grant.accounts), grant.awaited, grant.warns] as const);
    return () => {
      for (const [i, grant] of this.all.entries()) [grant.accounts, grant.awaited, grant.warns] = before[i]!;
    };
  }
}

const A_WEEK_MS = 604_800_000;
/** A week before the end; never for what ends sooner than that. */
export const warning = (ends: number, now: number): number => (ends - A_WEEK_MS > now ? ends - A_WEEK_MS : Infinity);
export const value = (grant: ModelGrant, account: Account): bigint => grant.accounts.get(account) ?? 0n;
const counts = (grant: ModelGrant, when: number): boolean => !(when < grant.begins) && when < grant.ends;
export const spent = (grant: ModelGrant, heldIn: bigint): boolean => heldIn + value(grant, 'free') === 0n;
export const total = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
export const sumOf = (taken: Taken): bigint => total(taken.map(([, n]) => n));
export const smaller = (a: bigint, b: bigint): bigint => (b < a ? b : a);
export const list = (taken: Taken): string => taken.map(([id, n]) => `${id}:${decimal(n)}`).join(' ') || 'nothing';
