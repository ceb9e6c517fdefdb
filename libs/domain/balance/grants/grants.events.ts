/** The events of grants. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { due, figures, movement } from '../figures';
import { allocation, conversion, grantTerms } from './grant';

const at = shape.instant;

export const grantEvents = {
  ToppedUp: shape.record({
    at,
    grant: grantTerms,
    conversion: shape.maybe(conversion),
    /** The purchase that paid for it. */
    purchaseId: shape.maybe(shape.text),
    ...movement,
  }),
  /** The rest of a grant was taken back. */
  TopUpVoided: shape.record({ at, grantId: shape.text, amount: shape.amount, reason: shape.text, ...movement }),
  CreditsDeducted: shape.record({
    at,
    amount: shape.amount,
    reason: shape.text,
    /** The account's own reference. */
    reference: shape.maybe(shape.text),
    allocation,
    ...movement,
  }),
} as const;

export const expiryEvents = {
  GrantExpired: shape.record({ ...due, grantId: shape.text, expiresAt: at, amount: shape.amount, ...movement }),
  /** Value will be lost soon. Once for each grant, EXPIRY_WARNING_LEAD_MS ahead. */
  GrantExpiring: shape.record({ ...due, grantId: shape.text, expiresAt: at, /** What is left of it. */ amount: shape.amount, figures }),
  GrantBecameEffective: shape.record({ ...due, grantId: shape.text, effectiveAt: at, figures }),
} as const;
