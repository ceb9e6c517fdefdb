/**
 * Every operation, once by HTTP and once by gRPC: two services are taken through the same story, and say the same. What a payment
 * provider calls by itself is no operation: its notifications come by HTTP alone.
 */
import { routes, type RpcName, type StreamName, rpcNames } from '@drawdown/api/contract';
import { Service } from '../../apps/cli/src/service/service';
import { asOverGrpc, type Fields } from '../support/clients/grpc-client';
import { Standalone } from '../support/services/standalone';
import { CALLS } from '../support/clients/usage';
import { until } from '../support/waiting';

type Answers = Readonly<Record<string, unknown>>;
type Found = (rpc: RpcName, path: string) => string;
/** The request, which may need something out of an earlier answer at the same transport, and when the answer is the one that is meant. */
type Step = readonly [rpc: RpcName, request: Fields | ((found: Found) => Fields), settled?: (answer: unknown) => boolean];

const acme = { customer_id: 'acme' };
const calls = { ...acme, credit_product_id: CALLS };
const usage = (id: string, subject: string, credits: number) => ({
  specversion: '1.0',
  id,
  source: 'tests',
  type: 'api.call',
  subject,
  time: '2026-01-01T00:00:00Z',
  data: { credits },
});
const endpoint = (found: Found): Fields => ({ endpoint_id: found('CreateWebhookEndpoint', 'endpoint.endpoint_id') });

const STORY: readonly Step[] = [
  ['UpdateSettings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] }],
  [
    'UpdateSettings',
    {
      allow_portal_purchases: true,
      portal_purchase_limits: [{ currency: 'EUR', minimum: '5', maximum: '500' }],
      default_limits: [{ limit: { limit_id: 'low', absolute: '10' }, currency: 'EUR' }],
    },
  ],
  ['GetSettings', {}],
  ['CreateCustomer', { ...acme, currency: 'EUR' }],
  ['GetCustomer', acme],
  ['ListCustomers', { page_size: 10 }],

  [
    'CreateCreditProduct',
    {
      credit_product_id: CALLS,
      name: 'API calls',
      unit: 'call',
      meters: [{ meter_id: 'calls', event_type: 'api.call', value_path: 'credits', weight: '1', filters: [] }],
      limits: [
        { limit_id: 'low', absolute: '10' },
        { limit_id: 'half', percent_of_last_top_up: '50' },
      ],
    },
  ],
  ['GetCreditProduct', { credit_product_id: CALLS }],
  ['ListCreditProducts', {}],
  [
    'AddMeter',
    {
      credit_product_id: CALLS,
      meter: { meter_id: 'images', event_type: 'image.made', count: true, weight: '2.5', filters: [{ path: 'size', equals: 'xl' }] },
    },
  ],
  ['SetMeterWeight', { credit_product_id: CALLS, meter_id: 'images', weight: '3' }],
  ['RetireMeter', { credit_product_id: CALLS, meter_id: 'images' }],
  ['SetCreditProductLimits', { credit_product_id: CALLS, limits: [{ limit_id: 'low', absolute: '20' }] }],

  ['CreateWallet', { ...acme, limits: [{ limit_id: 'low', absolute: '5' }] }],
  ['AddCredits', { ...acme, credits: '10000', origin: 'paid', reference: 'payment-1', metadata: { order: '7' } }],
  ['AddCredits', { ...acme, credits: '50', origin: 'free', priority: 7, expires_at: '2100-01-01T00:00:00.000Z' }],
  ['PauseWallet', { ...acme, reason: 'looking into it' }],
  ['ResumeWallet', { ...acme, reason: 'all is well' }],
  [
    'PreviewPriceChange',
    {
      credit_prices: [
        { currency: 'EUR', price: '0.02', effective_at: '2100-01-01T00:00:00.000Z' },
        { currency: 'USD', price: '1' },
      ],
    },
  ],
  ['PayInvoice', { ...acme, invoice_id: 'INV/1', due: '10', currency: 'EUR' }],
  ['PayInvoice', { ...acme, invoice_id: 'INV/2', due: '1000' }],
  ['PayInvoice', { ...acme, invoice_id: 'INV/3', due: '1' }],
  ['ReverseInvoicePayment', { ...acme, invoice_id: 'INV/2', reversal_id: 'CN/1' }],
  ['ReverseInvoicePayment', { ...acme, invoice_id: 'INV/1', amount: '2.5', reason: 'goodwill' }],
  ['GetInvoicePayment', { ...acme, invoice_id: 'INV/1', min_revision: 2 }],
  ['SetWalletLimits', { ...acme, limits: [{ limit_id: 'low', absolute: '8' }] }],

  [
    'StartPurchase',
    { ...acme, credits: '250', provider: 'manual', by: 'staff', expires_at: '2100-01-01T00:00:00.000Z', metadata: { order: '8' } },
  ],
  ['ConfirmPurchase', { ...acme, purchase_id: 'p1', amount: '2.5', currency: 'EUR', payment_id: 'transfer-1', event_id: 'e1' }],
  ['StartPurchase', { ...acme, amount: '5', provider: 'manual' }],
  ['FailPurchase', { ...acme, purchase_id: 'p2', code: 'declined', reason: 'they thought better of it' }],
  ['GetPurchase', { ...acme, purchase_id: 'p2' }],
  ['ListPurchases', { ...acme, page_size: 1 }],

  ['CreateCreditBalance', { ...calls, name: 'Calls of Acme', starting_balance: '12.5' }],
  [
    'TopUpCreditBalance',
    { ...calls, amount: '100', origin: 'paid', reference: 'payment-2', cost_basis: { amount: '9.99', currency: 'EUR' } },
  ],
  ['DeductCredits', { ...calls, amount: '2.5', reason: 'a correction' }],
  ['PauseCreditBalance', { ...calls, reason: 'a dispute' }],
  ['ResumeCreditBalance', calls],
  ['SetCreditBalanceLimits', { ...calls, limits: [{ limit_id: 'low', absolute: '30' }] }],
  ['VoidTopUp', { ...calls, grant_id: 'g1', reason: 'by mistake' }],
  ['ListCreditBalances', acme],

  ['PlaceHold', { ...acme, amount: '20', reference: 'order-1' }],
  ['CaptureHold', (found) => ({ ...acme, hold_id: found('PlaceHold', 'hold.hold_id'), amount: '15', overrun: 'refuse' })],
  ['PlaceHold', { ...calls, amount: '30', expires_at: '2100-01-01T00:00:00.000Z' }],
  ['ReleaseHold', (found) => ({ ...calls, hold_id: found('PlaceHold', 'hold.hold_id') })],

  ['SendUsage', { event: usage('one', 'acme', 5) }],
  [
    'SendUsageBatch',
    { events: [usage('two', 'acme', 90), usage('two', 'acme', 90), usage('three', 'acme', 90), usage('four', 'nobody', 1)] },
  ],

  ['GetBalance', calls],
  ['GetBalance', { ...acme, min_revision: 2 }],
  ['GetBalance', () => ({ ...calls, at: new Date().toISOString() })],
  ['ListBalances', acme],
  ['ListMovements', acme],
  ['ListMovements', calls],
  ['ListMovements', { ...calls, newest_first: true, types: ['low_balance', 'run_out'], page_size: 5 }],
  ['CanSpend', { ...acme, amount: '1' }],
  ['CanSpend', { ...calls, amount: '1' }],
  ['WatchBalance', calls],

  ['ListRejectedUsage', {}],
  ['GetRejectedUsage', (found) => ({ rejection_id: found('ListRejectedUsage', 'rejected_usage.0.rejection_id') })],
  ['ReplayRejectedUsage', (found) => ({ rejection_id: found('ListRejectedUsage', 'rejected_usage.0.rejection_id') })],

  ['GetLiabilityReport', {}],

  ['RebuildProjections', {}],
  ['VerifyLedger', {}],
  ['GetStatus', {}],

  ['CreateWebhookEndpoint', { url: 'http://127.0.0.1:9/hook', event_types: ['test.ping'], description: 'nobody listens' }],
  ['GetWebhookEndpoint', endpoint],
  ['ListWebhookEndpoints', {}],
  ['UpdateWebhookEndpoint', (found) => ({ ...endpoint(found), description: 'still nobody' })],
  ['RotateWebhookSecret', endpoint],
  ['SendTestPing', endpoint],
  // The dispatcher follows the log: it knows of the ping a moment later.
  ['ListDeliveries', endpoint, (answer) => (answer as { readonly deliveries: readonly unknown[] }).deliveries.length > 0],
  ['ResendDelivery', (found) => ({ ...endpoint(found), webhook_id: found('SendTestPing', 'webhook_id') })],
  ['DisableWebhookEndpoint', endpoint],
  ['EnableWebhookEndpoint', endpoint],
  ['DeleteWebhookEndpoint', endpoint],

  ['CloseCreditBalance', { ...calls, reason: 'the end' }],
  ['CloseWallet', { ...acme, reason: 'the end' }],
];

const phase = (wanted: string) => (answer: unknown) =>
  (answer as { readonly auto_top_up: { readonly phase: string } }).auto_top_up.phase === wanted;

/** What happens by itself runs on a clock that is moved by hand, so that it happens at the same moments on both transports. */
const STORY_BY_THE_CLOCK: readonly Step[] = [
  ['GetTestClock', {}],
  ['UpdateSettings', { credit_prices: [{ currency: 'EUR', price: '0.01' }] }],
  ['CreateCustomer', { ...acme, currency: 'EUR' }],
  ['CreateWallet', acme],
  ['SetAutoTopUp', { ...acme, policy: { threshold: '5', amount: '20', maximum_money: '100', maximum_count: 5 } }],
  ['AdvanceTestClock', { by_seconds: 60 }],
  ['GetAutoTopUp', acme, phase('in_flight')],
  ['FailPurchase', { ...acme, purchase_id: 'p1', code: 'declined' }],
  ['GetAutoTopUp', acme, phase('backing_off')],
  ['ResumeAutoTopUp', acme],
  ['DisableAutoTopUp', acme],
];

/** What differs from service to service by its nature: moments, what chance made, and which transport it was. */
const OWN: ReadonlySet<string> = new Set([
  'secret',
  'endpoint_id',
  'webhook_id',
  'rejection_id',
  'event_id',
  'next_page_token',
  'duration_ms',
  'received_from',
  'original',
  'log_position',
  'projected_position',
  'heads',
  'position',
]);

function masked(value: unknown, name = ''): unknown {
  if (OWN.has(name)) return '...';
  // How often nobody listened by then, and when it is tried again, is a matter of moments.
  if (name === 'attempts') return [];
  if (name === 'next_attempt_at') return undefined;
  // Which of a oneof is set: said by the gRPC client itself.
  if (name === 'trigger') return undefined;
  if (Array.isArray(value)) return value.map((item) => masked(item, name));
  if (typeof value === 'string')
    return value
      .replace(/we_[0-9a-f]{32}/, 'we_...')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => (time.startsWith('2100') ? time : '(time)'));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, masked(inner, field)]));
}

type Transport = (rpc: RpcName, request: Fields) => Promise<unknown>;

async function callAll(ask: Transport, story = STORY): Promise<readonly (readonly [RpcName, unknown])[]> {
  const latest = new Map<RpcName, unknown>();
  const found = (rpc: RpcName, path: string): string =>
    String(path.split('.').reduce<unknown>((inner, name) => (inner as Answers | undefined)?.[name], latest.get(rpc)));
  const answers: [RpcName, unknown][] = [];
  for (const [rpc, request, settled = () => true] of story) {
    const asked = typeof request === 'function' ? request(found) : request;
    const answer = await until(`the answer to ${rpc}`, async () => {
      const came = await ask(rpc, asked);
      return settled(came) && { came };
    });
    latest.set(rpc, answer.came);
    answers.push([rpc, answer.came]);
  }
  return answers;
}

const isStream = (rpc: RpcName): rpc is StreamName => routes[rpc].kind === 'stream';
/** A check ends with its summary, a preview with its totals, a watcher has enough of the first message. */
const lastWanted = (rpc: StreamName, message: unknown): boolean =>
  rpc === 'WatchBalance' || ['summary', 'totals'].some((end) => (message as Answers)[end] !== undefined);

let services: readonly Standalone[];
beforeAll(async () => {
  services = await Promise.all([Standalone.start(), Standalone.start()]);
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const overHttp = (service: Standalone): Transport => {
  const client = new Service(service.url);
  return async (rpc, request) => {
    if (rpc === 'SendUsage') return client.sendUsage(JSON.stringify(request['event']), 'event');
    if (rpc === 'SendUsageBatch') return client.sendUsage(JSON.stringify(request['events']), 'batch');
    if (!isStream(rpc)) return client.call(rpc, request);
    for await (const message of client.stream(rpc, request)) if (lastWanted(rpc, message)) return message;
    throw new Error(`${rpc} ended early`);
  };
};

const overGrpc = ({ grpc }: Standalone): Transport => {
  const withText = ({ data, ...attributes }: ReturnType<typeof usage>): Fields => ({ ...attributes, data_json: JSON.stringify(data) });
  return async (rpc, request) => {
    if (rpc === 'SendUsage') return grpc.call(rpc, { event: withText(request['event'] as ReturnType<typeof usage>) });
    if (rpc === 'SendUsageBatch') return grpc.call(rpc, { events: (request['events'] as ReturnType<typeof usage>[]).map(withText) });
    const asked = asOverGrpc(request) as Fields;
    if (!isStream(rpc)) return grpc.call(rpc, asked);
    return (await grpc.stream(rpc, asked, (messages) => lastWanted(rpc, messages.at(-1)))).at(-1);
  };
};

it('leaves no operation out', () =>
  expect(rpcNames.filter((rpc) => ![...STORY, ...STORY_BY_THE_CLOCK].some(([answers]) => answers === rpc))).toEqual([]));

it('says the same on both transports', async () => {
  const [first, second] = services;
  if (!first || !second) throw new Error('the services are not there');
  const [http, grpc] = await Promise.all([callAll(overHttp(first)), callAll(overGrpc(second))]);
  expect(grpc.map(([rpc, answer]) => [rpc, masked(answer)])).toEqual(http.map(([rpc, answer]) => [rpc, masked(answer)]));
});

it('says the same on both transports of what happens by itself', async () => {
  const byHand = await Promise.all([1, 2].map(() => Standalone.start({ env: { TEST_CLOCK: 'true' } })));
  try {
    const [first, second] = byHand as [Standalone, Standalone];
    const [http, grpc] = await Promise.all([callAll(overHttp(first), STORY_BY_THE_CLOCK), callAll(overGrpc(second), STORY_BY_THE_CLOCK)]);
    expect(grpc.map(([rpc, answer]) => [rpc, masked(answer)])).toEqual(http.map(([rpc, answer]) => [rpc, masked(answer)]));
  } finally {
    await Promise.all(byHand.map((service) => service.stop()));
  }
});

it('shows by one transport what was done by the other', async () => {
  const [first] = services;
  if (!first) throw new Error('the service is not there');
  await first.grpc.call('CreateCustomer', { customer_id: 'crossing', currency: 'EUR' });
  expect(await first.http.get('/v1/customers/crossing')).toMatchObject({ customer: { customer_id: 'crossing' } });
  await first.http.post('/v1/customers/crossing/wallet', {});
  const seen = await until('the wallet at the gRPC transport', () =>
    first.grpc.call<{ readonly balance: Fields }>('GetBalance', { customer_id: 'crossing' }),
  );
  expect(seen.balance).toMatchObject({ booked: '0', status: 'open' });
});
