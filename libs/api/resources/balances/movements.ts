/** The movements of a balance, read from its stream. A page is a range of revisions, so it never changes. */
import type { Movement, UsageLine as UsageLineMessage, UsagePart } from '@drawdown/api/contract';
import { formatAmount, formatInstant, parseInstant } from '@drawdown/domain/amounts';
import { MOVEMENT_TYPES, movementOf, type MovementType, movementTypeOf } from '@drawdown/engine/read-models';
import { readEvent } from '@drawdown/domain/decider';
import { type AccruedLine, projectedOf, type RatedPart, type UsageLine } from '@drawdown/domain/balance';
import { readMetadata, type RecordedEvent } from '@drawdown/engine/event-store';
import { allocationMessages, amountText, time } from './balance-message';
import { requireBalance } from './balances';
import { readRequest } from '../request/fields';
import type { Handlers } from '../operation';
import { pageStart, pageToken } from '../request/pages';
import type { ApiParts } from '../parts';
import { type BalanceTarget, readBalance } from './balance-target';

/** Events that one page looks through for those of the types asked for. A page may be short and still have a next one. */
const MOVEMENTS_SCANNED_PER_PAGE_MAX = 10_000;
const EVENTS_PER_READ = 250;

export const movementOperations = (parts: ApiParts): Pick<Handlers, 'ListMovements'> => ({
  async ListMovements(request, context) {
    const { target, wanted, page, types, newestFirst } = readRequest(request, (from) => ({
      target: readBalance(from),
      wanted: from.revision('min_revision'),
      page: from.page(),
      types: from.words('types', MOVEMENT_TYPES),
      newestFirst: from.flag('newest_first'),
    }));
    const { revision } = await requireBalance(parts, target, wanted, context);
    const list = JSON.stringify([target.stream, newestFirst, [...new Set(types)].sort()]);
    const start = pageStart(list, page, newestFirst ? revision : 0);
    const { movements, next } = await scan(parts, { target, start, last: revision, newestFirst, types: new Set(types), size: page.size });
    return {
      movements,
      next_page_token: next === undefined ? '' : pageToken(list, String(next)),
      revision,
      as_of: formatInstant(parts.clock()),
    };
  },
});

interface Scan {
  readonly target: BalanceTarget;
  /** First revision to look at. */
  readonly start: number;
  /** Of the stream: a page ends there, whatever comes after. */
  readonly last: number;
  readonly newestFirst: boolean;
  /** Empty: all. */
  readonly types: ReadonlySet<MovementType>;
  readonly size: number;
}

/** `next`: the revision to go on at; undefined when there is nothing more. */
async function scan(
  { log }: ApiParts,
  { target, start, last, newestFirst, types, size }: Scan,
): Promise<{ movements: Movement[]; next: number | undefined }> {
  const movements: Movement[] = [];
  const step = newestFirst ? -1 : 1;
  const direction = newestFirst ? 'backwards' : 'forwards';
  let scanned = 0;
  for (let from = start; from >= 0 && from <= last;) {
    if (movements.length === size || scanned >= MOVEMENTS_SCANNED_PER_PAGE_MAX) return { movements, next: from };
    const limit = Math.min(EVENTS_PER_READ, types.size > 0 ? EVENTS_PER_READ : size - movements.length);
    const events = await log.readStream(target.stream, { direction, from, limit });
    if (events.length === 0) break;
    for (const recorded of events) {
      if (recorded.revision > last || movements.length === size) break;
      const event = readEvent(target.aggregate, recorded.type, recorded.data);
      if (types.size === 0 || types.has(movementTypeOf(event))) movements.push(movementMessage(recorded, event, target.creditProductId));
      from = recorded.revision + step;
      scanned += 1;
    }
  }
  return { movements, next: undefined };
}

function movementMessage(recorded: RecordedEvent, event: Parameters<typeof movementOf>[0], ofBalance: string | undefined): Movement {
  const {
    type,
    amount,
    uncovered,
    unbilled,
    figures,
    effectiveAt,
    recordedAt,
    reason,
    reference,
    grantId,
    holdId,
    limitId,
    purchaseId,
    conversion,
    allocation,
    usage,
    usageCount,
  } = movementOf(event);
  return {
    revision: recorded.revision,
    type,
    amount: formatAmount(amount),
    uncovered: amountText(uncovered),
    booked: formatAmount(figures.booked),
    held: formatAmount(figures.held),
    available: formatAmount(figures.available),
    projected: formatAmount(projectedOf(figures)),
    unbilled: amountText(unbilled),
    effective_at: formatInstant(effectiveAt),
    recorded_at: formatInstant(recordedAt),
    actor: readMetadata(recorded).actor ?? '',
    reason: reason ?? '',
    reference: reference ?? '',
    grant_id: grantId ?? '',
    hold_id: holdId ?? '',
    limit_id: limitId ?? '',
    purchase_id: purchaseId ?? '',
    credits: amountText(conversion?.credits),
    credit_price: amountText(conversion?.creditPrice),
    credit_price_version: conversion?.priceVersion ?? 0,
    allocations: allocationMessages(allocation ?? []),
    usage: (usage ?? []).map((line) => usageLineMessage(line, ofBalance)),
    usage_count: usageCount ?? 0,
    event_id: recorded.id,
  };
}

const usageLineMessage = (
  { source, id, time: usedAt, amount, parts, conversion, ...rest }: UsageLine | AccruedLine,
  ofBalance: string | undefined,
): UsageLineMessage => ({
  source,
  id,
  used_at: time(parseInstant(usedAt)),
  credits: formatAmount(conversion?.credits ?? amount),
  uncovered: 'uncovered' in rest ? formatAmount(rest.uncovered) : '',
  parts: parts.map(partMessage),
  amount: formatAmount(amount),
  credit_product_id: rest.creditProductId ?? ofBalance ?? '',
  credit_price: amountText(conversion?.creditPrice),
  credit_price_version: conversion?.priceVersion ?? 0,
});

const partMessage = ({ meter, quantity, weight, weightVersion }: RatedPart): UsagePart => ({
  meter_id: meter,
  quantity: formatAmount(quantity),
  weight: formatAmount(weight),
  weight_version: weightVersion,
});
