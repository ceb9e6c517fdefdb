/** Every refusal of settings, price previews, top-ups, invoices and voided top-ups, on both transports of a real process, in the same words. */
import type { RpcName } from '@drawdown/api/contract';
import { type Transport, overGrpc, overHttp } from '../support/clients/transports';
import type { Fields } from '../support/clients/grpc-client';
import { Standalone } from '../support/services/standalone';
import { createCalls, createHolder } from '../support/clients/usage';
import { until } from '../support/waiting';

const GRANTS_MAX = 1_000;
const PRICES_MAX = 256;

let service: Standalone;
let made = 0;
let holder = '';

const ask = async (rpc: RpcName, request: Fields, key?: string): Promise<Fields> => {
  const { code, detail, body } = await overHttp(service)(rpc, request, key);
  if (code) throw new Error(`${rpc} was refused with ${code}: ${detail}`);
  return body as Fields;
};
const wallet = (): Fields => ({ customer_id: holder });
const pay = (invoice_id: string, due: string, more: Fields = {}): Promise<Fields> =>
  ask('PayInvoice', { ...wallet(), invoice_id, due, ...more });
const reverse = (more: Fields = {}): Promise<Fields> => ask('ReverseInvoicePayment', { ...wallet(), invoice_id: 'INV-1', ...more });
const nothing = (): Promise<void> => Promise.resolve();
const closed = (): Promise<unknown> => ask('CloseWallet', { ...wallet(), reason: 'r' });
const limits = (...list: readonly Fields[]): Fields => ({ default_limits: list.map((limit) => ({ limit })) });
const percent = (limit_id: string, value = '1'): Fields => ({ limit_id, percent_of_last_top_up: value });
const priced = (currency: string, price = '1'): Fields => ({ currency, price });

/** Usage that waits for its invoice. */
async function accrued(): Promise<void> {
  const event = { specversion: '1.0', id: `u-${holder}`, source: 'tests', type: 'seat.used', subject: holder, data: {} };
  await service.http.post('/v1/usage', JSON.stringify(event), { contentType: 'application/cloudevents+json' });
  await until('the usage to wait', async () => ((await ask('GetBalance', wallet()))['balance'] as Fields)['unbilled'] === '0.01');
}

type Case = readonly [
  code: string,
  http: number,
  grpc: string,
  prepare: () => Promise<unknown>,
  rpc: RpcName,
  request: () => Fields,
  key?: string,
];
const invoice =
  (more: Fields): (() => Fields) =>
  () => ({ ...wallet(), invoice_id: 'INV-1', due: '1', ...more });
const reversal =
  (more: Fields = {}): (() => Fields) =>
  () => ({ ...wallet(), invoice_id: 'INV-1', ...more });
const voiding =
  (grant_id: string): (() => Fields) =>
  () => ({ ...wallet(), grant_id, reason: 'r' });
const adding =
  (credits: string): (() => Fields) =>
  () => ({ ...wallet(), credits, origin: 'free' });
/** The holder again, in another currency. */
async function foreigner(currency: string, price: string): Promise<void> {
  const customer_id = `${holder}-${currency}`;
  await ask('UpdateSettings', { credit_prices: [priced(currency, price)] });
  await ask('CreateCustomer', { customer_id, currency });
  await ask('CreateWallet', { customer_id });
}
const nobody = (more: Fields) => (): Fields => ({ customer_id: 'nobody', ...more });

const CASES: readonly Case[] = [
  [
    'SETTINGS_REVISION_CONFLICT',
    412,
    'FAILED_PRECONDITION',
    nothing,
    'UpdateSettings',
    () => ({ enabled: true, expected_revision: 1_000_000 }),
  ],
  [
    'DUPLICATE_CURRENCY',
    400,
    'INVALID_ARGUMENT',
    nothing,
    'UpdateSettings',
    () => ({ credit_prices: [priced('EUR'), priced('EUR', '2')] }),
  ],
  ['LIMIT_CURRENCY_MISSING', 400, 'INVALID_ARGUMENT', nothing, 'UpdateSettings', () => limits({ limit_id: 'low', absolute: '1' })],
  ['DUPLICATE_LIMIT', 400, 'INVALID_ARGUMENT', nothing, 'UpdateSettings', () => limits(percent('a'), percent('a'))],
  ['LIMIT_OUT_OF_RANGE', 400, 'INVALID_ARGUMENT', nothing, 'UpdateSettings', () => limits(percent('a', '101'))],
  [
    'TOO_MANY_LIMITS',
    400,
    'INVALID_ARGUMENT',
    nothing,
    'UpdateSettings',
    () => limits(...Array.from({ length: 9 }, (_, i) => percent(`a${i}`))),
  ],
  [
    'PORTAL_LIMIT_NOT_PAYABLE',
    400,
    'INVALID_ARGUMENT',
    nothing,
    'UpdateSettings',
    () => ({ portal_purchase_limits: [{ currency: 'EUR', minimum: '0.001' }] }),
  ],
  [
    'PORTAL_MINIMUM_ABOVE_MAXIMUM',
    400,
    'INVALID_ARGUMENT',
    nothing,
    'UpdateSettings',
    () => ({ portal_purchase_limits: [{ currency: 'EUR', minimum: '2', maximum: '1' }] }),
  ],
  [
    'DUPLICATE_CURRENCY',
    400,
    'INVALID_ARGUMENT',
    nothing,
    'PreviewPriceChange',
    () => ({ credit_prices: [priced('EUR'), priced('EUR', '2')] }),
  ],
  ['INVALID_REQUEST', 400, 'INVALID_ARGUMENT', nothing, 'PreviewPriceChange', () => ({ credit_prices: [priced('XXX', '-1')] })],

  [
    'FREE_CREDITS_NOT_ALLOWED',
    409,
    'FAILED_PRECONDITION',
    () => ask('UpdateSettings', { allow_free_credits: false }),
    'AddCredits',
    adding('1'),
  ],
  ['CREDITS_WORTH_NOTHING', 400, 'INVALID_ARGUMENT', nothing, 'AddCredits', adding('0.00000001')],
  [
    'CREDITS_WORTH_TOO_MUCH',
    400,
    'INVALID_ARGUMENT',
    () => foreigner('KWD', '1000000'),
    'AddCredits',
    () => ({ ...adding('999999999999999999')(), customer_id: `${holder}-KWD` }),
  ],
  ['NO_CREDIT_PRICE', 409, 'FAILED_PRECONDITION', nothing, 'CreateWallet', () => ({ customer_id: 'swiss' })],
  ['TEST_CLOCK_OFF', 409, 'FAILED_PRECONDITION', nothing, 'AdvanceTestClock', () => ({ by_seconds: 1 })],

  ['CUSTOMER_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'VoidTopUp', nobody({ grant_id: 'g1', reason: 'r' })],
  ['GRANT_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'VoidTopUp', voiding('g2')],
  ['GRANT_HELD', 409, 'FAILED_PRECONDITION', () => ask('PlaceHold', { ...wallet(), amount: '1' }), 'VoidTopUp', voiding('g1')],
  ['NOTHING_TO_VOID', 409, 'FAILED_PRECONDITION', () => ask('VoidTopUp', voiding('g1')()), 'VoidTopUp', voiding('g1')],
  ['BALANCE_CLOSED', 409, 'FAILED_PRECONDITION', closed, 'VoidTopUp', voiding('g1')],
  [
    'BALANCE_NOT_FOUND',
    404,
    'NOT_FOUND',
    nothing,
    'VoidTopUp',
    () => ({ ...wallet(), credit_product_id: 'seats', grant_id: 'g1', reason: 'r' }),
  ],

  ['CUSTOMER_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'PayInvoice', nobody({ invoice_id: 'INV-1', due: '1' })],
  ['BALANCE_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'PayInvoice', () => ({ customer_id: 'walletless', invoice_id: 'INV-1', due: '1' })],
  ['NOT_WHOLE_MINOR_UNITS', 400, 'INVALID_ARGUMENT', nothing, 'PayInvoice', invoice({ due: '1.005' })],
  ['INVOICE_IN_OTHER_CURRENCY', 409, 'FAILED_PRECONDITION', nothing, 'PayInvoice', invoice({ currency: 'USD' })],
  ['BILLED_EXCEEDS_UNBILLED', 409, 'FAILED_PRECONDITION', nothing, 'PayInvoice', invoice({ billed: '1' })],
  ['INVOICE_CONFLICT', 409, 'ALREADY_EXISTS', () => pay('INV-1', '2'), 'PayInvoice', invoice({})],
  ['IDEMPOTENCY_CONFLICT', 409, 'ALREADY_EXISTS', () => ask('PauseWallet', wallet(), 'k'), 'PayInvoice', invoice({}), 'k'],
  ['INVALID_REQUEST', 400, 'INVALID_ARGUMENT', nothing, 'PayInvoice', invoice({ due: '-1' })],
  ['USAGE_UNBILLED', 409, 'FAILED_PRECONDITION', accrued, 'CloseWallet', () => ({ ...wallet(), reason: 'r' })],

  ['CUSTOMER_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'ReverseInvoicePayment', nobody({ invoice_id: 'INV-1' })],
  ['BALANCE_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'ReverseInvoicePayment', () => ({ customer_id: 'walletless', invoice_id: 'INV-1' })],
  ['INVOICE_NOT_PAID', 404, 'NOT_FOUND', nothing, 'ReverseInvoicePayment', reversal()],
  ['NOT_WHOLE_MINOR_UNITS', 400, 'INVALID_ARGUMENT', () => pay('INV-1', '2'), 'ReverseInvoicePayment', reversal({ amount: '0.001' })],
  ['REVERSAL_EXCEEDS_PAYMENT', 409, 'FAILED_PRECONDITION', () => pay('INV-1', '2'), 'ReverseInvoicePayment', reversal({ amount: '2.01' })],
  [
    'NOTHING_TO_REVERSE',
    409,
    'FAILED_PRECONDITION',
    async () => [await pay('INV-1', '2'), await reverse()],
    'ReverseInvoicePayment',
    reversal(),
  ],
  [
    'REVERSAL_CONFLICT',
    409,
    'ALREADY_EXISTS',
    async () => [await pay('INV-1', '2'), await reverse({ reversal_id: 'CN-1', amount: '1' })],
    'ReverseInvoicePayment',
    reversal({ reversal_id: 'CN-1', amount: '2' }),
  ],
  [
    'BALANCE_CLOSED',
    409,
    'FAILED_PRECONDITION',
    async () => [await pay('INV-1', '2'), await closed()],
    'ReverseInvoicePayment',
    reversal(),
  ],
  [
    'PAYMENT_FINAL',
    409,
    'FAILED_PRECONDITION',
    async () => [await pay('INV-1', '2'), await closed(), await ask('CreateWallet', wallet())],
    'ReverseInvoicePayment',
    reversal(),
  ],
  [
    'TOO_MANY_GRANTS',
    409,
    'RESOURCE_EXHAUSTED',
    async () => {
      await pay('INV-1', '10');
      for (let n = 0; n < GRANTS_MAX; n += 50)
        await Promise.all(Array.from({ length: 50 }, () => ask('AddCredits', { ...wallet(), credits: '1', origin: 'free' })));
    },
    'ReverseInvoicePayment',
    reversal(),
  ],

  ['CUSTOMER_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'GetInvoicePayment', nobody({ invoice_id: 'INV-1' })],
  ['BALANCE_NOT_FOUND', 404, 'NOT_FOUND', nothing, 'GetInvoicePayment', () => ({ customer_id: 'walletless', invoice_id: 'INV-1' })],
  ['INVOICE_NOT_PAID', 404, 'NOT_FOUND', nothing, 'GetInvoicePayment', reversal()],

  // The last one: it fills the history of a price.
  [
    'TOO_MANY_PRICES',
    409,
    'RESOURCE_EXHAUSTED',
    async () => {
      for (let n = 1; n <= PRICES_MAX; n++) await ask('UpdateSettings', { credit_prices: [priced('JPY', String(n))] });
    },
    'UpdateSettings',
    () => ({ credit_prices: [priced('JPY', '0.5')] }),
  ],
];

beforeAll(async () => {
  service = await Standalone.start();
  await ask('UpdateSettings', { allow_free_credits: true, credit_prices: [priced('EUR', '0.01')] });
  await createCalls(service.http);
  await createHolder(service.http, 'walletless', '1');
  await ask('CreateCustomer', { customer_id: 'swiss', currency: 'CHF' });
  const meters = [{ meter_id: 'seats', event_type: 'seat.used', count: true, weight: '1', draws_on: 'wallet_on_invoice' }];
  await ask('CreateCreditProduct', { credit_product_id: 'seats', name: 'Seats', unit: 'seat', meters });
});
afterAll(() => service.stop());
beforeEach(async () => {
  holder = `holder-${made++}`;
  await ask('UpdateSettings', { allow_free_credits: true });
  await ask('CreateCustomer', { customer_id: holder, currency: 'EUR' });
  await ask('CreateWallet', wallet());
  await ask('AddCredits', { ...wallet(), credits: '1000', origin: 'free' });
});

it.each(CASES.map((refusal) => [refusal[0], refusal[4], refusal] as const))(
  '%s is said of %s on both transports, and changes nothing',
  async (code, rpc, [, http, grpc, prepare, , request, key]) => {
    await prepare();
    const before = (await ask('GetBalance', wallet()))['revision'];
    const transports: readonly Transport[] = [overHttp(service), overGrpc(service)];
    const [byHttp, byGrpc] = await Promise.all(transports.map((transport) => transport(rpc, request(), key)));
    expect([byHttp?.code, byHttp?.status, byGrpc?.code, byGrpc?.status]).toEqual([code, http, code, grpc]);
    expect([byGrpc?.detail, byGrpc?.facts]).toEqual([byHttp?.detail, byHttp?.facts]);
    expect((await ask('GetBalance', wallet()))['revision']).toBe(before);
  },
);

it.each([
  ['balance_paused', () => ask('PauseWallet', wallet())],
  ['balance_closed', closed],
  ['insufficient_credits', () => pay('INV-0', '10')],
  ['wallets_disabled', () => ask('UpdateSettings', { enabled: false })],
] as const)('%s is no refusal of a payment at either transport: nothing is paid, and that is said', async (reason, prepare) => {
  await prepare();
  for (const transport of [overHttp(service), overGrpc(service)])
    expect(await transport('PayInvoice', invoice({})())).toMatchObject({ code: '', body: { paid: '0', remaining: '1', reason } });
});
