/**
 * A usage event out of the attributes and data of a CloudEvent (CloudEvents 1.0.2, sections 3 and 4). Strict: what is not
 * legal is refused by name. The content modes that lead here are in usage-message.ts.
 *
 * Lenient in two places, on purpose: `source` and `dataschema` may be any printable text, not only a URI reference, and the
 * names of extensions may be longer than the 20 characters that the specification recommends.
 */
import { hash } from 'node:crypto';
import { formatInstant, type Instant, parseInstant } from '@drawdown/domain/amounts';
import { CUSTOMER_ID_BYTES_MAX, customerIdProblem, type IdProblem, textProblem } from './ids';
import { canonicalText, type JsonNode, JsonNumber, JsonObject, quoted } from './json-node';
import { reject, type Rejection } from './rejection-reasons';

/** UTF-8 bytes of one usage event, or of the data of one in binary mode. */
export const PAYLOAD_BYTES_MAX = 64 * 1024;
/** UTF-8 bytes of each attribute. */
export const ID_BYTES_MAX = 256;
export const SOURCE_BYTES_MAX = 512;
export const TYPE_BYTES_MAX = 256;
export const SUBJECT_BYTES_MAX = CUSTOMER_ID_BYTES_MAX;
export const DATASCHEMA_BYTES_MAX = 512;
export const EXTENSION_NAME_CHARACTERS_MAX = 64;
/** CloudEvents integers have 32 bits. */
const EXTENSION_INTEGER_MIN = -2_147_483_648;
const EXTENSION_INTEGER_MAX = 2_147_483_647;
const BODY_HASH_HEX_DIGITS = 16;

export interface UsageEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** The customer id. */
  readonly subject: string;
  /** RFC 3339, as it was given; the time of the record when none was. */
  readonly time: string;
  /** `time`, read: whole milliseconds, finer digits cut off. */
  readonly usedAt: Instant;
  /** Empty when none was given. */
  readonly data: JsonObject;
  /**
   * 16 hex digits of SHA-256 over the canonical JSON of type, subject and, if they were given, data and time. Two deliveries of one
   * event in different content modes, or at different times when it has none of its own, have the same.
   */
  readonly bodyHash: string;
}

/** What of a usage event names it, as far as it could be read and is legal. */
export type Named = { readonly [Name in 'source' | 'id' | 'subject']?: string };

export type ParsedUsage =
  | { readonly usage: UsageEvent }
  /** `named` tells which event it was, whatever else is wrong with it. */
  | { readonly rejection: Rejection; readonly named?: Named };

const NAMELESS: Named = {};
export const namedBy = (parsed: ParsedUsage): Named => ('usage' in parsed ? parsed.usage : (parsed.named ?? NAMELESS));

export function namesIn({ source, id, subject }: Attributes): Named {
  return {
    ...(typeof source === 'string' && textProblem(source, SOURCE_BYTES_MAX) === undefined && { source }),
    ...(typeof id === 'string' && textProblem(id, ID_BYTES_MAX) === undefined && { id }),
    ...(typeof subject === 'string' && customerIdProblem(subject) === undefined && { subject }),
  };
}

/**
 * Attributes as they came, before any is judged. `undefined` and `null` both mean absent (CloudEvents JSON format, section 2.2).
 * `extensions` holds every other field.
 */
export interface Attributes {
  specversion: JsonNode | undefined;
  id: JsonNode | undefined;
  source: JsonNode | undefined;
  type: JsonNode | undefined;
  subject: JsonNode | undefined;
  time: JsonNode | undefined;
  datacontenttype: JsonNode | undefined;
  dataschema: JsonNode | undefined;
  data: JsonNode | undefined;
  extensions: [name: string, value: JsonNode][] | undefined;
}

export const noAttributes = (): Attributes => ({
  specversion: undefined,
  id: undefined,
  source: undefined,
  type: undefined,
  subject: undefined,
  time: undefined,
  datacontenttype: undefined,
  dataschema: undefined,
  data: undefined,
  extensions: undefined,
});

/** Puts one attribute or, for any other name, an extension. One assignment a name: a computed one costs ten times as much. */
export function setAttribute(attributes: Attributes, name: string, value: JsonNode): void {
  switch (name) {
    case 'id':
      attributes.id = value;
      return;
    case 'source':
      attributes.source = value;
      return;
    case 'type':
      attributes.type = value;
      return;
    case 'subject':
      attributes.subject = value;
      return;
    case 'time':
      attributes.time = value;
      return;
    case 'data':
      attributes.data = value;
      return;
    case 'specversion':
      attributes.specversion = value;
      return;
    case 'datacontenttype':
      attributes.datacontenttype = value;
      return;
    case 'dataschema':
      attributes.dataschema = value;
      return;
    default:
      (attributes.extensions ??= []).push([name, value]);
  }
}

/** Judges attributes in a fixed order and names the first that is wrong. `receivedAt` counts when the event has no time. */
export function usageEventOf(attributes: Attributes, receivedAt: Instant): ParsedUsage {
  const parsed = validated(attributes, receivedAt);
  return 'rejection' in parsed ? { ...parsed, named: namesIn(attributes) } : parsed;
}

/** The data of an event that has none. */
export const NO_DATA = new JsonObject([], []);

/** Past the year 9999 nothing that is written can be read again. */
const RECORD_TIME_END = Date.UTC(10_000, 0, 1);
/** Whoever writes to a queue may give a record any time at all, or none. */
export const isRecordTime = (at: Instant): boolean => at > 0 && at < RECORD_TIME_END;

function validated(attributes: Attributes, receivedAt: Instant): ParsedUsage {
  const rejection = attributesRejection(attributes);
  if (rejection) return { rejection };
  // Checked above: these are strings and the data, if there is any, is an object.
  const { id, source, type, subject } = attributes as unknown as UsageEvent;
  const sent = (attributes.data as JsonObject | null | undefined) ?? undefined;
  const given = attributes.time ?? undefined;
  if (given !== undefined && typeof given !== 'string') return { rejection: wrongType('time', 'a string') };
  const usedAt = given === undefined ? receivedAt : parseInstant(given);
  if (usedAt === undefined)
    return reject(
      'invalid_time',
      'time is not an RFC 3339 time that exists, such as "2024-03-01T12:00:00Z"; correct it or leave it out',
      'time',
    );
  if (given === undefined && !isRecordTime(receivedAt))
    return reject('invalid_time', 'the event has no time and the record that carries it has none either; send time', 'time');
  const time = given ?? formatInstant(receivedAt);
  const hashed = bodyHash(quoted(type), quoted(subject), given && quoted(given), sent);
  return { usage: { source, id, type, subject, time, usedAt, data: sent ?? NO_DATA, bodyHash: hashed } };
}

function attributesRejection(attributes: Attributes): Rejection | undefined {
  return (
    specversionRejection(attributes.specversion) ??
    textRejection('id', attributes.id, ID_BYTES_MAX) ??
    textRejection('source', attributes.source, SOURCE_BYTES_MAX) ??
    textRejection('type', attributes.type, TYPE_BYTES_MAX) ??
    subjectRejection(attributes.subject) ??
    contentTypeRejection(attributes.datacontenttype) ??
    (attributes.dataschema == null ? undefined : textRejection('dataschema', attributes.dataschema, DATASCHEMA_BYTES_MAX)) ??
    extensionsRejection(attributes.extensions) ??
    dataRejection(attributes.data)
  );
}

function specversionRejection(value: JsonNode | undefined): Rejection | undefined {
  if (value === '1.0') return undefined;
  if (value == null) return missing('specversion', 'send "specversion": "1.0"');
  if (typeof value !== 'string') return wrongType('specversion', 'the string "1.0"');
  return { reason: 'unsupported_specversion', field: 'specversion', detail: 'specversion must be "1.0"' };
}

function textRejection(field: string, value: JsonNode | undefined, bytesMax: number): Rejection | undefined {
  if (value == null) return missing(field, `send ${field} as a string`);
  if (typeof value !== 'string') return wrongType(field, 'a string');
  const problem = textProblem(value, bytesMax);
  return problem && idRejection(field, problem);
}

function subjectRejection(value: JsonNode | undefined): Rejection | undefined {
  if (value == null) return missing('subject', 'send the customer id as subject');
  if (typeof value !== 'string') return wrongType('subject', 'a string, the customer id');
  const problem = customerIdProblem(value);
  return problem && idRejection('subject', problem);
}

const idRejection = (field: string, { code, detail }: IdProblem): Rejection => ({
  reason: code,
  field,
  detail: `${field} ${detail}`,
});

const JSON_CONTENT_TYPE = /^(?:application|text)\/(?:json|[^\s;/]+\+json)\s*(?:;.*)?$/i;
export const isJsonContentType = (text: string): boolean => text === 'application/json' || JSON_CONTENT_TYPE.test(text);

function contentTypeRejection(value: JsonNode | undefined): Rejection | undefined {
  if (value == null) return undefined;
  if (typeof value !== 'string') return wrongType('datacontenttype', 'a string');
  if (isJsonContentType(value)) return undefined;
  const detail = 'datacontenttype must be JSON, such as "application/json"; send the data as a JSON object';
  return { reason: 'unsupported_data_content_type', field: 'datacontenttype', detail };
}

function dataRejection(value: JsonNode | undefined): Rejection | undefined {
  // CloudEvents makes data optional (section 3.2): an event that is counted need not say more.
  return value == null || value instanceof JsonObject ? undefined : wrongType('data', 'a JSON object');
}

const EXTENSION_NAME = /^[a-z0-9]+$/;

function extensionsRejection(extensions: Attributes['extensions']): Rejection | undefined {
  for (const [name, value] of extensions ?? []) {
    const rejection = extensionRejection(name, value);
    if (rejection) return rejection;
  }
  return undefined;
}

function extensionRejection(name: string, value: JsonNode): Rejection | undefined {
  if (name === 'data_base64')
    return {
      reason: 'data_base64_unsupported',
      field: name,
      detail: 'data_base64 is not taken; send data as a JSON object',
    };
  if (!EXTENSION_NAME.test(name) || name.length > EXTENSION_NAME_CHARACTERS_MAX) {
    const detail = `${quoted(name)} is no attribute of a usage event; extensions are named with 1 to ${EXTENSION_NAME_CHARACTERS_MAX} of a-z and 0-9; put it into data or leave it out`;
    return { reason: 'unknown_field', field: name, detail };
  }
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') {
    const problem = value === '' ? undefined : textProblem(value, Infinity);
    return problem && idRejection(name, problem);
  }
  if (value instanceof JsonNumber && isInteger32(value.text)) return undefined;
  const detail = `${name} is an extension attribute and must be a string, a boolean or a 32-bit integer; put other values into data`;
  return { reason: 'invalid_extension', field: name, detail };
}

// At most ten digits, so the float is exact.
const isInteger32 = (text: string): boolean =>
  /^-?[0-9]{1,10}$/.test(text) && Number(text) >= EXTENSION_INTEGER_MIN && Number(text) <= EXTENSION_INTEGER_MAX;

const missing = (field: string, remedy: string): Rejection => ({
  reason: 'missing_field',
  field,
  detail: `${field} is missing; ${remedy}`,
});
const wrongType = (field: string, wanted: string): Rejection => ({
  reason: 'wrong_type',
  field,
  detail: `${field} must be ${wanted}`,
});

/** @param type, subject and time as JSON writes them, with their quotes */
export function bodyHash(type: string, subject: string, time: string | undefined, data: JsonObject | undefined): string {
  const sent = data === undefined ? '' : `"data":${canonicalText(data)},`;
  const timed = time === undefined ? '' : `"time":${time},`;
  return hash('sha256', `{${sent}"subject":${subject},${timed}"type":${type}}`, 'hex').slice(0, BODY_HASH_HEX_DIGITS);
}
