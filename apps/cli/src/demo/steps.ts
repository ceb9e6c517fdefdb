/** The steps of the demo, in order. Each does one thing, says what it did, and insists that it came out right. */
import type { Message } from '@drawdown/api/contract';
import { figure, flag, items, number, text, within } from '../rendering/fields';
import { table } from '../rendering/layout';
import { BATCH, CREDIT_PRICE, CURRENCY, CUSTOMERS, EVENTS, type Holding, HOLDINGS, PRODUCTS, SEED, WALLET_CUSTOMER } from './holdings';
import { webhookLine, type Scene } from './scene';
import { eventText, SOURCE, traffic, type UsageFact } from './traffic';

const WEBHOOKS_WITHIN_MS = 20_000;
const TOP_UP = '1000';
const WEBHOOK_TYPES = [
  'credit_balance.low_balance',
  'credit_balance.run_out',
  'credit_balance.recovered',
  'wallet.low_balance',
  'wallet.recovered',
];

export async function setUp(scene: Scene): Promise<void> {
  const { service, inbox } = scene;
  scene.step(1, 'A catalog, customers, and somebody to tell');
  await service.call('UpdateSettings', { credit_prices: [{ currency: CURRENCY, price: CREDIT_PRICE }] });
  for (const product of PRODUCTS) {
    await service.call('CreateCreditProduct', product);
    scene.say(`credit product ${text(product, 'credit_product_id').padEnd(9)}  ${items(product, 'meters').map(meterText).join(', ')}`);
  }
  for (const customer of CUSTOMERS) await service.call('CreateCustomer', { customer_id: customer, currency: CURRENCY });
  for (const { customer, product, startingBalance } of HOLDINGS)
    await service.call('CreateCreditBalance', {
      customer_id: customer,
      credit_product_id: product,
      starting_balance: startingBalance,
    });
  scene.say(`${CUSTOMERS.length} customers with ${HOLDINGS.length} credit balances`);
  const url = await inbox.listen();
  const made = await service.call('CreateWebhookEndpoint', {
    url,
    event_types: WEBHOOK_TYPES,
    description: 'the inbox of the demo',
  });
  inbox.trust(text(made, 'secret'));
  scene.say(`a webhook inbox at ${url}`);
}

const meterText = (meter: Message): string =>
  `${text(meter, 'weight')} per ${text(meter, 'value_path') || text(meter, 'event_type')}${items(meter, 'filters')
    .map((filter) => ` (${text(filter, 'equals')})`)
    .join('')}`;

/** Feeds the traffic and returns the first batch, to be sent again later. */
export async function feed(scene: Scene): Promise<string> {
  scene.step(2, `Usage: ${EVENTS} events in batches of ${BATCH} over HTTP`);
  const facts = [...traffic({ seed: SEED, events: EVENTS, holdings: HOLDINGS, until: Date.now() })];
  for (const fact of facts) scene.books.use(fact);
  for (const holding of HOLDINGS) expectNotices(scene, holding, 0);
  const bodies = Array.from({ length: Math.ceil(facts.length / BATCH) }, (_, i) => batchText(facts.slice(i * BATCH, (i + 1) * BATCH)));
  const began = performance.now();
  let applied = 0;
  for (const body of bodies) applied += number(await scene.service.sendUsage(body, 'batch'), 'applied');
  const seconds = (performance.now() - began) / 1_000;
  scene.insist(applied === EVENTS, `${applied} of ${EVENTS} usage events were applied`);
  await landed(scene);
  scene.say(`${applied} applied in ${seconds.toFixed(2)} s, each durable before it was answered`);
  return bodies[0] ?? '[]';
}

const batchText = (facts: readonly UsageFact[]): string => `[${facts.map(eventText).join(',')}]`;

function expectNotices(scene: Scene, { customer, product }: Holding, from: number): void {
  for (const notification of scene.books.account({ customer, product }).notifications.slice(from))
    scene.expected.push(`${notification}  ${customer}  ${product}`);
}

/** @throws Failure when a webhook is missing, is not verified, or should not have come. */
async function landed(scene: Scene): Promise<void> {
  const { inbox, expected } = scene;
  const all = await inbox.until(() => inbox.landed.length >= expected.length, WEBHOOKS_WITHIN_MS);
  const came = inbox.landed.map(({ payload, wrong }) => wrong ?? webhookLine(payload));
  const missing = expected.filter((notification) => !came.includes(notification));
  const surplus = came.filter((notification) => !expected.includes(notification));
  scene.insist(all && missing.length === 0, `missing webhooks: ${missing.join('; ') || `${expected.length - came.length}`}`);
  scene.insist(
    surplus.length === 0 && came.length === expected.length,
    `webhooks that should not have come: ${surplus.join('; ') || 'repeats'}`,
  );
}

/** A balance that ran out is topped up; a wallet is opened, and part of it reserved and spent. */
export async function topUpAndHold(scene: Scene): Promise<void> {
  const { service } = scene;
  scene.step(3, 'A top-up, and a wallet with a hold');
  const out = HOLDINGS.find((holding) => scene.books.account(holding).notifications.includes('credit_balance.run_out'));
  scene.insist(out !== undefined, 'no balance ran out');
  const account = scene.books.account(out);
  const known = account.notifications.length;
  account.topUp(TOP_UP);
  expectNotices(scene, out, known);
  await service.call('TopUpCreditBalance', {
    customer_id: out.customer,
    credit_product_id: out.product,
    amount: TOP_UP,
    origin: 'paid',
    reference: 'payment-1',
  });
  scene.say(`${out.customer} buys ${TOP_UP} of ${out.product}`);

  const customer_id = WALLET_CUSTOMER;
  await service.call('CreateWallet', { customer_id, limits: [{ limit_id: 'low', absolute: '25' }] });
  const added = await service.call('AddCredits', {
    customer_id,
    credits: '10000',
    origin: 'paid',
    reference: 'payment-2',
  });
  scene.insist(
    figure(added, 'balance.available') === '100',
    `10000 credits at ${CREDIT_PRICE} made ${figure(added, 'balance.available')} ${CURRENCY}`,
  );
  const placed = await service.call('PlaceHold', { customer_id, amount: '80', reference: 'order-1' });
  scene.expected.push(`wallet.low_balance  ${customer_id}`);
  const captured = await service.call('CaptureHold', {
    customer_id,
    hold_id: text(placed, 'hold.hold_id'),
    amount: '62.5',
  });
  scene.expected.push(`wallet.recovered low_balance  ${customer_id}`);
  scene.insist(
    figure(captured, 'balance.available') === '37.5',
    `after the capture ${figure(captured, 'balance.available')} ${CURRENCY} were available`,
  );
  scene.say(`${customer_id} pays 100 ${CURRENCY} into a wallet; 80 are held, 62.5 of them captured, the rest released`);
  await landed(scene);
}

/** @throws Failure when a figure is not that of the books. */
export async function showBalances(scene: Scene): Promise<void> {
  scene.step(4, 'The balances');
  const balances = await allBalances(scene);
  const row = (path: string, title: string) => ({ title, cell: (balance: Message) => figure(balance, path), figures: true }) as const;
  scene.say(
    table(
      [
        { title: 'CUSTOMER', cell: (balance) => text(balance, 'customer_id') },
        { title: 'BALANCE', cell: (balance) => text(balance, 'credit_product_id') || 'wallet' },
        row('available', 'AVAILABLE'),
        row('consumed', 'CONSUMED'),
        row('uncovered', 'UNCOVERED'),
        { title: '', cell: standing },
      ],
      balances,
      '',
    ),
  );
  for (const { customer, product } of HOLDINGS) {
    const balance = balances.find((one) => text(one, 'customer_id') === customer && text(one, 'credit_product_id') === product) ?? {};
    const { available, consumed, uncovered } = scene.books.account({ customer, product }).figures;
    const same =
      figure(balance, 'available') === available && figure(balance, 'consumed') === consumed && figure(balance, 'uncovered') === uncovered;
    scene.insist(same, `${customer} ${product} should have ${available} available, ${consumed} consumed, ${uncovered} uncovered`);
  }
  scene.say(`All ${HOLDINGS.length} credit balances agree to the last digit with books kept apart from the ledger.`);
}

async function allBalances({ service }: Scene): Promise<readonly Message[]> {
  const pages = await Promise.all(CUSTOMERS.map((customer) => service.call('ListBalances', { customer_id: customer })));
  return pages.flatMap((page) => items(page, 'balances'));
}

const standing = (balance: Message): string => {
  if (figure(balance, 'available') === '0') return 'run out';
  return items(balance, 'limits').some((limit) => flag(limit, 'reached')) ? 'low' : '';
};

/** Sends usage a second time, and one event that cannot be applied. */
export async function sendAgain(scene: Scene, body: string): Promise<void> {
  scene.step(5, 'The first batch once more, and one event too many');
  const figuresOf = async () =>
    JSON.stringify((await allBalances(scene)).map((balance) => [balance['revision'], balance['available'], balance['consumed']]));
  const before = await figuresOf();
  const again = await scene.service.sendUsage(body, 'batch');
  scene.insist(
    number(again, 'duplicate') === BATCH && number(again, 'applied') === 0,
    `of ${BATCH} repeats ${number(again, 'duplicate')} were duplicates`,
  );
  scene.insist((await figuresOf()) === before, 'a repeated batch changed a balance');
  scene.say(`${BATCH} duplicates, nothing charged, no balance changed`);
  const stray = { specversion: '1.0', id: 'stray-1', source: SOURCE, type: 'api.request', subject: 'nobody', data: {} };
  const { outcome, detail } = outcomeOf(await scene.service.sendUsage(JSON.stringify(stray), 'event'));
  scene.insist(outcome === 'unknown_customer', `usage of an unknown customer was ${outcome || 'applied'}`);
  scene.say(`usage of "nobody": rejected (${outcome}) and kept: ${detail}`);
}

function outcomeOf(answer: Message): { readonly outcome: string; readonly detail: string } {
  const outcome = within(answer, 'outcome');
  return { outcome: text(outcome, 'reason'), detail: text(outcome, 'detail') };
}

/** @throws Failure when the check finds anything. */
export async function check(scene: Scene): Promise<void> {
  scene.step(6, 'verify: every hash chain, every sum, every balance against its stream');
  let summary: Message | undefined;
  for await (const report of scene.service.stream('VerifyLedger')) {
    if (report['finding']) scene.say(JSON.stringify(report['finding']));
    if (report['summary']) summary = within(report, 'summary');
  }
  scene.insist(summary !== undefined && flag(summary, 'valid'), 'verify found something');
  scene.say(`${figure(summary, 'events')} events in ${figure(summary, 'streams')} streams: nothing found`);
}
