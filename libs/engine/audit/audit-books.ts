/**
 * The books of an auditor: kept from the stored JSON alone, by additions of its own. Shares no code with what decides, folds
 * or writes, so that a mistake there cannot hide itself here. Checks I2, I3, I4 and I5 (docs/reliability.md).
 */

type Stored = { readonly [key: string]: unknown };

const NANO = 9;
const UNIT = 1_000_000_000n;
/** Stored decimal text to units of 10^-9. */
function units(text: unknown): bigint {
  if (typeof text !== 'string' || !/^-?\d+(\.\d{1,9})?$/.test(text)) throw new TypeError(`not an amount: ${String(text)}`);
  const [integer = '', fraction = ''] = text.split('.');
  return BigInt(integer + fraction.padEnd(NANO, '0'));
}
/** The same as a person reads it. */
function decimal(sum: bigint): string {
  const digits = String(sum < 0n ? -sum : sum).padStart(NANO + 1, '0');
  const fraction = digits.slice(-NANO).replace(/0+$/, '');
  return `${sum < 0n ? '-' : ''}${digits.slice(0, -NANO)}${fraction && `.${fraction}`}`;
}
const all = (list: unknown): readonly Stored[] => (Array.isArray(list) ? (list as Stored[]) : []);
const total = (list: unknown): bigint => all(list).reduce((sum, part) => sum + units(part['amount']), 0n);

const credits = (list: unknown): bigint => all(list).reduce((sum, part) => sum + units(part['credits']), 0n);

const moment = (text: unknown, otherwise: number): number => (text === undefined ? otherwise : Date.parse(String(text)));

interface AuditedGrant {
  remaining: bigint;
  held: bigint;
  /** From when it can be spent, and from when no more; milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/** An empty one, with the times of a grant's terms. */
const grantOf = (terms: Stored): AuditedGrant => ({
  remaining: 0n,
  held: 0n,
  from: moment(terms['effectiveAt'], -Infinity),
  until: moment(terms['expiresAt'], Infinity),
});

interface Purchase {
  readonly credits: bigint;
  readonly asked: string;
  state: 'pending' | 'ended' | 'succeeded' | 'credited';
}

/** One balance, as an auditor sees it: grants move by what each event says it did, and are compared with what it says they are. */
export class AuditBooks {
  private booked = 0n;
  private held = 0n;
  private uncovered = 0n;
  private unbilled = 0n;
  private pending = 0n;
  private readonly purchases = new Map<string, Purchase>();
  /** Those with something left. */
  private readonly grants = new Map<string, AuditedGrant>();
  private readonly holds = new Map<string, bigint>();
  /** What each payment took from each grant, less what was given back. */
  private readonly payments = new Map<string, Map<string, bigint>>();
  private readonly moved = new Set<string>();
  private wrong: string[] = [];

  /** Books one event; returns a sentence for everything that does not add up. */
  book(storedType: string, data: Stored): readonly string[] {
    this.wrong = [];
    this.moved.clear();
    this.move(storedType, data);
    const figures = data['figures'] as Stored | undefined;
    if (figures) this.compareAll(data, figures);
    return this.wrong;
  }

  private compareAll(data: Stored, figures: Stored): void {
    const { wrong } = this;
    const compare = (name: string, said: bigint, found: bigint): void => {
      if (said !== found) wrong.push(`${name} is said to be ${decimal(said)}, and adds up to ${decimal(found)}`);
    };
    for (const touched of all(data['grants'])) {
      const id = String(touched['id']);
      const { remaining, held } = this.grants.get(id) ?? { remaining: 0n, held: 0n };
      compare(`what is left of grant ${id}`, units(touched['remaining']), remaining);
      compare(`what is held in grant ${id}`, units(touched['held'] ?? '0'), held);
      this.moved.delete(id);
    }
    for (const id of this.moved) wrong.push(`grant ${id} changed, and is not in the event`);
    compare('booked', units(figures['booked']), this.booked);
    compare('held', units(figures['held'] ?? '0'), this.held);
    compare('uncovered', units(figures['uncovered'] ?? '0'), this.uncovered);
    compare('unbilled', units(figures['unbilled'] ?? '0'), this.unbilled);
    compare('pending', units(figures['pending'] ?? '0'), this.pending);
    compare('available', units(figures['available']), this.availableAt(moment(data['at'], NaN)));
    const grants = [...this.grants.values()];
    compare(
      'the sum of grants',
      this.booked,
      grants.reduce((sum, grant) => sum + grant.remaining, 0n),
    );
    compare(
      'the sum held in grants',
      this.held,
      grants.reduce((sum, grant) => sum + grant.held, 0n),
    );
    for (const [id, { remaining, held }] of this.grants) {
      if (held < 0n || held > remaining) wrong.push(`grant ${id} has ${decimal(remaining)} left and ${decimal(held)} held`);
      if (remaining === 0n) this.grants.delete(id);
    }
    if (this.booked < 0n || this.held < 0n || this.unbilled < 0n) wrong.push('the balance is below zero');
  }

  private availableAt(at: number): bigint {
    const eligible = [...this.grants.values()].filter(({ from, until }) => from <= at && at < until);
    return eligible.reduce((sum, grant) => sum + grant.remaining - grant.held, 0n);
  }

  private add(grant: Stored): void {
    this.grants.set(String(grant['id']), grantOf(grant));
    this.spend([{ grant: grant['id'], amount: grant['amount'] }], -1n);
    this.booked += units(grant['amount']);
  }

  private spend(parts: unknown, sign = 1n): void {
    for (const [grant, amount] of this.parts(parts)) grant.remaining -= amount * sign;
  }

  private reserve(parts: unknown, sign = 1n): void {
    for (const [grant, amount] of this.parts(parts)) grant.held += amount * sign;
  }

  private *parts(allocation: unknown): Generator<[AuditedGrant, bigint]> {
    for (const part of all(allocation)) {
      const id = String(part['grant']);
      const grant = this.grants.get(id);
      this.moved.add(id);
      if (grant) yield [grant, units(part['amount'])];
      else this.wrong.push(`grant ${id} is moved and has nothing`);
    }
  }

  private move(type: string, data: Stored): void {
    switch (type) {
      case 'GrantExpiring': {
        const left = this.grants.get(String(data['grantId']))?.remaining ?? 0n;
        const said = units(data['amount']);
        if (said !== left) this.wrong.push(`${decimal(said)} is said to expire, and ${decimal(left)} is left of the grant`);
        return;
      }
      case 'WalletToppedUp':
      case 'CreditBalanceToppedUp':
        this.add(data['grant'] as Stored);
        if (data['purchaseId'] !== undefined) this.credit(String(data['purchaseId']), data['grant'] as Stored);
        return;
      case 'CreditsConsumed': {
        let covered = 0n;
        let uncovered = 0n;
        for (const line of all(data['lines'])) {
          this.equal(
            'amount of a usage line = allocation + uncovered',
            units(line['amount']),
            total(line['allocation']) + units(line['uncovered'] ?? '0'),
          );
          this.compareWorth(line);
          this.spend(line['allocation']);
          covered += total(line['allocation']);
          uncovered += units(line['uncovered'] ?? '0');
        }
        this.equal('consumed = its lines', units(data['amount']), covered);
        this.equal('uncovered = its lines', units(data['uncovered'] ?? '0'), uncovered);
        this.booked -= covered;
        this.uncovered += uncovered;
        return;
      }
      case 'UsageAccrued':
        for (const line of all(data['lines'])) this.compareWorth(line);
        this.equal('accrued = its lines', units(data['amount']), total(data['lines']));
        this.unbilled += units(data['amount']);
        return;
      case 'InvoicePaid':
      case 'InvoicePaidFromWallet':
        this.pay(data);
        return;
      case 'InvoicePaymentReversed':
        this.reverse(data);
        return;
      case 'PurchaseStarted': {
        const credits = units((data['grant'] as Stored)['amount']);
        this.purchases.set(String(data['purchaseId']), { credits, asked: JSON.stringify(data['asked']), state: 'pending' });
        this.pending += credits;
        return;
      }
      case 'PurchaseSucceeded':
      case 'PurchaseFailed':
      case 'PurchaseExpired':
        this.endPurchase(type, data);
        return;
      case 'CreditsDeducted':
      case 'WalletClosed':
      case 'CreditBalanceClosed':
        this.equal('amount = allocation', units(data['amount']), total(data['allocation']));
        this.spend(data['allocation']);
        this.booked -= units(data['amount']);
        return;
      case 'TopUpVoided':
      case 'GrantExpired':
        this.spend([{ grant: data['grantId'], amount: data['amount'] }]);
        this.booked -= units(data['amount']);
        return;
      case 'HoldPlaced':
        this.equal('amount = allocation', units(data['amount']), total(data['allocation']));
        this.reserve(data['allocation']);
        this.holds.set(String(data['holdId']), units(data['amount']));
        this.held += units(data['amount']);
        return;
      case 'HoldCaptured':
        this.equal('amount = captured + overrun', units(data['amount']), total(data['captured']) + total(data['overrun']));
        this.spend(data['captured']);
        this.spend(data['overrun']);
        this.reserve(data['captured'], -1n);
        this.reserve(data['released'], -1n);
        this.booked -= units(data['amount']);
        this.settle(data, total(data['captured']) + total(data['released']), units(data['remaining']));
        return;
      case 'HoldReleased':
      case 'HoldExpired':
        this.equal('amount = released', units(data['amount']), total(data['released']));
        this.reserve(data['released'], -1n);
        this.settle(data, units(data['amount']), 0n);
        return;
    }
  }

  /** In a wallet a line is worth its credits at a price, rounded once to units of 10^-9, half to even. */
  private compareWorth(line: Stored): void {
    const conversion = line['conversion'] as Stored | undefined;
    const rated = credits(line['parts']);
    if (!conversion) return this.equal('amount of a usage line = its rated parts', units(line['amount']), rated);
    this.equal('credits of a usage line = its rated parts', units(conversion['credits']), rated);
    const exact = rated * units(conversion['creditPrice']);
    const [integer, rest] = [exact / UNIT, exact % UNIT];
    const up = 2n * rest > UNIT || (2n * rest === UNIT && integer % 2n === 1n) ? 1n : 0n;
    this.equal('amount of a usage line = its credits at their price', units(line['amount']), integer + up);
  }

  private pay(data: Stored): void {
    const [due, amount, remaining] = [units(data['due']), units(data['amount']), units(data['remaining'])];
    this.equal('amount = allocation', amount, total(data['allocation']));
    this.equal('due = amount + remaining', due, amount + remaining);
    const minorUnit = 10n ** BigInt(NANO - Number(data['minorUnitDigits']));
    if (amount % minorUnit !== 0n || amount < 0n || remaining < 0n)
      this.wrong.push(`${decimal(amount)} of ${decimal(due)} is no payment in minor units`);
    this.spend(data['allocation']);
    this.booked -= amount;
    this.unbilled -= units(data['billed']);
    this.payments.set(
      String(data['paymentId']),
      new Map(all(data['allocation']).map((part) => [String(part['grant']), units(part['amount'])])),
    );
  }

  /** Money comes back to the grants it was taken from, and to each at most what was taken. */
  private reverse(data: Stored): void {
    const id = String(data['paymentId']);
    const taken = this.payments.get(id) ?? new Map<string, bigint>();
    for (const terms of all(data['restored'])) this.grants.set(String(terms['id']), grantOf(terms));
    for (const part of all(data['returned'])) {
      const grant = String(part['grant']);
      const left = (taken.get(grant) ?? 0n) - units(part['amount']);
      if (left < 0n) this.wrong.push(`grant ${grant} gets back more than payment ${id} took from it`);
      taken.set(grant, left);
    }
    this.equal('amount = returned', units(data['amount']), total(data['returned']));
    this.equal(
      `what is left of payment ${id}`,
      units(data['remaining']),
      [...taken.values()].reduce((sum, left) => sum + left, 0n),
    );
    this.spend(data['returned'], -1n);
    this.booked += units(data['amount']);
  }

  /** Money is taken as it was asked for, and each purchase is credited once, whatever it had ended as before. */
  private endPurchase(type: string, data: Stored): void {
    const id = String(data['purchaseId']);
    const purchase = this.purchases.get(id);
    const succeeds = type === 'PurchaseSucceeded';
    if (!purchase || (purchase.state !== 'pending' && !(succeeds && purchase.state === 'ended'))) {
      this.wrong.push(`purchase ${id} ends and is ${purchase?.state ?? 'unknown'}`);
      return;
    }
    if (succeeds && JSON.stringify(data['paid']) !== purchase.asked) this.wrong.push(`purchase ${id} was paid otherwise than asked`);
    if (purchase.state === 'pending') this.pending -= purchase.credits;
    purchase.state = succeeds ? 'succeeded' : 'ended';
  }

  private credit(id: string, grant: Stored): void {
    const purchase = this.purchases.get(id);
    if (purchase?.state !== 'succeeded') this.wrong.push(`purchase ${id} is credited and is ${purchase?.state ?? 'unknown'}`);
    else purchase.state = 'credited';
    this.equal(`what purchase ${id} bought`, units(grant['amount']), purchase?.credits ?? 0n);
    if (purchase && JSON.stringify(grant['costBasis']) !== purchase.asked)
      this.wrong.push(`purchase ${id} is said to have cost something else`);
  }

  private equal(what: string, a: bigint, b: bigint): void {
    if (a !== b) this.wrong.push(`${what}: ${decimal(a)} is not ${decimal(b)}`);
  }

  private settle(data: Stored, settled: bigint, remaining: bigint): void {
    const id = String(data['holdId']);
    const before = this.holds.get(id);
    if (before === undefined || before - settled !== remaining)
      this.wrong.push(`hold ${id} held ${decimal(before ?? 0n)}, settles ${decimal(settled)} and keeps ${decimal(remaining)}`);
    if (remaining > 0n) this.holds.set(id, remaining);
    else this.holds.delete(id);
    this.held -= settled;
  }
}
