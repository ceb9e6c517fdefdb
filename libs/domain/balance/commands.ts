/** What can be asked of a balance, and every way it can be refused. Times arrive in the command. */
import type { Amount, Instant } from '@drawdown/domain/amounts';
import type { Decision } from '@drawdown/domain/decider';
import type { Balance } from './balance';
import type { BalanceEvent, InvoicePayment, RatedPart } from './events';
import type { GrantRequest, Money } from './grants';
import type { Limit, LimitsRefusal } from './limits';
import type { Conversion, PurchaseRequest } from './purchases';

export interface UsageToConsume {
  readonly source: string;
  readonly id: string;
  readonly bodyHash: string;
  readonly time: string;
  /** `time`, read. Decides which grants are eligible. */
  readonly usedAt: Instant;
  readonly amount: Amount;
  readonly parts: readonly RatedPart[];
  readonly alsoCharged?: readonly string[];
  readonly creditProductId?: string;
  readonly conversion?: Conversion;
}

export type BalanceCommand = { readonly at: Instant } & (
  | {
      readonly type: 'Create';
      readonly customerId: string;
      readonly currency?: string;
      readonly creditProductId?: string;
      readonly name?: string;
      readonly limits: readonly Limit[];
      readonly startingGrant?: GrantRequest;
    }
  | {
      readonly type: 'TopUp';
      readonly grant: GrantRequest;
      readonly conversion?: Conversion;
    }
  /** Usage has happened: it is never refused for lack of credit, it goes uncovered. */
  | {
      readonly type: 'Consume';
      readonly lines: readonly UsageToConsume[];
      /** Nothing may be debited, though the balance itself is open: all of it goes uncovered, as on a paused one. */
      readonly suspended?: boolean;
    }
  /** Usage that an invoice will settle: it is never refused, on a paused balance neither, and takes nothing. */
  | { readonly type: 'Accrue'; readonly lines: readonly UsageToConsume[] }
  /**
   * Takes the most that it can towards an invoice, in whole minor units: the one request that is not refused for lack of credit.
   * That one invoice is paid once is for the key of the command: the balance keeps no list of invoices.
   */
  | {
      readonly type: 'PayInvoice';
      readonly invoiceId: string;
      /** Zero is an invoice that only settles usage. */
      readonly due: Amount;
      /** Digits of the currency's minor unit: 2 for cents. */
      readonly minorUnitDigits: number;
      /** Unbilled usage that the invoice bills. Absent: all there is, up to what is due. */
      readonly billed?: Amount;
    }
  /** Gives money back to the very grants it was taken from, the last taken first. Works while paused. */
  | {
      readonly type: 'ReverseInvoicePayment';
      /** As it was recorded: the event of the payment will do. */
      readonly payment: InvoicePayment;
      /** Absent: all that has not been given back yet. */
      readonly amount?: Amount;
      readonly reason?: string;
    }
  /** Credits that are there once a payment provider has confirmed the money. The balance gives the purchase its id. */
  | ({ readonly type: 'StartPurchase' } & PurchaseRequest)
  /** The provider says that money was taken. Answered also where the balance is closed: money is never passed over in silence. */
  | {
      readonly type: 'ConfirmPurchase';
      readonly purchaseId: string;
      /** Who tells it. No other than the one who was asked for the money. */
      readonly provider: string;
      readonly providerEventId: string;
      /** Tells two events about one payment from two payments. */
      readonly providerPaymentId?: string;
      /** The purchase that this very payment was credited to, as its stream tells: the balance does not remember all of them. */
      readonly creditedTo?: string;
      readonly paid: Money;
    }
  /** The provider says that there will be no money, or somebody gives the purchase up. */
  | {
      readonly type: 'FailPurchase';
      readonly purchaseId: string;
      readonly code: string;
      readonly reason?: string;
      readonly providerEventId?: string;
    }
  /** Takes back what is left of one grant. Works while paused: it corrects what was added, and is no debit of the customer's. */
  | { readonly type: 'VoidTopUp'; readonly grantId: string; readonly reason: string }
  | { readonly type: 'Deduct'; readonly amount: Amount; readonly reason: string; readonly reference?: string }
  | { readonly type: 'PlaceHold'; readonly amount: Amount; readonly expiresAt?: Instant; readonly reference?: string }
  | {
      readonly type: 'CaptureHold';
      readonly holdId: string;
      readonly amount: Amount;
      /** Keep what is not captured reserved, for a later capture. Otherwise it is released here. */
      readonly keepOpen: boolean;
      /** What to do with the part of `amount` that is more than the hold reserves. */
      readonly overrun: 'refuse' | 'from_available';
    }
  | { readonly type: 'ReleaseHold'; readonly holdId: string }
  | { readonly type: 'SetLimits'; readonly limits: readonly Limit[] }
  | { readonly type: 'Pause'; readonly reason?: string }
  | { readonly type: 'Resume'; readonly reason?: string }
  | { readonly type: 'Close'; readonly reason: string }
  /**
   * Posts what has become due by itself until a moment, by default until `at`: ended holds and purchases, expired grants, grants
   * that begin or are to be warned of. Each entry counts from its own moment; `at` is when it is recorded.
   */
  | { readonly type: 'Sweep'; readonly until?: Instant }
  /** Posts the end of holds that have ended, as every command does beside its own event; as many of them as one append carries. */
  | { readonly type: 'EndHolds' }
);

export type CommandOf<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>;
export interface BalanceTypes {
  readonly command: BalanceCommand;
  readonly state: Balance;
  readonly event: BalanceEvent;
  readonly refusal: BalanceRefusal;
}

export type BalanceDecision = Decision<BalanceEvent, BalanceRefusal, Balance>;

/** In order of precedence. */
export type BalanceRefusal =
  | { readonly code: 'balance_not_found' }
  | { readonly code: 'balance_exists' }
  | { readonly code: 'balance_closed' }
  | { readonly code: 'balance_paused' }
  | { readonly code: 'balance_not_paused' }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'amount_negative'; readonly amount: Amount }
  | { readonly code: 'not_whole_minor_units'; readonly amount: Amount; readonly minorUnitDigits: number }
  | { readonly code: 'grant_never_effective'; readonly effectiveAt?: Instant; readonly expiresAt: Instant }
  | { readonly code: 'hold_already_expired'; readonly expiresAt: Instant }
  | { readonly code: 'purchase_not_found'; readonly purchaseId: string }
  /** Told by one provider, asked of another. */
  | { readonly code: 'purchase_of_other_provider'; readonly purchaseId: string; readonly provider: string; readonly told: string }
  | { readonly code: 'billed_exceeds_unbilled'; readonly unbilled: Amount; readonly billed: Amount }
  | { readonly code: 'payment_not_found'; readonly paymentId: string }
  | { readonly code: 'payment_final'; readonly paymentId: string }
  | { readonly code: 'nothing_to_reverse'; readonly paymentId: string; readonly paid: Amount }
  | { readonly code: 'reversal_exceeds_payment'; readonly left: Amount; readonly requested: Amount }
  | { readonly code: 'too_many_grants'; readonly max: number }
  | { readonly code: 'purchase_already_expired'; readonly expiresAt: Instant }
  | { readonly code: 'too_many_purchases'; readonly max: number }
  | { readonly code: 'too_many_holds'; readonly max: number }
  | LimitsRefusal
  | { readonly code: 'grant_not_found'; readonly grantId: string }
  | { readonly code: 'grant_held'; readonly grantId: string; readonly held: Amount }
  | { readonly code: 'nothing_to_void'; readonly grantId: string }
  | { readonly code: 'hold_not_open'; readonly holdId: string }
  | { readonly code: 'capture_exceeds_hold'; readonly held: Amount; readonly requested: Amount }
  | { readonly code: 'holds_open'; readonly holds: number }
  | { readonly code: 'purchases_pending'; readonly purchases: number }
  | { readonly code: 'usage_unbilled'; readonly unbilled: Amount }
  | { readonly code: 'insufficient_credits'; readonly available: Amount; readonly requested: Amount };
