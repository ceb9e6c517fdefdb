/** All refusals of the API, a closed set: those of the domain and the engine, and those of the operations themselves. */
import type { CustomerRefusal } from '@drawdown/domain/customer';
import type { SettingsRefusal } from '@drawdown/domain/settings';
import type { AutoTopUpRefusal } from '@drawdown/domain/auto-top-up';
import type { Amount, Instant } from '@drawdown/domain/amounts';
import type { CreditProductRefusal } from '@drawdown/domain/catalog';
import type { BalanceRefusal, EventOf } from '@drawdown/domain/balance';
import type { IdempotencyConflict } from '@drawdown/engine/event-store';
import type { RejectedUsageRefusal } from '@drawdown/engine/usage-pipeline';
import type { AccountRefusal } from '@drawdown/engine/commands';
import type { NotificationProblem, PaymentRefusal } from '@drawdown/engine/payments';
import type { DeliveriesRefusal, DeliveryNotFound, WebhookEndpointRefusal } from '@drawdown/engine/webhooks';

/** The revision of the API is one less than the version of the settings. */
export type ApiSettingsRefusal =
  | Exclude<SettingsRefusal, { readonly code: 'settings_version_conflict' }>
  | { readonly code: 'settings_revision_conflict'; readonly expected: number; readonly actual: number };

/** Refusals of an operation itself, before or between aggregates. */
type OperationRefusal =
  | AccountRefusal
  | { readonly code: 'free_credits_not_allowed' }
  /** The invoice was paid, as another one. */
  | { readonly code: 'invoice_conflict'; readonly invoiceId: string; readonly due: Amount; readonly billed: Amount }
  | { readonly code: 'invoice_not_paid'; readonly invoiceId: string }
  | { readonly code: 'invoice_in_other_currency'; readonly currency: string; readonly walletCurrency: string }
  | { readonly code: 'reversal_conflict'; readonly reversalId: string }
  | { readonly code: 'test_clock_off' }
  | { readonly code: 'test_clock_backwards'; readonly clockAt: Instant }
  | { readonly code: 'test_clock_too_far'; readonly max: number }
  | { readonly code: 'page_token_invalid' };

/** Refusals of purchases, by their operations and by the transport of the providers' notifications. */
type PurchaseRefusal =
  | PaymentRefusal
  /** Recorded: a person has to look at it. */
  | {
      readonly code: 'purchase_flagged';
      readonly purchaseId: string;
      readonly reason: EventOf<'PurchaseFlagged'>['reason'];
      readonly paid?: Amount;
      readonly paidCurrency?: string;
      readonly asked?: Amount;
      readonly askedCurrency?: string;
      /** The purchase that the payment was credited to. */
      readonly creditedTo?: string;
      readonly paymentId?: string;
    }
  | { readonly code: 'invalid_payment_notification'; readonly problem: NotificationProblem; readonly detail: string };

export type AnyRefusal =
  | BalanceRefusal
  | AutoTopUpRefusal
  | CreditProductRefusal
  | CustomerRefusal
  | ApiSettingsRefusal
  | WebhookEndpointRefusal
  | DeliveriesRefusal
  | DeliveryNotFound
  | RejectedUsageRefusal
  | IdempotencyConflict
  | PurchaseRefusal
  | OperationRefusal;
export type RefusalCode = AnyRefusal['code'];
export type Facts<Code extends RefusalCode> = Extract<AnyRefusal, { code: Code }>;
