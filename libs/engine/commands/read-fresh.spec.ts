/** What is asked of a process that has looked once, and has not met what another one has written since. */
import type { Message } from '@drawdown/api/contract';
import { AppliedKeys, Ledger, StreamStates } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { contextOf, freshApplication, type Said, tokensOfAda, walletOfAda } from '../../api/resources/application.fixtures';
import { policy, set } from '../../api/resources/auto-top-ups/auto-top-up.fixtures';
import { Refused } from '@drawdown/api/errors';
import { handlers, streamDefinitions } from '@drawdown/api/resources';

const app = freshApplication();

/** Asks the operations of a process with a memory of its own, which follows nothing. */
function another(): (...asked: Parameters<ReturnType<typeof app>['says']>) => Promise<Said> {
  const { log, projections } = app().parts;
  const ledger = new Ledger(
    log,
    new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions),
  );
  const operations = handlers({ ...app().parts, ledger });
  return (name, request, key) =>
    operations[name](request, contextOf(name, request, key)).then(
      (answer) => ({ answer, replayed: false }),
      (thrown: unknown) => {
        if (thrown instanceof Refused) return { refused: thrown.refusal.code };
        throw thrown;
      },
    );
}

type Asked = readonly [name: Parameters<ReturnType<typeof app>['says']>[0], request: Message];
const call = (...[name, request]: Asked) => app().call(name, request);
const settings = (more: Message) => call('UpdateSettings', more);
const customer = () => app().customer();
const wallet = () => app().wallet();
const manual = { ...walletOfAda, provider: 'manual', amount: '20' };
const add = { ...walletOfAda, credits: '10', origin: 'paid', reference: 'p' };
const free = { ...walletOfAda, credits: '10', origin: 'free' };
const invoice = { ...walletOfAda, invoice_id: 'INV-1' };
const paid = async () => {
  await call('AddCredits', add);
  await call('PayInvoice', { ...invoice, due: '1' });
};
/** By the chance of the test's world. */
const FIRST_ENDPOINT = `we_${'01'.repeat(16)}`;
const nothing = () => Promise.resolve();

describe('a process that is behind refuses nothing for good:', () => {
  it.each<[refusal: string, name: Asked[0], request: Message, before: () => Promise<unknown>, meanwhile: () => Promise<unknown>]>([
    ['customer_not_found', 'GetCustomer', walletOfAda, nothing, customer],
    ['customer_not_found', 'CreateWallet', walletOfAda, () => settings({ credit_prices: [{ currency: 'EUR', price: '1' }] }), customer],
    ['credit_product_not_found', 'GetCreditProduct', { credit_product_id: 'tokens' }, nothing, () => app().product()],
    ['credit_product_not_found', 'CreateCreditBalance', tokensOfAda, customer, () => app().product()],
    [
      'balance_not_found',
      'GetBalance',
      walletOfAda,
      customer,
      () => settings({ credit_prices: [{ currency: 'EUR', price: '1' }] }).then(() => call('CreateWallet', walletOfAda)),
    ],
    ['no_credit_price', 'CreateWallet', walletOfAda, customer, () => settings({ credit_prices: [{ currency: 'EUR', price: '1' }] })],
    ['wallets_disabled', 'AddCredits', add, () => wallet().then(() => settings({ enabled: false })), () => settings({ enabled: true })],
    [
      'free_credits_not_allowed',
      'AddCredits',
      free,
      () => wallet().then(() => settings({ allow_free_credits: false })),
      () => settings({ allow_free_credits: true }),
    ],
    [
      'portal_purchases_not_allowed',
      'StartPurchase',
      { ...manual, by: 'portal' },
      wallet,
      () => settings({ allow_portal_purchases: true }),
    ],
    ['purchase_not_found', 'GetPurchase', { ...walletOfAda, purchase_id: 'p1' }, wallet, () => call('StartPurchase', manual)],
    ['invoice_not_paid', 'GetInvoicePayment', invoice, wallet, paid],
    ['invoice_not_paid', 'ReverseInvoicePayment', invoice, wallet, paid],
    ['auto_top_up_not_configured', 'GetAutoTopUp', walletOfAda, wallet, () => call('SetAutoTopUp', set)],
    [
      'endpoint_not_found',
      'GetWebhookEndpoint',
      { endpoint_id: FIRST_ENDPOINT },
      nothing,
      () => call('CreateWebhookEndpoint', { url: 'https://a.example/', event_types: ['wallet.low_balance'] }),
    ],
    [
      'balance_not_found',
      'SetAutoTopUp',
      { ...walletOfAda, policy },
      customer,
      () => settings({ credit_prices: [{ currency: 'EUR', price: '1' }] }).then(() => call('CreateWallet', walletOfAda)),
    ],
  ])('%s, by %s', async (refusal, name, request, before, meanwhile) => {
    await before();
    const late = another();
    expect(await late(name, request)).toEqual({ refused: refusal });
    await meanwhile();
    expect(await late(name, request)).toMatchObject({ answer: {} });
  });

  it('a retry is answered as the first time, whatever stands against the command by now', async () => {
    await wallet();
    const late = another();
    await late('GetBalance', walletOfAda);
    const first = await app().call('AddCredits', free, 'k');
    await settings({ allow_free_credits: false });
    expect(await late('AddCredits', free, 'k')).toMatchObject({ answer: first });
  });

  it('what is not there at the end of the stream either is refused, and the stream is read to it once', async () => {
    await wallet();
    const late = another();
    await late('GetInvoicePayment', invoice);
    const read = jest.spyOn(app().parts.log, 'readStream');
    expect(await late('GetInvoicePayment', invoice)).toEqual({ refused: 'invoice_not_paid' });
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRestore();
  });
});
