import { freshApplication, HOUR_MS, rows, walletOfAda } from '../application.fixtures';

const app = freshApplication();
const price = (value: string) => ({ credit_prices: [{ currency: 'EUR', price: value }] });
const free = { ...walletOfAda, credits: '10', origin: 'free' };
const paid = { ...walletOfAda, credits: '10', origin: 'paid', reference: 'pay-1' };

describe('creating a wallet', () => {
  it('is refused until the customer exists and its currency has a credit price', async () => {
    expect(await app().says('CreateWallet', walletOfAda)).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await app().says('CreateWallet', walletOfAda)).toEqual({ refused: 'no_credit_price' });
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'USD', price: '1' }] });
    expect(await app().says('CreateWallet', walletOfAda)).toEqual({ refused: 'no_credit_price' });
    await app().call('UpdateSettings', price('1'));
    const limits = [{ limit_id: 'low', absolute: '5' }];
    const { revision, balance } = await app().call('CreateWallet', { ...walletOfAda, limits });
    expect(revision).toBe(0);
    expect(balance).toMatchObject({
      customer_id: 'ada',
      status: 'open',
      currency: 'EUR',
      booked: '0',
      available: '0',
      limits: [{ limit: limits[0], threshold: '5', reached: true }],
    });
    expect(await app().says('CreateWallet', walletOfAda)).toEqual({ refused: 'balance_exists' });
  });

  it('gives it the default limits of its currency, unless it is given its own or none', async () => {
    const default_limits = [
      { limit: { limit_id: 'low', absolute: '10' }, currency: 'EUR' },
      { limit: { limit_id: 'yen', absolute: '1000' }, currency: 'JPY' },
      { limit: { limit_id: 'fifth', percent_of_last_top_up: '20' } },
    ];
    await app().call('UpdateSettings', { ...price('1'), default_limits });
    const limitsOf = async (customer_id: string, more: object) => {
      await app().customer(customer_id);
      return rows(await app().call('CreateWallet', { customer_id, ...more }), 'balance.limits', 'limit.limit_id').flat();
    };
    expect(await limitsOf('ada', {})).toEqual(['low', 'fifth']);
    expect(await limitsOf('bob', { limits: [{ limit_id: 'mine', absolute: '1' }] })).toEqual(['mine']);
    expect(await limitsOf('cyd', { no_limits: true })).toEqual([]);
  });

  it('is refused while wallets are disabled', async () => {
    await app().customer();
    await app().call('UpdateSettings', { ...price('1'), enabled: false });
    expect(await app().says('CreateWallet', walletOfAda)).toEqual({ refused: 'wallets_disabled' });
  });
});

describe('adding credits', () => {
  it('converts them to money at the price in force, and says which one that was', async () => {
    await app().wallet();
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', price('0.25'));
    const answer = await app().call('AddCredits', {
      ...paid,
      priority: 7,
      metadata: { order: '1' },
      expires_at: '2027-01-01T00:00:00.000Z',
    });
    expect(answer).toMatchObject({
      revision: 1,
      credit_price: '0.25',
      credit_price_version: 2,
      grant: {
        grant_id: 'g1',
        amount: '2.5',
        remaining: '2.5',
        held: '0',
        origin: 'paid',
        priority: 7,
        reference: 'pay-1',
        metadata: { order: '1' },
      },
      balance: { booked: '2.5', available: '2.5', projected: '2.5', pending: '0', credit_equivalent: '10', revision: 1 },
    });
  });

  it('is refused without a wallet, without a price, and while wallets are disabled', async () => {
    expect(await app().says('AddCredits', paid)).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await app().says('AddCredits', paid)).toEqual({ refused: 'no_credit_price' });
    await app().call('UpdateSettings', price('1'));
    expect(await app().says('AddCredits', paid)).toEqual({ refused: 'balance_not_found' });
    await app().call('CreateWallet', walletOfAda);
    await app().call('UpdateSettings', { enabled: false });
    expect(await app().says('AddCredits', paid)).toEqual({ refused: 'wallets_disabled' });
  });

  it('takes free credits only while the settings allow them', async () => {
    await app().wallet();
    expect(await app().says('AddCredits', free)).toMatchObject({ answer: { balance: { booked: '5' } } });
    await app().call('UpdateSettings', { allow_free_credits: false });
    expect(await app().says('AddCredits', free)).toEqual({ refused: 'free_credits_not_allowed' });
    expect(await app().says('AddCredits', paid)).toMatchObject({ answer: { balance: { booked: '10' } } });
  });

  it('needs a reference for paid ones, and names each field that is wrong', async () => {
    expect(await app().says('AddCredits', { ...walletOfAda, credits: '-1', origin: 'paid', priority: 256 })).toEqual({
      invalid: ['priority must be a whole number from 0 to 255', 'reference is missing', 'credits must be above 0'],
    });
    expect(await app().says('AddCredits', { ...walletOfAda, credits: '1.5e3' })).toEqual({
      invalid: ['origin is missing', 'credits must be a decimal string such as "12.50"'],
    });
  });

  it('are refused where they would be worth nothing, or more than can be written down, to the last digit', async () => {
    await app().wallet();
    const worth = async (credits: string) => app().says('AddCredits', { ...free, credits });
    expect(await worth('0.000000001')).toEqual({ refused: 'credits_worth_nothing' });
    expect(await worth('0.000000002')).toMatchObject({ answer: { grant: { amount: '0.000000001' } } });
    await app().call('UpdateSettings', price('10'));
    expect(await worth('100000000000000000')).toEqual({ refused: 'credits_worth_too_much' });
    expect(await worth('99999999999999999.9')).toMatchObject({ answer: { grant: { amount: '999999999999999999' } } });
    expect(await app().says('StartPurchase', { ...walletOfAda, credits: '100000000000000000', provider: 'manual' })).toEqual({
      refused: 'credits_worth_too_much',
    });
  });

  it('refuses a grant that could never cover anything', async () => {
    await app().wallet();
    expect(await app().says('AddCredits', { ...free, expires_at: '2026-03-01T12:00:00.000Z' })).toEqual({
      refused: 'grant_never_effective',
    });
  });

  it('answers a retry as the first time, byte for byte, although price, switch and customer rules have changed', async () => {
    await app().wallet();
    const first = await app().says('AddCredits', free, 'key-1');
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', { ...price('3'), allow_free_credits: false, enabled: false });
    const again = await app().says('AddCredits', free, 'key-1');
    expect(again).toEqual({ ...first, replayed: true });
    expect(JSON.stringify('answer' in again && again.answer)).toBe(JSON.stringify('answer' in first && first.answer));
    expect(await app().says('AddCredits', { ...free, credits: '11' }, 'key-1')).toEqual({ refused: 'idempotency_conflict' });
    const { balance } = await app().call('GetBalance', walletOfAda);
    expect(balance).toMatchObject({ booked: '5', credit_equivalent: '1.666666667', revision: 1 });
  });

  it('does not use up its key when it is refused', async () => {
    await app().wallet();
    await app().call('UpdateSettings', { allow_free_credits: false });
    expect(await app().says('AddCredits', free, 'key-1')).toEqual({ refused: 'free_credits_not_allowed' });
    await app().call('UpdateSettings', { allow_free_credits: true });
    expect(await app().says('AddCredits', free, 'key-1')).toMatchObject({ replayed: false, answer: { revision: 1 } });
  });
});

describe('a wallet', () => {
  it('is paused, resumed and closed, its residual posted', async () => {
    await app().wallet();
    await app().call('AddCredits', paid);
    expect(await app().says('ResumeWallet', walletOfAda)).toEqual({ refused: 'balance_not_paused' });
    expect((await app().call('PauseWallet', { ...walletOfAda, reason: 'late payment' }))['balance']).toMatchObject({
      status: 'paused',
      booked: '5',
    });
    expect(await app().says('PauseWallet', walletOfAda)).toEqual({ refused: 'balance_paused' });
    expect((await app().call('ResumeWallet', walletOfAda))['balance']).toMatchObject({ status: 'open' });
    expect(await app().says('CloseWallet', walletOfAda)).toEqual({ invalid: ['reason is missing or empty'] });
    expect(await app().call('CloseWallet', { ...walletOfAda, reason: 'left' })).toMatchObject({
      residual: '5',
      balance: { status: 'closed', booked: '0' },
    });
    expect(await app().says('PauseWallet', walletOfAda)).toEqual({ refused: 'balance_closed' });
  });

  it('does not take the answer of one command for another under the same key', async () => {
    await app().wallet();
    await app().call('PauseWallet', walletOfAda, 'key-1');
    expect(await app().says('ResumeWallet', walletOfAda, 'key-1')).toEqual({ refused: 'idempotency_conflict' });
  });

  it('has its limits replaced', async () => {
    await app().wallet();
    const limits = [{ limit_id: 'low', absolute: '5' }];
    expect((await app().call('SetWalletLimits', { ...walletOfAda, limits }))['balance']).toMatchObject({ limits: [{ limit: limits[0] }] });
    expect(await app().says('SetWalletLimits', { ...walletOfAda, limits: [...limits, ...limits] })).toEqual({ refused: 'duplicate_limit' });
    expect((await app().call('SetWalletLimits', walletOfAda))['balance']).toMatchObject({ limits: [] });
  });
});
