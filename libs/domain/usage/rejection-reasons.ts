/**
 * Every way in which usage can be rejected. Codes are stable: they stand in the rejected topic, in logs and in answers.
 * The explanation is for whoever reads the list; the `detail` of a rejection names the field and the remedy.
 */
export const REJECTION_REASONS = {
  // The message as bytes and as JSON.
  payload_empty: 'the message has no body',
  payload_too_large: 'the body of the event is larger than a usage event may be',
  batch_too_large: 'the batch has more events than one request may carry',
  headers_too_large: 'the record has more headers, or more bytes in them, than usage may have',
  not_utf8: 'the body or a header is not UTF-8',
  malformed_json: 'the body is not JSON as RFC 8259 defines it',
  invalid_number: 'a number is not written as JSON writes numbers, such as NaN, Infinity or 01',
  duplicate_key: 'an object has the same key twice, or a header came twice',
  lone_surrogate: 'a string holds half of a surrogate pair',
  nul_character: 'a string holds U+0000',
  nested_too_deep: 'objects and lists are nested too deep',

  // The message as a CloudEvent.
  unsupported_content_type: 'the content type is none that usage can come in',
  not_a_cloud_event: 'the body is JSON but not a CloudEvent object',
  unsupported_specversion: 'the CloudEvents version is not 1.0',
  missing_field: 'a required attribute is absent, or null',
  wrong_type: 'an attribute or the data has another JSON type than it must have',
  empty_field: 'an attribute is an empty string',
  too_long: 'an attribute has more bytes than its limit',
  control_character: 'an attribute holds a control character, or the customer id one that shows nothing, such as U+200B',
  white_space_at_ends: 'the customer id begins or ends with white space',
  dot_segment: 'the customer id is "." or "..", which cannot stand in the path of a URL',
  invalid_time: 'the time is not an RFC 3339 time that exists',
  unsupported_data_content_type: 'the data is declared to be something else than JSON',
  data_base64_unsupported: 'the data came as data_base64 instead of data',
  unknown_field: 'a field is neither an attribute of CloudEvents nor a legal name of an extension',
  invalid_extension: 'an extension attribute is neither a string, a boolean nor a 32-bit integer',

  // Rating.
  no_matching_meter: 'no meter in force at the time of the usage selects the event',
  quantity_missing: 'a meter selects the event but its quantity is absent, or null',
  quantity_not_a_number: 'the quantity is neither a JSON number nor a decimal string',
  quantity_negative: 'the quantity is below zero',
  quantity_too_many_digits: 'the quantity has more digits after the point than an amount keeps',
  number_out_of_range: 'the quantity, or the credits it makes, has more digits before the point than an amount keeps',

  // On the way from rating to the ledger.
  not_rated: 'the record of rated usage does not say legally what parsing and rating found',

  // The ledger.
  unknown_customer: 'the customer does not exist',
  no_credit_balance: 'the customer has no credit balance of a product that the event draws on',
  credit_balance_closed: 'the credit balance was closed before the usage arrived',
  no_wallet: 'the event draws on a wallet and the customer has none',
  wallet_closed: 'the wallet was closed before the usage arrived',
  no_credit_price: 'no price of a wallet credit was in force at the time of the usage, in the currency of the wallet',
  usage_conflict: 'another event with the same source and id was applied before; the first stands',
  too_late: 'the event is older than the dedupe window, so it may be a repeat',
  time_in_future: 'the time is further ahead of the ledger than clocks may differ',
} as const satisfies Readonly<Record<string, string>>;

export type RejectionReason = keyof typeof REJECTION_REASONS;
export const isRejectionReason = (text: string): text is RejectionReason => Object.hasOwn(REJECTION_REASONS, text);

export interface Rejection {
  readonly reason: RejectionReason;
  /** A sentence that names the field and the remedy. */
  readonly detail: string;
  /** The attribute, or the path from `data` on. */
  readonly field?: string;
}

export const reject = (reason: RejectionReason, detail: string, field?: string): { readonly rejection: Rejection } => ({
  rejection: field === undefined ? { reason, detail } : { reason, detail, field },
});
