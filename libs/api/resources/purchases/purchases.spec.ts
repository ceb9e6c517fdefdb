import type { Message } from '@drawdown/api/contract';
import { amount, later } from '@drawdown/domain/amounts';
import { ENDED_PURCHASES_MAX, PENDING_PORTAL_PURCHASES_MAX } from '@drawdown/domain/balance';
import { PaymentProviderMisconfigured } from '@drawdown/engine/payments';
import { at, contextOf, freshApplication, HOUR_MS, like, NOON, rows, textAt, walletOfAda } from '../application.fixtures';
import { errorAnswer } from '@drawdown/api/errors';
import { handlers } from '../handlers';
import { PageDouble } from './purchases.fixtures';

const app = freshApplication();
const start = { ...walletOfAda, provider: 'manual', amount: '20' };
const page = { ...start, provider: 'stripe', paid_url: 'https://shop.example/paid', cancelled_url: 'https://shop.example/' };
const confirm = { ...walletOfAda, purchase_id: 'p1', amount: '20', currency: 'EUR', payment_id: 'transfer-7' };
const fail = { ...walletOfAda, purchase_id: 'p1', code: 'declined' };

const withPage = (): PageDouble => {
  const double = new PageDouble();
  app().payments.push(double);
  return double;
};
const purchase = async (purchase_id = 'p1'): Promise<Message> =>
  (await app().call('GetPurchase', { ...walletOfAda, purchase_id }))['purchase'] as Message;
const booked = async (): Promise<unknown[]> => {
  const { balance } = await app().call('GetBalance', walletOfAda);
  return [at(balance, 'booked'), at(balance, 'pending')];
};

describe('a purchase', () => {
  beforeEach(() => app().wallet());

  it('is pending until its payment is reported, and credited then', async () => {
    expect(await app().call('StartPurchase', { ...start, priority: 7, metadata: { order: '1' } })).toMatchObject({
      revision: 1,
      balance: { booked: '0', pending: '20' },
      purchase: {
        purchase_id: 'p1',
        customer_id: 'ada',
        status: 'pending',
        amount: '20',
        currency: 'EUR',
        credits: '40',
        credit_price: '0.5',
        credit_price_version: 1,
        provider: 'manual',
        by: 'staff',
        started_at: '2026-03-01T12:00:00.000Z',
        expires_at: '2026-03-31T12:00:00.000Z',
      },
    });
    app().pass(HOUR_MS);
    expect(await app().call('ConfirmPurchase', confirm)).toMatchObject({
      revision: 3,
      outcome: 'credited',
      balance: { booked: '20', pending: '0' },
      grant: {
        grant_id: 'g1',
        amount: '20',
        origin: 'paid',
        priority: 7,
        reference: 'transfer-7',
        metadata: { order: '1' },
        cost_basis: { amount: '20', currency: 'EUR' },
      },
    });
    expect(await purchase()).toMatchObject({
      status: 'succeeded',
      ended_at: '2026-03-01T13:00:00.000Z',
      grant_id: 'g1',
      late: false,
      payment_id: 'transfer-7',
      flags: [],
    });
  });

  it('may be asked for in credits', async () => {
    expect(await app().call('StartPurchase', { ...walletOfAda, provider: 'manual', credits: '41' })).toMatchObject({
      purchase: { amount: '20.5', credits: '41' },
    });
    expect(await app().says('StartPurchase', { ...walletOfAda, provider: 'manual', credits: '41.01' })).toEqual({
      refused: 'purchase_not_payable',
    });
  });

  it('names each field that is wrong', async () => {
    expect(await app().says('StartPurchase', { ...walletOfAda, provider: 'paypal', amount: '1' })).toEqual({
      refused: 'payment_provider_not_set_up',
    });
    withPage();
    expect(await app().says('StartPurchase', { ...walletOfAda, provider: 'stripe', paid_url: 'ftp://x' })).toEqual({
      invalid: ['does not say how much', 'paid_url is no http or https URL', 'cancelled_url is missing or empty'],
    });
    expect(await app().says('StartPurchase', { ...start, by: 'auto_top_up' })).toEqual({ invalid: ['by is not one of staff, portal'] });
    expect(await app().says('ConfirmPurchase', { ...walletOfAda, amount: '1' })).toEqual({
      invalid: ['purchase_id is missing or empty', 'currency is missing or empty', 'payment_id is missing or empty'],
    });
  });

  it.each([
    [{ amount: '20.001' }, 'amount', 'purchase_not_payable'],
    [{ credits: '41.01', amount: undefined }, 'credits', 'purchase_not_payable'],
    [{ provider: 'paypal' }, 'provider', 'payment_provider_not_set_up'],
    [{ expires_at: '2026-03-01T12:00:00.000Z' }, 'expires_at', 'purchase_already_expired'],
    [{ grant_expires_at: '2026-03-01T12:00:00.000Z' }, 'grant_expires_at', 'grant_never_effective'],
  ])('that is refused for %j names the field', async (wrong, field, code) => {
    const refused = errorAnswer(
      await app()
        .call('StartPurchase', { ...start, ...wrong })
        .catch((error: unknown) => error),
    );
    expect([refused.code, refused.violations.map((each) => each.field)]).toEqual([code.toUpperCase(), [field]]);
  });

  it('is refused where the first credit price has not come yet, and says from when on', async () => {
    await app().customer('bob', 'USD');
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'USD', price: '1', effective_at: '2026-05-01T00:00:00Z' }] });
    const refused = errorAnswer(
      await app()
        .call('CreateWallet', { customer_id: 'bob' })
        .catch((error: unknown) => error),
    );
    expect([refused.code, refused.facts]).toEqual(['NO_CREDIT_PRICE', { currency: 'USD', starts_at: '2026-05-01T00:00:00.000Z' }]);
  });

  it('is refused for staff only where nobody could pay it', async () => {
    expect(await app().says('StartPurchase', { ...start, amount: '20.001' })).toEqual({ refused: 'purchase_not_payable' });
    expect(await app().says('StartPurchase', { ...start, provider: 'stripe', paid_url: 'https://a', cancelled_url: 'https://a' })).toEqual({
      refused: 'payment_provider_not_set_up',
    });
    expect(await app().says('StartPurchase', { ...start, expires_at: '2026-03-01T12:00:00.000Z' })).toEqual({
      refused: 'purchase_already_expired',
    });
    expect(await app().says('StartPurchase', { ...start, grant_expires_at: '2026-03-01T12:00:00.000Z' })).toEqual({
      refused: 'grant_never_effective',
    });
    await app().call('UpdateSettings', { enabled: false });
    expect(await app().says('StartPurchase', start)).toEqual({ refused: 'wallets_disabled' });
  });

  it('is for a customer only while the settings allow it, and within their bounds', async () => {
    const portal = (money: string) => app().says('StartPurchase', { ...start, by: 'portal', amount: money });
    expect(await portal('20')).toEqual({ refused: 'portal_purchases_not_allowed' });
    await app().call('UpdateSettings', {
      allow_portal_purchases: true,
      portal_purchase_limits: [{ currency: 'EUR', minimum: '5', maximum: '50' }],
    });
    expect([await portal('4.99'), await portal('50.01')]).toEqual([
      { refused: 'purchase_below_minimum' },
      { refused: 'purchase_above_maximum' },
    ]);
    expect([await portal('5'), await portal('50')]).toMatchObject([{ answer: { purchase: { by: 'portal' } } }, {}]);
    const choosing = { priority: 0, expires_at: '2026-12-31T00:00:00Z', grant_expires_at: '2026-12-31T00:00:00Z' };
    expect(await app().says('StartPurchase', { ...start, by: 'portal', ...choosing })).toEqual({
      invalid: Object.keys(choosing).map((field) => `${field} is not for the customer to choose`),
    });
    for (let n = 3; n <= PENDING_PORTAL_PURCHASES_MAX; n++) await app().call('StartPurchase', { ...start, by: 'portal' });
    expect(await portal('20')).toEqual({ refused: 'too_many_purchases' });
    expect(await app().says('StartPurchase', { ...start, ...choosing })).toMatchObject({ answer: { purchase: { by: 'staff' } } });
  });

  it('is listed with the others, the newest first, page by page', async () => {
    for (const money of ['1', '2', '3']) await app().call('StartPurchase', { ...start, amount: money });
    await app().call('FailPurchase', fail);
    await app().call('AddCredits', { ...walletOfAda, credits: '1', origin: 'free' });
    const first = await app().call('ListPurchases', { ...walletOfAda, page_size: 2 });
    expect(rows(first, 'purchases', 'purchase_id', 'amount', 'status')).toEqual([
      ['p3', '3', 'pending'],
      ['p2', '2', 'pending'],
    ]);
    await app().call('StartPurchase', { ...start, amount: '4' });
    const second = await app().call('ListPurchases', { ...walletOfAda, page_size: 2, page_token: textAt(first, 'next_page_token') });
    expect(rows(second, 'purchases', 'purchase_id', 'amount', 'status')).toEqual([['p1', '1', 'failed']]);
    expect(second['next_page_token']).toBe('');
    expect(await app().says('ListPurchases', { ...walletOfAda, page_token: 'x' })).toEqual({ refused: 'page_token_invalid' });
  });

  it('that never was is not found', async () => {
    for (const purchase_id of ['p1', 'p0', 'x', 'p01'])
      expect(await app().says('GetPurchase', { ...walletOfAda, purchase_id })).toEqual({ refused: 'purchase_not_found' });
    expect(await app().says('ConfirmPurchase', confirm)).toEqual({ refused: 'purchase_not_found' });
    expect(await app().says('FailPurchase', fail)).toEqual({ refused: 'purchase_not_found' });
    expect(await app().says('ConfirmPurchase', { ...confirm, customer_id: 'bob' })).toEqual({ refused: 'customer_not_found' });
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toEqual([]);
  });
});

describe('money that is reported', () => {
  beforeEach(async () => {
    await app().wallet();
    await app().call('StartPurchase', { ...start, expires_at: '2026-03-01T13:00:00.000Z' });
  });

  it('twice is credited once, and is said to be credited once: by the same event, by another of the same payment, under another key', async () => {
    const first = await app().says('ConfirmPurchase', { ...confirm, event_id: 'e1' });
    expect(first).toMatchObject({ answer: { outcome: 'credited' } });
    expect(await app().says('ConfirmPurchase', { ...confirm, event_id: 'e1' })).toEqual({ ...first, replayed: true });
    const underAnother = await app().says('ConfirmPurchase', { ...confirm, event_id: 'e1' }, 'key-1');
    expect(underAnother).toMatchObject({
      answer: { revision: 3, outcome: 'already_credited', balance: { booked: '20' } },
      replayed: false,
    });
    expect(at(underAnother, 'answer.grant')).toBeUndefined();
    expect(await app().says('ConfirmPurchase', { ...confirm, event_id: 'e2' })).toMatchObject({
      answer: { outcome: 'already_credited', balance: { booked: '20' } },
    });
    expect(await booked()).toEqual(['20', '0']);
  });

  it('is said to be credited again to a retry under the same key alone', async () => {
    const first = await app().says('ConfirmPurchase', confirm, 'k1');
    expect(first).toMatchObject({ answer: { outcome: 'credited' }, replayed: false });
    expect(await app().says('ConfirmPurchase', confirm, 'k2')).toMatchObject({ answer: { outcome: 'already_credited' }, replayed: false });
    expect(await app().says('ConfirmPurchase', confirm)).toMatchObject({ answer: { outcome: 'already_credited' }, replayed: false });
    expect(JSON.stringify(await app().says('ConfirmPurchase', confirm, 'k1'))).toBe(JSON.stringify({ ...first, replayed: true }));
    expect(await booked()).toEqual(['20', '0']);
  });

  it('is said to have failed again to a retry under the same key alone', async () => {
    const asked = { ...fail, event_id: 'eF' };
    const first = await app().says('FailPurchase', asked, 'k1');
    expect(first).toMatchObject({ answer: { outcome: 'failed' } });
    expect(await app().says('FailPurchase', asked, 'k2')).toMatchObject({ answer: { outcome: 'already_ended' }, replayed: false });
    expect(await app().says('FailPurchase', asked, 'k1')).toEqual({ ...first, replayed: true });
  });

  it('of one payment for two purchases is credited to the first and flagged for the second, until each has its share', async () => {
    await app().call('StartPurchase', start);
    await app().call('ConfirmPurchase', confirm);
    const second = { ...confirm, purchase_id: 'p2' };
    const refused = errorAnswer(
      await app()
        .call('ConfirmPurchase', second)
        .catch((error: unknown) => error),
    );
    expect(refused).toMatchObject({
      code: 'PURCHASE_FLAGGED',
      facts: { reason: 'payment_of_other_purchase', credited_to: 'p1', payment_id: 'transfer-7' },
    });
    expect(refused.violations).toMatchObject([{ field: 'payment_id', remedy: like('such as "transfer-7/2"') }]);
    expect(await purchase('p2')).toMatchObject({ status: 'pending', flags: [{ reason: 'payment_of_other_purchase', credited_to: 'p1' }] });
    expect(await booked()).toEqual(['20', '20']);
    expect(await app().says('ConfirmPurchase', { ...second, payment_id: 'transfer-7/2' })).toMatchObject({
      answer: { outcome: 'credited' },
    });
    expect(await booked()).toEqual(['40', '0']);
  });

  it('of a payment that was credited long ago is known by the log alone', async () => {
    await app().call('ConfirmPurchase', confirm);
    for (let n = 2; n <= ENDED_PURCHASES_MAX + 2; n++) {
      await app().call('StartPurchase', start);
      if (n < ENDED_PURCHASES_MAX + 2) await app().call('ConfirmPurchase', { ...confirm, purchase_id: `p${n}`, payment_id: `t${n}` });
    }
    await app().parts.projector.rebuild();
    expect(await app().says('ConfirmPurchase', { ...confirm, purchase_id: `p${ENDED_PURCHASES_MAX + 2}` })).toEqual({
      refused: 'purchase_flagged',
    });
  });

  it('by one event with other contents is a conflict', async () => {
    await app().call('ConfirmPurchase', { ...confirm, event_id: 'e1' });
    expect(await app().says('ConfirmPurchase', { ...confirm, event_id: 'e1', amount: '21' })).toEqual({
      refused: 'payment_event_conflict',
    });
    await app()
      .call('FailPurchase', { ...fail, event_id: 'e2' })
      .catch(() => undefined);
    expect(await app().says('FailPurchase', { ...fail, event_id: 'e2', code: 'other' })).toEqual({ refused: 'payment_event_conflict' });
  });

  it('with a mistyped amount is flagged, and the corrected report is credited, once', async () => {
    const mistyped = { ...confirm, amount: '2' };
    expect(await app().says('ConfirmPurchase', mistyped)).toEqual({ refused: 'purchase_flagged' });
    expect(await app().says('ConfirmPurchase', confirm)).toMatchObject({ answer: { outcome: 'credited' } });
    expect(await app().says('ConfirmPurchase', mistyped)).toEqual({ refused: 'purchase_flagged' });
    expect(await app().says('ConfirmPurchase', { ...confirm, amount: '3' })).toEqual({ refused: 'purchase_flagged' });
    expect(await purchase()).toMatchObject({
      status: 'succeeded',
      flags: [
        { reason: 'other_amount', paid_amount: '2' },
        { reason: 'already_succeeded', paid_amount: '3' },
      ],
    });
    expect(await booked()).toEqual(['20', '0']);
  });

  it('that was known is remembered: a retry is answered as the first time, and the event tells of nothing else', async () => {
    await app().call('FailPurchase', fail);
    const again = { ...fail, event_id: 'eF' };
    const first = await app().says('FailPurchase', again, 'k');
    expect(first).toMatchObject({ answer: { outcome: 'already_ended' } });
    await app().call('ConfirmPurchase', confirm);
    expect(await app().says('FailPurchase', again, 'k')).toEqual({ ...first, replayed: true });
    expect(await app().says('FailPurchase', again)).toEqual({ ...first, replayed: true });
    const repeat = { ...confirm, event_id: 'eZ' };
    const before = await app().says('ConfirmPurchase', repeat, 'k2');
    expect(before).toMatchObject({ answer: { outcome: 'already_credited' } });
    expect(await app().says('ConfirmPurchase', repeat, 'k2')).toEqual({ ...before, replayed: true });
    await app().call('StartPurchase', start);
    expect(await app().says('ConfirmPurchase', { ...repeat, purchase_id: 'p2', payment_id: 'transfer-8' })).toEqual({
      refused: 'payment_event_conflict',
    });
    expect(await purchase()).toMatchObject({ status: 'succeeded', flags: [] });
    expect(await booked()).toEqual(['20', '20']);
  });

  it.each([
    ['of another amount', { amount: '19.99' }, 'other_amount'],
    ['of another currency', { currency: 'USD' }, 'other_currency'],
  ])('%s is flagged, never credited, and flagged once however often it is reported', async (_, change, reason) => {
    for (let i = 0; i < 2; i++)
      expect(await app().says('ConfirmPurchase', { ...confirm, ...change })).toEqual({ refused: 'purchase_flagged' });
    expect(await purchase()).toMatchObject({
      status: 'pending',
      flags: [{ reason, paid_amount: '20', paid_currency: 'EUR', payment_id: 'transfer-7', ...renamed(change) }],
    });
    expect(await booked()).toEqual(['0', '20']);
    expect(await app().says('ConfirmPurchase', { ...confirm, payment_id: 'transfer-8' })).toMatchObject({
      answer: { outcome: 'credited' },
    });
  });

  it('of a second payment is flagged', async () => {
    await app().call('ConfirmPurchase', confirm);
    expect(await app().says('ConfirmPurchase', { ...confirm, payment_id: 'transfer-8' })).toEqual({ refused: 'purchase_flagged' });
    expect(await purchase()).toMatchObject({ status: 'succeeded', flags: [{ reason: 'already_succeeded' }] });
    expect(await booked()).toEqual(['20', '0']);
  });

  it('late is credited all the same, after its end or after a failure', async () => {
    app().pass(HOUR_MS);
    expect(await purchase()).toMatchObject({ status: 'expired', ended_at: '2026-03-01T13:00:00.000Z' });
    expect(await booked()).toEqual(['0', '0']);
    expect(await app().says('ConfirmPurchase', confirm)).toMatchObject({ answer: { outcome: 'credited' } });
    expect(await purchase()).toMatchObject({ status: 'succeeded', late: true });
    await app().call('StartPurchase', start);
    const second = { ...walletOfAda, purchase_id: 'p2' };
    expect(await app().call('FailPurchase', { ...fail, ...second, reason: 'the card was refused' })).toMatchObject({
      outcome: 'failed',
      balance: { pending: '0' },
    });
    expect(await purchase('p2')).toMatchObject({ status: 'failed', failure_code: 'declined', failure_reason: 'the card was refused' });
    await app().call('ConfirmPurchase', { ...confirm, ...second, payment_id: 'transfer-8' });
    expect(await purchase('p2')).toMatchObject({ status: 'succeeded', late: true });
    expect(await booked()).toEqual(['40', '0']);
  });

  it('and a failure after it is flagged, and the credit stays; a failure after a failure is nothing', async () => {
    await app().call('ConfirmPurchase', confirm);
    expect(await app().says('FailPurchase', fail, 'k')).toEqual({ refused: 'purchase_flagged' });
    expect(await app().says('FailPurchase', fail, 'k')).toEqual({ refused: 'purchase_flagged' });
    expect(await purchase()).toMatchObject({ status: 'succeeded', flags: [{ reason: 'failed_after_success' }] });
    await app().call('StartPurchase', start);
    const second = { ...fail, purchase_id: 'p2' };
    expect([await app().call('FailPurchase', second), await app().call('FailPurchase', second)]).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'already_ended' },
    ]);
  });

  it('is taken while wallets are disabled or the wallet is paused', async () => {
    await app().call('PauseWallet', walletOfAda);
    await app().call('UpdateSettings', { enabled: false });
    expect(await app().says('ConfirmPurchase', confirm)).toMatchObject({ answer: { outcome: 'credited' } });
  });

  it('for a closed wallet is flagged', async () => {
    expect(await app().says('CloseWallet', { ...walletOfAda, reason: 'r' })).toEqual({ refused: 'purchases_pending' });
    await app().call('FailPurchase', fail);
    await app().call('CloseWallet', { ...walletOfAda, reason: 'r' });
    expect(await app().says('ConfirmPurchase', confirm)).toEqual({ refused: 'purchase_flagged' });
    expect(await purchase()).toMatchObject({ flags: [{ reason: 'balance_closed' }] });
  });
});

describe('a purchase at a provider with a page', () => {
  beforeEach(() => app().wallet());

  it('is recorded, then asked for under the id and the moment that were recorded', async () => {
    const double = withPage();
    expect(await app().call('StartPurchase', page)).toMatchObject({
      checkout_url: 'https://double.example/page-ada-p1',
      purchase: { expires_at: '2026-03-02T12:00:00.000Z' },
    });
    expect(double.asked).toEqual([
      {
        purchaseId: 'p1',
        customerId: 'ada',
        amount: amount('20'),
        currency: 'EUR',
        startedAt: NOON,
        expiresAt: NOON + 24 * HOUR_MS,
        description: '40 credits',
        returnTo: { paid: 'https://shop.example/paid', cancelled: 'https://shop.example/' },
      },
    ]);
  });

  it('that was not reached is gone on with under the same key, and is one', async () => {
    const double = withPage();
    double.next.push('down');
    expect(await app().says('StartPurchase', page, 'k')).toEqual({ fault: 'payment_provider_unavailable' });
    expect(await purchase()).toMatchObject({ status: 'pending' });
    app().pass(HOUR_MS);
    const again = await app().says('StartPurchase', page, 'k');
    expect(again).toMatchObject({
      replayed: true,
      answer: { checkout_url: 'https://double.example/page-ada-p1', purchase: { purchase_id: 'p1' } },
    });
    expect(await app().says('StartPurchase', page, 'k')).toEqual(again);
    expect(double.asked[1]).toEqual(double.asked[0]);
    expect(await booked()).toEqual(['0', '20']);
  });

  it('that was not reached has failed where nobody can go on with it', async () => {
    withPage().next.push('down');
    expect(await app().says('StartPurchase', page)).toEqual({ fault: 'payment_provider_unavailable' });
    expect(await purchase()).toMatchObject({ status: 'failed', failure_code: 'not_started' });
  });

  it('that the provider refuses has failed, and is refused again', async () => {
    const double = withPage();
    double.next.push({ outcome: 'refused', reason: 'amount_too_small', detail: 'at least 0.50' });
    for (let i = 0; i < 2; i++) expect(await app().says('StartPurchase', page, 'k')).toEqual({ refused: 'purchase_refused_by_provider' });
    expect(double.asked).toHaveLength(1);
    expect(await purchase()).toMatchObject({ status: 'failed', failure_code: 'amount_too_small', failure_reason: 'at least 0.50' });
  });

  it('is not asked for once more when it has ended, or so late that it would be another', async () => {
    const double = withPage();
    const first = await app().call('StartPurchase', page, 'k');
    app().pass(23 * HOUR_MS);
    expect(await app().call('StartPurchase', page, 'k')).toEqual(first);
    app().pass(1);
    const rest = { ...first, checkout_url: '' };
    expect(await app().call('StartPurchase', page, 'k')).toEqual(rest);
    await app().call('FailPurchase', fail);
    expect(await app().call('StartPurchase', page, 'k')).toEqual(rest);
    expect(double.asked).toHaveLength(2);
  });

  it('is not confirmed by hand, and may be given up by hand', async () => {
    withPage();
    await app().call('StartPurchase', page);
    expect(await app().says('ConfirmPurchase', confirm)).toEqual({ refused: 'purchase_of_other_provider' });
    expect(await app().says('FailPurchase', fail)).toMatchObject({ answer: { outcome: 'failed' } });
    expect(await app().says('ConfirmPurchase', confirm)).toEqual({ refused: 'purchase_of_other_provider' });
  });

  it('says nothing of its times where they are those of a test clock', async () => {
    const double = withPage();
    await handlers({ ...app().parts, realClock: () => later(NOON, HOUR_MS) }).StartPurchase(page, contextOf('StartPurchase', page));
    expect(Object.keys(double.asked[0] ?? {})).toEqual(['purchaseId', 'customerId', 'amount', 'currency', 'description', 'returnTo']);
  });

  it('at a provider that is set up wrong waits for a person', async () => {
    const double = withPage();
    jest.spyOn(double, 'start').mockRejectedValueOnce(new PaymentProviderMisconfigured('set X'));
    expect(await app().says('StartPurchase', page, 'k')).toEqual({ fault: 'payment_provider_misconfigured' });
    expect(await app().says('StartPurchase', page, 'k')).toMatchObject({ answer: { checkout_url: 'https://double.example/page-ada-p1' } });
  });
});

const renamed = ({ amount: paid_amount, currency: paid_currency }: { amount?: string; currency?: string }) => ({
  ...(paid_amount && { paid_amount }),
  ...(paid_currency && { paid_currency }),
});
