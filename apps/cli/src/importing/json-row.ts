/** A line of JSON as a row: its top-level fields are the columns. */
import { canonicalText, type JsonNode, JsonNumber, JsonObject, parseJson } from '@drawdown/domain/usage';
import type { Row } from './template';

export function jsonRow(number: number, text: string): Row {
  const { node } = parseJson(text);
  return { number, column: (name) => (node instanceof JsonObject ? textOf(node.get(name)) : undefined) };
}

/** Numbers keep their digits; what is absent or null has no text. */
function textOf(value: JsonNode | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return value instanceof JsonNumber ? value.text : canonicalText(value);
}
