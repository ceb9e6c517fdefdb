/** The account that the trace is imported into, and its figures as the service reports them. */
import type { Balance, BalanceAnswer, Endpoint, Movement, Movements } from '../clients/answers';
import { decimal, total } from '../decimal';
import type { HttpClient } from '../clients/http-client';
import { customerOf, CUSTOMERS, type Expected, GRANTED, LOW_AT, PRODUCT, ratedOf, REAL_CUSTOMERS, REAL_FIGURES, type Trace } from './trace';
import type { TraceEvent } from './trace-events';
import type { WebhookInbox } from '../clients/webhook-inbox';

const PAGE_SIZE = 1_000;
const everyCustomer = Array.from({ length: CUSTOMERS }, (_, row) => customerOf(row));

/** A product with two meters, and its customers with their free credits. */
export async function openTraceAccount(http: HttpClient): Promise<void> {
  await http.post('/v1/credit-products', {
    credit_product_id: PRODUCT,
    name: 'AI tokens',
    unit: 'credit',
    meters: [
      { meter_id: 'input', event_type: 'llm.request', value_path: 'input_tokens', weight: '0.001' },
      { meter_id: 'output', event_type: 'llm.request', value_path: 'output_tokens', weight: '0.004' },
    ],
    limits: [{ limit_id: 'low', absolute: LOW_AT }],
  });
  await Promise.all(
    everyCustomer.map(async (customer) => {
      await http.post('/v1/customers', { customer_id: customer, currency: 'USD' });
      await http.post(`/v1/customers/${customer}/credit-balances`, { credit_product_id: PRODUCT });
      await http.post(`/v1/customers/${customer}/credit-balances/${PRODUCT}/top-ups`, { amount: GRANTED, origin: 'free' });
    }),
  );
}

/** The inbox hears of every crossing from now on. */
export async function listenTo(http: HttpClient, inbox: WebhookInbox, types: readonly string[]): Promise<string> {
  const { secret, endpoint } = await http.post<Endpoint>('/v1/webhook-endpoints', { url: inbox.url, event_types: types });
  inbox.trust(secret);
  return endpoint.endpoint_id;
}

const balancePath = (customer: string): string => `/v1/customers/${customer}/credit-balances/${PRODUCT}`;

async function balances(http: HttpClient): Promise<readonly Balance[]> {
  return Promise.all(everyCustomer.map(async (customer) => (await http.get<BalanceAnswer>(`${balancePath(customer)}/balance`)).balance));
}

async function movementsOf(http: HttpClient, customer: string, query = ''): Promise<readonly Movement[]> {
  const all: Movement[] = [];
  for (let token = ''; ;) {
    const page = await http.get<Movements>(
      `${balancePath(customer)}/movements?page_size=${PAGE_SIZE}${query}${token && `&page_token=${encodeURIComponent(token)}`}`,
    );
    all.push(...page.movements);
    token = page.next_page_token ?? '';
    if (token === '') return all;
  }
}

interface Figures extends Omit<Expected, 'customers' | 'rows'> {
  /** Usage events that debits name. */
  readonly usageEvents: number;
}

/** Sums over all customers, crossings counted in the ledger's own events. */
async function figuresOf(http: HttpClient): Promise<Figures> {
  const all = await balances(http);
  const movements = (await Promise.all(everyCustomer.map((customer) => movementsOf(http, customer)))).flat();
  return {
    consumed: total(all.map(({ consumed }) => consumed)),
    uncovered: total(all.map(({ uncovered }) => uncovered)),
    booked: total(all.map(({ booked }) => booked)),
    lowBalance: movements.filter(({ type }) => type === 'low_balance').length,
    runOut: movements.filter(({ type }) => type === 'run_out').length,
    usageEvents: movements.reduce((sum, { usage_count }) => sum + usage_count, 0),
  };
}

/** The service's figures are those of the books, customer by customer; of the real trace, those worked out elsewhere too. */
export async function expectFigures(http: HttpClient, { expected, real }: Trace): Promise<void> {
  const { rows, customers, ...sums } = expected;
  expect(await figuresOf(http)).toEqual({ ...sums, usageEvents: rows });
  const all = new Map(
    (await balances(http)).map(({ customer_id, consumed, uncovered, booked }) => [customer_id, { consumed, uncovered, booked }]),
  );
  expect(all).toEqual(customers);
  if (!real) return;
  expect({ rows, ...sums }).toEqual(REAL_FIGURES);
  for (const [customer, figures] of Object.entries(REAL_CUSTOMERS)) expect(all.get(customer)).toMatchObject(figures);
}

/** What was taken and what was uncovered come to these usage events, customer by customer: none is missing, none counted twice. */
export async function expectRated(http: HttpClient, events: readonly TraceEvent[]): Promise<void> {
  const rated = new Map(everyCustomer.map((customer) => [customer, 0n]));
  for (const { subject, data } of events) rated.set(subject, (rated.get(subject) ?? 0n) + ratedOf(data));
  const reported = (await balances(http)).map(
    ({ customer_id, consumed, uncovered }) => [customer_id, total([consumed, uncovered])] as const,
  );
  expect(new Map(reported)).toEqual(new Map([...rated].map(([customer, credits]) => [customer, decimal(credits)])));
}

/** All that a reader sees: the bodies of every list and balance, without the moments at which they were read. */
export async function everyAnswer(http: HttpClient): Promise<ReadonlyMap<string, string>> {
  const lists = ['/v1/customers?page_size=1000', '/v1/credit-products', '/v1/webhook-endpoints', '/v1/settings', '/v1/rejected-usage'];
  const paths = [
    ...lists,
    ...everyCustomer.flatMap((customer) => [
      `/v1/customers/${customer}`,
      `/v1/customers/${customer}/balances`,
      `/v1/customers/${customer}/credit-balances`,
      `${balancePath(customer)}/balance`,
      `${balancePath(customer)}/movements?page_size=${PAGE_SIZE}`,
      `${balancePath(customer)}/can-spend?amount=1`,
    ]),
  ];
  const answers = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => {
      const { status, text } = await http.send('GET', path);
      if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${text}`);
      return [path, text.replaceAll(/"as_of":"[^"]*"/g, '"as_of":"..."')];
    }),
  );
  return new Map(answers);
}
