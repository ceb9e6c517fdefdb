/** Every way in which a balance refuses a command. A closed set; codes are stable and go out through every transport. */
import type { Amount, Instant } from '@drawdown/domain/amounts';
import { availableOf } from './figures';
import type { LimitsRefusal } from './limits/limit';
import type { Balance } from './state';

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
  /** `reportedBy`: the provider that sent the notification. Another one was asked for the money. */
  | { readonly code: 'purchase_of_other_provider'; readonly purchaseId: string; readonly provider: string; readonly reportedBy: string }
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

export const insufficientCredits = ({ grants }: Balance, at: Instant, requested: Amount): BalanceRefusal => ({
  code: 'insufficient_credits',
  available: availableOf(grants, at),
  requested,
});
