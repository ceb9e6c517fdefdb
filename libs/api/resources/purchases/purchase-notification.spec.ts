import { amount, later } from '@drawdown/domain/amounts';
import type { PaymentNotification } from '@drawdown/engine/payments';
import { at, contextOf, freshApplication, NOON, walletOfAda } from '../application.fixtures';
import { Refused } from '@drawdown/api/errors';
import { answerPaymentNotification } from './purchase-notification';
import { about, PageDouble } from './purchases.fixtures';

const app = freshApplication();
let double: PageDouble;
beforeEach(async () => {
  double = new PageDouble();
  app().payments.push(double);
  await app().wallet();
  await app().call('StartPurchase', {
    ...walletOfAda,
    provider: 'stripe',
    amount: '20',
    paid_url: 'https://a',
    cancelled_url: 'https://a',
  });
});

const incoming = { headers: { 'stripe-signature': 's' }, body: Buffer.from('{}') };
const notify = (notification: PaymentNotification, provider = 'stripe') => {
  double.notification = notification;
  return answerPaymentNotification(app().parts)(provider, incoming, contextOf('ConfirmPurchase', {})).catch((error: unknown) =>
    error instanceof Refused ? { refused: error.refusal.code } : Promise.reject(error as Error),
  );
};
const confirmed = (eventId: string, money = '20', purchaseId = 'p1'): PaymentNotification => ({
  outcome: 'confirmed',
  ...about(purchaseId, eventId, NOON),
  paid: { amount: amount(money), currency: 'EUR' },
});
const figures = async (): Promise<unknown[]> => {
  const { balance } = await app().call('GetBalance', walletOfAda);
  return [at(balance, 'booked'), at(balance, 'pending'), at(balance, 'revision')];
};

describe("a provider's own notification", () => {
  it('is handed over as it came, with the moment of the ledger', async () => {
    await notify({ outcome: 'ignored', detail: 'd' });
    expect(double.received).toEqual([{ ...incoming, receivedAt: NOON }]);
  });

  it('that money came credits it once, however many events and repeats report it', async () => {
    expect(await notify(confirmed('evt_1'))).toEqual({ outcome: 'credited', event_id: 'evt_1', purchase_id: 'p1', customer_id: 'ada' });
    const after = await figures();
    expect(after).toEqual(['20', '0', 3]);
    expect([await notify(confirmed('evt_1')), await notify(confirmed('evt_2'))]).toMatchObject([
      { outcome: 'credited' },
      { outcome: 'already_known' },
    ]);
    expect(await figures()).toEqual(['20', '0', 4]);
    expect([await notify(confirmed('evt_1')), await notify(confirmed('evt_2'))]).toMatchObject([
      { outcome: 'credited' },
      { outcome: 'already_known' },
    ]);
    expect(await figures()).toEqual(['20', '0', 4]);
  });

  it('is known by a key that no caller can have used up', async () => {
    for (const key of ['stripe:evt_1', 'notification:stripe:evt_1'])
      await app()
        .call('PauseWallet', walletOfAda, key)
        .then(() => app().call('ResumeWallet', walletOfAda));
    expect(await notify(confirmed('evt_1'))).toMatchObject({ outcome: 'credited' });
  });

  it('that says something else under the id of another is refused by the id of the event', async () => {
    await notify(confirmed('evt_1'));
    expect(await notify(confirmed('evt_1', '21'))).toEqual({ refused: 'payment_event_conflict' });
  });

  it('of a purchase that is paid by hand is refused', async () => {
    await app().call('StartPurchase', { ...walletOfAda, provider: 'manual', amount: '20' });
    expect(await notify(confirmed('evt_1', '20', 'p2'))).toEqual({ refused: 'purchase_of_other_provider' });
    expect(await figures()).toMatchObject(['0', '40', expect.any(Number)]);
  });

  it('is judged by the real time, whatever a test clock says', async () => {
    const parts = { ...app().parts, realClock: () => later(NOON, 7) };
    double.notification = { outcome: 'ignored', detail: 'd' };
    await answerPaymentNotification(parts)('stripe', incoming, contextOf('ConfirmPurchase', {}));
    expect(double.received).toEqual([{ ...incoming, receivedAt: later(NOON, 7) }]);
  });

  it('that is out of order or of other money is recorded and answered as received', async () => {
    expect(await notify(confirmed('evt_1', '21'))).toMatchObject({ outcome: 'flagged' });
    expect(await notify({ outcome: 'failed', ...about('p1', 'evt_2', NOON), code: 'expired' })).toMatchObject({ outcome: 'failed' });
    expect(await notify(confirmed('evt_3'))).toMatchObject({ outcome: 'credited' });
    expect(await notify({ outcome: 'failed', ...about('p1', 'evt_4', NOON), code: 'declined' })).toMatchObject({ outcome: 'flagged' });
    expect(await figures()).toMatchObject(['20', '0', expect.any(Number)]);
  });

  it('that says nothing of purchases is answered as received', async () =>
    expect(await notify({ outcome: 'ignored', detail: 'of another kind' })).toEqual({ outcome: 'ignored', detail: 'of another kind' }));

  it('that is not believed is refused, and nothing follows from it', async () => {
    const before = await figures();
    expect(await notify({ outcome: 'problem', problem: 'too_old', detail: 'd' })).toEqual({ refused: 'invalid_payment_notification' });
    expect(await notify(confirmed('evt_1'), 'manual')).toEqual({ refused: 'invalid_payment_notification' });
    expect(await notify(confirmed('evt_1'), 'nobody')).toEqual({ refused: 'payment_provider_not_set_up' });
    expect(await figures()).toEqual(before);
  });

  it('of a purchase that never was is refused, so that somebody sees it', async () =>
    expect(await notify(confirmed('evt_1', '20', 'p2'))).toEqual({ refused: 'purchase_not_found' }));
});
