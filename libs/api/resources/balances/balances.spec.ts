import { amount, later } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import { streams } from '@drawdown/engine/event-store';
import { at, column, event, freshApplication, HOUR_MS, like, NOON, rows, tokensOfAda, walletOfAda } from '../application.fixtures';

const app = freshApplication();

describe('the figures of a balance', () => {
  it('say what was booked, consumed, uncovered and held, and which limits are reached', async () => {
    await app().balance('100', {
      limits: [
        { limit_id: 'low', absolute: '50' },
        { limit_id: 'tenth', percent_of_last_top_up: '10' },
      ],
    });
    await app().post(JSON.stringify(event('u1', '60')));
    await app().call('PlaceHold', { ...tokensOfAda, amount: '15', reference: 'order-1' });
    const { revision, as_of, balance } = await app().call('GetBalance', tokensOfAda);
    expect(as_of).toBe('2026-03-01T12:00:00.000Z');
    expect(balance).toMatchObject({
      ...tokensOfAda,
      booked: '40',
      held: '15',
      available: '25',
      pending: '0',
      projected: '25',
      consumed: '60',
      uncovered: '0',
      unit: 'token',
      holds: [{ hold_id: 'h1', amount: '15', reference: 'order-1' }],
      limits: [
        { limit: { limit_id: 'low' }, threshold: '50', reached: true },
        { limit: { limit_id: 'tenth' }, threshold: '10', reached: false },
      ],
      revision,
      as_of,
    });
    await app().post(JSON.stringify(event('u2', '30')));
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({
      booked: '15',
      available: '0',
      consumed: '85',
      uncovered: '5',
    });
  });

  it('show grants in burn-down order', async () => {
    await app().balance('1');
    for (const more of [{ priority: 200 }, { expires_at: '2026-05-01T00:00:00.000Z' }, { priority: 1 }])
      await app().call('TopUpCreditBalance', { ...tokensOfAda, amount: '1', origin: 'free', ...more });
    const { balance } = await app().call('GetBalance', tokensOfAda);
    expect(column(balance, 'grants', 'grant_id')).toEqual(['g4', 'g3', 'g1', 'g2']);
  });

  it('are judged by the moment of the question', async () => {
    await app().balance('0');
    await app().call('TopUpCreditBalance', { ...tokensOfAda, amount: '10', origin: 'free', expires_at: '2026-03-01T13:00:00.000Z' });
    app().pass(HOUR_MS - 1);
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ booked: '10', available: '10' });
    app().pass(1);
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ booked: '10', available: '0' });
  });

  it('have a credit equivalent in a wallet with a price, at the price in force', async () => {
    await app().wallet();
    await app().call('AddCredits', { ...walletOfAda, credits: '10', origin: 'free' });
    expect((await app().call('GetBalance', walletOfAda))['balance']).toMatchObject({
      booked: '5',
      credit_equivalent: '10',
      currency: 'EUR',
    });
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '2', effective_at: '2026-03-01T13:00:00.000Z' }] });
    expect((await app().call('GetBalance', walletOfAda))['balance']).toMatchObject({ credit_equivalent: '10' });
    app().pass(HOUR_MS);
    expect((await app().call('GetBalance', walletOfAda))['balance']).toMatchObject({ booked: '5', credit_equivalent: '2.5' });
    await app().call('PauseWallet', walletOfAda);
  });

  it('as of a past moment have nothing left that was due by then, though it is more than one sweep posts', async () => {
    await app().balance('1');
    const { ledger } = app().parts;
    const grant = { origin: 'free' as const, priority: 100, amount: amount('1'), expiresAt: later(NOON, HOUR_MS) };
    for (let i = 0; i < 600; i++)
      await ledger.execute(creditBalance, streams.creditBalance('ada', 'tokens'), { type: 'TopUp', at: NOON, grant });
    app().pass(2 * HOUR_MS);
    expect(await app().call('GetBalance', { ...tokensOfAda, at: '2026-03-01T13:30:00.000Z' })).toMatchObject({
      balance: { booked: '1', available: '1' },
    });
  });

  it('are refused for a customer, or a balance, that does not exist', async () => {
    expect(await app().says('GetBalance', walletOfAda)).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await app().says('GetBalance', walletOfAda)).toEqual({ refused: 'balance_not_found' });
    expect(await app().says('GetBalance', { ...walletOfAda, credit_product_id: 'Bad Id' })).toMatchObject({
      invalid: [like('credit_product_id')],
    });
  });
});

describe('a balance as of a past moment', () => {
  it('is what the ledger knew then, judged then', async () => {
    await app().balance('100');
    app().pass(HOUR_MS);
    await app().call('TopUpCreditBalance', { ...tokensOfAda, amount: '10', origin: 'free', effective_at: '2026-03-01T13:30:00.000Z' });
    app().pass(HOUR_MS);
    await app().call('DeductCredits', { ...tokensOfAda, amount: '50', reason: 'x' });
    const knownAt = async (moment: string) => {
      const answer = await app().call('GetBalance', { ...tokensOfAda, at: moment });
      return ['revision', 'as_of', 'balance.booked', 'balance.available'].map((path) => at(answer, path));
    };
    expect(await knownAt('2026-03-01T12:59:59.999Z')).toEqual([1, '2026-03-01T12:59:59.999Z', '100', '100']);
    expect(await knownAt('2026-03-01T13:00:00.000Z')).toEqual([2, '2026-03-01T13:00:00.000Z', '110', '100']);
    expect(await knownAt('2026-03-01T13:30:00.000Z')).toEqual([2, '2026-03-01T13:30:00.000Z', '110', '110']);
    expect(await knownAt('2026-03-01T14:00:00.000Z')).toMatchObject([3, '2026-03-01T14:00:00.000Z', '60', '60']);
  });

  it('is refused before it was created, and in the future', async () => {
    await app().balance();
    expect(await app().says('GetBalance', { ...tokensOfAda, at: '2026-03-01T11:59:59.999Z' })).toEqual({ refused: 'balance_not_found' });
    expect(await app().says('GetBalance', { ...tokensOfAda, at: '2026-03-01T12:00:00.001Z' })).toEqual({
      invalid: ['at has not come yet'],
    });
  });
});

describe('all balances of a customer', () => {
  it('are the wallet first, then the credit balances in order of product', async () => {
    await app().wallet();
    for (const id of ['b', 'a']) await app().product(id);
    for (const credit_product_id of ['b', 'a'])
      await app().call('CreateCreditBalance', { customer_id: 'ada', credit_product_id, starting_balance: '3' });
    expect(rows(await app().call('ListBalances', { customer_id: 'ada' }), 'balances', 'credit_product_id', 'revision', 'booked')).toEqual([
      ['', 0, '0'],
      ['a', 1, '3'],
      ['b', 1, '3'],
    ]);
    await app().customer('bob');
    expect(await app().call('ListBalances', { customer_id: 'bob' })).toMatchObject({ balances: [] });
    expect(await app().says('ListBalances', { customer_id: 'eve' })).toEqual({ refused: 'customer_not_found' });
  });
});

describe('whether an amount can be spent', () => {
  const ask = async (amount: string, target: { readonly customer_id: string } = tokensOfAda) => {
    const { can_spend, reason, available, shortfall } = await app().call('CanSpend', { ...target, amount });
    return [can_spend, reason, available, shortfall];
  };

  it('is true up to what is available, and says what is lacking beyond it', async () => {
    await app().balance('100');
    await app().call('PlaceHold', { ...tokensOfAda, amount: '40', expires_at: '2026-03-01T13:00:00.000Z' });
    expect(await ask('60')).toEqual([true, '', '60', '0']);
    expect(await ask('60.5')).toEqual([false, 'insufficient_credits', '60', '0.5']);
    app().pass(HOUR_MS);
    expect(await ask('100')).toEqual([true, '', '100', '0']);
    // What it said is what a debit finds.
    expect(await app().says('DeductCredits', { ...tokensOfAda, amount: '100', reason: 'x' })).toMatchObject({ answer: {} });
  });

  it('is false while nothing may be spent at all, and says why', async () => {
    await app().wallet();
    await app().call('AddCredits', { ...walletOfAda, credits: '10', origin: 'free' });
    await app().call('UpdateSettings', { enabled: false });
    expect(await ask('1', walletOfAda)).toEqual([false, 'wallets_disabled', '5', '0']);
    await app().call('PauseWallet', walletOfAda);
    expect(await ask('1', walletOfAda)).toEqual([false, 'balance_paused', '5', '0']);
    await app().call('CloseWallet', { ...walletOfAda, reason: 'left' });
    expect(await ask('1', walletOfAda)).toEqual([false, 'balance_closed', '0', '1']);
  });
});
