/** Every refusal with its answer on both transports. A refusal that is added to a domain does not compile until it has one here. */
import type { CustomerRefusal } from '@drawdown/domain/customer';
import type { SettingsRefusal } from '@drawdown/domain/settings';
import type { AutoTopUpRefusal } from '@drawdown/domain/auto-top-up';
import { type Amount, formatAmount, formatInstant, type Instant, INTEGER_DIGITS_MAX, ZERO } from '@drawdown/domain/amounts';
import type { CreditProductRefusal } from '@drawdown/domain/catalog';
import type { BalanceRefusal, EventOf } from '@drawdown/domain/balance';
import type { IdempotencyConflict } from '@drawdown/engine/event-store';
import type { RejectedUsageRefusal } from '@drawdown/engine/usage-pipeline';
import type { AccountRefusal } from '@drawdown/engine/commands';
import { MANUAL, type NotificationProblem, type PaymentRefusal } from '@drawdown/engine/payments';
import type { DeliveriesRefusal, DeliveryNotFound, WebhookEndpointRefusal } from '@drawdown/engine/webhooks';
import type { GrpcStatus } from './grpc-status';

/** What the transports call revision is one less than the version that the settings count. */
export type ApiSettingsRefusal =
  | Exclude<SettingsRefusal, { readonly code: 'settings_version_conflict' }>
  | { readonly code: 'settings_revision_conflict'; readonly expected: number; readonly actual: number };

/** Refused by an operation itself, before or between aggregates. */
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

/** Of purchases, by their operations and by the transport of the providers' notifications. */
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
type Facts<Code extends RefusalCode> = Extract<AnyRefusal, { code: Code }>;

/** What kind of no it is; decides the status at each transport. */
type Sort = 'invalid' | 'not_found' | 'exists' | 'conflict' | 'state' | 'precondition' | 'unpaid' | 'limit';

const STATUS: Readonly<Record<Sort, { readonly grpc: GrpcStatus; readonly http: number }>> = {
  invalid: { grpc: 'INVALID_ARGUMENT', http: 400 },
  not_found: { grpc: 'NOT_FOUND', http: 404 },
  exists: { grpc: 'ALREADY_EXISTS', http: 409 },
  conflict: { grpc: 'ALREADY_EXISTS', http: 409 },
  state: { grpc: 'FAILED_PRECONDITION', http: 409 },
  precondition: { grpc: 'FAILED_PRECONDITION', http: 412 },
  unpaid: { grpc: 'FAILED_PRECONDITION', http: 402 },
  limit: { grpc: 'RESOURCE_EXHAUSTED', http: 409 },
};

type Answer<Code extends RefusalCode> = readonly [sort: Sort, title: string, detail: string | ((refusal: Facts<Code>) => string)];

const show = (value: Amount): string => formatAmount(value);
const time = (value: Instant): string => formatInstant(value);
const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const ANSWERS: { readonly [Code in RefusalCode]: Answer<Code> } = {
  balance_not_found: ['not_found', 'No such balance', 'the customer has none; create it first'],
  balance_exists: ['exists', 'The balance exists', 'the customer has one already; use it, or close it first'],
  balance_closed: ['state', 'The balance is closed', 'it has ended for good; create a new one'],
  balance_paused: ['state', 'The balance is paused', 'resume it first'],
  balance_not_paused: ['state', 'The balance is not paused', 'there is nothing to resume'],
  amount_not_positive: ['invalid', 'The amount is not above zero', 'send an amount above zero'],
  amount_negative: ['invalid', 'The amount is below zero', (of) => `send zero or more, not ${show(of.amount)}`],
  not_whole_minor_units: [
    'invalid',
    'The amount is no whole number of minor units',
    (of) => `${show(of.amount)} has more than ${of.minorUnitDigits} digits after the point; send an amount that can be paid`,
  ],
  grant_never_effective: [
    'invalid',
    'The grant would never count',
    (of) => `it expires at ${time(of.expiresAt)}, before it could cover anything; send a later expires_at`,
  ],
  purchase_already_expired: [
    'invalid',
    'The purchase would have expired',
    (of) => `${time(of.expiresAt)} is past; send a later expires_at`,
  ],
  purchase_not_found: ['not_found', 'No such purchase', (of) => `there never was a purchase "${of.purchaseId}" of this balance`],
  too_many_purchases: [
    'limit',
    'Too many purchases are pending',
    (of) => `at most ${of.max} may be pending at a time; confirm or fail some first`,
  ],
  purchases_pending: [
    'state',
    'Purchases are pending',
    (of) => `${counted(of.purchases, 'purchase is', 'purchases are')} pending; confirm or fail ${of.purchases === 1 ? 'it' : 'them'} first`,
  ],
  portal_purchases_not_allowed: [
    'state',
    'Customers may not buy by themselves',
    'the settings say allow_portal_purchases: false; change that first',
  ],
  purchase_not_payable: [
    'invalid',
    'Nobody could pay that',
    (of) => `${show(of.amount)} ${of.currency} is not above zero in whole minor units; ask for an amount that is`,
  ],
  purchase_below_minimum: [
    'invalid',
    'Less than may be bought at a time',
    (of) => `${show(of.amount)} ${of.currency} asked, at least ${show(of.minimum)} may be; ask for more`,
  ],
  purchase_above_maximum: [
    'invalid',
    'More than may be bought at a time',
    (of) => `${show(of.amount)} ${of.currency} asked, at most ${show(of.maximum)} may be; ask for less`,
  ],
  payment_provider_not_set_up: [
    'state',
    'The payment provider is not set up',
    (of) => `"${of.provider}" is not set up here; these are: ${of.known}`,
  ],
  purchase_refused_by_provider: [
    'state',
    'The payment provider refuses the purchase',
    (of) => `${of.detail} (${of.reason}); purchase "${of.purchaseId}" has failed, start another one`,
  ],
  purchase_of_other_provider: [
    'state',
    'Another provider takes the money of the purchase',
    (of) =>
      `the money of purchase "${of.purchaseId}" is taken by "${of.provider}", so "${of.told}" cannot confirm it; ${of.provider === MANUAL ? 'confirm it by hand' : `the signed notifications of "${of.provider}" do`}`,
  ],
  payment_event_conflict: [
    'conflict',
    'The event was told with other contents',
    (of) => `event "${of.eventId}" was told with other contents; send it again as it was, or give what you tell now an event_id of its own`,
  ],
  purchase_flagged: [
    'state',
    'Nothing was credited',
    (of) =>
      of.creditedTo === undefined
        ? `what was told of purchase "${of.purchaseId}" is recorded as ${of.reason}; a person has to look at it`
        : `payment "${of.paymentId ?? ''}" was credited to purchase "${of.creditedTo}" before (${of.reason}); if it pays for "${of.purchaseId}" too, confirm that with a payment_id for its share, such as "${of.paymentId ?? ''}/2"`,
  ],
  invalid_payment_notification: ['invalid', 'The notification is not believed', (of) => `${of.detail} (${of.problem})`],
  billed_exceeds_unbilled: [
    'state',
    'More is billed than is unbilled',
    (of) => `${show(of.billed)} asked, ${show(of.unbilled)} unbilled; bill less, or leave it to the default`,
  ],
  invoice_conflict: [
    'conflict',
    'The invoice was paid otherwise',
    (of) =>
      `invoice "${of.invoiceId}" was paid as one of ${show(of.due)}, billing ${show(of.billed)}; send that again, or give another invoice another id`,
  ],
  invoice_not_paid: ['not_found', 'No payment of this invoice', (of) => `the wallet paid nothing of invoice "${of.invoiceId}"`],
  invoice_in_other_currency: [
    'state',
    'The invoice is in another currency',
    (of) => `the wallet holds "${of.walletCurrency}", the invoice is in "${of.currency}"; pay it by other means`,
  ],
  reversal_conflict: [
    'conflict',
    'The reversal was another one',
    (of) => `reversal "${of.reversalId}" was carried out otherwise; send that again, or give another reversal another id`,
  ],
  payment_not_found: ['not_found', 'No such payment', 'this balance made no such payment'],
  payment_final: ['state', 'The payment is final', 'it is too old to be reversed, or of a balance that was closed; add credits instead'],
  nothing_to_reverse: [
    'state',
    'There is nothing to give back',
    (of) =>
      of.paid === ZERO
        ? 'nothing was paid: the invoice settled usage alone, and its usage stays billed'
        : `all that was paid, ${show(of.paid)}, was given back already`,
  ],
  reversal_exceeds_payment: [
    'state',
    'More is asked than is left of the payment',
    (of) => `${show(of.requested)} asked, ${show(of.left)} not given back yet; ask for less`,
  ],
  too_many_grants: ['limit', 'Too many grants', (of) => `at most ${of.max} grants may have value at a time; let some be used up first`],
  too_many_holds: ['limit', 'Too many holds', (of) => `at most ${of.max} holds may be open at a time; capture or release some first`],
  too_many_limits: ['invalid', 'Too many limits', (of) => `send at most ${of.max}`],
  duplicate_limit: ['invalid', 'A limit is given twice', (of) => `limit_id "${of.limitId}" may be given once only`],
  limit_out_of_range: [
    'invalid',
    'A limit is out of range',
    (of) => `limit "${of.limitId}" must not be negative, and a percentage must be above 0 and at most 100`,
  ],
  grant_not_found: ['not_found', 'No such grant', (of) => `there never was a grant "${of.grantId}" in this balance`],
  grant_held: [
    'state',
    'The grant is held',
    (of) => `${show(of.held)} of grant "${of.grantId}" is held; capture or release the holds first`,
  ],
  nothing_to_void: [
    'state',
    'Nothing is left of the grant',
    (of) => `grant "${of.grantId}" is spent, has expired or was voided already; there is nothing to take back, so leave it as it is`,
  ],
  hold_not_open: ['not_found', 'No such open hold', (of) => `hold "${of.holdId}" does not exist or has ended`],
  hold_already_expired: ['invalid', 'The hold would have expired', (of) => `${time(of.expiresAt)} is past; send a later expires_at`],
  capture_exceeds_hold: [
    'state',
    'More is captured than is held',
    (of) => `${show(of.requested)} asked, ${show(of.held)} held; capture less, or allow the rest with overrun "from_available"`,
  ],
  holds_open: [
    'state',
    'Holds are open',
    (of) => `${counted(of.holds, 'hold is', 'holds are')} open; capture or release ${of.holds === 1 ? 'it' : 'them'} first`,
  ],
  usage_unbilled: [
    'state',
    'Usage waits for its invoice',
    (of) => `${show(of.unbilled)} is not billed yet; settle it with an invoice first`,
  ],
  insufficient_credits: [
    'unpaid',
    'Not enough is available',
    (of) => `${show(of.requested)} asked, ${show(of.available)} available; top up or ask for less`,
  ],

  credit_product_not_found: ['not_found', 'No such credit product', 'create it first'],
  credit_product_exists: ['exists', 'The credit product exists', (of) => `"${of.creditProductId}" is taken; choose another id`],
  invalid_name: ['invalid', 'The name is not valid', (of) => of.detail],
  invalid_unit: ['invalid', 'The unit is not valid', (of) => of.detail],
  meter_not_found: ['not_found', 'No such meter', (of) => `the credit product has no meter "${of.meterId}"`],
  meter_exists: ['exists', 'The meter exists', (of) => `the credit product has a meter "${of.meterId}" already; choose another id`],
  meter_retired: ['state', 'The meter is retired', (of) => `meter "${of.meterId}" is retired from ${time(of.retiredAt)}; add a new one`],
  too_many_meters: ['limit', 'Too many meters', (of) => `a credit product has at most ${of.max}`],
  mixed_meters: [
    'state',
    'The meters draw on different things',
    (of) =>
      `the other meters of the credit product draw on ${of.drawsOn === 'credit_balance' ? 'the wallet' : 'its credit balance'}, so meter "${of.meterId}" cannot draw on ${of.drawsOn}; make a credit product for it`,
  ],
  invalid_event_type: ['invalid', 'The event type is not valid', (of) => `event_type of meter "${of.meterId}": ${of.detail}`],
  too_many_filters: ['invalid', 'Too many filters', (of) => `meter "${of.meterId}" may have at most ${of.max}`],
  invalid_path: ['invalid', 'A path is not valid', (of) => `path "${of.path}" of meter "${of.meterId}": ${of.detail}`],
  invalid_filter_value: ['invalid', 'A filter value is not valid', (of) => `filter "${of.path}" of meter "${of.meterId}": ${of.detail}`],
  too_many_weights: ['limit', 'Too many weights', (of) => `meter "${of.meterId}" may have at most ${of.max}; add a new meter`],
  weight_negative: ['invalid', 'The weight is negative', (of) => `meter "${of.meterId}" must weigh zero or more, not ${show(of.weight)}`],

  test_clock_off: [
    'state',
    'There is no test clock',
    'the service tells the real time; start one with TEST_CLOCK=true and files of its own',
  ],
  test_clock_backwards: ['invalid', 'Time moves forwards only', (of) => `it is ${time(of.clockAt)}; send a later time`],
  test_clock_too_far: ['invalid', 'That is too far at a time', (of) => `at most ${of.max} seconds; go there in several steps`],

  auto_top_up_not_configured: ['not_found', 'There is no auto top-up', 'it was never set up for the customer; set it first'],
  auto_top_up_policy_invalid: ['invalid', 'The auto top-up cannot be set', (of) => `${of.field} ${of.detail}`],
  auto_top_up_disabled: ['state', 'The auto top-up is off', 'it is turned off; set it first'],
  auto_top_up_not_suspended: ['state', 'There is nothing to resume', 'it is neither suspended nor backing off'],
  auto_top_up_request_unknown: ['not_found', 'No such request', (of) => `the auto top-up never made a request "${of.requestId}"`],

  idempotency_conflict: [
    'conflict',
    'The key was used for another request',
    (of) => `"${of.key}" belongs to a request with another body; choose a new key`,
  ],

  customer_not_found: ['not_found', 'No such customer', (of) => `"${of.customerId}" is not known; create the customer first`],
  customer_exists: ['exists', 'The customer exists', (of) => `"${of.customerId}" is registered, with currency ${of.currency}`],
  unknown_currency: ['invalid', 'No such currency', (of) => `"${of.currency}" is no ISO 4217 code of legal tender, such as "EUR"`],
  duplicate_currency: ['invalid', 'A currency is given twice', (of) => `"${of.currency}" may be given once only`],
  price_not_positive: [
    'invalid',
    'The price is not above zero',
    (of) => `send a price above zero for "${of.currency}", not ${show(of.price)}`,
  ],
  too_many_prices: [
    'limit',
    'Too many prices',
    (of) => `"${of.currency}" may have at most ${of.max} prices in its history; leave it out, and its price stays`,
  ],
  limit_currency_missing: [
    'invalid',
    'A limit has no currency',
    (of) => `limit "${of.limitId}" is an amount: say of which currency, or send a percentage`,
  ],
  portal_limit_not_payable: [
    'invalid',
    'Nobody could pay that',
    (of) => `send a ${of.bound} of "${of.currency}" above zero, in whole minor units, not ${show(of.amount)}`,
  ],
  portal_minimum_above_maximum: [
    'invalid',
    'The minimum is above the maximum',
    (of) => `${show(of.minimum)} is more than ${show(of.maximum)}, of "${of.currency}"; send a minimum that is at most the maximum`,
  ],
  settings_revision_conflict: [
    'precondition',
    'The settings have changed',
    (of) => `they are at revision ${of.actual}, not ${of.expected}; read them and try again`,
  ],
  wallets_disabled: ['state', 'Wallets are disabled', 'the settings say enabled: false; change that first'],
  free_credits_not_allowed: ['state', 'Free credits are not allowed', 'the settings say allow_free_credits: false; change that first'],
  no_credit_price: [
    'state',
    'There is no credit price',
    (of) =>
      of.startsAt === undefined
        ? `set one for "${of.currency}" in the settings first`
        : `the first one for "${of.currency}" counts from ${time(of.startsAt)}; wait until then, or set one in the settings that counts sooner`,
  ],
  credits_worth_nothing: [
    'invalid',
    'The credits are worth nothing',
    (of) => `${show(of.credits)} credits at ${show(of.creditPrice)} ${of.currency} are rounded to nothing; send more credits`,
  ],
  credits_worth_too_much: [
    'invalid',
    'The credits are worth too much',
    (of) =>
      `${show(of.credits)} credits at ${show(of.creditPrice)} ${of.currency} have more than ${INTEGER_DIGITS_MAX} digits before the point; send fewer credits`,
  ],
  rejected_usage_not_found: ['not_found', 'No such rejected usage', 'list the rejected usage to find its id'],
  rejected_usage_already_replayed: ['state', 'Already replayed', 'it has been applied; there is nothing left to replay'],
  page_token_invalid: ['invalid', 'The page token is not valid', 'send next_page_token of the page before, with the same filters'],

  endpoint_exists: ['exists', 'The endpoint exists', 'its id is taken'],
  endpoint_not_found: ['not_found', 'No such endpoint', 'list the endpoints to find its id'],
  endpoint_deleted: ['state', 'The endpoint is deleted', 'create a new one'],
  endpoint_disabled: ['state', 'The endpoint is disabled', 'enable it first'],
  endpoint_id_invalid: ['invalid', 'The endpoint id is not valid', 'send 1 to 64 characters'],
  url_invalid: [
    'invalid',
    'The url is not valid',
    'send one with http or https and a host, without user name or password, at most 2,048 characters',
  ],
  unknown_event_type: ['invalid', 'No such type of webhook', (of) => `"${of.eventType}" is none, such as "wallet.low_balance"`],
  description_too_long: ['invalid', 'The description is too long', 'send at most 256 characters'],
  secret_invalid: ['invalid', 'The secret is not valid', 'send "whsec_" and the base64 of 24 to 64 bytes'],
  secret_unchanged: ['state', 'The secret is the one in use', 'send another one'],
  too_many_open_deliveries: ['limit', 'Too many deliveries are open', 'wait until some of them have ended, or disable the endpoint'],
  resend_too_large: ['invalid', 'Too many deliveries at a time', 'ask for fewer'],
  delivery_not_found: ['not_found', 'No such delivery', (of) => `"${of.webhookId}" was not sent to this endpoint`],
};

export const refusalCodes = Object.keys(ANSWERS);

export function refusalAnswer(refusal: AnyRefusal): [{ code: string; grpc: GrpcStatus; http: number; title: string }, string] {
  // The table gives each code the detail of that very code: TypeScript cannot follow that through an index.
  const [sort, title, detail] = ANSWERS[refusal.code] as Answer<never>;
  const text = typeof detail === 'string' ? detail : (detail as (of: AnyRefusal) => string)(refusal);
  return [{ code: refusal.code.toUpperCase(), ...STATUS[sort], title }, text];
}

/** The refusal's figures as text, by snake_case name. */
export const factsOf = ({ code: _, ...facts }: AnyRefusal): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), factText(name, value)]),
  );

function factText(name: string, value: unknown): string {
  if (typeof value === 'bigint') return formatAmount(value as Amount);
  return typeof value === 'number' && name.endsWith('At') ? formatInstant(value as Instant) : String(value);
}
