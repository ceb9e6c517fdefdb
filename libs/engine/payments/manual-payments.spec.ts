import { amount, instant } from '@drawdown/domain/amounts';
import { PaymentProviderMisconfigured, PaymentProviderUnavailable } from './faults';
import { confirmedByHand, failedByHand, ManualPayments } from './manual-payments';

const at = instant('2024-03-01T12:00:00Z');
const by = { purchaseId: 'p1', customerId: 'cus_1', reference: 'transfer-7', at };

describe('payments by hand', () => {
  const provider = new ManualPayments();

  it('wait for somebody to confirm them', async () => {
    const started = await provider.start({
      purchaseId: 'p1',
      customerId: 'cus_1',
      amount: amount('20'),
      currency: 'EUR',
      startedAt: at,
      expiresAt: at,
      description: 'Credits',
      returnTo: { paid: 'https://example.com/paid', cancelled: 'https://example.com/' },
    });
    expect(started).toEqual({ outcome: 'started', reference: 'p1' });
    await provider.close();
  });

  it('are confirmed with what was really paid, under the reference of the payment', () => {
    const confirmed = confirmedByHand(by, { amount: amount('19.99'), currency: 'EUR' });
    expect(confirmed).toEqual({
      outcome: 'confirmed',
      provider: 'manual',
      eventId: 'p1:transfer-7:19.99 EUR',
      purchaseId: 'p1',
      customerId: 'cus_1',
      reference: 'transfer-7',
      happenedAt: at,
      paid: { amount: amount('19.99'), currency: 'EUR' },
    });
  });

  it('fail when somebody says so', () =>
    expect(failedByHand(by, { code: 'declined' })).toEqual({
      outcome: 'failed',
      code: 'declined',
      purchaseId: 'p1',
      customerId: 'cus_1',
      provider: 'manual',
      happenedAt: at,
    }));

  it('are never confirmed by what anybody sends', () =>
    expect(provider.readNotice()).toMatchObject({ outcome: 'problem', problem: 'not_expected' }));
});

it('a provider that is down may be asked again, one that is set up wrong may not', () => {
  expect(new PaymentProviderUnavailable('down')).toMatchObject({ retriable: true, code: 'payment_provider_unavailable' });
  expect(new PaymentProviderMisconfigured('set X')).toMatchObject({ retriable: false, code: 'payment_provider_misconfigured' });
});
