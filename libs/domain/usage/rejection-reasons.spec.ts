import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REJECTION_REASONS } from './rejection-reasons';

/** Decided by the ledger, and tested there. */
const OF_THE_LEDGER = [
  'credit_balance_closed',
  'no_credit_balance',
  'no_credit_price',
  'no_wallet',
  'not_rated',
  'time_in_future',
  'too_late',
  'unknown_customer',
  'usage_conflict',
  'wallet_closed',
];

/** Codes are stored and sent out: one may be added here, none changed or taken away. */
const STABLE = [
  'batch_too_large',
  'control_character',
  'credit_balance_closed',
  'data_base64_unsupported',
  'dot_segment',
  'duplicate_key',
  'empty_field',
  'headers_too_large',
  'invalid_extension',
  'invalid_number',
  'invalid_time',
  'lone_surrogate',
  'malformed_json',
  'missing_field',
  'nested_too_deep',
  'no_credit_balance',
  'no_credit_price',
  'no_matching_meter',
  'no_wallet',
  'not_a_cloud_event',
  'not_rated',
  'not_utf8',
  'nul_character',
  'number_out_of_range',
  'payload_empty',
  'payload_too_large',
  'quantity_missing',
  'quantity_negative',
  'quantity_not_a_number',
  'quantity_too_many_digits',
  'time_in_future',
  'too_late',
  'too_long',
  'unknown_customer',
  'unknown_field',
  'unsupported_content_type',
  'unsupported_data_content_type',
  'unsupported_specversion',
  'usage_conflict',
  'wallet_closed',
  'white_space_at_ends',
  'wrong_type',
];

describe('the reasons of a rejection', () => {
  it('are these and stay so', () => expect(Object.keys(REJECTION_REASONS).sort()).toEqual(STABLE));

  it('are each reached by a test of this lib, but for those of the ledger', () => {
    const specs = readdirSync(__dirname).filter((name) => name.endsWith('.spec.ts') && !name.startsWith('rejection-reasons'));
    const text = specs.map((name) => readFileSync(join(__dirname, name), 'utf8')).join('\n');
    const missing = STABLE.filter((reason) => !text.includes(`'${reason}'`));
    expect(missing).toEqual(OF_THE_LEDGER);
  });

  it('are explained in a line each', () => {
    for (const explanation of Object.values(REJECTION_REASONS)) expect(explanation).toMatch(/^[a-z].{10,140}[^.]$/);
  });
});
