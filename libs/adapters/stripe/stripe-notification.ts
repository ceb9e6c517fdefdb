/** What Stripe sends by itself: believed when it is signed and fresh, and read into the words of the port. */
import type { Instant } from '@drawdown/domain/amounts';
import type { IncomingNotice, NotificationProblem, PaymentFailure, PaymentNotification } from '@drawdown/engine/payments';
import Stripe from 'stripe';
import { fromStripe } from './stripe-amounts';

/** Older or further ahead than this a signature is worth nothing: five minutes, as Stripe's own clients take. */
export const NOTICE_AGE_MS_MAX = 5 * 60_000;
/** Stripe's notifications are a few KiB. */
export const NOTICE_BYTES_MAX = 256 * 1024;

export const PROVIDER = 'stripe';
/** Metadata of the Checkout Session. Stored at Stripe with every payment: never rename one. */
export const METADATA = { purchase: 'drawdown_purchase', customer: 'drawdown_customer', deployment: 'drawdown_deployment' } as const;

interface NotificationReading {
  /** Any of them may have signed: two while one replaces the other. */
  readonly secrets: readonly string[];
  readonly deployment: string;
  /** Whether the secret key is one for real money. Absent: it does not say, and notifications are not asked either. */
  readonly live?: boolean | undefined;
}

const problem = (reason: NotificationProblem, detail: string): PaymentNotification => ({ outcome: 'problem', problem: reason, detail });
const ignored = (detail: string): PaymentNotification => ({ outcome: 'ignored', detail });

export function readStripeNotification({ headers, body, receivedAt }: IncomingNotice, reading: NotificationReading): PaymentNotification {
  if (body.byteLength > NOTICE_BYTES_MAX)
    return problem('too_large', `it has ${body.byteLength} bytes, at most ${NOTICE_BYTES_MAX} are read`);
  const header = headers['stripe-signature'];
  if (header === undefined || header === '') return problem('signature_missing', 'there is no stripe-signature header');
  const signed = signedAt(header);
  if (signed === undefined || !signedBy(reading.secrets, body, header))
    return problem(
      'signature_wrong',
      'no signature fits: the bytes were changed, or STRIPE_WEBHOOK_SECRET is not the signing secret of this endpoint',
    );
  const age = Math.abs(receivedAt - signed);
  if (age > NOTICE_AGE_MS_MAX)
    return problem('too_old', `it was signed ${Math.round(age / 1_000)} s away from now, at most ${NOTICE_AGE_MS_MAX / 1_000} s are taken`);
  const event = parsed(body);
  return isFields(event) ? noticeOf(event, reading) : problem('malformed', 'it is no JSON of an event');
}

type Fields = Readonly<Record<string, unknown>>;

function signedBy(secrets: readonly string[], body: Uint8Array, header: string): boolean {
  return secrets.some((secret) => {
    try {
      // Whatever its age: that is judged by the ledger's clock, in both directions.
      return signature?.verifyHeader(body, header, secret, Infinity) === true;
    } catch {
      // The package throws for a wrong signature, and otherwise for a header that is none.
      return false;
    }
  });
}

/** Checks signatures only: it never asks Stripe for anything. */
const { signature } = new Stripe('sk_never_used').webhooks;

/** The one time in the header. With two, somebody has added one, and who can say which of them was signed. */
function signedAt(header: string): number | undefined {
  const times = header.split(',').filter((part) => part.startsWith('t='));
  return times.length === 1 && /^t=[0-9]{1,12}$/.test(times[0] ?? '') ? Number(times[0]?.slice(2)) * 1_000 : undefined;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function noticeOf(event: Fields, { deployment, live }: NotificationReading): PaymentNotification {
  const eventId = textOf(event['id']);
  const type = textOf(event['type']);
  if (eventId === undefined || type === undefined) return problem('malformed', 'the event has no id or no type');
  if (!type.startsWith('checkout.session.')) return ignored(`${type} is nothing that purchases wait for`);
  const session = fieldsOf(fieldsOf(event['data'])['object']);
  const metadata = fieldsOf(session['metadata']);
  const purchaseId = textOf(metadata[METADATA.purchase]);
  const customerId = textOf(metadata[METADATA.customer]);
  if (purchaseId === undefined || customerId === undefined) return ignored('the checkout is none of ours');
  if (metadata[METADATA.deployment] !== deployment) return ignored('the checkout belongs to another deployment');
  const paidForReal = event['livemode'];
  if (live === true && paidForReal === false)
    return ignored('the checkout was a test, and the secret key is one for real money: nobody has paid');
  // Refused, so that Stripe delivers it again until somebody has looked: money was taken.
  if (live === false && paidForReal === true)
    return problem(
      'other_mode',
      'the checkout took real money, and STRIPE_SECRET_KEY is a test key; set the live key, and the live STRIPE_WEBHOOK_SECRET',
    );
  const reference = textOf(session['id']);
  const created = event['created'];
  if (reference === undefined || !Number.isSafeInteger(created)) return problem('malformed', 'the session has no id, or the event no time');
  const happenedAt = (Number(created) * 1_000) as Instant;
  const about = { provider: PROVIDER, eventId, purchaseId, customerId, reference, happenedAt } as const;
  switch (type) {
    case 'checkout.session.completed':
      // A bank transfer, say, is paid days after the checkout: another notification follows.
      if (session['payment_status'] === 'unpaid') return ignored('the checkout is completed and not paid yet');
      return confirmed(about, session);
    case 'checkout.session.async_payment_succeeded':
      return confirmed(about, session);
    case 'checkout.session.async_payment_failed':
      return { outcome: 'failed', ...about, code: 'declined' };
    case 'checkout.session.expired':
      return { outcome: 'failed', ...about, code: 'expired' };
    default:
      return ignored(`${type} is nothing that purchases wait for`);
  }
}

function confirmed(about: Omit<PaymentFailure, 'outcome' | 'code'>, session: Fields): PaymentNotification {
  const paid = fromStripe(session['amount_total'], session['currency']);
  return paid ? { outcome: 'confirmed', ...about, paid } : problem('malformed', 'the session says no amount of a known currency');
}
