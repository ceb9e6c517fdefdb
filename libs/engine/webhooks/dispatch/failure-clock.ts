/** For how long an endpoint has done nothing but fail. Pure. */
import type { Instant } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';

/** An endpoint that has only failed for this long is disabled, and the account is notified. */
export const ONLY_FAILURES_MAX_MS = 5 * 24 * 60 * 60 * 1000;
/**
 * Longer than any pause between two attempts of one delivery. An endpoint that was not tried for so long starts its clock anew:
 * one bad message a fortnight ago and one today are not a fortnight of failures.
 */
export const QUIET_MS = 48 * 60 * 60 * 1000;

export const failureClock = shape.record({ since: shape.instant, last: shape.instant });
export type FailureClock = shape.TypeOf<typeof failureClock>;

export function afterAttempt(clock: FailureClock | undefined, delivered: boolean, at: Instant): FailureClock | undefined {
  if (delivered) return undefined;
  if (!clock || at - clock.last > QUIET_MS) return { since: at, last: at };
  return at > clock.last ? { since: clock.since, last: at } : clock;
}

/** `enabledAt`: failures before the endpoint was last enabled are forgiven. */
export const onlyFails = (clock: FailureClock | undefined, enabledAt: Instant | undefined): boolean =>
  clock !== undefined && clock.last - Math.max(clock.since, enabledAt ?? clock.since) >= ONLY_FAILURES_MAX_MS;
