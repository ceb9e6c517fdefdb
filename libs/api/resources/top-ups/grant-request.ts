/** The fields of a requested grant, for wallets and credit balances. */
import { type GrantRequest, ORIGIN_NAMES, ORIGIN_OF_STARTING_GRANTS, PRIORITY_DEFAULT, PRIORITY_MAX } from '@drawdown/domain/balance';
import { optional } from '@drawdown/domain/decider';
import type { RequestOf } from '@drawdown/api/contract';
import type { Fields } from '../request/fields';

export const REFERENCE_LENGTH_MAX = 256;
export const REASON_LENGTH_MAX = 256;

type TermsRequest = Pick<RequestOf<'AddCredits'>, 'origin' | 'priority' | 'effective_at' | 'expires_at' | 'reference' | 'metadata'>;

/** Without the amount, which a wallet is given in credits and keeps in money. */
export function readTerms(from: Fields<TermsRequest>): Omit<GrantRequest, 'amount'> {
  return {
    origin: from.word('origin', ORIGIN_NAMES),
    priority: from.integer('priority', 0, PRIORITY_MAX) ?? PRIORITY_DEFAULT,
    ...optional('effectiveAt', from.optionalInstant('effective_at')),
    ...optional('expiresAt', from.optionalInstant('expires_at')),
    ...optional('reference', from.optionalText('reference', REFERENCE_LENGTH_MAX)),
    ...optional('metadata', from.metadata()),
  };
}

/** The credits that a balance begins with: they cover usage of any time and never expire. */
export const startingGrant = (amount: GrantRequest['amount']): GrantRequest => ({
  origin: ORIGIN_OF_STARTING_GRANTS,
  priority: PRIORITY_DEFAULT,
  amount,
});
