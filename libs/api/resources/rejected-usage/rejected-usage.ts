/** Usage that could not be applied: listed, explained, and replayed after the cause has been fixed. */
import type { RejectedUsage as RejectedUsageMessage } from '@drawdown/api/contract';
import { formatInstant, type Instant } from '@drawdown/domain/amounts';
import { idsOf, streams } from '@drawdown/engine/event-store';
import { type RejectedUsage, rejectedUsage } from '@drawdown/engine/usage-pipeline';
import { CUSTOMER_ID_BYTES_MAX } from '@drawdown/domain/usage';
import { time } from '../balances/balance-message';
import { carriedOutBefore, carryOut, readFresh } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import { originalBytes, parseOriginal } from '../usage/original-usage';
import { listDocuments, stateIn } from '../request/pages';
import type { ApiParts } from '../parts';
import { awaitPosition } from '../request/await-position';

const REJECTION_ID = /^[0-9a-z]{9}-[0-9a-f]{12}$/;
const REJECTION_ID_LENGTH_MAX = 64;
const REASON_LENGTH_MAX = 64;

type Kept = RejectedUsage & Required<Pick<RejectedUsage, 'rejection'>> & { readonly status: Exclude<RejectedUsage['status'], 'none'> };
type RejectedUsageHandlers = Pick<Handlers, 'ListRejectedUsage' | 'GetRejectedUsage' | 'ReplayRejectedUsage'>;

export const rejectedUsageOperations = (parts: ApiParts): RejectedUsageHandlers => ({
  async ListRejectedUsage(request) {
    const { page, reason, customerId, status } = readRequest(request, (from) => ({
      page: from.page(),
      reason: from.optionalText('reason', REASON_LENGTH_MAX),
      customerId: from.optionalText('customer_id', CUSTOMER_ID_BYTES_MAX),
      status: from.optionalWord('status', ['open', 'replayed']),
    }));
    const wanted = (state: RejectedUsage): state is Kept =>
      isKept(state) &&
      (reason === undefined || latest(state).reason === reason) &&
      (customerId === undefined || state.rejection.subject === customerId) &&
      (status === undefined || state.status === status);
    const { items, next } = await listDocuments(parts, page, {
      // Ids count down, so that the newest comes first.
      prefix: `${rejectedUsage.category}-`,
      filters: [reason, customerId, status],
      show: async (document) => {
        const state = await stateIn(parts, rejectedUsage, document);
        return wanted(state) ? rejectedMessage(idsOf(document.stream)[0] ?? '', state) : undefined;
      },
    });
    return { rejected_usage: items, next_page_token: next, as_of: formatInstant(parts.clock()) };
  },

  async GetRejectedUsage(request) {
    const id = readRequest(request, (from) => from.text('rejection_id', REJECTION_ID_LENGTH_MAX));
    const state = await theRejection(parts, id);
    const { original: text, encoding } = state.rejection;
    const original = originalBytes({ text, encoding });
    return { rejected_usage: { ...rejectedMessage(id, state), original }, as_of: formatInstant(parts.clock()) };
  },

  async ReplayRejectedUsage(request, context) {
    const id = readRequest(request, (from) => from.text('rejection_id', REJECTION_ID_LENGTH_MAX));
    const kept = await theRejection(parts, id);
    const stream = streams.rejectedUsage(id);
    const done = (await carriedOutBefore(parts, context, rejectedUsage, stream)) ?? (await replay(parts, context, id, kept));
    const [replayed] = done.events;
    if (replayed?.type !== 'RejectedUsageReplayed' || !isKept(done.state)) throw new Error('a replay was recorded as something else');
    const { status, reason = '', detail = '' } = replayed;
    const { id: eventId = '', source = '', subject = '' } = done.state.rejection;
    const rejection_id = status === 'rejected' ? id : '';
    return {
      outcome: { index: 0, id: eventId, source, customer_id: subject, status, reason, detail, rejection_id },
      rejected_usage: rejectedMessage(id, done.state),
    };
  },
});

/**
 * Offers the event again and records what became of it. The usage comes first: ended in between, the event is known as a duplicate
 * in the next replay, and nothing is charged twice.
 */
async function replay(parts: ApiParts, context: Context, id: string, { status, rejection }: Kept) {
  if (status === 'replayed') throw new Refused({ code: 'rejected_usage_already_replayed' });
  const { original: text, encoding, at: receivedAt } = rejection;
  // The remedy may have been made at another process just now.
  await awaitPosition(parts);
  const [outcome] = await parts.intake.submit([
    {
      parsed: parseOriginal({ text, encoding }, receivedAt),
      original: () => ({ text, encoding }),
      transport: 'replay',
      keptAs: id,
      ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
    },
  ]);
  if (!outcome) throw new Error('an offer has had no outcome');
  const why = outcome.status === 'rejected' ? { reason: outcome.rejection.reason, detail: outcome.rejection.detail } : {};
  const command = (at: Instant) => ({ type: 'RecordReplay', at, status: outcome.status, ...why }) as const;
  return carryOut(parts, context, rejectedUsage, streams.rejectedUsage(id), command);
}

const isKept = (state: RejectedUsage): state is Kept => state.rejection !== undefined && state.status !== 'none';

/** @throws Refused rejected_usage_not_found */
async function theRejection({ ledger }: ApiParts, id: string): Promise<Kept> {
  if (!REJECTION_ID.test(id)) throw new Refused({ code: 'rejected_usage_not_found' });
  return readFresh(ledger, rejectedUsage, streams.rejectedUsage(id), ({ state }) => {
    if (!isKept(state)) throw new Refused({ code: 'rejected_usage_not_found' });
    return state;
  });
}

/** Why it was rejected the last time it was tried. */
function latest({ rejection, lastReplay }: Kept): { readonly reason: string; readonly detail: string } {
  const { reason = rejection.reason, detail = rejection.detail } = lastReplay ?? {};
  return { reason, detail };
}

const rejectedMessage = (id: string, state: Kept): RejectedUsageMessage => ({
  rejection_id: id,
  status: state.status,
  ...latest(state),
  source: state.rejection.source ?? '',
  id: state.rejection.id ?? '',
  customer_id: state.rejection.subject ?? '',
  received_from: state.rejection.transport,
  rejected_at: formatInstant(state.rejection.at),
  replayed_at: state.status === 'replayed' ? time(state.lastReplay?.at) : undefined,
  original: undefined,
});
