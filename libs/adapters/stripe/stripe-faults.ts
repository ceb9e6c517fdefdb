/** What Stripe's client throws, in our words: a purchase refused, a deployment set up wrong, or Stripe not there. */
import { PaymentProviderMisconfigured, PaymentProviderUnavailable, type StartOutcome, type StartRefusal } from '@drawdown/engine/payments';
import Stripe from 'stripe';

type RefusedStart = Extract<StartOutcome, { outcome: 'refused' }>;

/** By Stripe's error codes (https://docs.stripe.com/error-codes). */
const REFUSALS: Readonly<Record<string, StartRefusal>> = { amount_too_small: 'amount_too_small', amount_too_large: 'amount_too_large' };

const SECRET_KEY_REMEDY =
  'set STRIPE_SECRET_KEY to the secret key of the Stripe account that shall be paid (sk_... or rk_... with the right to write Checkout Sessions)';

/** @returns the refusal of a purchase. @throws Fault for everything else. */
export function refusalOrFault(error: unknown): RefusedStart {
  const { errors } = Stripe;
  if (error instanceof errors.StripeAuthenticationError)
    throw new PaymentProviderMisconfigured(`Stripe does not know the key: ${SECRET_KEY_REMEDY}`, { cause: error });
  if (error instanceof errors.StripePermissionError)
    throw new PaymentProviderMisconfigured(`Stripe does not let this key do it: ${SECRET_KEY_REMEDY}`, { cause: error });
  if (error instanceof errors.StripeIdempotencyError) throw changed(error);
  if (error instanceof errors.StripeInvalidRequestError && error.statusCode !== 409) return refused(error);
  if (error instanceof errors.StripeError)
    throw new PaymentProviderUnavailable(`Stripe could not be asked (${withoutSecrets(error)}); it is asked again`, { cause: error });
  throw error;
}

function refused({ code = '', param, message }: InstanceType<typeof Stripe.errors.StripeInvalidRequestError>): RefusedStart {
  const reason = REFUSALS[code] ?? (param !== undefined && /(^|\[)currency\]?$/.test(param) ? 'currency_not_supported' : 'other');
  return { outcome: 'refused', reason, detail: message };
}

/** Stripe remembers the first request under a key for a day at least, and refuses another under the same. */
const changed = (error: Error): PaymentProviderMisconfigured =>
  new PaymentProviderMisconfigured(
    'Stripe has this purchase under the same key with other values: two deployments share one Stripe account under one name, or what ' +
      'the checkout says was changed meanwhile; give each deployment a STRIPE_DEPLOYMENT of its own, or start a new purchase',
    { cause: error },
  );

const withoutSecrets = ({ type, code, statusCode }: InstanceType<typeof Stripe.errors.StripeError>): string =>
  [type, code, statusCode].filter((part) => part !== undefined).join(' ');
