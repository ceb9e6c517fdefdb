/** What the test's own books (`books.fixtures.ts`) keep of purchases: each is one thing at a time, and credited once. */
import type { BalanceCommand } from '../balance';
import type { Terms } from './grants.fixtures';
import { moneyText, decimal } from './sentences.fixtures';

type Asked<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;
interface Bought {
  readonly id: string;
  readonly request: Asked<'StartPurchase'>;
  readonly ends: number;
  is: 'pending' | 'succeeded' | 'failed' | 'expired';
  /** By which it was paid, in one word. */
  readonly payments: Set<string>;
}
/** What happens: a line of the story, and the grant that it adds. */
export interface Step {
  readonly words: string;
  readonly credits?: Terms;
}

export class PurchaseBooks {
  readonly all: Bought[] = [];
  /** So many of them are of a life that has ended. */
  private former = 0;

  begun = (): void => void (this.former = this.all.length);
  waiting = (): readonly Bought[] => this.all.filter((purchase) => purchase.is === 'pending');
  pending = (): bigint => this.waiting().reduce((sum, purchase) => sum + purchase.request.grant.amount, 0n);

  /** Puts all of them back to what they are now. */
  remembered(): () => void {
    const before = this.all.map((purchase) => purchase.is);
    return () => this.all.forEach((purchase, i) => (purchase.is = before[i] ?? purchase.is));
  }

  /** One at a time, the soonest first: `undefined` when no more are late. */
  nextLate(now: number): Step | undefined {
    const [late] = this.waiting()
      .filter((purchase) => purchase.ends <= now)
      .sort((a, b) => a.ends - b.ends);
    if (!late) return undefined;
    late.is = 'expired';
    return { words: `nobody paid ${late.id}` };
  }

  start(request: Asked<'StartPurchase'>): Step {
    const id = `p${this.all.length + 1}`;
    this.all.push({ id, request, ends: request.expiresAt ?? Infinity, is: 'pending', payments: new Set() });
    return { words: `started ${id}:${decimal(request.grant.amount)} for ${moneyText(request.asked)}` };
  }

  confirm(confirmation: Asked<'ConfirmPurchase'>, status: string, nextGrant: string): Step | string | undefined {
    const { purchaseId, paid, at } = confirmation;
    const nth = this.all.findIndex(({ id }) => id === purchaseId);
    const purchase = this.all[nth];
    if (!purchase) return 'purchase_not_found';
    const flagged = (reason: string): Step => ({ words: `flagged ${purchaseId}: ${reason} (${moneyText(paid)})` });
    if (nth >= this.former && purchase.is === 'succeeded')
      return paymentsOf(confirmation).some((name) => purchase.payments.has(name)) ? again(purchase) : flagged('already_succeeded');
    if (confirmation.creditedTo !== undefined && confirmation.creditedTo !== purchaseId) return flagged('payment_of_other_purchase');
    if (nth < this.former) return flagged('purchase_no_longer_tracked');
    if (status === 'closed') return flagged('balance_closed');
    const { asked, grant } = purchase.request;
    if (asked.currency !== paid.currency) return flagged('other_currency');
    if (asked.amount !== paid.amount) return flagged('other_amount');
    if ((grant.expiresAt ?? Infinity) <= at) return flagged('grant_already_expired');
    const late = purchase.is === 'pending' ? '' : `, late: it had ${purchase.is}`;
    purchase.is = 'succeeded';
    for (const name of paymentsOf(confirmation)) purchase.payments.add(name);
    return { words: `succeeded ${purchaseId} with ${moneyText(paid)} as ${nextGrant}${late}`, credits: bought(grant, confirmation) };
  }

  fail({ purchaseId, code }: Asked<'FailPurchase'>): Step | string | undefined {
    const nth = this.all.findIndex(({ id }) => id === purchaseId);
    const purchase = this.all[nth];
    if (!purchase) return 'purchase_not_found';
    if (nth < this.former) return { words: `flagged ${purchaseId}: purchase_no_longer_tracked` };
    if (purchase.is === 'succeeded') return { words: `flagged ${purchaseId}: failed_after_success` };
    if (purchase.is !== 'pending') return again(purchase);
    purchase.is = 'failed';
    return { words: `failed ${purchaseId}: ${code}` };
  }
}

const again = ({ id, is }: Bought): Step => ({ words: `repeated that ${id} ${is}` });

const paymentsOf = ({ providerEventId, providerPaymentId, paid }: Asked<'ConfirmPurchase'>): readonly string[] =>
  [`event ${providerEventId}`, ...(providerPaymentId === undefined ? [] : [`payment ${providerPaymentId}`])].map(
    (name) => `${name} of ${moneyText(paid)}`,
  );

const bought = (grant: Terms, { paid, providerEventId, providerPaymentId = providerEventId }: Asked<'ConfirmPurchase'>): Terms => ({
  ...grant,
  origin: 'paid',
  costBasis: paid,
  reference: providerPaymentId,
});
