import { at, contextOf, freshApplication, HOUR_MS, rows, walletOfAda } from '../application.fixtures';

const app = freshApplication();

describe('the liability report', () => {
  it('is empty before there is a wallet', async () =>
    expect(await app().call('GetLiabilityReport', {})).toEqual({ as_of: '2026-03-01T12:00:00.000Z', currencies: [] }));

  it('adds up what every wallet has, paid and free apart, at any past moment', async () => {
    await app().wallet();
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'USD', price: '1' }] });
    await app().call('AddCredits', { ...walletOfAda, credits: '10', origin: 'paid', reference: 'r' });
    app().pass(HOUR_MS);
    for (const customer_id of ['bob', 'zoe']) {
      await app().customer(customer_id, customer_id === 'bob' ? 'EUR' : 'USD');
      await app().call('CreateWallet', { customer_id });
      await app().call('AddCredits', { customer_id, credits: '4', origin: 'free', expires_at: '2026-03-01T14:00:00.000Z' });
    }
    const now = await app().call('GetLiabilityReport', {});
    expect(rows(now, 'currencies', 'currency', 'wallets', 'paid.outstanding', 'free.outstanding', 'free.expired_unposted')).toEqual([
      ['EUR', 2, '5', '2', '0'],
      ['USD', 1, '0', '4', '0'],
    ]);
    expect(at(now, 'currencies.0.paid')).toEqual({
      granted: '5',
      returned: '0',
      consumed: '0',
      captured: '0',
      deducted: '0',
      paid_to_invoices: '0',
      expired: '0',
      voided: '0',
      closed: '0',
      outstanding: '5',
      expired_unposted: '0',
    });
    app().pass(HOUR_MS);
    expect(rows(await app().call('GetLiabilityReport', {}), 'currencies', 'free.outstanding', 'free.expired_unposted')).toEqual([
      ['2', '2'],
      ['4', '4'],
    ]);
    const past = await app().call('GetLiabilityReport', { at: '2026-03-01T12:59:59.999Z' });
    expect(rows(past, 'currencies', 'currency', 'wallets', 'paid.outstanding', 'free.outstanding')).toEqual([['EUR', 1, '5', '0']]);
  });

  it('of a moment that has not come is refused', async () =>
    expect(await app().says('GetLiabilityReport', { at: '2026-03-01T12:00:00.001Z' })).toEqual({ invalid: ['at has not come yet'] }));

  it('ends when nobody waits for it any longer, and the next one is made all the same', async () => {
    await app().wallet();
    const gone = { ...contextOf('GetLiabilityReport', {}), signal: AbortSignal.abort() };
    await expect(app().handlers.GetLiabilityReport({}, gone)).rejects.toMatchObject({ name: 'AbortError' });
    expect(rows(await app().call('GetLiabilityReport', {}), 'currencies', 'wallets')).toEqual([[1]]);
  });
});
