/**
 * A double of Stripe's API, served on this machine: Checkout Sessions with the idempotency that Stripe documents, and the failures
 * that tests ask for. It is not Stripe. What it answers follows https://docs.stripe.com/api/checkout/sessions/create,
 * https://docs.stripe.com/api/idempotent_requests and https://docs.stripe.com/error-codes. Signatures of its notifications are made by
 * the `stripe` package's own generator of test headers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '@drawdown/domain/amounts';
import type { IncomingNotice } from '@drawdown/engine/payments';
import Stripe from 'stripe';

export const SECRET_KEY = 'sk_test_of_the_double';
export const WEBHOOK_SECRET = 'whsec_of_the_double';

/** What to do with one request, instead of answering as usual. */
type Trouble = 'usual' | 'hang' | 'drop' | 'drop_after_taking' | 'fail' | 'rate_limit' | 'forbid' | 'nonsense';

const SESSION_MS_MIN = 30 * 60_000;

type Form = Readonly<Record<string, string>>;
interface Answer {
  readonly status: number;
  readonly body: object;
  readonly replayed?: boolean;
}

export class StripeDouble {
  /** Forms of the sessions that were made, in order. */
  readonly sessions: Form[] = [];
  readonly requests: { readonly key: string | undefined; readonly headers: IncomingMessage['headers'] }[] = [];
  private readonly remembered = new Map<string, { readonly body: string; readonly answer: Answer }>();
  private readonly troubles: Trouble[] = [];
  /** By its clock the end of a page has to be 30 minutes away. Undefined: it takes any end. */
  now: Instant | undefined;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<StripeDouble> {
    const server = createServer((request, response) => void double.answer(request, response));
    const double = new StripeDouble(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** For the next requests, one each. */
  next(...troubles: readonly Trouble[]): void {
    this.troubles.push(...troubles);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const key = request.headers['idempotency-key'];
    this.requests.push({ key: String(key), headers: request.headers });
    const trouble = this.troubles.shift();
    if (trouble === 'hang') return;
    if (trouble === 'drop') return void request.socket.destroy();
    if (trouble === 'nonsense') return say(response, { status: 200, body: { object: 'checkout.session' } });
    if (trouble === 'fail') {
      const answer = failure(500, 'api_error', {});
      this.remembered.set(String(key), { body, answer });
      return say(response, answer);
    }
    if (trouble === 'rate_limit') return say(response, failure(429, 'invalid_request_error', { code: 'rate_limit' }));
    if (trouble === 'forbid') return say(response, failure(403, 'invalid_request_error', {}));
    const answer = this.idempotent(String(key), body, request);
    if (trouble === 'drop_after_taking') request.socket.destroy();
    else say(response, answer);
  }

  private idempotent(key: string, body: string, request: IncomingMessage): Answer {
    if (request.method !== 'POST' || request.url !== '/v1/checkout/sessions') return failure(404, 'invalid_request_error', {});
    if (request.headers.authorization !== `Bearer ${SECRET_KEY}`) return failure(401, 'invalid_request_error', {});
    const before = this.remembered.get(key);
    if (before) return before.body === body ? { ...before.answer, replayed: true } : failure(400, 'idempotency_error', {});
    const answer = this.create(Object.fromEntries(new URLSearchParams(body)));
    if (answer.status === 200) this.remembered.set(key, { body, answer });
    return answer;
  }

  private create(form: Form): Answer {
    const param = 'line_items[0][price_data][currency]';
    const invalid = (details: object) => failure(400, 'invalid_request_error', details);
    if (form[param] === 'kpw') return invalid({ param, message: 'Invalid currency: kpw.' });
    if (Number(form['line_items[0][price_data][unit_amount]']) < 50) return invalid({ code: 'amount_too_small' });
    const ends = form['expires_at'];
    if (this.now !== undefined && ends !== undefined && Number(ends) * 1_000 < this.now + SESSION_MS_MIN)
      return invalid({ param: 'expires_at' });
    this.sessions.push(form);
    const id = `cs_test_${this.sessions.length}`;
    return { status: 200, body: { id, object: 'checkout.session', url: `https://checkout.stripe.com/c/pay/${id}` } };
  }
}

const failure = (status: number, type: string, details: object): Answer => ({
  status,
  body: { error: { type, message: 'said by the double', ...details } },
});

function say(response: ServerResponse, { status, body, replayed }: Answer): void {
  const headers = { 'content-type': 'application/json', 'request-id': 'req_double', ...(replayed && { 'idempotent-replayed': 'true' }) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** A session as a notification carries it, paid. */
export const session = (changes: object = {}): object => ({
  id: 'cs_test_1',
  object: 'checkout.session',
  amount_total: 2_000,
  currency: 'eur',
  payment_status: 'paid',
  metadata: { drawdown_purchase: 'p1', drawdown_customer: 'cus_1', drawdown_deployment: 'drawdown' },
  ...changes,
});

export const eventOf = (type: string, object: object = session(), changes: object = {}): string =>
  JSON.stringify({ id: 'evt_1', object: 'event', type, created: 1_709_294_400, data: { object }, ...changes });

const stripe = new Stripe('sk_test_signs_only');

export function delivered(
  payload: string,
  receivedAt: Instant,
  { secret = WEBHOOK_SECRET, signedAt = receivedAt }: { readonly secret?: string; readonly signedAt?: number } = {},
): IncomingNotice {
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(signedAt / 1_000) });
  return { headers: { 'stripe-signature': signature }, body: Buffer.from(payload), receivedAt };
}
