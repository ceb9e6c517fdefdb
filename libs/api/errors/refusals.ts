/** Every refusal with its answer on both transports. A refusal that is added to a domain does not compile until it has one here. */
import { type Amount, formatAmount, formatInstant, type Instant, INTEGER_DIGITS_MAX, ZERO } from '@drawdown/domain/amounts';
import { MANUAL } from '@drawdown/engine/payments';
import type { GrpcStatus } from './grpc-status';
import type { AnyRefusal, Facts, RefusalCode } from './any-refusal';

/** The kind of refusal. It decides the status on each transport. */
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
  amount_negative: ['invalid', 'The amount is below zero', (refusal) => `send zero or more, not ${show(refusal.amount)}`],
  not_whole_minor_units: [
    'invalid',
    'The amount is no whole number of minor units',
    (refusal) => `${show(refusal.amount)} has more than ${refusal.minorUnitDigits} digits after the point; send an amount that can be paid`,
  ],
  grant_never_effective: [
    'invalid',
    'The grant would never count',
    (refusal) => `it expires at ${time(refusal.expiresAt)}, before it could cover anything; send a later expires_at`,
  ],
  purchase_already_expired: [
    'invalid',
    'The purchase would have expired',
    (refusal) => `${time(refusal.expiresAt)} is past; send a later expires_at`,
  ],
  purchase_not_found: ['not_found', 'No such purchase', (refusal) => `there never was a purchase "${refusal.purchaseId}" of this balance`],
  too_many_purchases: [
    'limit',
    'Too many purchases are pending',
    (refusal) => `at most ${refusal.max} may be pending at a time; confirm or fail some first`,
  ],
  purchases_pending: [
    'state',
    'Purchases are pending',
    (refusal) =>
      `${counted(refusal.purchases, 'purchase is', 'purchases are')} pending; confirm or fail ${refusal.purchases === 1 ? 'it' : 'them'} first`,
  ],
  portal_purchases_not_allowed: [
    'state',
    'Customers may not buy by themselves',
    'the settings say allow_portal_purchases: false; change that first',
  ],
  purchase_not_payable: [
    'invalid',
    'The amount cannot be paid',
    (refusal) => `${show(refusal.amount)} ${refusal.currency} is not above zero in whole minor units; ask for an amount that is`,
  ],
  purchase_below_minimum: [
    'invalid',
    'The purchase is below the minimum',
    (refusal) => `${show(refusal.amount)} ${refusal.currency} asked, at least ${show(refusal.minimum)} may be; ask for more`,
  ],
  purchase_above_maximum: [
    'invalid',
    'The purchase is above the maximum',
    (refusal) => `${show(refusal.amount)} ${refusal.currency} asked, at most ${show(refusal.maximum)} may be; ask for less`,
  ],
  payment_provider_not_set_up: [
    'state',
    'The payment provider is not set up',
    (refusal) => `"${refusal.provider}" is not set up here; these are: ${refusal.known}`,
  ],
  purchase_refused_by_provider: [
    'state',
    'The payment provider refuses the purchase',
    (refusal) => `${refusal.detail} (${refusal.reason}); purchase "${refusal.purchaseId}" has failed, start another one`,
  ],
  purchase_of_other_provider: [
    'state',
    'Another provider takes the money of the purchase',
    (refusal) =>
      `"${refusal.provider}" takes the money of purchase "${refusal.purchaseId}", so "${refusal.reportedBy}" cannot confirm it; ${refusal.provider === MANUAL ? 'confirm it by hand' : `the signed notifications of "${refusal.provider}" do`}`,
  ],
  payment_event_conflict: [
    'conflict',
    'The event was reported with other contents',
    (refusal) =>
      `event "${refusal.eventId}" was reported with other contents; send it again unchanged, or give this report an event_id of its own`,
  ],
  purchase_flagged: [
    'state',
    'Nothing was credited',
    (refusal) =>
      refusal.creditedTo === undefined
        ? `the notification about purchase "${refusal.purchaseId}" is recorded as ${refusal.reason}; a person has to look at it`
        : `payment "${refusal.paymentId ?? ''}" was credited to purchase "${refusal.creditedTo}" before (${refusal.reason}); if it pays for "${refusal.purchaseId}" too, confirm that with a payment_id for its share, such as "${refusal.paymentId ?? ''}/2"`,
  ],
  invalid_payment_notification: ['invalid', 'The notification is not valid', (refusal) => `${refusal.detail} (${refusal.problem})`],
  billed_exceeds_unbilled: [
    'state',
    'More is billed than is unbilled',
    (refusal) => `${show(refusal.billed)} asked, ${show(refusal.unbilled)} unbilled; bill less, or leave it to the default`,
  ],
  invoice_conflict: [
    'conflict',
    'The invoice was paid with another amount',
    (refusal) =>
      `invoice "${refusal.invoiceId}" was paid with ${show(refusal.due)} due and ${show(refusal.billed)} billed; send the first request again, or use the id of the other invoice`,
  ],
  invoice_not_paid: ['not_found', 'No payment of this invoice', (refusal) => `the wallet paid nothing of invoice "${refusal.invoiceId}"`],
  invoice_in_other_currency: [
    'state',
    'The invoice is in another currency',
    (refusal) => `the wallet holds "${refusal.walletCurrency}", the invoice is in "${refusal.currency}"; pay it by other means`,
  ],
  reversal_conflict: [
    'conflict',
    'The reversal id was used for another reversal',
    (refusal) => `reversal "${refusal.reversalId}" was carried out with another request; send the first request again, or use another id`,
  ],
  payment_not_found: ['not_found', 'No such payment', 'this balance made no such payment'],
  payment_final: ['state', 'The payment is final', 'it is too old to be reversed, or of a balance that was closed; add credits instead'],
  nothing_to_reverse: [
    'state',
    'There is nothing to return',
    (refusal) =>
      refusal.paid === ZERO
        ? 'nothing was paid: the invoice settled usage alone, and its usage stays billed'
        : `all that was paid, ${show(refusal.paid)}, was returned already`,
  ],
  reversal_exceeds_payment: [
    'state',
    'More is asked than is left of the payment',
    (refusal) => `${show(refusal.requested)} asked, ${show(refusal.left)} not returned yet; ask for less`,
  ],
  too_many_grants: [
    'limit',
    'Too many grants',
    (refusal) => `at most ${refusal.max} grants may have value at a time; let some be used up first`,
  ],
  too_many_holds: [
    'limit',
    'Too many holds',
    (refusal) => `at most ${refusal.max} holds may be open at a time; capture or release some first`,
  ],
  too_many_limits: ['invalid', 'Too many limits', (refusal) => `send at most ${refusal.max}`],
  duplicate_limit: ['invalid', 'A limit is given twice', (refusal) => `limit_id "${refusal.limitId}" may be given once only`],
  limit_out_of_range: [
    'invalid',
    'A limit is out of range',
    (refusal) => `limit "${refusal.limitId}" must not be negative, and a percentage must be above 0 and at most 100`,
  ],
  grant_not_found: ['not_found', 'No such grant', (refusal) => `there never was a grant "${refusal.grantId}" in this balance`],
  grant_held: [
    'state',
    'The grant is held',
    (refusal) => `${show(refusal.held)} of grant "${refusal.grantId}" is held; capture or release the holds first`,
  ],
  nothing_to_void: [
    'state',
    'Nothing is left of the grant',
    (refusal) =>
      `grant "${refusal.grantId}" is spent, has expired or was voided already; there is nothing to take back, so leave it as it is`,
  ],
  hold_not_open: ['not_found', 'No such open hold', (refusal) => `hold "${refusal.holdId}" does not exist or has ended`],
  hold_already_expired: [
    'invalid',
    'The hold would have expired',
    (refusal) => `${time(refusal.expiresAt)} is past; send a later expires_at`,
  ],
  capture_exceeds_hold: [
    'state',
    'More is captured than is held',
    (refusal) =>
      `${show(refusal.requested)} asked, ${show(refusal.held)} held; capture less, or allow the rest with overrun "from_available"`,
  ],
  holds_open: [
    'state',
    'Holds are open',
    (refusal) => `${counted(refusal.holds, 'hold is', 'holds are')} open; capture or release ${refusal.holds === 1 ? 'it' : 'them'} first`,
  ],
  usage_unbilled: [
    'state',
    'Usage waits for its invoice',
    (refusal) => `${show(refusal.unbilled)} is not billed yet; settle it with an invoice first`,
  ],
  insufficient_credits: [
    'unpaid',
    'Not enough is available',
    (refusal) => `${show(refusal.requested)} asked, ${show(refusal.available)} available; top up or ask for less`,
  ],

  credit_product_not_found: ['not_found', 'No such credit product', 'create it first'],
  credit_product_exists: ['exists', 'The credit product exists', (refusal) => `"${refusal.creditProductId}" is taken; choose another id`],
  invalid_name: ['invalid', 'The name is not valid', (refusal) => refusal.detail],
  invalid_unit: ['invalid', 'The unit is not valid', (refusal) => refusal.detail],
  meter_not_found: ['not_found', 'No such meter', (refusal) => `the credit product has no meter "${refusal.meterId}"`],
  meter_exists: [
    'exists',
    'The meter exists',
    (refusal) => `the credit product has a meter "${refusal.meterId}" already; choose another id`,
  ],
  meter_retired: [
    'state',
    'The meter is retired',
    (refusal) => `meter "${refusal.meterId}" is retired from ${time(refusal.retiredAt)}; add a new one`,
  ],
  too_many_meters: ['limit', 'Too many meters', (refusal) => `a credit product has at most ${refusal.max}`],
  mixed_meters: [
    'state',
    'The meters draw on different things',
    (refusal) =>
      `the other meters of the credit product draw on ${refusal.drawsOn === 'credit_balance' ? 'the wallet' : 'its credit balance'}, so meter "${refusal.meterId}" cannot draw on ${refusal.drawsOn}; make a credit product for it`,
  ],
  invalid_event_type: [
    'invalid',
    'The event type is not valid',
    (refusal) => `event_type of meter "${refusal.meterId}": ${refusal.detail}`,
  ],
  too_many_filters: ['invalid', 'Too many filters', (refusal) => `meter "${refusal.meterId}" may have at most ${refusal.max}`],
  invalid_path: ['invalid', 'A path is not valid', (refusal) => `path "${refusal.path}" of meter "${refusal.meterId}": ${refusal.detail}`],
  invalid_filter_value: [
    'invalid',
    'A filter value is not valid',
    (refusal) => `filter "${refusal.path}" of meter "${refusal.meterId}": ${refusal.detail}`,
  ],
  too_many_weights: [
    'limit',
    'Too many weights',
    (refusal) => `meter "${refusal.meterId}" may have at most ${refusal.max}; add a new meter`,
  ],
  weight_negative: [
    'invalid',
    'The weight is negative',
    (refusal) => `meter "${refusal.meterId}" must weigh zero or more, not ${show(refusal.weight)}`,
  ],

  test_clock_off: [
    'state',
    'There is no test clock',
    'the service tells the real time; start one with TEST_CLOCK=true and files of its own',
  ],
  test_clock_backwards: ['invalid', 'Time moves forwards only', (refusal) => `it is ${time(refusal.clockAt)}; send a later time`],
  test_clock_too_far: ['invalid', 'That is too far at a time', (refusal) => `at most ${refusal.max} seconds; go there in several steps`],

  auto_top_up_not_configured: ['not_found', 'There is no auto top-up', 'it was never set up for the customer; set it first'],
  auto_top_up_policy_invalid: ['invalid', 'The auto top-up cannot be set', (refusal) => `${refusal.field} ${refusal.detail}`],
  auto_top_up_disabled: ['state', 'The auto top-up is off', 'it is turned off; set it first'],
  auto_top_up_not_suspended: ['state', 'There is nothing to resume', 'it is neither suspended nor backing off'],
  auto_top_up_request_unknown: ['not_found', 'No such request', (refusal) => `the auto top-up never made a request "${refusal.requestId}"`],

  idempotency_conflict: [
    'conflict',
    'The key was used for another request',
    (refusal) => `"${refusal.key}" belongs to a request with another body; choose a new key`,
  ],

  customer_not_found: ['not_found', 'No such customer', (refusal) => `"${refusal.customerId}" is not known; create the customer first`],
  customer_exists: [
    'exists',
    'The customer exists',
    (refusal) => `"${refusal.customerId}" is registered, with currency ${refusal.currency}`,
  ],
  unknown_currency: [
    'invalid',
    'No such currency',
    (refusal) => `"${refusal.currency}" is no ISO 4217 code of legal tender, such as "EUR"`,
  ],
  duplicate_currency: ['invalid', 'A currency is given twice', (refusal) => `"${refusal.currency}" may be given once only`],
  price_not_positive: [
    'invalid',
    'The price is not above zero',
    (refusal) => `send a price above zero for "${refusal.currency}", not ${show(refusal.price)}`,
  ],
  too_many_prices: [
    'limit',
    'Too many prices',
    (refusal) => `"${refusal.currency}" may have at most ${refusal.max} prices in its history; leave it out, and its price stays`,
  ],
  limit_currency_missing: [
    'invalid',
    'A limit has no currency',
    (refusal) => `limit "${refusal.limitId}" is an amount: add its currency, or send a percentage`,
  ],
  portal_limit_not_payable: [
    'invalid',
    'The amount cannot be paid',
    (refusal) => `send a ${refusal.bound} of "${refusal.currency}" above zero, in whole minor units, not ${show(refusal.amount)}`,
  ],
  portal_minimum_above_maximum: [
    'invalid',
    'The minimum is above the maximum',
    (refusal) =>
      `${show(refusal.minimum)} is more than ${show(refusal.maximum)}, of "${refusal.currency}"; send a minimum that is at most the maximum`,
  ],
  settings_revision_conflict: [
    'precondition',
    'The settings have changed',
    (refusal) => `they are at revision ${refusal.actual}, not ${refusal.expected}; read them and try again`,
  ],
  wallets_disabled: ['state', 'Wallets are disabled', 'the settings say enabled: false; change that first'],
  free_credits_not_allowed: ['state', 'Free credits are not allowed', 'the settings say allow_free_credits: false; change that first'],
  no_credit_price: [
    'state',
    'There is no credit price',
    (refusal) =>
      refusal.startsAt === undefined
        ? `set one for "${refusal.currency}" in the settings first`
        : `the first one for "${refusal.currency}" counts from ${time(refusal.startsAt)}; wait until then, or set one in the settings that counts sooner`,
  ],
  credits_worth_nothing: [
    'invalid',
    'The credits are worth nothing',
    (refusal) =>
      `${show(refusal.credits)} credits at ${show(refusal.creditPrice)} ${refusal.currency} are rounded to nothing; send more credits`,
  ],
  credits_worth_too_much: [
    'invalid',
    'The credits are worth too much',
    (refusal) =>
      `${show(refusal.credits)} credits at ${show(refusal.creditPrice)} ${refusal.currency} have more than ${INTEGER_DIGITS_MAX} digits before the point; send fewer credits`,
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
  unknown_event_type: ['invalid', 'No such type of webhook', (refusal) => `"${refusal.eventType}" is none, such as "wallet.low_balance"`],
  description_too_long: ['invalid', 'The description is too long', 'send at most 256 characters'],
  secret_invalid: ['invalid', 'The secret is not valid', 'send "whsec_" and the base64 of 24 to 64 bytes'],
  secret_unchanged: ['state', 'The secret is the one in use', 'send another one'],
  too_many_open_deliveries: ['limit', 'Too many deliveries are open', 'wait until some of them have ended, or disable the endpoint'],
  resend_too_large: ['invalid', 'Too many deliveries at a time', 'ask for fewer'],
  delivery_not_found: ['not_found', 'No such delivery', (refusal) => `"${refusal.webhookId}" was not sent to this endpoint`],
};

export const refusalCodes = Object.keys(ANSWERS);

export function refusalAnswer(refusal: AnyRefusal): [{ code: string; grpc: GrpcStatus; http: number; title: string }, string] {
  // The table gives each code the detail of that very code: TypeScript cannot follow that through an index.
  const [sort, title, detail] = ANSWERS[refusal.code] as Answer<never>;
  const text = typeof detail === 'string' ? detail : (detail as (refusal: AnyRefusal) => string)(refusal);
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
