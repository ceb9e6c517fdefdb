/**
 * A moment, in whole milliseconds since 1970-01-01T00:00:00Z. Finer digits of an incoming time are cut off, never rounded:
 * boundaries of grants are whole milliseconds, so "not before" and "before" stay exact.
 */

declare const brand: unique symbol;
export type Instant = number & { readonly [brand]: 'Instant' };

const MINUTE_MS = 60_000;
/** Digits of a fraction of a second that are taken. */
const FRACTION_DIGITS_MAX = 9;
// Date.UTC reads the years 0 to 99 as 1900 to 1999.
const YEAR_MIN = 100;
// An offset may lead to a year without four digits. Such a time could not be read again.
const FIRST = Date.UTC(YEAR_MIN, 0, 1);
const LAST = Date.UTC(10_000, 0, 1) - 1;

/**
 * Reads an RFC 3339 time (section 5.6). Undefined when the text is not one, or names a day or hour that does not exist.
 * Upper or lower case T and Z; an offset is read; a leap second is refused. Read by hand: every usage event has a time, and a
 * regular expression takes as long for it as for half of the event.
 */
export function parseInstant(text: string): Instant | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= YEAR_MIN && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  const minutes = minutesOf(text, 11);
  const second = digits(text, 17, 19);
  if (!(minutes >= 0 && second >= 0 && second < 60)) return undefined;
  const t = text[10];
  if (text[4] !== '-' || text[7] !== '-' || (t !== 'T' && t !== 't') || text[16] !== ':') return undefined;
  const fraction = text[19] === '.' ? digitsFrom(text, 20) : 0;
  if (text[19] === '.' && (fraction < 1 || fraction > FRACTION_DIGITS_MAX)) return undefined;
  const offset = offsetMinutes(text, fraction > 0 ? 20 + fraction : 19);
  if (offset === undefined) return undefined;
  const ms = fraction >= 3 ? digits(text, 20, 23) : fraction > 0 ? digits(text, 20, 20 + fraction) * (fraction === 1 ? 100 : 10) : 0;
  const at = Date.UTC(year, month - 1, day) + (minutes - offset) * MINUTE_MS + second * 1_000 + ms;
  return at >= FIRST && at <= LAST ? (at as Instant) : undefined;
}

const ZERO_CHAR = 0x30;

/** The number made of the characters in a range; NaN when one of them is no digit or is not there. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - ZERO_CHAR;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** How many digits stand here. */
function digitsFrom(text: string, from: number): number {
  let i = from;
  while (text.charCodeAt(i) >= ZERO_CHAR && text.charCodeAt(i) <= ZERO_CHAR + 9) i += 1;
  return i - from;
}

/** hh:mm as minutes; NaN when it is not a time of a day. */
function minutesOf(text: string, from: number): number {
  const hour = digits(text, from, from + 2);
  const minute = digits(text, from + 3, from + 5);
  return hour < 24 && minute < 60 && text[from + 2] === ':' ? hour * 60 + minute : NaN;
}

/** `Z` or an offset such as +02:00, and nothing after it. */
function offsetMinutes(text: string, at: number): number | undefined {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : undefined;
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6) return undefined;
  const minutes = minutesOf(text, at + 1);
  return Number.isNaN(minutes) ? undefined : sign === '-' ? -minutes : minutes;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysIn = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0));
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const instant = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new RangeError(`not an RFC 3339 time: ${text}`);
  return parsed;
};

let formattedAt = NaN;
let formatted = '';
/** All events of one round have the same time, so it is written many times in a row. */
export function formatInstant(at: Instant): string {
  if (at !== formattedAt) {
    formatted = new Date(at).toISOString();
    formattedAt = at;
  }
  return formatted;
}
export const later = (at: Instant, ms: number): Instant => (at + ms) as Instant;
