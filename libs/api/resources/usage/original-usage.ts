/** The kept original of rejected usage, and its reader. */
import type { Instant } from '@drawdown/domain/amounts';
import { bodyText, type ParsedUsage, parseStructured } from '@drawdown/domain/usage';

export { structuredText } from '@drawdown/domain/usage';

/** Bytes of an original. A longer one was rejected for its size and would be again, so its beginning is enough. */
export const ORIGINAL_BYTES_KEPT_MAX = 128 * 1024;

interface KeptOriginal {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
}

export function keptOriginal(text: string): KeptOriginal {
  const bytes = Buffer.from(text);
  // A copy: the text may be a slice that keeps a whole batch alive.
  if (bytes.length <= ORIGINAL_BYTES_KEPT_MAX) return { text: bytes.toString(), encoding: 'utf8' };
  // The cut is between bytes and not between characters. Only base64 keeps it unchanged.
  return { text: bytes.subarray(0, ORIGINAL_BYTES_KEPT_MAX).toString('base64'), encoding: 'base64' };
}

export const originalBytes = ({ text, encoding }: KeptOriginal): Buffer => Buffer.from(text, encoding);

/** @param receivedAt when it was rejected first: counts for an event without a time, as it did then */
export function parseOriginal(original: KeptOriginal, receivedAt: Instant): ParsedUsage {
  const body = bodyText(originalBytes(original));
  return 'rejection' in body ? body : parseStructured(body.text, receivedAt);
}
