/** When a failed delivery is tried again. Pure: the same delivery and attempt always give the same moment. */
import { createHash } from 'node:crypto';
import { type Instant, later } from '@drawdown/domain/amounts';
import { QUIET_MS } from '../dispatch/failure-clock';

/** Pauses after the first attempt, the second, and so on. */
export const SCHEDULE_DEFAULT = '5s 5m 30m 2h 5h 10h 14h 20h 24h';
const SCHEDULE_STEPS_MAX = 50;
/** Each pause is made longer by up to so much of itself, so that what failed together does not return together. */
const JITTER_MAX_PERCENT = 10;
/** A receiver that asks for patience gets at most so much. */
const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000;

export interface Schedule {
  /** Milliseconds. One pause fewer than attempts. */
  readonly pauses: readonly number[];
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads pauses such as "5s 5m 2h". @throws RangeError naming the part that is none, or is 0 or longer than allowed. */
export function parseSchedule(text: string): Schedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length > SCHEDULE_STEPS_MAX) throw new RangeError(`a schedule has at most ${SCHEDULE_STEPS_MAX} pauses`);
  return { pauses: parts.map(parsePause) };
}

function parsePause(part: string): number {
  const match = /^([1-9][0-9]{0,5})([smhd])$/.exec(part);
  if (!match) throw new RangeError(`"${part}" is no pause: write a whole number and s, m, h or d, such as 5m`);
  const pause = Number(match[1]) * UNITS[match[2]!]!;
  // A pause that the failure clock takes for silence would keep a dead endpoint from ever being disabled.
  if (pause * (1 + JITTER_MAX_PERCENT / 100) >= QUIET_MS) throw new RangeError(`"${part}" is too long: a pause is at most 43h`);
  return pause;
}

/**
 * When the attempt after `attempt` (from 1) is due, counted from `failedAt`; undefined when that was the last one.
 * `retryAfterMs` is what the receiver asked for (RFC 9110, section 10.2.3): it can only put the attempt off.
 */
export function nextAttempt(
  schedule: Schedule,
  webhookId: string,
  attempt: number,
  failedAt: Instant,
  retryAfterMs = 0,
): Instant | undefined {
  const pause = schedule.pauses[attempt - 1];
  if (pause === undefined) return undefined;
  const jittered = pause + Math.floor(pause * (JITTER_MAX_PERCENT / 100) * fraction(webhookId, attempt));
  return later(failedAt, Math.max(jittered, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)));
}

/** From 0 up to 1, spread evenly over deliveries and attempts. */
const fraction = (webhookId: string, attempt: number): number =>
  createHash('sha256').update(`${webhookId}:${attempt}`).digest().readUInt32BE() / 2 ** 32;
