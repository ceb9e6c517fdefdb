/**
 * The books of an auditor: kept from the stored JSON alone, by additions of its own. Shares no code with what decides, folds
 * or writes, so that a mistake there cannot hide itself here. Checks I2, I3, I4 and I5 (docs/reliability.md).
 */

type Stored = { readonly [key: string]: unknown };

const NANO = 9;
/** Stored decimal text to units of 10^-9. */
function units(text: unknown): bigint {
  if (typeof text !== 'string' || !/^-?\d+(\.\d{1,9})?$/.test(text)) throw new TypeError(`not an amount: ${String(text)}`);
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(NANO, '0'));
}
const all = (list: unknown): readonly Stored[] => (Array.isArray(list) ? (list as Stored[]) : []);
const total = (list: unknown): bigint => all(list).reduce((sum, part) => sum + units(part['amount']), 0n);

/** One balance, as an auditor sees it. */
export class AuditBooks {
  private booked = 0n;
  private held = 0n;
  private uncovered = 0n;
  private readonly grants = new Map<string, { remaining: bigint; held: bigint }>();
  private readonly holds = new Map<string, bigint>();

  /** Books one event; returns a sentence for everything that does not add up. */
  book(storedType: string, data: Stored): readonly string[] {
    const wrong: string[] = [];
    this.move(storedType, data, wrong);
    const figures = data['figures'] as Stored | undefined;
    if (!figures) return wrong;
    for (const of of all(data['grants'])) this.grants.set(String(of['id']), { remaining: units(of['remaining']), held: units(of['held']) });
    const remaining = [...this.grants.values()].reduce((sum, of) => sum + of.remaining, 0n);
    const reserved = [...this.grants.values()].reduce((sum, of) => sum + of.held, 0n);
    const compare = (name: string, said: bigint, found: bigint): void => {
      if (said !== found) wrong.push(`${name} is said to be ${said}e-9, and adds up to ${found}e-9`);
    };
    compare('booked', units(figures['booked']), this.booked);
    compare('the sum of grants', remaining, this.booked);
    compare('held', units(figures['held']), this.held);
    compare('the sum held in grants', reserved, this.held);
    compare('uncovered', units(figures['uncovered']), this.uncovered);
    const available = units(figures['available']);
    if (available < 0n || available > this.booked - this.held) wrong.push(`available ${available}e-9 is not between 0 and booked less held`);
    for (const [id, of] of this.grants) if (of.held < 0n || of.held > of.remaining) wrong.push(`grant ${id} has ${of.remaining}e-9 left and ${of.held}e-9 held`);
    if (this.booked < 0n || this.held < 0n) wrong.push('the balance is below zero');
    return wrong;
  }

  private move(type: string, data: Stored, wrong: string[]): void {
    const equal = (what: string, a: bigint, b: bigint): void => {
      if (a !== b) wrong.push(`${what}: ${a}e-9 is not ${b}e-9`);
    };
    switch (type) {
      case 'WalletToppedUp':
      case 'CreditBalanceToppedUp':
        this.booked += units((data['grant'] as Stored)['amount']);
        return;
      case 'CreditsConsumed': {
        let covered = 0n;
        let uncovered = 0n;
        for (const line of all(data['lines'])) {
          equal('amount of a usage line = allocation + uncovered', units(line['amount']), total(line['allocation']) + units(line['uncovered']));
          equal('amount of a usage line = its rated parts', units(line['amount']), all(line['parts']).reduce((sum, part) => sum + units(part['credits']), 0n));
          covered += total(line['allocation']);
          uncovered += units(line['uncovered']);
        }
        equal('consumed = its lines', units(data['amount']), covered);
        equal('uncovered = its lines', units(data['uncovered']), uncovered);
        this.booked -= covered;
        this.uncovered += uncovered;
        return;
      }
      case 'CreditsDeducted':
      case 'WalletClosed':
      case 'CreditBalanceClosed':
        equal('amount = allocation', units(data['amount']), total(data['allocation']));
        this.booked -= units(data['amount']);
        return;
      case 'GrantExpired':
        this.booked -= units(data['amount']);
        return;
      case 'HoldPlaced':
        equal('amount = allocation', units(data['amount']), total(data['allocation']));
        this.holds.set(String(data['holdId']), units(data['amount']));
        this.held += units(data['amount']);
        return;
      case 'HoldCaptured':
        equal('amount = captured + overrun', units(data['amount']), total(data['captured']) + total(data['overrun']));
        this.booked -= units(data['amount']);
        this.settle(data, total(data['captured']) + total(data['released']), units(data['remaining']), wrong);
        return;
      case 'HoldReleased':
      case 'HoldExpired':
        equal('amount = released', units(data['amount']), total(data['released']));
        this.settle(data, units(data['amount']), 0n, wrong);
        return;
    }
  }

  private settle(data: Stored, settled: bigint, remaining: bigint, wrong: string[]): void {
    const id = String(data['holdId']);
    const before = this.holds.get(id);
    if (before === undefined || before - settled !== remaining) wrong.push(`hold ${id} held ${before ?? 0n}e-9, settles ${settled}e-9 and keeps ${remaining}e-9`);
    if (remaining > 0n) this.holds.set(id, remaining);
    else this.holds.delete(id);
    this.held -= settled;
  }
}
