/** What usage does to a balance. Stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { figures, movement } from '../figures';
import { allocation, conversion, zeroUnlessWritten } from '../grants/grant';

const at = shape.instant;

/** One meter's share of one usage event. */
const ratedPart = shape.record({
  meter: shape.text,
  quantity: shape.amount,
  weight: shape.amount,
  weightVersion: shape.integer,
  credits: shape.amount,
});
export type RatedPart = shape.TypeOf<typeof ratedPart>;

const ratedUsage = {
  source: shape.text,
  id: shape.text,
  /** Fingerprint of the event's body: tells a repeat from a conflict. */
  bodyHash: shape.text,
  /** The usage event's own time, as it was given. */
  time: shape.text,
  amount: shape.amount,
  parts: shape.shared(shape.list(ratedPart)),
  /** Other credit products that the same usage event is charged to: a repeat of it completes them and adds no others. */
  alsoCharged: shape.maybe(shape.list(shape.text)),
  /** In a wallet: whose meters rated it. In a credit balance it is that of the balance. */
  creditProductId: shape.maybe(shape.text),
  /** In a wallet: how `amount` was made of the credits of `parts`, at the price in force when the usage happened. */
  conversion: shape.maybe(conversion),
};

/** One usage event that waits for its invoice. */
const accruedLine = shape.record(ratedUsage);
export type AccruedLine = shape.TypeOf<typeof accruedLine>;

/** One usage event in a packed debit. `amount` = `allocation` + `uncovered`. */
const usageLine = shape.record({ ...ratedUsage, uncovered: zeroUnlessWritten, allocation });
export type UsageLine = shape.TypeOf<typeof usageLine>;

export const usageEvents = {
  CreditsConsumed: shape.record({ at, amount: shape.amount, uncovered: zeroUnlessWritten, lines: shape.list(usageLine), ...movement }),
  /** Usage of meters that are settled by invoice: it takes nothing yet, and lowers what is projected. */
  UsageAccrued: shape.record({ at, amount: shape.amount, lines: shape.list(accruedLine), figures }),
} as const;
