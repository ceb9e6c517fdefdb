/**
 * The model of a balance: each grant is a set of accounts, and value only moves from one account to another. It gets the commands and
 * predicts, by its own reading of the rules, the sentence of every event (`sentence`), or the code of the refusal. It does not use
 * decide, evolve, figuresOf or drawDown, and shares no arithmetic with them.
 */
import type { BalanceCommand } from '../balance';
import type { Limit } from '../limits/limit';
import { InvoiceBooks } from './invoice-books.fixtures';
import { list, ModelGrants, smaller, spent, sumOf, type Taken, type Terms, total, value } from './grants.fixtures';
import { PurchaseBooks, type Step } from './purchase-books.fixtures';
import { refusalByRule } from './rules.fixtures';
import { figuresText, limitText, decimal } from './sentences.fixtures';

type Asked<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;
interface Line {
  readonly limit?: Limit;
  stands: 'unknown' | 'over' | 'under';
}
/** The predicted sentences, or the code of the refusal. */
type Predicted = readonly string[] | string;

const NOTHING_TO_DO = 'nothing to do';

export class Books {
  status = 'none';
  readonly grants = new ModelGrants();
  readonly invoices = new InvoiceBooks(this.grants);
  readonly purchases = new PurchaseBooks();
  uncovered = 0n;
  unbilled = 0n;
  /** Open holds, by id, with their ends. */
  holds = new Map<string, number>();
  private holdsEver = 0;
  private lastTopUp = 0n;
  private lines: Line[] = [];
  private runOut: Line = { stands: 'unknown' };
  private story: string[] = [];
  private now = 0;
  /** Ends and beginnings up to this time are due. */
  private due = 0;
  /** The time of the last entry. */
  private latest = 0;

  /** Predicts the answer to a command, and changes the model accordingly. */
  predict(command: BalanceCommand): Predicted {
    this.now = this.due = command.at;
    this.story = [];
    const refused = refusalByRule(command, this.status) ?? this.undo(() => this.post(command));
    if (refused) return refused;
    if (this.status !== 'closed' && this.story.length > 0) this.notifications();
    if (this.story.length > 0) this.latest = this.now;
    return this.story;
  }

  /** A request that is refused, or has nothing to do, leaves nothing behind: not even the holds it found ended. */
  private undo(act: () => string | undefined): string | undefined {
    const before = {
      grants: this.grants.remembered(),
      purchases: this.purchases.remembered(),
      holds: [...this.holds],
      stands: [this.runOut, ...this.lines].map((line) => [line, line.stands] as const),
    };
    const refused = act();
    if (refused === undefined) return undefined;
    before.grants();
    before.purchases();
    this.holds = new Map(before.holds);
    for (const [line, stands] of before.stands) line.stands = stands;
    this.story = [];
    return refused === NOTHING_TO_DO ? undefined : refused;
  }

  private post(command: BalanceCommand): string | undefined {
    switch (command.type) {
      case 'Create':
        this.status = 'open';
        this.invoices.begun();
        this.purchases.begun();
        this.lastTopUp = 0n;
        this.lines = command.limits.map((limit) => ({ limit, stands: 'unknown' }));
        this.runOut = { stands: 'unknown' };
        this.write(`created for ${command.customerId}${command.limits.map((limit) => `, ${limitText(limit)}`).join('')}`);
        return command.startingGrant && this.add(command.startingGrant);
      case 'TopUp':
        return this.add(command.grant);
      case 'Consume':
        return this.consume(command);
      case 'Accrue': {
        this.endHolds();
        const accrued = total(command.lines.map((line) => line.amount));
        this.unbilled += accrued;
        return this.write(`accrued ${decimal(accrued)} (${command.lines.map((line) => decimal(line.amount)).join('; ')})`);
      }
      case 'PayInvoice': {
        this.endHolds();
        const paid = this.invoices.pay(command, this.now, this.unbilled);
        if (typeof paid !== 'object') return paid ?? NOTHING_TO_DO;
        this.unbilled -= paid.billing;
        return this.write(paid.words);
      }
      case 'ReverseInvoicePayment': {
        this.endHolds();
        const reversed = this.invoices.reverse(command, this.now);
        if (typeof reversed === 'string') return reversed;
        this.write(reversed.words);
        return this.expire(reversed.back.map(([id]) => id));
      }
      case 'StartPurchase':
        this.endPurchases();
        return this.go(this.purchases.start(command));
      case 'ConfirmPurchase':
        this.endPurchases();
        return this.go(this.purchases.confirm(command, this.status, `g${this.grants.all.length + 1}`));
      case 'FailPurchase':
        this.endPurchases();
        return this.go(this.purchases.fail(command));
      case 'VoidTopUp':
        return this.voidTopUp(command);
      case 'Deduct': {
        this.endHolds();
        const taken = this.grants.take(command.amount, this.now, 'deducted');
        if (sumOf(taken) !== command.amount) return 'insufficient_credits';
        return this.write(`deducted ${decimal(command.amount)} out of ${list(taken)}`);
      }
      case 'PlaceHold': {
        this.endHolds();
        const id = `h${this.holdsEver + 1}`;
        const taken = this.grants.take(command.amount, this.now, `held ${id}`);
        if (sumOf(taken) !== command.amount) return 'insufficient_credits';
        this.holdsEver++;
        this.holds.set(id, command.expiresAt ?? Infinity);
        return this.write(`held ${id}:${decimal(command.amount)} in ${list(taken)}`);
      }
      case 'CaptureHold':
        return this.capture(command);
      case 'ReleaseHold': {
        this.endHolds();
        if (!this.holds.delete(command.holdId)) return 'hold_not_open';
        const back = this.giveBack(command.holdId);
        this.write(`released ${command.holdId}:${decimal(sumOf(back))} to ${list(back)}`);
        return this.expire(back.map(([id]) => id));
      }
      case 'EndHolds':
        this.endHolds();
        return undefined;
      case 'SetLimits': {
        const before = this.lines;
        const same = (a: Limit, b: Limit | undefined) => a.id === b?.id && a.kind === b.kind && a.value === b.value;
        this.lines = command.limits.map((limit) => ({
          limit,
          stands: before.find((line) => same(limit, line.limit))?.stands ?? 'unknown',
        }));
        return this.write(`limits set: ${command.limits.map(limitText).join(', ') || 'none'}`);
      }
      case 'Pause':
        this.status = 'paused';
        return this.write(`paused${command.reason === undefined ? '' : `: ${command.reason}`}`);
      case 'Resume':
        this.status = 'open';
        return this.write('resumed');
      case 'Close': {
        this.endHolds();
        this.endPurchases();
        if (this.holds.size > 0) return 'holds_open';
        if (this.purchases.waiting().length > 0) return 'purchases_pending';
        if (this.unbilled > 0n) return 'usage_unbilled';
        this.expire();
        const rest = this.grants
          .ordered()
          .map((grant) => [grant.id, this.grants.move(grant, 'free', 'closed', value(grant, 'free'))] as const);
        this.status = 'closed';
        return this.write(`closed ${decimal(sumOf(rest))} out of ${list(rest.filter(([, n]) => n > 0n))}`);
      }
      case 'Sweep':
        return this.status === 'closed' ? undefined : this.sweep(command.at);
    }
  }

  /** One due time after the other, as by a sweep at each of them, but never before the last entry. */
  private sweep(until: number): undefined {
    const latest = Math.min(this.latest, until);
    for (let soonest = this.soonest(); soonest <= until; soonest = this.soonest()) {
      this.due = soonest;
      this.now = Math.max(soonest, latest);
      this.endHolds();
      for (const grant of this.grants.ordered()) {
        if (!grant.awaited || grant.begins > this.due || spent(grant, this.grants.heldIn(grant))) continue;
        grant.awaited = false;
        this.write(`began ${grant.id}`);
      }
      for (const grant of this.alive().filter(({ warns }) => warns <= this.due)) {
        grant.warns = Infinity;
        this.write(`expiring ${grant.id}:${decimal(value(grant, 'free') + this.grants.heldIn(grant))}`);
      }
      this.expire();
      this.endPurchases();
      this.notifications();
    }
  }

  private alive = () => this.grants.all.filter((grant) => !spent(grant, this.grants.heldIn(grant)));

  private soonest = (): number =>
    Math.min(
      ...this.holds.values(),
      ...this.purchases.waiting().map(({ ends }) => ends),
      ...this.grants.all.filter((grant) => value(grant, 'free') > 0n).map(({ ends }) => ends),
      ...this.alive().map(({ awaited, begins, warns }) => (awaited ? Math.min(begins, warns) : warns)),
    );

  private endPurchases(): undefined {
    for (let late = this.purchases.nextLate(this.due); late; late = this.purchases.nextLate(this.due)) this.write(late.words);
  }

  private go(step: Step | string | undefined): string | undefined {
    if (typeof step !== 'object') return step;
    this.write(step.words);
    return step.credits && this.add(step.credits);
  }

  private add(terms: Terms): undefined {
    const { id } = this.grants.add(terms, this.now);
    this.lastTopUp = terms.amount;
    return this.write(`topped up ${id}:${decimal(terms.amount)}`);
  }

  private consume(command: Asked<'Consume'>): undefined {
    this.endHolds();
    let covered = 0n;
    let uncovered = 0n;
    const lines = command.lines.map((line) => {
      const taken = this.status === 'paused' ? [] : this.grants.take(line.amount, line.usedAt, 'consumed');
      const lacking = line.amount - sumOf(taken);
      covered += sumOf(taken);
      uncovered += lacking;
      return `${decimal(line.amount)} out of ${list(taken)}${short(lacking)}`;
    });
    this.uncovered += uncovered;
    return this.write(`consumed ${decimal(covered)}${short(uncovered)} (${lines.join('; ')})`);
  }

  private voidTopUp({ grantId, reason }: Asked<'VoidTopUp'>): string | undefined {
    this.endHolds();
    const grant = this.grants.all.find(({ id }) => id === grantId);
    if (!grant) return 'grant_not_found';
    if (this.grants.heldIn(grant) > 0n) return 'grant_held';
    const left = grant.ends <= this.now ? 0n : value(grant, 'free');
    if (left === 0n) return 'nothing_to_void';
    return this.write(`voided ${grantId}:${decimal(this.grants.move(grant, 'free', 'voided', left))}, ${reason}`);
  }

  private capture({ holdId, amount, keepOpen, overrun }: Asked<'CaptureHold'>): string | undefined {
    this.endHolds();
    if (!this.holds.has(holdId)) return 'hold_not_open';
    const grants = this.grants.ordered().filter((grant) => value(grant, `held ${holdId}`) > 0n);
    let left: bigint = amount;
    const out: [string, bigint][] = [];
    for (const grant of grants) {
      const n = smaller(left, value(grant, `held ${holdId}`));
      if (n > 0n) out.push([grant.id, this.grants.move(grant, `held ${holdId}`, 'captured', n)]);
      left -= n;
    }
    if (left > 0n && overrun === 'refuse') return 'capture_exceeds_hold';
    const beyond = this.grants.take(left, this.now, 'captured');
    if (sumOf(beyond) !== left) return 'insufficient_credits';
    const back = keepOpen ? [] : this.giveBack(holdId);
    const remaining = total(this.grants.all.map((grant) => value(grant, `held ${holdId}`)));
    if (remaining === 0n) this.holds.delete(holdId);
    this.write(
      `captured ${holdId}:${decimal(amount)} out of ${list(out)}, beyond it ${list(beyond)}, ` +
        `released ${list(back)}, remaining ${decimal(remaining)}`,
    );
    return this.expire(back.map(([id]) => id));
  }

  private endHolds(): void {
    const ended = [...this.holds].filter(([, ends]) => ends <= this.due).sort(([, a], [, b]) => a - b);
    for (const [id] of ended) {
      this.holds.delete(id);
      const back = this.giveBack(id);
      this.write(`hold ${id}:${decimal(sumOf(back))} expired to ${list(back)}`);
      this.expire(back.map(([grant]) => grant));
    }
  }

  private expire(only?: readonly string[]): undefined {
    const over = this.grants
      .ordered()
      .filter((grant) => grant.ends <= this.due && value(grant, 'free') > 0n && (only?.includes(grant.id) ?? true))
      .sort((a, b) => a.ends - b.ends);
    for (const grant of over)
      this.write(`expired ${grant.id}:${decimal(this.grants.move(grant, 'free', 'expired', value(grant, 'free')))}`);
  }

  private giveBack(holdId: string): Taken {
    return this.grants
      .ordered()
      .filter((grant) => value(grant, `held ${holdId}`) > 0n)
      .map((grant) => [grant.id, this.grants.move(grant, `held ${holdId}`, 'free', value(grant, `held ${holdId}`))] as const);
  }

  private write(what: string): undefined {
    const available = this.grants.available(this.now);
    const figures = {
      booked: this.grants.booked(),
      held: this.grants.held(),
      available,
      uncovered: this.uncovered,
      unbilled: this.unbilled,
      pending: this.purchases.pending(),
    };
    this.story.push(`${what} -> ${figuresText(figures)}`);
    if (this.status === 'closed') return;
    for (const line of [this.runOut, ...this.lines])
      if (line.stands === 'unknown' && available - this.unbilled > this.threshold(line)) line.stands = 'over';
  }

  /** In tenths of a billionth of a percent, so that the rounding half to even is done on whole numbers of its own. */
  private threshold({ limit }: Line): bigint {
    if (!limit) return 0n;
    if (limit.kind === 'absolute') return limit.value;
    const exact = this.lastTopUp * limit.value;
    const floor = exact / 100_000_000_000n;
    const doubled = 2n * (exact - floor * 100_000_000_000n);
    if (doubled === 100_000_000_000n) return floor + (floor & 1n);
    return doubled > 100_000_000_000n ? floor + 1n : floor;
  }

  /** Rising from the lowest line up, then falling from the highest line down; the run-out is the lowest of all. */
  private notifications(): void {
    // What is left once the invoices are there.
    const left = this.grants.available(this.now) - this.unbilled;
    const rising = [this.runOut, ...this.lines].sort((a, b) => Number(this.threshold(a) - this.threshold(b)));
    const name = (line: Line, otherwise: string) => line.limit?.id ?? otherwise;
    const crossed: [Line, 'over' | 'under', string][] = [];
    for (const line of rising)
      if (line.stands === 'under' && left > this.threshold(line))
        crossed.push([line, 'over', `recovered from ${name(line, 'run_out')} at ${decimal(this.threshold(line))}`]);
    for (const line of rising.reverse())
      if (line.stands === 'over' && left <= this.threshold(line))
        crossed.push([line, 'under', line.limit ? `low on ${line.limit.id} at ${decimal(this.threshold(line))}` : 'ran out']);
    for (const [line, stands, what] of crossed) {
      line.stands = stands;
      this.write(what);
    }
  }
}

const short = (lacking: bigint): string => (lacking === 0n ? '' : ` and ${decimal(lacking)} uncovered`);
