/** Retry-After (RFC 9110, section 10.2.3): a number of seconds, or a date. */
import type { Instant } from '@drawdown/domain/amounts';

// IMF-fixdate, the one form that senders make (RFC 9110, section 5.6.7).
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds from `now`; undefined when the field says nothing that can be read, or names a time that has passed. */
export function retryAfterMs(field: string | undefined, now: Instant): number | undefined {
  const text = field?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const until = IMF_FIXDATE.test(text) ? Date.parse(text) : NaN;
  return until > now ? until - now : undefined;
}
