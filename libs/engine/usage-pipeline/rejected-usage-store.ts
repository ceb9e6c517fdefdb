/**
 * Keeps rejected usage: in a stream of its own, from where it is listed and replayed, and then, if it came by a queue, in the topic of
 * rejected usage. Both happen before the answer, and before the record of the queue is done.
 */
import type { Instant } from '@drawdown/domain/amounts';
import { namedBy, type Rejection } from '@drawdown/domain/usage';
import { AppliedKeys, type EventLog, Fault, streamDefinitionOf, Ledger, streams, StreamStates } from '@drawdown/engine/event-store';
import { NullProjections } from '@drawdown/engine/derived-state';
import { rejectedUsage, rejectionIdOfOffer, rejectionIdOfRecord } from './rejected-usage';
import { DEDUPE_WINDOW_MS_DEFAULT, type PublishedRejection, type RejectionPublisher, type UsageOffer } from './usage-outcome';

/** UTF-16 code units: they may quote what the usage holds. */
const DETAIL_LENGTH_MAX = 8_192;
const FIELD_LENGTH_MAX = 1_024;
/** Appended at the same time, each to a stream of its own. */
const KEPT_AT_ONCE = 256;

export interface ToReject {
  readonly offer: UsageOffer;
  readonly rejection: Rejection;
}

/** The id that it is kept under, or why it could not be kept: then the same again makes the same id, and no second one. */
type Kept = { readonly rejectionId: string } | { readonly fault: unknown };

export class RejectedUsageStore {
  private constructor(
    private readonly ledgerOfCall: () => Ledger,
    private readonly publisher?: RejectionPublisher,
  ) {}

  /** In a process that projects: the streams are in its memory and its derived state. */
  static with(ledger: Ledger, publisher?: RejectionPublisher): RejectedUsageStore {
    return new RejectedUsageStore(() => ledger, publisher);
  }

  /** For a process that keeps no derived state: nothing is remembered from one call to the next, and whoever projects meets the log. */
  static over(log: EventLog, publisher?: RejectionPublisher): RejectedUsageStore {
    const keys = new AppliedKeys(NullProjections, DEDUPE_WINDOW_MS_DEFAULT);
    const streamDefinitions = [streamDefinitionOf(rejectedUsage)];
    return new RejectedUsageStore(() => new Ledger(log, new StreamStates(log, NullProjections, keys, streamDefinitions)), publisher);
  }

  /** In the order given. What cannot be kept holds up nothing but itself. */
  async keep(rejected: readonly ToReject[], at: Instant): Promise<readonly Kept[]> {
    const ledger = this.ledgerOfCall();
    const kept: Kept[] = [];
    for (let from = 0; from < rejected.length; from += KEPT_AT_ONCE)
      kept.push(...(await Promise.all(rejected.slice(from, from + KEPT_AT_ONCE).map((one) => append(ledger, one, at)))));
    return this.published(rejected, kept, at);
  }

  /** All of a round together. Again after a fault, although some may be there: a reader tells repeats by the id. */
  private async published(rejected: readonly ToReject[], kept: readonly Kept[], at: Instant): Promise<readonly Kept[]> {
    const { publisher } = this;
    if (!publisher) return kept;
    const published = kept.map((one, i) => ('fault' in one ? undefined : toPublish(rejected[i]!, one.rejectionId, at)));
    const waiting = published.filter((one) => one !== undefined);
    if (waiting.length === 0) return kept;
    try {
      await publisher.publish(waiting);
      return kept;
    } catch (fault) {
      return kept.map((one, i) => (published[i] ? { fault } : one));
    }
  }
}

function toPublish(
  { offer: { record, traceparent }, rejection }: ToReject,
  rejectionId: string,
  at: Instant,
): PublishedRejection | undefined {
  return record && { rejection, rejectionId, record, at, ...(traceparent !== undefined && { traceparent }) };
}

function append(ledger: Ledger, { offer, rejection }: ToReject, at: Instant): Promise<Kept> {
  if (offer.keptAs !== undefined) return Promise.resolve({ rejectionId: offer.keptAs });
  const { text: original, encoding } = offer.original();
  const rejectionId = offer.record ? rejectionIdOfRecord(offer.record) : rejectionIdOfOffer(at, offer.transport, original);
  const { source, id, subject } = namedBy(offer.parsed);
  const command = {
    type: 'Reject',
    at,
    reason: rejection.reason,
    detail: beginningOf(rejection.detail, DETAIL_LENGTH_MAX),
    ...(rejection.field !== undefined && { field: beginningOf(rejection.field, FIELD_LENGTH_MAX) }),
    original,
    encoding,
    transport: offer.transport,
    ...(source !== undefined && { source }),
    ...(id !== undefined && { id }),
    ...(subject !== undefined && { subject }),
  } as const;
  const context = offer.traceparent === undefined ? {} : { traceparent: offer.traceparent };
  const stream = streams.rejectedUsage(rejectionId);
  // Nothing that usage holds may keep what is behind it waiting: what cannot be kept with its original is kept without.
  const withoutOriginal = {
    ...command,
    original: '',
    encoding: 'utf8',
    detail: `${command.detail} (its original could not be kept)`,
  } as const;
  return ledger
    .execute(rejectedUsage, stream, command, context)
    .catch((fault: unknown) =>
      fault instanceof Fault ? Promise.reject(fault) : ledger.execute(rejectedUsage, stream, withoutOriginal, context),
    )
    .then(
      () => ({ rejectionId }),
      (fault: unknown) => ({ fault }),
    );
}

/** Not with half a surrogate pair at its end, which no log takes. */
const beginningOf = (text: string, length: number): string => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
