/** Signing secrets of Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 random bytes. */
import { type Instant, later } from '@drawdown/domain/amounts';

export const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
/** For how long after a rotation the secret before it still signs. */
const ROTATION_OVERLAP_MS = 24 * 60 * 60 * 1000;

export function isSecret(text: string): boolean {
  if (!text.startsWith(SECRET_PREFIX)) return false;
  const encoded = text.slice(SECRET_PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is no base64; only a text that comes back the same was all base64.
  return bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX && bytes.toString('base64') === encoded;
}

interface Secrets {
  readonly secret: string;
  readonly previousSecret?: { readonly secret: string; readonly validUntil: Instant };
}

/** The secrets that sign at a moment, the newest first. */
export const secretsInForce = ({ secret, previousSecret }: Secrets, at: Instant): readonly string[] =>
  previousSecret && at < previousSecret.validUntil ? [secret, previousSecret.secret] : [secret];

export const overlapEnd = (rotatedAt: Instant): Instant => later(rotatedAt, ROTATION_OVERLAP_MS);
