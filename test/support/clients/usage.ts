/** A small account for tests that are about usage: one product that counts calls, customers with credits, and events to send. */
import type { BalanceAnswer, UsageAnswer } from './answers';
import type { HttpClient } from './http-client';

export const CALLS = 'api-calls';
export const BATCH_TYPE = 'application/cloudevents-batch+json';
export const EVENT_TYPE = 'application/cloudevents+json';

interface UsageFields {
  readonly id: string;
  readonly subject: string;
  readonly [field: string]: unknown;
}

/** One call of one credit, unless its data says otherwise. */
export const call = ({ id, subject, ...rest }: UsageFields): object => ({
  specversion: '1.0',
  source: 'tests',
  type: 'api.call',
  id,
  subject,
  data: { credits: 1 },
  ...rest,
});

/** A product whose one meter takes `data.credits` at a weight of 1, with a warning line. */
export const createCalls = (http: HttpClient, lowAt = '10'): Promise<unknown> =>
  http.post('/v1/credit-products', {
    credit_product_id: CALLS,
    name: 'API calls',
    unit: 'call',
    meters: [{ meter_id: 'calls', event_type: 'api.call', value_path: 'credits', weight: '1' }],
    limits: [{ limit_id: 'low', absolute: lowAt }],
  });

export async function createHolder(http: HttpClient, customer: string, credits: string): Promise<void> {
  await http.post('/v1/customers', { customer_id: customer, currency: 'EUR' });
  await http.post(`/v1/customers/${customer}/credit-balances`, { credit_product_id: CALLS });
  await http.post(`${callsOf(customer)}/top-ups`, { amount: credits, origin: 'free' });
}

export const callsOf = (customer: string): string => `/v1/customers/${customer}/credit-balances/${CALLS}`;

export const balanceOf = async (http: HttpClient, customer: string): Promise<BalanceAnswer['balance']> =>
  (await http.get<BalanceAnswer>(`${callsOf(customer)}/balance`)).balance;

export const sendBatch = (http: HttpClient, events: readonly object[]): Promise<UsageAnswer> =>
  http.post('/v1/usage', JSON.stringify(events), { contentType: BATCH_TYPE });
