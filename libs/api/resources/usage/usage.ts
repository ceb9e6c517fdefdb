/**
 * Receives usage on both transports: it parses, offers, and answers with the outcome of each event.
 *
 * A rejected event is an outcome and no error: it is recorded as rejected, so the call succeeds. With a queue in front of the ledger
 * the answer is `queued`, with the known problems of the event. A request is refused completely, and nothing is recorded, only if it
 * cannot be split into events (text that is no JSON) or has more events than a request may carry.
 */
import type { ResponseOf, Sent, UsageEvent, UsageOutcome } from '@drawdown/api/contract';
import { formatInstant, type Instant } from '@drawdown/domain/amounts';
import type { Taken, UsageOffer } from '@drawdown/engine/usage-pipeline';
import { BATCH_EVENTS_MAX, namedBy, parseBinary, type ParsedUsage, parseHttpRequest, type Rejection } from '@drawdown/domain/usage';
import { InvalidRequest } from '@drawdown/api/errors';
import type { AnswerUsage, Context, Handlers } from '../operation';
import { keptOriginal, structuredText } from './original-usage';
import type { ApiParts } from '../parts';

/** Usage events of one request, at either transport. */
export const USAGE_BATCH_EVENTS_MAX = BATCH_EVENTS_MAX;

type UsageParts = Pick<ApiParts, 'usage' | 'clock'>;

export const usageOperations = (parts: UsageParts): Pick<Handlers, 'SendUsage' | 'SendUsageBatch'> => ({
  async SendUsage(request, context) {
    const receivedAt = parts.clock();
    const { event } = request;
    if (!event) throw invalid('event', 'is missing', 'send the usage event');
    const parsed = [parseEvent(event, receivedAt)];
    return singleAnswer(parsed, await offer(parts, context, parsed, () => structuredText(attributesOf(event), dataOf(event))), receivedAt);
  },

  async SendUsageBatch(request, context) {
    const receivedAt = parts.clock();
    const { events = [] } = request;
    if (events.length === 0) throw noEvents;
    if (events.length > USAGE_BATCH_EVENTS_MAX)
      throw invalid('events', `has ${events.length} events, ${USAGE_BATCH_EVENTS_MAX} at most`, 'send them in several requests');
    const parsed = events.map((event) => parseEvent(event, receivedAt));
    const original = (i: number): string => structuredText(attributesOf(events[i]!), dataOf(events[i]!));
    return batchAnswer(parsed, await offer(parts, context, parsed, original), receivedAt);
  },
});

/** POST /v1/usage, whose body comes unparsed. */
export const answerUsage =
  (parts: UsageParts): AnswerUsage =>
  async ({ body, headers }, context) => {
    const receivedAt = parts.clock();
    const request = parseHttpRequest(headers, body, receivedAt);
    if ('rejection' in request) throw unreadable(request.rejection);
    const { mode, entries } = request;
    const parsed = entries.map((entry) => entry.parsed);
    if (mode === 'batch' || (mode === 'bare' && beginsWithBracket(body))) {
      if (entries.length === 0) throw noEvents;
      return batchAnswer(parsed, await offer(parts, context, parsed, (i) => entries[i]!.text), receivedAt);
    }
    const [only] = parsed;
    // In binary mode the attributes can be read whatever the data is, so there the event is in the books as rejected.
    if (mode !== 'binary' && only && 'rejection' in only && NO_JSON.has(only.rejection.reason)) throw unreadable(only.rejection);
    const text = entries[0]?.text ?? '';
    const original = (): string => (mode === 'binary' ? structuredText(headerAttributes(headers), text) : text);
    return singleAnswer(parsed, await offer(parts, context, parsed, original), receivedAt);
  };

const NO_JSON: ReadonlySet<Rejection['reason']> = new Set(['malformed_json', 'payload_empty']);

function offer(
  { usage }: UsageParts,
  { transport, traceparent }: Context,
  parsed: readonly ParsedUsage[],
  original: (i: number) => string,
): Promise<readonly Taken[]> {
  const traced = traceparent === undefined ? {} : { traceparent };
  return usage.submit(
    parsed.map((one, i): UsageOffer => ({ parsed: one, original: () => keptOriginal(original(i)), transport, ...traced })),
  );
}

const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

function attributesOf(event: Sent<UsageEvent>): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (const name of ATTRIBUTES) {
    const value = event[name];
    if (value !== undefined && value !== '') found.push([name, value]);
  }
  return found;
}

const dataOf = ({ data_json: data = '' }: Sent<UsageEvent>): string => data;
const parseEvent = (event: Sent<UsageEvent>, receivedAt: Instant): ParsedUsage =>
  parseBinary(attributesOf(event), undefined, dataOf(event), receivedAt);

const PREFIX = 'ce-';
const headerAttributes = (headers: Readonly<Record<string, string | string[] | undefined>>): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    name.startsWith(PREFIX) && value !== undefined ? [value].flat().map((one) => [name.slice(PREFIX.length), one]) : [],
  );

const OPEN_BRACKET = 0x5b;
const SPACE = 0x20;
function beginsWithBracket(body: Buffer): boolean {
  let i = 0;
  while (i < body.length && body[i]! <= SPACE) i++;
  return body[i] === OPEN_BRACKET;
}

function singleAnswer(parsed: readonly ParsedUsage[], outcomes: readonly Taken[], receivedAt: Instant): ResponseOf<'SendUsage'> {
  return { outcome: outcomeMessage(0, parsed[0]!, outcomes[0]!), as_of: formatInstant(receivedAt) };
}

function batchAnswer(parsed: readonly ParsedUsage[], outcomes: readonly Taken[], receivedAt: Instant): ResponseOf<'SendUsageBatch'> {
  const counts = { applied: 0, duplicate: 0, rejected: 0, queued: 0 };
  const answers = outcomes.map((outcome, i) => {
    counts[outcome.status] += 1;
    return outcomeMessage(i, parsed[i]!, outcome);
  });
  return { ...counts, outcomes: answers, as_of: formatInstant(receivedAt) };
}

function outcomeMessage(index: number, parsed: ParsedUsage, taken: Taken): UsageOutcome {
  const { id = '', source = '', subject = '' } = namedBy(parsed);
  // A malformed event is reported at once, although it is rejected only behind the queue.
  const { reason = '', detail = '' } = ('rejection' in taken && taken.rejection) || {};
  const rejection_id = 'rejectionId' in taken ? taken.rejectionId : '';
  return { index, id, source, customer_id: subject, status: taken.status, reason, detail, rejection_id };
}

const invalid = (field: string, problem: string, remedy: string): InvalidRequest => new InvalidRequest([{ field, problem, remedy }]);
const noEvents = invalid('events', 'is empty', 'send at least one usage event');

/** A rejection's sentence ends with the remedy, after a semicolon. */
function unreadable({ field = '', detail }: Rejection): InvalidRequest {
  const [, problem = detail, remedy = 'correct it and send it again'] = /^(.*?); (.*)$/s.exec(detail) ?? [];
  return invalid('', field === '' ? problem : `${field}: ${problem}`, remedy);
}
