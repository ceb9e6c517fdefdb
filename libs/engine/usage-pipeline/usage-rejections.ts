/** What the ledger says of usage that it cannot apply: each sentence names the remedy. */
import type { Rejection, UsageEvent } from '@drawdown/domain/usage';
import { USAGE_FUTURE_MS_MAX } from './usage-outcome';

export const inFuture: Rejection = {
  reason: 'time_in_future',
  field: 'time',
  detail: `time is more than ${USAGE_FUTURE_MS_MAX / 3_600_000} hours ahead of the ledger's clock; correct the producer's clock and send it again`,
};
export const tooLate: Rejection = {
  reason: 'too_late',
  field: 'time',
  detail: 'older than the dedupe window, so it may be a repeat; book it by a deduction if it was never charged',
};
export const balanceClosed: Rejection = {
  reason: 'credit_balance_closed',
  field: 'subject',
  detail: 'the credit balance was closed before this usage arrived; create it again and replay, or leave it rejected',
};
export const walletClosed: Rejection = {
  reason: 'wallet_closed',
  field: 'subject',
  detail: 'the wallet was closed before this usage arrived; create it again and replay, or leave it rejected',
};
export const conflict = ({ source, id }: UsageEvent): Rejection => ({
  reason: 'usage_conflict',
  field: 'id',
  detail: `another usage event with source ${source} and id ${id} was applied before and stands; give a different event an id of its own`,
});
export const unknownCustomer = ({ subject }: UsageEvent): Rejection => ({
  reason: 'unknown_customer',
  field: 'subject',
  detail: `customer ${subject} does not exist; create it and its credit balance, then replay this usage`,
});
export const noCreditBalance = ({ subject, type }: UsageEvent): Rejection => ({
  reason: 'no_credit_balance',
  field: 'subject',
  detail: `customer ${subject} has no credit balance of a product that meters ${type}; create one, then replay this usage`,
});
export const noWallet = ({ subject, type }: UsageEvent): Rejection => ({
  reason: 'no_wallet',
  field: 'subject',
  detail: `usage of type ${type} draws on the wallet, and customer ${subject} has none; create it, then replay this usage`,
});
export const noCreditPrice = ({ time }: UsageEvent, currency: string): Rejection => ({
  reason: 'no_credit_price',
  field: 'time',
  detail: `no credit price of ${currency} was in force at ${time}; set one in the settings with an effective_at that is not later, then replay this usage`,
});
export const tooMuchMoney = (creditProductId: string): Rejection => ({
  reason: 'number_out_of_range',
  field: 'data',
  detail: `what the credits of ${creditProductId} are worth has too many digits before the point; correct the quantity`,
});
