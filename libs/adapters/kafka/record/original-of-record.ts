/** The usage event of a record as one text, for the record of a rejection: what is kept of it can be replayed. */
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import { parseKafkaRecord, structuredText } from '@drawdown/domain/usage';
import { headerTexts } from './records';

interface Original {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
}

/**
 * Of an original, in UTF-8. What is longer was rejected for its size and would be again, so its beginning is enough. Six times as much,
 * which escapes may make of it, still fits an append.
 */
export const ORIGINAL_BYTES_MAX = 128 * 1024;

const PREFIX = 'ce_';

/** In binary mode the attributes are headers, so they are put together with the value as one structured event. Never throws. */
export function originalOf(record: Pick<QueueRecord, 'headers' | 'value' | 'at'>): Original {
  const value = record.value ?? Buffer.alloc(0);
  const text = value.toString('utf8');
  // Only UTF-8 comes back as the same bytes, and only what is short is kept whole.
  if (value.length > ORIGINAL_BYTES_MAX || !Buffer.from(text).equals(value)) return beginningOf(value);
  if (!isBinary(record)) return { text, encoding: 'utf8' };
  const event = structured(record, text);
  return Buffer.byteLength(event) > ORIGINAL_BYTES_MAX ? beginningOf(Buffer.from(event)) : { text: event, encoding: 'utf8' };
}

/** Cut between bytes, not characters: only base64 keeps that as it is. */
const beginningOf = (bytes: Buffer): Original => ({ text: bytes.subarray(0, ORIGINAL_BYTES_MAX).toString('base64'), encoding: 'base64' });

const isBinary = ({ headers, value, at }: Pick<QueueRecord, 'headers' | 'value' | 'at'>): boolean =>
  parseKafkaRecord(headers, value, at).mode === 'binary';

/** A header that came twice stands twice, so that what is read again is refused for the same reason. */
function structured({ headers }: Pick<QueueRecord, 'headers'>, data: string): string {
  const attributes = Object.keys(headers)
    .filter((name) => name.startsWith(PREFIX))
    .flatMap((name) => headerTexts(headers, name).map((value) => [name.slice(PREFIX.length), value] as const));
  const [contentType] = headerTexts(headers, 'content-type');
  return structuredText(contentType === undefined ? attributes : [...attributes, ['datacontenttype', contentType]], data);
}
