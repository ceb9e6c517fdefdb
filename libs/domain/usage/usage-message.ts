/**
 * The forms in which usage arrives: CloudEvents structured and binary mode, the batch format, and JSON that carries the
 * attributes without a header that says so (as `kcat` and OpenMeter's producers send it; `subject` is the customer there too).
 * Sources: CloudEvents 1.0.2, its JSON event format, its HTTP and Kafka protocol bindings.
 */
import { isUtf8 } from 'node:buffer';
import type { Instant } from '@drawdown/domain/amounts';
import { type JsonNode, JsonObject } from './json-node';
import type { JsonProblem, JsonProblemCode } from './json-problem';
import { reject, type Rejection, type RejectionReason } from './rejection-reasons';
import { type JsonResult, parseJson, parseJsonList } from './strict-json';
import {
  type Attributes,
  isJsonContentType,
  type Named,
  namesIn,
  noAttributes,
  PAYLOAD_BYTES_MAX,
  type ParsedUsage,
  setAttribute,
  usageEventOf,
} from './usage-event';
import { UsageScanner } from './usage-scanner';

/** Usage events of one batch. */
export const BATCH_EVENTS_MAX = 1_000;

export const STRUCTURED_CONTENT_TYPE = 'application/cloudevents+json';
export const BATCH_CONTENT_TYPE = 'application/cloudevents-batch+json';

/** One event of a batch, with the very text it came as. */
export interface BatchEntry {
  readonly text: string;
  readonly parsed: ParsedUsage;
}
type ParsedBatch = { readonly entries: readonly BatchEntry[] } | { readonly rejection: Rejection };

/** The text of a body, or why it has none. */
export function bodyText(body: Uint8Array): { readonly text: string } | { readonly rejection: Rejection } {
  if (body.length === 0) return reject('payload_empty', 'the message has no body; send a usage event as JSON');
  if (!isUtf8(body)) return reject('not_utf8', 'the body is not UTF-8; send JSON in UTF-8');
  return { text: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') };
}

/** One event in structured mode. Never throws. @param bytes of the text, from which a regular event is read faster */
export function parseStructured(text: string, receivedAt: Instant, bytes?: Uint8Array): ParsedUsage {
  const usage = bytes && new UsageScanner(bytes, text, receivedAt).document();
  return usage ? { usage } : usageOfJson(text, parseJson(text), receivedAt);
}

/**
 * A batch: a JSON list of events. What is wrong with one event rejects that one; broken JSON rejects all. Never throws.
 * @param bytes of the text, from which regular events are read faster
 */
export function parseBatch(text: string, receivedAt: Instant, bytes?: Uint8Array): ParsedBatch {
  const list = parseJsonList(text, bytes && new UsageScanner(bytes, text, receivedAt));
  if (list.problem) return { rejection: jsonRejection(list.problem) };
  if (list.elements.length > BATCH_EVENTS_MAX) {
    const detail = `the batch has ${list.elements.length} events; send at most ${BATCH_EVENTS_MAX} at a time`;
    return reject('batch_too_large', detail);
  }
  const entries = list.elements.map((element): BatchEntry => {
    if ('parsed' in element) return element;
    const { text: own } = element;
    return { text: own, parsed: usageOfJson(own, element, receivedAt) };
  });
  return { entries };
}

function usageOfJson(text: string, json: JsonResult, receivedAt: Instant): ParsedUsage {
  if (isTooLarge(text)) return { ...tooLarge, named: namesInNode(json.node) };
  if (json.problem) return { rejection: jsonRejection(json.problem), named: namesInNode(json.node) };
  return usageOfNode(json.node, receivedAt);
}

/** One event in binary mode: attributes by name without their prefix, data as the body, none if that is empty. Never throws. */
export function parseBinary(
  attributes: Iterable<readonly [name: string, value: string]>,
  contentType: string | undefined,
  text: string,
  receivedAt: Instant,
): ParsedUsage {
  const found = noAttributes();
  const rejection = readHeaders(attributes, found) ?? (isTooLarge(text) ? tooLarge.rejection : undefined);
  if (rejection) return { rejection, named: namesIn(found) };
  if (contentType !== undefined) found.datacontenttype = contentType;
  if (text === '' || (contentType !== undefined && !isJsonContentType(contentType))) return usageEventOf(found, receivedAt);
  const data = parseJson(text);
  if (data.problem) return { rejection: jsonRejection(data.problem), named: namesIn(found) };
  found.data = data.node;
  return usageEventOf(found, receivedAt);
}

function readHeaders(attributes: Iterable<readonly [name: string, value: string]>, found: Attributes): Rejection | undefined {
  const seen = new Set<string>();
  let rejection: Rejection | undefined;
  for (const [name, value] of attributes) {
    const again = seen.has(name);
    seen.add(name);
    // Nobody knows which of the two was meant.
    setAttribute(found, name, again ? null : value);
    if (again)
      rejection ??= {
        reason: 'duplicate_key',
        detail: `the attribute ${name} came in two headers; send it once`,
        field: name,
      };
    // In binary mode these two are the content type and the body; under these names they are no attributes.
    else if (name === 'data' || name === 'datacontenttype')
      rejection ??= {
        reason: 'unknown_field',
        detail: `the header of ${name} is not taken in binary mode; send it as ${name === 'data' ? 'the body' : 'content-type'}`,
        field: name,
      };
  }
  return rejection;
}

/** A node that is to be a structured event. For a caller that has parsed the JSON itself. */
function usageOfNode(node: JsonNode, receivedAt: Instant): ParsedUsage {
  if (!(node instanceof JsonObject))
    return reject('not_a_cloud_event', 'a usage event is a JSON object with specversion, id, source, type and subject');
  return usageEventOf(attributesIn(node), receivedAt);
}

function attributesIn({ keys, values }: JsonObject): Attributes {
  const attributes = noAttributes();
  for (let i = 0; i < keys.length; i++) setAttribute(attributes, keys[i] as string, values[i] as JsonNode);
  return attributes;
}

/** Of two values under one key neither is known to be meant. */
function namesInNode(node: JsonNode | undefined): Named {
  if (!(node instanceof JsonObject)) return {};
  const once = node.keys.map((key, i) => (node.keys.indexOf(key) === node.keys.lastIndexOf(key) ? (node.values[i] ?? null) : null));
  return namesIn(attributesIn(new JsonObject(node.keys, once)));
}

const isTooLarge = (text: string): boolean =>
  text.length * 3 > PAYLOAD_BYTES_MAX && (text.length > PAYLOAD_BYTES_MAX || Buffer.byteLength(text) > PAYLOAD_BYTES_MAX);

const tooLarge = reject(
  'payload_too_large',
  `the usage event is larger than ${PAYLOAD_BYTES_MAX} bytes; send what meters need and keep the rest elsewhere`,
);

const JSON_REASONS: Readonly<Record<JsonProblemCode, RejectionReason>> = {
  empty_text: 'payload_empty',
  byte_order_mark: 'malformed_json',
  unexpected_character: 'malformed_json',
  unexpected_end: 'malformed_json',
  trailing_text: 'malformed_json',
  invalid_number: 'invalid_number',
  invalid_escape: 'malformed_json',
  control_character: 'malformed_json',
  nul_character: 'nul_character',
  lone_surrogate: 'lone_surrogate',
  duplicate_key: 'duplicate_key',
  too_deep: 'nested_too_deep',
};

const jsonRejection = ({ code, detail, element }: JsonProblem): Rejection => ({
  reason: JSON_REASONS[code],
  detail: element === undefined ? detail : `${detail}, in the event with index ${element}`,
});
