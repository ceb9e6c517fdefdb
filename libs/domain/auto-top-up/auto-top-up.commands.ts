/** The commands of an auto top-up, and their refusals. Times arrive in the command. */
import type { Instant } from '@drawdown/domain/amounts';
import type { Figures, Obstacle } from './auto-top-up.events';
import type { Policy } from './policy';

interface ByAPerson {
  readonly reason?: string;
  readonly actor?: string;
}

export type AutoTopUpCommand = { readonly at: Instant } &
  /** Sets the policy and turns it on. Neither a purchase in flight nor a back-off nor a suspension ends by it. */
  (
    | {
        readonly type: 'Configure';
        readonly customerId: string;
        /** Of the customer's wallet. */
        readonly currency: string;
        readonly policy: Policy;
        readonly actor?: string;
      }
    /** Turns it off. A purchase in flight goes on to its end. */
    | ({ readonly type: 'Disable' } & ByAPerson)
    /** Asks for nothing more until somebody resumes it, such as when a person has to look at a payment first. */
    | ({ readonly type: 'Suspend' } & ByAPerson)
    /** Tries again: ends a suspension or a back-off. */
    | ({ readonly type: 'Resume' } & ByAPerson)
    /** Look at the wallet, on a low figure or because `dueAt` has come, and decide. */
    | {
        readonly type: 'Consider';
        readonly figures: Figures;
        /** The obstacle to a purchase, if it is known before the request. */
        readonly obstacle?: Obstacle;
      }
    // Outcomes are facts: one that comes twice, or after a later one, changes nothing and is not refused.
    | { readonly type: 'RecordPurchaseStarted'; readonly requestId: string; readonly purchaseId: string }
    /** Refused before there was a purchase. Not for one that its provider has refused: there is a purchase, and it may be paid yet. */
    | { readonly type: 'RecordPurchaseNotStarted'; readonly requestId: string; readonly reason: string }
    | { readonly type: 'RecordPurchaseSucceeded'; readonly requestId: string }
    | { readonly type: 'RecordPurchaseDeclined'; readonly requestId: string; readonly reason: string }
    | { readonly type: 'RecordPurchaseExpired'; readonly requestId: string }
  );

/** In order of precedence. */
export type AutoTopUpRefusal =
  | { readonly code: 'auto_top_up_not_configured' }
  | { readonly code: 'unknown_currency'; readonly currency: string }
  | { readonly code: 'auto_top_up_policy_invalid'; readonly field: string; readonly detail: string }
  | { readonly code: 'auto_top_up_disabled' }
  /** There is neither a suspension nor a back-off to end. */
  | { readonly code: 'auto_top_up_not_suspended' }
  /** No such request was ever made. */
  | { readonly code: 'auto_top_up_request_unknown'; readonly requestId: string };
