/** Who collects the money for purchases, as the variables say. */
import { ManualPayments, type PaymentProvider } from '@drawdown/engine/payments';
import { StripeCheckout } from '@drawdown/adapters/stripe';
import type { StripeVariables } from '../variables/stripe-variables';

interface Payments {
  readonly providers: readonly PaymentProvider[];
  close(): Promise<void>;
}

/** Asks nobody yet. @throws PaymentProviderMisconfigured naming the variable */
export function openPayments({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_WEBHOOK_SECRET: webhookSecrets,
  STRIPE_DEPLOYMENT: deployment,
  STRIPE_API_BASE: baseUrl,
}: StripeVariables): Payments {
  const byHand = new ManualPayments();
  const providers: readonly PaymentProvider[] =
    secretKey === ''
      ? [byHand]
      : [byHand, StripeCheckout.open({ secretKey, webhookSecrets, deployment, ...(baseUrl !== '' && { baseUrl }) })];
  return {
    providers,
    close: async () => {
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}
