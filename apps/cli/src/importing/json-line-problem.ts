/** A line goes into a batch as it is, so a broken one must be found before: it would break the batch. */
import { JsonObject, parseJsonList } from '@drawdown/domain/usage';

/**
 * Why a text cannot stand in a batch; undefined when it can. Judged by the service's own parser. What does not break the batch
 * (a duplicate key, say) is left to the service, which rejects the event by name and keeps it.
 */
export function jsonProblemText(text: string): string | undefined {
  const { elements, problem } = parseJsonList(`[${text}\n]`);
  if (problem) return problem.detail;
  if (elements.length !== 1) return 'a line must hold one JSON object';
  const node = elements[0]?.node;
  return node === undefined || node instanceof JsonObject ? undefined : 'a line must hold a JSON object';
}
