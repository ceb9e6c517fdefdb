import { amount, instant } from '@drawdown/domain/amounts';
import { type Balance, type BalanceCommand, type BalanceEvent, decide, evolve, initialBalance } from '@drawdown/domain/balance';
import { confirmedByHand, failedByHand } from './manual-payments';
import { purchaseCommand, refusedStart } from './purchase-commands';

const at = instant('2024-03-01T12:00:00Z');
const euros = (text: string) => ({ amount: amount(text), currency: 'EUR' });
const by = { purchaseId: 'p1', customerId: 'cus_1', reference: 'transfer-7', at };

/** What these commands cause in a wallet with one pending purchase of 20 euros. */
function caused(...commands: readonly BalanceCommand[]): readonly string[] {
  const begun: readonly BalanceCommand[] = [
    { type: 'Create', at, customerId: 'cus_1', currency: 'EUR', limits: [] },
    {
      type: 'StartPurchase',
      at,
      grant: { origin: 'paid', priority: 100, amount: amount('20') },
      asked: euros('20'),
      provider: 'manual',
      by: 'portal',
    },
  ];
  let state: Balance = initialBalance;
  const events: BalanceEvent[] = [];
  for (const command of [...begun, ...commands]) {
    const decision = decide(command, state);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    state = decision.events.reduce(evolve, state);
    events.push(...decision.events);
  }
  return events.slice(2).map((event) => (event.type === 'PurchaseFlagged' ? event.reason : event.type));
}

describe('what a provider says', () => {
  const confirmed = purchaseCommand(confirmedByHand(by, euros('20')), at);

  it('is credited when it is what was asked for, and once', () => {
    expect(confirmed).toEqual({
      type: 'ConfirmPurchase',
      at,
      purchaseId: 'p1',
      provider: 'manual',
      providerEventId: 'p1:transfer-7:20 EUR',
      providerPaymentId: 'transfer-7',
      paid: euros('20'),
    });
    expect(caused(confirmed, confirmed)).toEqual(['PurchaseSucceeded', 'ToppedUp', 'DuplicateNotification']);
  });

  it('is flagged when it is another payment for the same purchase, or another amount or currency', () => {
    const again = purchaseCommand(confirmedByHand({ ...by, reference: 'transfer-8' }, euros('20')), at);
    expect(caused(confirmed, again).slice(2)).toEqual(['already_succeeded']);
    expect(caused(purchaseCommand(confirmedByHand(by, euros('19.99')), at))).toEqual(['other_amount']);
    expect(caused(purchaseCommand(confirmedByHand(by, { amount: amount('20'), currency: 'USD' }), at))).toEqual(['other_currency']);
  });

  it('ends the purchase when it has failed, or was refused from the start', () => {
    const failed = purchaseCommand(failedByHand({ ...by, eventId: 'call-7' }, { code: 'declined', reason: 'no funds' }), at);
    expect(failed).toEqual({ type: 'FailPurchase', at, purchaseId: 'p1', code: 'declined', reason: 'no funds', providerEventId: 'call-7' });
    const refused = refusedStart('p1', { outcome: 'refused', reason: 'amount_too_small', detail: 'at least 0.50' }, at);
    expect(refused).toEqual({ type: 'FailPurchase', at, purchaseId: 'p1', code: 'amount_too_small', reason: 'at least 0.50' });
    expect([caused(failed), caused(refused), caused(failed, confirmed)]).toEqual([
      ['PurchaseFailed'],
      ['PurchaseFailed'],
      ['PurchaseFailed', 'PurchaseSucceeded', 'ToppedUp'],
    ]);
  });
});
