/** A customer who buys credits, at one transport; and what a double of Stripe delivers about it, which comes by HTTP whichever transport that is. */
import type { Instant } from '@drawdown/domain/amounts';
import type { RpcName } from '@drawdown/api/contract';
import { delivered, eventOf, SECRET_KEY, session, WEBHOOK_SECRET } from '../../libs/adapters/stripe/stripe-double.fixtures';
import type { Deployment } from './services/deployment';
import { type Transport, overGrpc, overHttp } from './clients/transports';
import type { Fields } from './clients/grpc-client';
import type { Answer, HttpClient } from './clients/http-client';

export const PURCHASE_URLS = { urls: { paid_url: 'https://shop.example/paid', cancelled_url: 'https://shop.example/' } } as const;

/** The answer, or what it was refused with: `refused`, `facts` and `status` of the transport. */
export type Ask = (rpc: RpcName, request: Fields, key?: string) => Promise<Fields>;

const asking =
  (transport: Transport): Ask =>
  async (...asked) => {
    const { code, facts, status, body } = await transport(...asked);
    return code === '' ? (body as Fields) : { refused: code, facts, status };
  };

export const TRANSPORTS: readonly (readonly [name: string, over: (service: Deployment) => Ask])[] = [
  ['HTTP', (service) => asking(overHttp(service))],
  ['gRPC', (service) => asking(overGrpc(service))],
];

/** @param url of the double */
export const STRIPE_ENV = (url: string): Readonly<Record<string, string>> => ({
  STRIPE_SECRET_KEY: SECRET_KEY,
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  STRIPE_API_BASE: url,
});

/** One credit is a cent. */
export async function setCreditPrice(http: HttpClient): Promise<void> {
  await http.ask('PATCH', '/v1/settings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
}

interface Delivery {
  readonly secret?: string;
  readonly signedAt?: number;
  /** Instead of those that sign it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the bytes that were signed. */
  readonly sent?: string;
}

let made = 0;

export class PurchasingCustomer {
  private constructor(
    readonly id: string,
    private readonly service: Deployment,
    private readonly ask: Ask,
  ) {}

  static async open(service: Deployment, ask: Ask, transport: string): Promise<PurchasingCustomer> {
    const id = `buyer-${transport}-${made++}`;
    await service.http.post('/v1/customers', { customer_id: id, currency: 'EUR' });
    await service.http.post(`/v1/customers/${id}/wallet`, {});
    return new PurchasingCustomer(id, service, ask);
  }

  /** By default, twenty euros by hand. */
  start(more: Fields = {}, key?: string): Promise<Fields> {
    const quantity = 'credits' in more ? {} : { amount: '20' };
    return this.asked('StartPurchase', { provider: 'manual', ...quantity, ...more }, key);
  }

  confirm(more: Fields, purchase_id = 'p1'): Promise<Fields> {
    return this.asked('ConfirmPurchase', { purchase_id, amount: '20', currency: 'EUR', payment_id: 'transfer-1', ...more });
  }

  fail(purchase_id = 'p1'): Promise<Fields> {
    return this.asked('FailPurchase', { purchase_id, code: 'declined' });
  }

  async purchase(purchase_id = 'p1'): Promise<Fields> {
    return (await this.asked('GetPurchase', { purchase_id }))['purchase'] as Fields;
  }

  /** The moment that the service is at. */
  async now(): Promise<number> {
    return Date.parse(String((await this.asked('GetBalance', {}))['as_of']));
  }

  async figures(): Promise<Fields> {
    const { booked, pending } = (await this.asked('GetBalance', {}))['balance'] as Fields;
    return { booked, pending };
  }

  /** The text of an event about this customer's checkout, as the double of Stripe would send it. */
  notification(type: string, changes: object = {}, name = 'first', purchase = 'p1'): string {
    const metadata = { drawdown_purchase: purchase, drawdown_customer: this.id, drawdown_deployment: 'drawdown' };
    return eventOf(type, session({ id: `cs_${this.id}`, metadata, ...changes }), {
      id: `evt_${this.id}_${name}`,
      created: Math.floor(Date.now() / 1_000),
    });
  }

  deliver(
    notification: string,
    { secret = WEBHOOK_SECRET, signedAt = Date.now(), headers, sent = notification }: Delivery = {},
    provider = 'stripe',
  ): Promise<Answer<Fields>> {
    const signed = delivered(notification, signedAt as Instant, { secret });
    const signature = headers ?? { 'stripe-signature': signed.headers['stripe-signature'] ?? '' };
    return this.service.http.send('POST', `/v1/payment-events/${provider}`, Buffer.from(sent), { headers: signature });
  }

  private asked(rpc: RpcName, request: Fields, key?: string): Promise<Fields> {
    return this.ask(rpc, { customer_id: this.id, ...request }, key);
  }
}
