import { freshApplication, HOUR_MS, rows, tokensOfAda } from '../application.fixtures';

const app = freshApplication();

describe('creating a credit balance', () => {
  it('copies name and limits of the product, and starts with free credits', async () => {
    await app().customer();
    await app().product('tokens', { limits: [{ limit_id: 'low', absolute: '50' }] });
    const { revision, balance } = await app().call('CreateCreditBalance', { ...tokensOfAda, starting_balance: '200' });
    expect(revision).toBe(1);
    expect(balance).toMatchObject({
      ...tokensOfAda,
      name: 'Tokens',
      unit: 'token',
      status: 'open',
      booked: '200',
      available: '200',
      grants: [{ grant_id: 'g1', origin: 'free', amount: '200', priority: 100 }],
      limits: [{ limit: { limit_id: 'low', absolute: '50' }, threshold: '50', reached: false }],
    });
    // A change of the catalog never reaches a balance that exists.
    await app().call('SetCreditProductLimits', { credit_product_id: 'tokens', limits: [] });
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ limits: [{ limit: { limit_id: 'low' } }] });
  });

  it('takes a name and limits of its own, or none', async () => {
    await app().customer();
    await app().customer('bob');
    await app().product('tokens', { limits: [{ limit_id: 'low', absolute: '50' }] });
    const limits = [{ limit_id: 'mine', percent_of_last_top_up: '10' }];
    expect((await app().call('CreateCreditBalance', { ...tokensOfAda, name: 'Team A', limits }))['balance']).toMatchObject({
      name: 'Team A',
      limits: [{ limit: limits[0], reached: false }],
    });
    expect((await app().call('CreateCreditBalance', { ...tokensOfAda, customer_id: 'bob', no_limits: true }))['balance']).toMatchObject({
      limits: [],
    });
    expect(await app().says('CreateCreditBalance', { ...tokensOfAda, limits, no_limits: true })).toEqual({
      invalid: ['no_limits contradicts limits'],
    });
  });

  it('is refused without customer or product, and a second time', async () => {
    expect(await app().says('CreateCreditBalance', tokensOfAda)).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await app().says('CreateCreditBalance', tokensOfAda)).toEqual({ refused: 'credit_product_not_found' });
    await app().product();
    await app().call('CreateCreditBalance', tokensOfAda);
    expect(await app().says('CreateCreditBalance', tokensOfAda)).toEqual({ refused: 'balance_exists' });
  });

  it('answers a retry as the first time although the product has changed', async () => {
    await app().customer();
    await app().product('tokens', { limits: [{ limit_id: 'low', absolute: '50' }] });
    const first = await app().says('CreateCreditBalance', tokensOfAda, 'key-1');
    await app().call('SetCreditProductLimits', { credit_product_id: 'tokens', limits: [] });
    app().pass(HOUR_MS);
    expect(await app().says('CreateCreditBalance', tokensOfAda, 'key-1')).toEqual({ ...first, replayed: true });
  });
});

describe('a credit balance', () => {
  it('is topped up by hand, free credits included, whatever the settings say of wallets', async () => {
    await app().balance('1');
    const cost_basis = { amount: '9.99', currency: 'EUR' };
    const { grant, balance } = await app().call('TopUpCreditBalance', {
      ...tokensOfAda,
      amount: '100',
      origin: 'paid',
      cost_basis,
      reference: 'pay-1',
    });
    expect(grant).toMatchObject({ grant_id: 'g2', amount: '100', cost_basis, reference: 'pay-1', origin: 'paid' });
    expect(balance).toMatchObject({ booked: '101', grants: [{ grant_id: 'g1' }, { grant_id: 'g2' }] });
    expect((await app().call('TopUpCreditBalance', { ...tokensOfAda, amount: '1', origin: 'free' }))['balance']).toMatchObject({
      booked: '102',
    });
    expect(
      await app().says('TopUpCreditBalance', {
        ...tokensOfAda,
        amount: '0',
        origin: 'free',
        cost_basis: { amount: '-1', currency: 'eur' },
      }),
    ).toEqual({
      invalid: [
        'cost_basis.amount must be at least 0',
        'cost_basis.currency is no ISO 4217 code of legal tender',
        'amount must be above 0',
      ],
    });
  });

  it('has credits deducted whole or not at all', async () => {
    await app().balance('10');
    const deduction = { ...tokensOfAda, reason: 'correction', reference: 'ticket-7' };
    expect(await app().call('DeductCredits', { ...deduction, amount: '10' })).toMatchObject({
      balance: { booked: '0' },
      allocations: [{ grant_id: 'g1', amount: '10' }],
    });
    expect(await app().says('DeductCredits', { ...deduction, amount: '0.000000001' })).toEqual({ refused: 'insufficient_credits' });
    expect(await app().says('DeductCredits', { ...tokensOfAda, amount: '1' })).toEqual({ invalid: ['reason is missing or empty'] });
  });

  it('is deducted once by a retry, and the answer is the first one, byte for byte', async () => {
    await app().balance('10');
    const request = { ...tokensOfAda, reason: 'correction', amount: '4' };
    const first = await app().says('DeductCredits', request, 'key-1');
    app().pass(HOUR_MS);
    await app().call('TopUpCreditBalance', { ...tokensOfAda, amount: '5', origin: 'free' });
    const again = await app().says('DeductCredits', request, 'key-1');
    expect(JSON.stringify('answer' in again && again.answer)).toBe(JSON.stringify('answer' in first && first.answer));
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ booked: '11' });
  });

  it('is paused, resumed, limited and closed', async () => {
    await app().balance('10');
    expect((await app().call('PauseCreditBalance', { ...tokensOfAda, reason: 'audit' }))['balance']).toMatchObject({ status: 'paused' });
    expect(await app().says('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' })).toEqual({ refused: 'balance_paused' });
    expect((await app().call('ResumeCreditBalance', tokensOfAda))['balance']).toMatchObject({ status: 'open' });
    const limits = [{ limit_id: 'low', absolute: '5' }];
    expect((await app().call('SetCreditBalanceLimits', { ...tokensOfAda, limits }))['balance']).toMatchObject({
      limits: [{ limit: limits[0] }],
    });
    expect(await app().call('CloseCreditBalance', { ...tokensOfAda, reason: 'left' })).toMatchObject({
      residual: '10',
      balance: { status: 'closed' },
    });
  });

  it('differs from a customer that does not exist', async () => {
    await app().product();
    expect(await app().says('PauseCreditBalance', tokensOfAda)).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await app().says('PauseCreditBalance', tokensOfAda)).toEqual({ refused: 'balance_not_found' });
  });
});

describe('the credit balances of a customer', () => {
  it('are listed in order of product, page by page, and none of another customer', async () => {
    await app().customer('ada');
    await app().customer('ada~');
    for (const id of ['c', 'a', 'b']) await app().product(id);
    for (const credit_product_id of ['c', 'a', 'b']) await app().call('CreateCreditBalance', { customer_id: 'ada', credit_product_id });
    await app().call('CreateCreditBalance', { customer_id: 'ada~', credit_product_id: 'a', starting_balance: '9' });
    const first = await app().call('ListCreditBalances', { customer_id: 'ada', page_size: 2 });
    const second = await app().call('ListCreditBalances', { customer_id: 'ada', page_size: 2, page_token: first['next_page_token'] });
    const shown = [first, second].flatMap((page) => rows(page, 'balances', 'customer_id', 'credit_product_id'));
    expect(shown).toEqual([
      ['ada', 'a'],
      ['ada', 'b'],
      ['ada', 'c'],
    ]);
    expect(await app().says('ListCreditBalances', { customer_id: 'bob' })).toEqual({ refused: 'customer_not_found' });
    expect(await app().says('ListCreditBalances', { customer_id: 'ada~', page_token: first['next_page_token'] })).toEqual({
      refused: 'page_token_invalid',
    });
  });
});
