/** Stripe, for purchases that are paid on its page. */
import { CommaList, type ConfigProblem, Variable } from '../config/config';
import { ArrayMaxSize, Matches } from 'class-validator';

const SECRETS_MAX = 4;

export class StripeVariables {
  @Variable(
    'Stripe; empty for purchases that are confirmed by hand alone',
    'a secret key (sk_...) or a restricted one (rk_...) with the right to write Checkout Sessions',
    { secret: true },
  )
  @Matches(/^$|^(?:sk|rk)_\w+$/, { message: 'must be a secret key (sk_...) or a restricted one (rk_...)' })
  STRIPE_SECRET_KEY = '';

  @Variable(
    'Signing secrets of the webhook endpoint at Stripe that leads to /v1/payment-events/stripe',
    'whsec_...; two between commas while one replaces the other',
    { secret: true },
  )
  @CommaList()
  @ArrayMaxSize(SECRETS_MAX)
  @Matches(/^whsec_\S+$/, { each: true, message: 'must be signing secrets (whsec_...)' })
  STRIPE_WEBHOOK_SECRET: readonly string[] = [];

  @Variable(
    'Distinguishes deployments that share one Stripe account. Never change it while purchases are pending',
    'letters, digits, dots, dashes and underscores',
  )
  @Matches(/^[\w.-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, dots, dashes and underscores' })
  STRIPE_DEPLOYMENT = 'drawdown';

  @Variable(
    "Another server that speaks Stripe's API; empty for Stripe itself",
    'https://host[:port], or http:// to an address of this machine',
  )
  // The secret key goes over that line: without TLS to this machine only.
  @Matches(/^$|^https:\/\/[^/\s]+$|^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/, {
    message: 'must be a host by https://, or one of this machine by http://',
  })
  STRIPE_API_BASE = '';

  problems(): readonly ConfigProblem[] {
    const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secrets } = this;
    if (key !== '' && secrets.length === 0)
      return [
        {
          variable: 'STRIPE_WEBHOOK_SECRET',
          problem: 'is not set: no payment could be confirmed',
          remedy: 'set it to the signing secret of the webhook endpoint at Stripe (whsec_...)',
        },
      ];
    if (key === '' && secrets.length > 0)
      return [
        { variable: 'STRIPE_WEBHOOK_SECRET', problem: 'is set, and would not be used', remedy: 'set STRIPE_SECRET_KEY, or remove it' },
      ];
    return [];
  }
}
