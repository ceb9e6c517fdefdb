/**
 * A moment, in whole milliseconds since 1970-01-01T00:00:00Z. Finer digits of an incoming time are cut off, never rounded:
 * boundaries of grants are whole milliseconds, so "not before" and "before" stay exact.
 */

declare const brand: unique symbol;
export type Instant = number & { readonly [brand]: 'Instant' };

// RFC 3339, section 5.6. Upper or lower case T and Z; an offset is read; a leap second is refused.
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads an RFC 3339 time. Undefined when the text is not one, or names a day or hour that does not exist. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const wall = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!, +fraction.slice(0, 3).padEnd(3, '0'));
  const check = new Date(wall);
  const exists =
    check.getUTCFullYear() === +year! && check.getUTCMonth() === +month! - 1 && check.getUTCDate() === +day! &&
    +hour! < 24 && +minute! < 60 && +second! < 60 && +offsetHour < 24 && +offsetMinute < 60;
  if (!exists) return undefined;
  const offset = (+offsetHour * 60 + +offsetMinute) * 60_000;
  return (sign === '-' ? wall + offset : wall - offset) as Instant;
}

export const instant = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new RangeError(`not an RFC 3339 time: ${text}`);
  return parsed;
};

export const formatInstant = (at: Instant): string => new Date(at).toISOString();
export const later = (at: Instant, ms: number): Instant => (at + ms) as Instant;
