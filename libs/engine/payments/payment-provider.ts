/**
 * The port of whoever collects money for a purchase. Adapters: `ManualPayments` (here: staff or another system confirms by our
 * own API) and `StripeCheckout` (libs/stripe). A provider moves no credits: what it says becomes a command to the wallet, which
 * compares amount and currency with what was asked.
 */
import type { Amount, Instant } from '@drawdown/domain/amounts';

export interface PurchaseToStart {
  /** Unique within its customer forever. */
  readonly purchaseId: string;
  readonly customerId: string;
  /** In the currency's major unit: above zero, a whole number of minor units. */
  readonly amount: Amount;
  /** ISO 4217. */
  readonly currency: string;
  /**
   * When the purchase was recorded. The same at every attempt, so that every attempt asks for the same. Absent, as the end is, where
   * the ledger's time is a test clock's: a provider knows the real time alone.
   */
  readonly startedAt?: Instant;
  /** From when on the ledger takes it for expired. A provider may know coarser times. Absent: it waits as long as the provider. */
  readonly expiresAt?: Instant;
  /** What the customer reads on the provider's page. */
  readonly description: string;
  /** Where the customer comes back to. */
  readonly returnTo: { readonly paid: string; readonly cancelled: string };
}

export type StartOutcome =
  | {
      readonly outcome: 'started';
      /** The provider's own id of it. */
      readonly reference: string;
      /** Where the customer pays; absent where the provider has no page. */
      readonly checkoutUrl?: string;
    }
  /** The provider will never take this purchase: nothing is pending, and trying again gives the same answer. */
  | { readonly outcome: 'refused'; readonly reason: StartRefusal; readonly detail: string };

export type StartRefusal = 'currency_not_supported' | 'amount_too_small' | 'amount_too_large' | 'amount_not_representable' | 'other';

/** What a provider sent by itself, exactly as it came. */
export interface IncomingNotice {
  /** Names in lower case. A header that came several times is no single text and is left out. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes that came: a signature covers them, and no parsed and rewritten form of them. */
  readonly body: Uint8Array;
  /** By the real time, whatever clock the ledger has: providers sign by theirs. */
  readonly receivedAt: Instant;
}

interface AboutAPurchase {
  readonly provider: string;
  /** The provider's id of this notification: the same at every delivery of it, with the same contents. */
  readonly eventId: string;
  readonly purchaseId: string;
  readonly customerId: string;
  readonly reference: string;
  /** When the provider says that it happened. */
  readonly happenedAt: Instant;
}

export type Confirmation = AboutAPurchase & {
  readonly outcome: 'confirmed';
  /** What was really paid, whatever had been asked for. */
  readonly paid: { readonly amount: Amount; readonly currency: string };
};

export type PaymentFailure = AboutAPurchase & {
  readonly outcome: 'failed';
  /** `declined`: a payment was tried and did not go through. `expired`: nobody paid in time. */
  readonly code: 'declined' | 'expired';
};

export type PaymentNotification =
  | Confirmation
  | PaymentFailure
  /** Authentic, and nothing to act on: answer it as received, or it comes again for days. */
  | { readonly outcome: 'ignored'; readonly detail: string }
  /** Not to be believed or not to be understood: answer it as a bad request. Nothing may follow from it but a line in the log. */
  | { readonly outcome: 'problem'; readonly problem: NotificationProblem; readonly detail: string };

export type NotificationProblem =
  'not_expected' | 'too_large' | 'signature_missing' | 'signature_wrong' | 'too_old' | 'other_mode' | 'malformed';

export interface PaymentProvider {
  /** Stored with every purchase, forever: `manual`, `stripe`. */
  readonly name: string;
  /**
   * Asks for the money. Idempotent: the same purchase started again is the same payment.
   * @throws PaymentProviderUnavailable it may or may not have been started: start it again.
   * @throws PaymentProviderMisconfigured a person is needed; the message says what to fix.
   */
  start(purchase: PurchaseToStart): Promise<StartOutcome>;
  /** Never throws on anything that comes from outside. */
  readNotice(notification: IncomingNotice): PaymentNotification;
  close(): Promise<void>;
}
