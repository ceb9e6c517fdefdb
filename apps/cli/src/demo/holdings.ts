/** Who and what the demo is about. Figures are chosen so that one balance runs low and another one out. */
import type { Message } from '@drawdown/api/contract';

export type ProductId = 'api-calls' | 'ai-tokens' | 'messages';

export const PRODUCTS: readonly (Message & { readonly credit_product_id: ProductId; readonly name: string })[] = [
  {
    credit_product_id: 'api-calls',
    name: 'API calls',
    unit: 'call',
    meters: [{ meter_id: 'requests', event_type: 'api.request', count: true, weight: '1' }],
    limits: [{ limit_id: 'low', percent_of_last_top_up: '20' }],
  },
  {
    credit_product_id: 'ai-tokens',
    name: 'AI tokens',
    unit: 'credit',
    meters: [
      { meter_id: 'input', event_type: 'llm.completion', value_path: 'input_tokens', weight: '0.001' },
      { meter_id: 'output', event_type: 'llm.completion', value_path: 'output_tokens', weight: '0.004' },
    ],
    limits: [{ limit_id: 'low', absolute: '50' }],
  },
  {
    credit_product_id: 'messages',
    name: 'Messages',
    unit: 'message credit',
    meters: [
      {
        meter_id: 'sms',
        event_type: 'message.sent',
        filters: [{ path: 'channel', equals: 'sms' }],
        value_path: 'segments',
        weight: '0.05',
      },
      {
        meter_id: 'email',
        event_type: 'message.sent',
        filters: [{ path: 'channel', equals: 'email' }],
        count: true,
        weight: '0.001',
      },
    ],
    limits: [{ limit_id: 'low', absolute: '1' }],
  },
];

/** One credit balance of one customer. */
export interface Holding {
  readonly customer: string;
  readonly product: ProductId;
  /** Decimal string. */
  readonly startingBalance: string;
}

export const HOLDINGS: readonly Holding[] = [
  { customer: 'aurora', product: 'api-calls', startingBalance: '5000' },
  { customer: 'aurora', product: 'ai-tokens', startingBalance: '4000' },
  { customer: 'birch', product: 'api-calls', startingBalance: '650' },
  { customer: 'birch', product: 'messages', startingBalance: '25' },
  { customer: 'cobalt', product: 'ai-tokens', startingBalance: '10000' },
  { customer: 'delta', product: 'api-calls', startingBalance: '2000' },
  { customer: 'delta', product: 'messages', startingBalance: '40' },
  { customer: 'ember', product: 'api-calls', startingBalance: '400' },
  { customer: 'fjord', product: 'ai-tokens', startingBalance: '3600.5' },
  { customer: 'fjord', product: 'api-calls', startingBalance: '1500' },
  { customer: 'grove', product: 'ai-tokens', startingBalance: '5000' },
  { customer: 'harbor', product: 'messages', startingBalance: '30' },
];

export const CUSTOMERS: readonly string[] = [...new Set(HOLDINGS.map(({ customer }) => customer))];
export const CURRENCY = 'EUR';
/** One wallet credit is a cent. */
export const CREDIT_PRICE = '0.01';
export const WALLET_CUSTOMER = 'delta';

export const SEED = 7;
export const EVENTS = 6_000;
export const BATCH = 500;
