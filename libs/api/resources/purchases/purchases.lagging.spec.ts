/** Purchases at a process that has not met yet what another one has written. */
import { AppliedKeys, Ledger, StreamStates } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { wallet } from '@drawdown/domain/balance';
import { at, contextOf, freshApplication, walletOfAda } from '../application.fixtures';
import { Refused } from '@drawdown/api/errors';
import { streamDefinitions } from '../stream-definitions';
import { handlers } from '../handlers';
import type { Handlers } from '../operation';
import { PageDouble } from './purchases.fixtures';
import { walletOf } from '../balances/balance-target';

const app = freshApplication();
const page = {
  ...walletOfAda,
  provider: 'stripe',
  amount: '20',
  paid_url: 'https://shop.example/paid',
  cancelled_url: 'https://shop.example/',
};

/** The operations with a memory of their own, which follows nothing and knows the wallet as it is now. */
async function behind(): Promise<Handlers> {
  const { log, projections } = app().parts;
  const ledger = new Ledger(
    log,
    new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions),
  );
  await ledger.load(wallet, walletOf('ada').stream);
  return handlers({ ...app().parts, ledger });
}

describe('a process that lags behind', () => {
  let double: PageDouble;
  beforeEach(async () => {
    double = new PageDouble();
    app().payments.push(double);
    await app().wallet();
  });

  it('confirms no purchase by hand that another provider was asked for', async () => {
    const late = await behind();
    await app().call('StartPurchase', page);
    const confirm = { ...walletOfAda, purchase_id: 'p1', amount: '20', currency: 'EUR', payment_id: 't' };
    const refused = late
      .ConfirmPurchase(confirm, contextOf('ConfirmPurchase', confirm))
      .catch((error: unknown) => error instanceof Refused && error.refusal.code);
    expect(await refused).toBe('purchase_of_other_provider');
    expect(at(await app().call('GetBalance', walletOfAda), 'balance.booked')).toBe('0');
  });

  it('credits no payment to a second purchase that another process has credited to the first', async () => {
    for (let i = 0; i < 2; i++) await app().call('StartPurchase', { ...walletOfAda, provider: 'manual', amount: '20' });
    const late = await behind();
    const confirm = { ...walletOfAda, purchase_id: 'p1', amount: '20', currency: 'EUR', payment_id: 't' };
    await app().call('ConfirmPurchase', confirm);
    const second = { ...confirm, purchase_id: 'p2' };
    const refused = late
      .ConfirmPurchase(second, contextOf('ConfirmPurchase', second))
      .catch((error: unknown) => error instanceof Refused && error.refusal);
    expect(await refused).toMatchObject({ code: 'purchase_flagged', reason: 'payment_of_other_purchase', creditedTo: 'p1' });
    expect(at(await app().call('GetBalance', walletOfAda), 'balance.booked')).toBe('20');
  });

  it('goes on with a purchase that was started elsewhere under the same key, and leads to its page', async () => {
    const late = await behind();
    const first = await app().call('StartPurchase', page, 'k');
    // The keys that are applied are known to both, and the wallet is not.
    await app().parts.projector.save();
    expect(await late.StartPurchase(page, contextOf('StartPurchase', page, 'k'))).toEqual(first);
    expect(double.asked).toHaveLength(2);
  });
});
