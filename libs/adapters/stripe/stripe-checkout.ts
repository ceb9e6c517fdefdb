/** Collects the money for purchases on Stripe's own page: one Checkout Session for each purchase. */
import { hash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Instant } from '@drawdown/domain/amounts';
import {
  type IncomingNotice,
  type PaymentNotification,
  type PaymentProvider,
  PaymentProviderMisconfigured,
  PaymentProviderUnavailable,
  type PurchaseToStart,
  type StartOutcome,
} from '@drawdown/engine/payments';
import Stripe from 'stripe';
import { toStripe } from './stripe-amounts';
import { refusalOrFault } from './stripe-faults';
import { METADATA, PROVIDER, readStripeNotification } from './stripe-notification';

/** Of one request, from the first byte to the last. */
const REQUEST_TIMEOUT_MS = 20_000;
/** Further tries of one request by Stripe's client, under the same idempotency key, half a second and more apart. */
const RETRIES = 2;
/** Keys that one purchase may use up, each by a failure inside Stripe. */
export const KEYS_MAX = 5;
const BASE_URL = 'https://api.stripe.com';
/** A Checkout Session lives from 30 minutes to 24 hours. The minute beside it is for the request's own way. */
const SESSION_MS_MIN = 31 * 60_000;
const SESSION_MS_MAX = 24 * 60 * 60_000 - 60_000;

export interface StripeCheckoutOptions {
  /** STRIPE_SECRET_KEY */
  readonly secretKey: string;
  /** STRIPE_WEBHOOK_SECRET: one, or two while one replaces the other. */
  readonly webhookSecrets: readonly string[];
  /** STRIPE_DEPLOYMENT: distinguishes deployments that share one Stripe account. Never change it while purchases are pending. */
  readonly deployment?: string;
  /** STRIPE_API_BASE: another server that speaks Stripe's API, such as a double of it. */
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
}

export class StripeCheckout implements PaymentProvider {
  readonly name = PROVIDER;

  private constructor(
    private readonly stripe: Stripe.Stripe,
    private readonly agent: HttpAgent,
    private readonly webhookSecrets: readonly string[],
    private readonly deployment: string,
    private readonly live: boolean | undefined,
  ) {}

  /** Asks nobody yet. @throws PaymentProviderMisconfigured naming the variable that is wrong, and never its value. */
  static open(options: StripeCheckoutOptions): StripeCheckout {
    const {
      secretKey,
      webhookSecrets,
      deployment = 'drawdown',
      baseUrl = BASE_URL,
      timeoutMs = REQUEST_TIMEOUT_MS,
      retries = RETRIES,
    } = options;
    if (!/^(?:sk|rk)_\w+$/.test(secretKey))
      throw misconfigured('STRIPE_SECRET_KEY must be a secret key (sk_...) or a restricted one (rk_...)');
    if (webhookSecrets.length === 0 || !webhookSecrets.every((secret) => /^whsec_\S+$/.test(secret)))
      throw misconfigured('STRIPE_WEBHOOK_SECRET must be the signing secret of the webhook endpoint at Stripe (whsec_...)');
    const { protocol, hostname, port } = apiAddress(baseUrl);
    const agent = protocol === 'http' ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
    const stripe = new Stripe(secretKey, {
      protocol,
      host: hostname,
      port,
      timeout: timeoutMs,
      maxNetworkRetries: retries,
      httpAgent: agent,
      telemetry: false,
    });
    return new StripeCheckout(stripe, agent, webhookSecrets, deployment, isLive(secretKey));
  }

  async start(purchase: PurchaseToStart): Promise<StartOutcome> {
    const units = toStripe(purchase.amount, purchase.currency);
    if (typeof units !== 'number')
      return { outcome: 'refused', reason: units, detail: `Stripe takes no such amount of ${purchase.currency}` };
    try {
      const session = await this.opened(purchase, units);
      if (typeof session.id !== 'string')
        throw new PaymentProviderUnavailable('Stripe answered with no Checkout Session; it is asked again');
      return {
        outcome: 'started',
        reference: session.id,
        ...(session.url !== null && session.url !== undefined && { checkoutUrl: session.url }),
      };
    } catch (error) {
      return refusalOrFault(error);
    }
  }

  /**
   * The end of the purchase may be too near by the time that Stripe is reached: then the page ends when Stripe ends it by itself.
   * Whoever starts the purchase again asks in the same order, and so finds the page that there is.
   */
  private async opened(purchase: PurchaseToStart, units: number): Promise<Stripe.Checkout.Session> {
    const end = sessionEnd(purchase);
    if (end !== undefined) {
      try {
        return await this.openedUntil(end, purchase, units);
      } catch (error) {
        if (!isTooSoon(error)) throw error;
      }
    }
    return this.openedUntil(undefined, purchase, units);
  }

  /**
   * Stripe answers a key for a day with what it answered first, a failure of its own included. A failure that is repeated has
   * given nobody a page to pay on, so the next key is taken; whoever starts the purchase again comes by the same keys.
   */
  private async openedUntil(end: Instant | undefined, purchase: PurchaseToStart, units: number): Promise<Stripe.Checkout.Session> {
    const expires = end !== undefined && { expires_at: Math.floor(end / 1_000) };
    for (let key = 1; ; key++) {
      const idempotencyKey = this.keyOf(purchase, expires ? `${key}` : `open-${key}`);
      try {
        return await this.stripe.checkout.sessions.create({ ...this.sessionFor(purchase, units), ...expires }, { idempotencyKey });
      } catch (error) {
        if (key >= KEYS_MAX || !isDuplicateNotification(error)) throw error;
      }
    }
  }

  readNotice(notification: IncomingNotice): PaymentNotification {
    return readStripeNotification(notification, { secrets: this.webhookSecrets, deployment: this.deployment, live: this.live });
  }

  /** Breaks off what is in flight. */
  close(): Promise<void> {
    this.agent.destroy();
    return Promise.resolve();
  }

  /** Made of the purchase alone: under one idempotency key Stripe takes only the very same request. */
  private sessionFor(purchase: PurchaseToStart, units: number): Stripe.Checkout.SessionCreateParams {
    const { purchaseId, customerId, currency, description, returnTo } = purchase;
    const metadata = { [METADATA.purchase]: purchaseId, [METADATA.customer]: customerId, [METADATA.deployment]: this.deployment };
    return {
      mode: 'payment',
      line_items: [
        { quantity: 1, price_data: { currency: currency.toLowerCase(), unit_amount: units, product_data: { name: description } } },
      ],
      // What is paid has to be what was asked for, in the currency that the wallet is kept in.
      adaptive_pricing: { enabled: false },
      client_reference_id: purchaseId,
      metadata,
      // So that the payment can be found by the purchase, too.
      payment_intent_data: { metadata },
      success_url: returnTo.paid,
      cancel_url: returnTo.cancelled,
    };
  }

  /** Hashed, since Stripe takes 255 characters of it at most. */
  private keyOf = ({ customerId, purchaseId }: PurchaseToStart, which: string): string =>
    `drawdown-${hash('sha256', JSON.stringify([this.deployment, customerId, purchaseId]))}-${which}`;
}

const isDuplicateNotification = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && (error.statusCode ?? 0) >= 500 && error.headers?.['idempotent-replayed'] === 'true';

/** It came so late that the end of the page is less than Stripe's least time away. Nothing was opened. */
const isTooSoon = (error: unknown): boolean => error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'expires_at';

/** Undefined where the key does not say it: then nobody can compare. */
const isLive = (secretKey: string): boolean | undefined => {
  const mode = /^[sr]k_(live|test)_/.exec(secretKey)?.[1];
  return mode === undefined ? undefined : mode === 'live';
};

/**
 * As near to the purchase's own end as Stripe allows. Until then the page can be paid; what is paid late is for the wallet.
 * Undefined: it ends when Stripe ends it by itself, a day after it was opened.
 */
function sessionEnd({ startedAt, expiresAt = Infinity as Instant }: PurchaseToStart): Instant | undefined {
  if (startedAt === undefined) return undefined;
  return Math.min(Math.max(expiresAt, startedAt + SESSION_MS_MIN), startedAt + SESSION_MS_MAX) as Instant;
}

const misconfigured = (what: string): PaymentProviderMisconfigured => new PaymentProviderMisconfigured(what);

/** The secret key goes over the line: without TLS only to this machine. */
function apiAddress(baseUrl: string): { readonly protocol: 'http' | 'https'; readonly hostname: string; readonly port: string } {
  const wrong = misconfigured(
    'STRIPE_API_BASE must be https://host[:port], or http:// to an address of this machine such as http://127.0.0.1:12111',
  );
  if (!URL.canParse(baseUrl)) throw wrong;
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const here = hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
  if (pathname !== '/' || (protocol !== 'https:' && !(protocol === 'http:' && here))) throw wrong;
  const plain = protocol === 'http:';
  return { protocol: plain ? 'http' : 'https', hostname: hostname.replace(/^\[|\]$/g, ''), port: port || (plain ? '80' : '443') };
}
