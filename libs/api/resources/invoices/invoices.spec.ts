import { amount } from '@drawdown/domain/amounts';
import { wallet } from '@drawdown/domain/balance';
import { at, column, freshApplication, HOUR_MS, like, NOON, rows, walletOfAda } from '../application.fixtures';
import { errorAnswer } from '@drawdown/api/errors';

const app = freshApplication();
const invoice = (invoice_id: string, due: string, more: object = {}) => ({ ...walletOfAda, invoice_id, due, ...more });
const pay = (...[id, due, more]: Parameters<typeof invoice>) => app().says('PayInvoice', invoice(id, due, more));
const reverse = (invoice_id: string, more: object = {}, key?: string) =>
  app().says('ReverseInvoicePayment', { ...walletOfAda, invoice_id, ...more }, key);
const whyNot = async (invoice_id: string) =>
  errorAnswer(
    await app()
      .call('ReverseInvoicePayment', { ...walletOfAda, invoice_id })
      .catch((error: unknown) => error),
  );
const booked = async () => at(await app().call('GetBalance', walletOfAda), 'balance.booked');
/** Credits are worth 0.5 EUR. */
const add = (credits: string, more: object = {}) =>
  app().call('AddCredits', { ...walletOfAda, credits, origin: 'paid', reference: 'p', ...more });

describe('paying an invoice', () => {
  it('takes what is due, and says from which grants', async () => {
    await app().wallet();
    await add('100');
    expect(await app().call('PayInvoice', invoice('INV-1', '30.25', { currency: 'EUR' }))).toMatchObject({
      revision: 2,
      paid: '30.25',
      remaining: '0',
      reason: '',
      balance: { booked: '19.75' },
      payment: {
        invoice_id: 'INV-1',
        payment_id: 'i1',
        due: '30.25',
        paid: '30.25',
        remaining: '0',
        billed: '0',
        reversed: '0',
        reversible: '30.25',
        allocations: [{ grant_id: 'g1', amount: '30.25' }],
        paid_at: '2026-03-01T12:00:00.000Z',
      },
    });
  });

  it('pays the most that it can, in whole cents, and says what remains due and why', async () => {
    await app().wallet();
    await add('20.01');
    expect(await pay('INV-1', '12')).toMatchObject({
      answer: { paid: '10', remaining: '2', reason: 'insufficient_credits', balance: { booked: '0.005' } },
    });
    expect(await pay('INV-2', '1')).toMatchObject({
      answer: { revision: 2, paid: '0', remaining: '1', reason: 'insufficient_credits', balance: { booked: '0.005' } },
    });
  });

  it('is done once whatever key it comes with: the first answer again, byte for byte', async () => {
    await app().wallet();
    await add('100');
    const first = await app().says('PayInvoice', invoice('INV-1', '30'), 'key-1');
    app().pass(HOUR_MS);
    await app().call('UpdateSettings', { enabled: false });
    await app().call('PauseWallet', walletOfAda);
    for (const key of ['key-1', 'key-2', undefined])
      expect(JSON.stringify(await app().says('PayInvoice', invoice('INV-1', '30.00'), key))).toBe(
        JSON.stringify({ ...first, replayed: true }),
      );
    expect(await booked()).toBe('20');
  });

  it('is refused as another invoice of the same id where amount or billing differ, and by the key where that was used for something else', async () => {
    await app().wallet();
    await add('100');
    await app().call('PayInvoice', invoice('INV-1', '10'), 'key-1');
    expect(await pay('INV-1', '11')).toEqual({ refused: 'invoice_conflict' });
    expect(await pay('INV-1', '10', { billed: '0.01' })).toEqual({ refused: 'invoice_conflict' });
    expect(await pay('INV-1', '10', { currency: 'USD' })).toEqual({ refused: 'invoice_in_other_currency' });
    expect(await app().says('PayInvoice', invoice('INV-2', '10'), 'key-1')).toEqual({ refused: 'idempotency_conflict' });
    expect(await app().says('PauseWallet', walletOfAda, 'key-1')).toEqual({ refused: 'idempotency_conflict' });
    expect(await app().says('AddCredits', { ...walletOfAda, credits: '1', origin: 'free' }, 'key-2')).toMatchObject({ replayed: false });
    expect(await app().says('PayInvoice', invoice('INV-2', '10'), 'key-2')).toEqual({ refused: 'idempotency_conflict' });
  });

  it.each([
    ['balance_paused', () => app().call('PauseWallet', walletOfAda), () => app().call('ResumeWallet', walletOfAda)],
    ['wallets_disabled', () => app().call('UpdateSettings', { enabled: false }), () => app().call('UpdateSettings', { enabled: true })],
    ['insufficient_credits', () => app().call('VoidTopUp', { ...walletOfAda, grant_id: 'g1', reason: 'r' }), () => add('100')],
  ] as const)('pays nothing while %s, says so, and uses up no key: it can be tried later', async (reason, stop, go) => {
    await app().wallet();
    await add('100');
    await stop();
    const answer = await app().says('PayInvoice', invoice('INV-1', '10'), 'key-1');
    expect(answer).toMatchObject({ answer: { paid: '0', remaining: '10', reason, balance: { customer_id: 'ada' } }, replayed: false });
    expect('answer' in answer && answer.answer['payment']).toBeUndefined();
    await go();
    expect(await app().says('PayInvoice', invoice('INV-1', '10.50'), 'key-1')).toMatchObject({
      answer: { paid: '10.5', reason: '' },
      replayed: false,
    });
  });

  it('pays nothing out of a wallet that is closed', async () => {
    await app().wallet();
    await app().call('CloseWallet', { ...walletOfAda, reason: 'r' });
    expect(await pay('INV-1', '10')).toMatchObject({
      answer: { paid: '0', remaining: '10', reason: 'balance_closed', balance: { status: 'closed' } },
    });
  });

  it('is refused for what nobody could pay, of whom there is none, or in another currency, paused or not', async () => {
    expect(await pay('INV-1', '1')).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await pay('INV-1', '1')).toEqual({ refused: 'balance_not_found' });
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '0.5' }] });
    await app().call('CreateWallet', walletOfAda);
    await app().call('PauseWallet', walletOfAda);
    expect(await pay('INV-1', '1.005')).toEqual({ refused: 'not_whole_minor_units' });
    expect(await pay('INV-1', '1', { currency: 'USD' })).toEqual({ refused: 'invoice_in_other_currency' });
    expect(await pay('INV-1', '-1')).toEqual({ invalid: ['due must be at least 0'] });
    expect(await pay('', '1')).toEqual({ invalid: ['invoice_id is missing or empty'] });
    expect(await pay('x'.repeat(129), '1')).toEqual({ invalid: ['invoice_id is longer than 128 characters'] });
  });
});

describe('usage that waits for its invoice', () => {
  const accrue = (credits: string) =>
    app().parts.ledger.execute(wallet, 'wallet-ada', {
      type: 'Accrue',
      at: NOON,
      lines: [{ source: 's', id: credits, bodyHash: 'h', time: '2026-03-01T12:00:00Z', usedAt: NOON, amount: amount(credits), parts: [] }],
    });

  it('lowers what is projected, shows among the movements, and is settled by the invoice', async () => {
    await app().wallet();
    await add('100');
    await accrue('7.5');
    expect(await app().call('GetBalance', walletOfAda)).toMatchObject({
      balance: { available: '50', unbilled: '7.5', projected: '42.5', pending: '0' },
    });
    expect(await pay('INV-1', '10', { billed: '8' })).toEqual({ refused: 'billed_exceeds_unbilled' });
    expect(await pay('INV-1', '10')).toMatchObject({
      answer: { paid: '10', payment: { billed: '7.5' }, balance: { available: '40', unbilled: '0', projected: '40' } },
    });
    expect(
      rows(
        await app().call('ListMovements', { ...walletOfAda, types: ['accrued', 'invoice_paid'] }),
        'movements',
        'type',
        'amount',
        'unbilled',
        'projected',
        'reference',
      ),
    ).toEqual([
      ['accrued', '0', '7.5', '42.5', ''],
      ['invoice_paid', '-10', '-7.5', '40', 'INV-1'],
    ]);
  });

  it('goes on waiting when nothing can be paid of its invoice, which is paid once something is there', async () => {
    await app().wallet();
    await accrue('5');
    expect(await pay('INV-1', '5')).toMatchObject({
      answer: { paid: '0', remaining: '5', reason: 'insufficient_credits', balance: { unbilled: '5' } },
    });
    expect(await app().says('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV-1' })).toEqual({ refused: 'invoice_not_paid' });
    await add('8');
    expect(await pay('INV-1', '5')).toMatchObject({
      answer: { paid: '4', remaining: '1', payment: { billed: '5' }, balance: { unbilled: '0' } },
    });
  });

  it('is settled with nothing due where its invoice is paid by other means, and then keeps the wallet open no more', async () => {
    await app().wallet();
    await accrue('3');
    expect(await app().says('CloseWallet', { ...walletOfAda, reason: 'r' })).toEqual({ refused: 'usage_unbilled' });
    expect(await pay('INV-1', '0')).toMatchObject({ answer: { paid: '0', remaining: '0', reason: '', balance: { unbilled: '3' } } });
    expect(await pay('INV-1', '0', { billed: '3' })).toMatchObject({
      answer: { paid: '0', remaining: '0', reason: '', payment: { billed: '3' } },
    });
    expect(await whyNot('INV-1')).toMatchObject({ code: 'NOTHING_TO_REVERSE', detail: like('nothing was paid') });
    expect(await app().says('CloseWallet', { ...walletOfAda, reason: 'r' })).toMatchObject({ answer: { residual: '0' } });
  });

  it('is billed once, whether the invoice says how much or leaves it to the default', async () => {
    await app().wallet();
    await add('100');
    await accrue('5');
    const first = await pay('INV-1', '10');
    expect(first).toMatchObject({ answer: { payment: { billed: '5' } } });
    expect(await pay('INV-1', '10', { billed: '5.00' })).toEqual({ ...first, replayed: true });
    expect(await app().says('PayInvoice', invoice('INV-1', '10', { billed: '4' }), 'key')).toEqual({ refused: 'invoice_conflict' });
    const other = await pay('INV-2', '10', { billed: '0' });
    expect(await pay('INV-2', '10')).toEqual({ ...other, replayed: true });
  });
});

describe('reversing a payment', () => {
  const paidOfTwo = async () => {
    await app().wallet();
    await add('10', { priority: 1 });
    await add('20', { priority: 2, expires_at: '2026-03-01T13:00:00.000Z' });
    await app().call('PayInvoice', invoice('INV-1', '12'));
  };

  it('gives it back to the very grants, the last taken first, step by step until nothing is left', async () => {
    await paidOfTwo();
    expect(await reverse('INV-1', { amount: '8' })).toMatchObject({
      answer: {
        reversed: '8',
        returned: [
          { grant_id: 'g2', amount: '7' },
          { grant_id: 'g1', amount: '1' },
        ],
        payment: { reversed: '8', reversible: '4' },
        balance: { booked: '11' },
      },
    });
    expect(await reverse('INV-1', { amount: '4.01' })).toEqual({ refused: 'reversal_exceeds_payment' });
    expect(await reverse('INV-1', { reason: 'refund' })).toMatchObject({
      answer: { reversed: '4', returned: [{ grant_id: 'g1', amount: '4' }], payment: { reversed: '12', reversible: '0' } },
    });
    expect(await whyNot('INV-1')).toMatchObject({
      code: 'NOTHING_TO_REVERSE',
      detail: like(/^all that was paid, [\d.]+, was returned already$/),
    });
    const found = await app().call('ListMovements', { ...walletOfAda, types: ['invoice_payment_reversed'] });
    expect(rows(found, 'movements', 'amount', 'reference', 'reason')).toEqual([
      ['8', 'INV-1', ''],
      ['4', 'INV-1', 'refund'],
    ]);
  });

  it('expires at once what has expired meanwhile', async () => {
    await paidOfTwo();
    app().pass(2 * HOUR_MS);
    expect(await reverse('INV-1')).toMatchObject({ answer: { reversed: '12', balance: { booked: '5', available: '5' } } });
    expect(column(await app().call('ListMovements', walletOfAda), 'movements', 'type').slice(-2)).toEqual([
      'invoice_payment_reversed',
      'grant_expired',
    ]);
  });

  it('works while paused and while wallets are disabled', async () => {
    await paidOfTwo();
    await app().call('PauseWallet', walletOfAda);
    await app().call('UpdateSettings', { enabled: false });
    expect(await reverse('INV-1')).toMatchObject({ answer: { reversed: '12' } });
  });

  it('is done once under its own id or its key, and is refused as another one with another amount', async () => {
    await paidOfTwo();
    const first = await reverse('INV-1', { reversal_id: 'CN-1', amount: '1' }, 'key-1');
    expect(await reverse('INV-1', { reversal_id: 'CN-1', amount: '1.00' })).toEqual({ ...first, replayed: true });
    expect(await reverse('INV-1', { reversal_id: 'CN-1', amount: '2' })).toEqual({ refused: 'reversal_conflict' });
    expect(await reverse('INV-1', { reversal_id: 'CN-2', amount: '1' }, 'key-1')).toEqual({ refused: 'idempotency_conflict' });
    const second = await reverse('INV-1', { amount: '1' }, 'key-2');
    await reverse('INV-1', { amount: '1' });
    expect(await reverse('INV-1', { amount: '1' }, 'key-2')).toEqual({ ...second, replayed: true });
    expect(await app().call('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV-1' })).toMatchObject({
      payment: { reversed: '3', reversible: '9' },
    });
  });

  it('is refused for an invoice that was not paid here, for amounts that nobody could pay, and of a former life of the wallet', async () => {
    expect(await reverse('INV-1')).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await reverse('INV-1')).toEqual({ refused: 'balance_not_found' });
  });

  it('is refused where the wallet paid no such invoice, in fractions of a cent, and once it was closed', async () => {
    await paidOfTwo();
    expect(await reverse('INV-2')).toEqual({ refused: 'invoice_not_paid' });
    expect(await reverse('INV-1', { amount: '0.001' })).toEqual({ refused: 'not_whole_minor_units' });
    expect(await reverse('INV-1', { amount: '0' })).toEqual({ invalid: ['amount must be above 0'] });
    await reverse('INV-1', { amount: '2' });
    await app().call('CloseWallet', { ...walletOfAda, reason: 'r' });
    expect(await reverse('INV-1')).toEqual({ refused: 'balance_closed' });
    expect(await app().call('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV-1' })).toMatchObject({
      payment: { paid: '12', reversed: '2', reversible: '0' },
    });
    await app().call('CreateWallet', walletOfAda);
    expect(await reverse('INV-1')).toEqual({ refused: 'payment_final' });
    expect(await app().call('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV-1' })).toMatchObject({
      payment: { paid: '12', reversed: '2', reversible: '0' },
    });
  });
});

describe('asking what was paid', () => {
  it('tells the payment and what was given back', async () => {
    await app().wallet();
    await add('100');
    await app().call('PayInvoice', invoice('INV/1 ä', '30'));
    expect(await app().call('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV/1 ä', min_revision: 2 })).toMatchObject({
      revision: 2,
      payment: { invoice_id: 'INV/1 ä', paid: '30', reversed: '0', reversible: '30' },
    });
  });

  it('is refused where there is no customer, no wallet, no payment', async () => {
    const ask = () => app().says('GetInvoicePayment', { ...walletOfAda, invoice_id: 'INV-1' });
    expect(await ask()).toEqual({ refused: 'customer_not_found' });
    await app().customer();
    expect(await ask()).toEqual({ refused: 'balance_not_found' });
    await app().call('UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '0.5' }] });
    await app().call('CreateWallet', walletOfAda);
    expect(await ask()).toEqual({ refused: 'invoice_not_paid' });
  });
});
