/**
 * What the demo's usage must come to, by plain arithmetic on whole numbers of billionths. Written apart from the ledger on
 * purpose: it imports none of its code, weights included.
 */
import type { Holding, ProductId } from './holdings';
import type { UsageFact } from './traffic';

const BILLION = 1_000_000_000n;

/** Billionths of a credit that one usage event costs. */
export function costOf({ product, data }: Pick<UsageFact, 'product' | 'data'>): bigint {
  const units = (name: string): bigint => BigInt(data[name] ?? 0);
  switch (product) {
    case 'api-calls':
      return BILLION;
    case 'ai-tokens':
      return units('input_tokens') * 1_000_000n + units('output_tokens') * 4_000_000n;
    case 'messages':
      return data['channel'] === 'sms' ? units('segments') * 50_000_000n : 1_000_000n;
  }
}

/** The line at which a balance counts as low, in billionths. */
const LOW: Readonly<Record<ProductId, (lastTopUp: bigint) => bigint>> = {
  'api-calls': (lastTopUp) => lastTopUp / 5n,
  'ai-tokens': () => 50n * BILLION,
  messages: () => BILLION,
};

/** What a webhook must say: its type, and which line was left upwards in a recovery. */
type Notification =
  'credit_balance.low_balance' | 'credit_balance.run_out' | 'credit_balance.recovered run_out' | 'credit_balance.recovered low_balance';

interface Figures {
  readonly available: string;
  readonly consumed: string;
  readonly uncovered: string;
}

/** The books of one credit balance. */
export class Account {
  private left = 0n;
  private consumed = 0n;
  private uncovered = 0n;
  private low: bigint;
  readonly notifications: Notification[] = [];

  constructor(private readonly holding: Holding) {
    this.left = billionths(holding.startingBalance);
    this.low = LOW[holding.product](this.left);
  }

  use(cost: bigint): void {
    const taken = cost < this.left ? cost : this.left;
    const before = this.left;
    this.left -= taken;
    this.consumed += taken;
    this.uncovered += cost - taken;
    if (before > this.low && this.left <= this.low) this.notifications.push('credit_balance.low_balance');
    if (before > 0n && this.left === 0n) this.notifications.push('credit_balance.run_out');
  }

  topUp(amount: string): void {
    const before = this.left;
    const wasLow = before <= this.low;
    this.left += billionths(amount);
    this.low = LOW[this.holding.product](billionths(amount));
    if (before === 0n) this.notifications.push('credit_balance.recovered run_out');
    if (wasLow && this.left > this.low) this.notifications.push('credit_balance.recovered low_balance');
  }

  get figures(): Figures {
    return { available: decimal(this.left), consumed: decimal(this.consumed), uncovered: decimal(this.uncovered) };
  }
}

export class Books {
  private readonly accounts: ReadonlyMap<string, Account>;

  constructor(holdings: readonly Holding[]) {
    this.accounts = new Map(holdings.map((holding) => [keyOf(holding), new Account(holding)]));
  }

  use(fact: UsageFact): void {
    this.account(fact).use(costOf(fact));
  }

  account(which: Pick<Holding, 'customer' | 'product'>): Account {
    const account = this.accounts.get(keyOf(which));
    if (!account) throw new RangeError(`${keyOf(which)} is in no book`);
    return account;
  }
}

const keyOf = ({ customer, product }: Pick<Holding, 'customer' | 'product'>): string => `${customer} ${product}`;

function billionths(text: string): bigint {
  const [units = '0', fraction = ''] = text.split('.');
  return BigInt(units) * BILLION + BigInt(fraction.padEnd(9, '0'));
}

function decimal(value: bigint): string {
  const fraction = (value % BILLION).toString().padStart(9, '0').replace(/0+$/, '');
  return `${value / BILLION}${fraction && `.${fraction}`}`;
}
