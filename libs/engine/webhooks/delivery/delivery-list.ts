/**
 * Questions about an endpoint's deliveries, answered from its stream, newest first; and the wish to have some sent again.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { readEvent } from '@drawdown/domain/decider';
import {
  type CommandContext,
  type EventLog,
  type Ledger,
  type Outcome,
  type RecordedEvent,
  type RefusedOutcome,
  streams,
} from '@drawdown/engine/event-store';
import { deliveries, type Deliveries, type DeliveriesTypes, deliveryOf } from './deliveries';
import type { Attempt, Delivery } from './deliveries.events';

const DELIVERIES_PAGE_SIZE_MAX = 1_000;
const DELIVERIES_PAGE_SIZE_DEFAULT = 100;
/** Events of attempts that one page looks through at most: a page may be short, or empty, and still have a next one. */
const EVENTS_SCANNED_PER_PAGE_MAX = 500;
const EVENTS_PER_READ = 50;

/** `pending`: on its way, waiting for its next attempt, or asked for again. */
type DeliveryStatus = 'pending' | 'delivered' | 'exhausted';

export interface DeliveryRow extends Delivery {
  readonly status: DeliveryStatus;
  /** Of its round, oldest first. The earliest may be missing when they lie further back than one page looks. */
  readonly attempts: readonly Attempt[];
  readonly nextAttemptAt?: Instant;
}

interface DeliveryPage {
  readonly deliveries: readonly DeliveryRow[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

export interface DeliveryListOptions {
  readonly status?: DeliveryStatus;
  readonly pageSize?: number;
  /** As the page before returned it. */
  readonly pageToken?: string;
}

/** A page token that no page has returned. */
export class PageTokenInvalid extends Error {
  constructor() {
    super('this page token was not made by this list');
    this.name = 'PageTokenInvalid';
  }
}

type Read = Pick<EventLog, 'readStream'>;

/**
 * Deliveries as they stand, one row each, by their latest attempt, newest first. One that was sent again after its end has a row
 * for each end. Tokens are places in the stream, which never change: new deliveries push nothing onto the next page.
 * @throws PageTokenInvalid
 */
export async function listDeliveries(
  ledger: Pick<Ledger, 'load'>,
  log: Read,
  endpointId: string,
  { status, pageSize = DELIVERIES_PAGE_SIZE_DEFAULT, pageToken }: DeliveryListOptions = {},
): Promise<DeliveryPage> {
  const stream = streams.deliveries(endpointId);
  const size = Math.max(1, Math.min(pageSize, DELIVERIES_PAGE_SIZE_MAX));
  const { state } = await ledger.load(deliveries, stream);
  const found: DeliveryRow[] = [];
  const incomplete = new Map<string, Attempt[]>();
  let next: Place | undefined;
  let newest: number | undefined;
  for await (const place of placesBackwards(log, stream, startOf(pageToken))) {
    newest ??= place.revision;
    if (newest - place.revision >= EVENTS_SCANNED_PER_PAGE_MAX) {
      next ??= place;
      break;
    }
    if (completes(incomplete, place)) continue;
    if (next) {
      if (incomplete.size === 0) break;
      continue;
    }
    const row = rowOf(place, state);
    if (!row || (status !== undefined && row.status !== status)) continue;
    if (found.length === size) next = place;
    else {
      found.push(row);
      if ((row.attempts[0]?.attempt ?? 1) > 1) incomplete.set(row.webhookId, row.attempts);
    }
  }
  return { deliveries: found, ...(next && { nextPageToken: tokenOf(next) }) };
}

/** Every attempt of one delivery, newest first; an empty list for one that this endpoint never had. */
export async function listAttempts(log: Read, endpointId: string, webhookId: string): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for await (const { attempt } of placesBackwards(log, streams.deliveries(endpointId)))
    if (attempt?.webhookId === webhookId) attempts.push(attempt);
  return attempts;
}

export type DeliveryNotFound = { readonly code: 'delivery_not_found'; readonly webhookId: string };

/**
 * Asks for one delivery again: the same id and payload, a new round of the schedule. Reads the stream back to where the
 * delivery was last mentioned.
 */
export async function resend(
  ledger: Pick<Ledger, 'execute'>,
  log: Read,
  endpointId: string,
  webhookId: string,
  at: Instant,
  context?: CommandContext,
): Promise<Outcome<DeliveriesTypes> | RefusedOutcome<DeliveryNotFound>> {
  const stream = streams.deliveries(endpointId);
  for await (const { delivery } of placesBackwards(log, stream))
    if (delivery.webhookId === webhookId)
      return ledger.execute(deliveries, stream, { type: 'Resend', at, deliveries: [deliveryOf(delivery)] }, context);
  return { outcome: 'refused', refusal: { code: 'delivery_not_found', webhookId } };
}

/** One mention of a delivery in the stream. */
interface Place {
  readonly revision: number;
  readonly index: number;
  readonly at: Instant;
  readonly delivery: Delivery;
  /** Absent: it was only opened, or asked for again. */
  readonly attempt?: Attempt;
}

/** From a place (inclusive) back to the first; from the newest when there is none. */
async function* placesBackwards(log: Read, stream: string, start?: Pick<Place, 'revision' | 'index'>): AsyncGenerator<Place> {
  for (let from = start?.revision; ;) {
    const events = await log.readStream(stream, {
      direction: 'backwards',
      limit: EVENTS_PER_READ,
      ...(from !== undefined && { from }),
    });
    for (const event of events)
      for (const place of placesOf(event)) if (!start || place.revision < start.revision || place.index <= start.index) yield place;
    const last = events.at(-1);
    if (!last || last.revision === 0) return;
    from = last.revision - 1;
  }
}

function placesOf(recorded: RecordedEvent): Place[] {
  const event = readEvent(deliveries, recorded.type, recorded.data);
  const { revision } = recorded;
  const { at } = event;
  const without = event.type === 'DeliveriesResent' ? event.deliveries : event.opened;
  const tried = event.type === 'DeliveriesResent' ? [] : event.attempts;
  const places = without.map((delivery): Omit<Place, 'index'> => ({ revision, at, delivery }));
  places.push(...tried.map((attempt) => ({ revision, at, delivery: deliveryOf(attempt), attempt })));
  return places.map((place, index) => ({ ...place, index })).reverse();
}

type RowInTheMaking = DeliveryRow & { readonly attempts: Attempt[] };

/** Undefined for a place that a later one has overtaken. */
function rowOf({ at, delivery, attempt }: Place, state: Deliveries): RowInTheMaking | undefined {
  const open = state.open.get(delivery.webhookId);
  if (!attempt) {
    const stands = open?.attempts === 0 && open.nextAttemptAt === at;
    return stands ? { ...delivery, status: 'pending', attempts: [], nextAttemptAt: at } : undefined;
  }
  const { outcome, nextAttemptAt } = attempt;
  if (outcome !== 'retrying') return { ...delivery, status: outcome, attempts: [attempt] };
  const stands = open?.attempts === attempt.attempt && open.nextAttemptAt === nextAttemptAt;
  return stands && nextAttemptAt !== undefined ? { ...delivery, status: 'pending', attempts: [attempt], nextAttemptAt } : undefined;
}

/** An earlier attempt of a row that is already on the page goes there. */
function completes(incomplete: Map<string, Attempt[]>, { attempt }: Place): boolean {
  const attempts = attempt && incomplete.get(attempt.webhookId);
  if (!attempt || attempts?.[0]?.attempt !== attempt.attempt + 1) return false;
  attempts.unshift(attempt);
  if (attempt.attempt === 1) incomplete.delete(attempt.webhookId);
  return true;
}

const tokenOf = ({ revision, index }: Place): string => Buffer.from(`${revision}.${index}`).toString('base64url');

function startOf(pageToken: string | undefined): Pick<Place, 'revision' | 'index'> | undefined {
  if (pageToken === undefined) return undefined;
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(Buffer.from(pageToken, 'base64url').toString());
  if (!match) throw new PageTokenInvalid();
  return { revision: Number(match[1]), index: Number(match[2]) };
}
