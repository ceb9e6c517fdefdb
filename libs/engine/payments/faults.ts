/** A payment provider that is down, or that this deployment is not set up for. */
import { Fault } from '@drawdown/engine/event-store';

/** The provider cannot be reached, is too slow or broken. Whether it took the request is unknown: start the same again. */
export class PaymentProviderUnavailable extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('payment_provider_unavailable', message, true, options);
  }
}

/** The provider refuses this deployment itself. A person is needed; the message names the variable and the remedy. */
export class PaymentProviderMisconfigured extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('payment_provider_misconfigured', message, false, options);
  }
}
