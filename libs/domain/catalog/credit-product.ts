/** A credit product as it stands: what rating reads, and what a new credit balance copies its limits from. */
import type { Instant } from '@drawdown/domain/amounts';
import { type Shape, shape } from '@drawdown/domain/decider';
import { limit } from '@drawdown/domain/balance';

/** Retired ones included: movements name a meter forever, so its id is never free again. */
export const METERS_MAX = 32;
/** Weight versions of one meter. */
export const WEIGHTS_MAX = 256;
/** Filters of one meter. */
export const FILTERS_MAX = 16;
/** Segments of a path into the data of a usage event, such as 2 in `tokens.input`. */
export const PATH_DEPTH_MAX = 8;
/** UTF-8 bytes of a path. */
export const PATH_BYTES_MAX = 256;
/** UTF-8 bytes. With the limits above, a product with all its meters stays well under what one append takes. */
export const FILTER_VALUE_BYTES_MAX = 256;
export const EVENT_TYPE_BYTES_MAX = 256;
export const NAME_BYTES_MAX = 256;
export const UNIT_BYTES_MAX = 64;

export const weightVersion = shape.record({
  /** 1, 2, 3... in the order of recording. */
  version: shape.integer,
  /** Credits per unit of quantity: of the product, or wallet credits where the meter draws on the wallet. */
  weight: shape.amount,
  /** Absent: in force since ever, so that usage from before the meter was made can be rated. */
  effectiveAt: shape.maybe(shape.instant),
});
type WeightVersion = shape.TypeOf<typeof weightVersion>;

/** The data of the usage event has this value at this path. Numbers are compared by value: `1.0` equals `"1"`. */
const filter = shape.record({ path: shape.text, equals: shape.text });
export type Filter = shape.TypeOf<typeof filter>;

export type Quantity =
  /** Each usage event counts 1. */
  | { readonly kind: 'count' }
  /** The number at a path in the data. */
  | { readonly kind: 'value'; readonly path: string };

const storedQuantity = shape.record({ kind: shape.oneOf('count', 'value'), path: shape.maybe(shape.text) });

const quantity: Shape<Quantity> = {
  write: (value) => storedQuantity.write(value),
  read: (json) => {
    const { kind, path } = storedQuantity.read(json);
    if (kind === 'count') return { kind };
    if (path === undefined) throw new shape.ShapeError('path', 'a string');
    return { kind, path };
  },
};

/**
 * What a meter draws on. `wallet_immediate`: each use debits the customer's wallet. `wallet_on_invoice`: it waits as unbilled usage,
 * which an invoice settles. Either way a weight counts wallet credits.
 */
export type DrawsOn = 'credit_balance' | WalletUse;
export type WalletUse = 'wallet_immediate' | 'wallet_on_invoice';

export const meter = shape.record({
  id: shape.text,
  eventType: shape.text,
  filters: shape.list(filter),
  quantity,
  weights: shape.list(weightVersion),
  /** Usage from this moment on is not selected any more. */
  retiredAt: shape.maybe(shape.instant),
  /** Absent: its product's credit balance. */
  drawsOn: shape.maybe(shape.oneOf<WalletUse>('wallet_immediate', 'wallet_on_invoice')),
});
export type Meter = shape.TypeOf<typeof meter>;

export const creditProductState = shape.record({
  id: shape.text,
  name: shape.text,
  unit: shape.text,
  meters: shape.list(meter),
  limits: shape.list(limit),
});
/** What the aggregate keeps of a product. Its `id` is empty until it has been created. */
export type CreditProduct = shape.TypeOf<typeof creditProductState>;
/** What rating reads of it. */
export type RatableProduct = Pick<CreditProduct, 'id' | 'meters'>;

/**
 * The weight that counts for usage of a moment: the greatest effective time that is not later; of two with the same one,
 * the later recorded. Undefined before the first weight's effective time, and from the retirement on.
 */
export function weightInForce(meter: Pick<Meter, 'weights' | 'retiredAt'>, usedAt: Instant): WeightVersion | undefined {
  if (meter.retiredAt !== undefined && usedAt >= meter.retiredAt) return undefined;
  let found: WeightVersion | undefined;
  let since = -Infinity;
  for (const candidate of meter.weights) {
    const from = candidate.effectiveAt ?? -Infinity;
    if (from > usedAt || from < since) continue;
    found = candidate;
    since = from;
  }
  return found;
}

/** Why a path cannot be looked up, or undefined. Segments are separated by dots; none may be empty. */
export function pathProblem(path: string): string | undefined {
  const segments = path.split('.');
  if (segments.includes('')) return 'must be names separated by dots, such as "tokens.input"';
  if (segments.length > PATH_DEPTH_MAX) return `must have at most ${PATH_DEPTH_MAX} names`;
  return Buffer.byteLength(path) > PATH_BYTES_MAX ? tooLong(PATH_BYTES_MAX) : undefined;
}

/** Why a text cannot be a name (of a product, a unit, an event type), or undefined. */
export function nameProblem(text: string, bytesMax: number): string | undefined {
  if (text.trim() === '') return 'must not be empty';
  return Buffer.byteLength(text) > bytesMax ? tooLong(bytesMax) : undefined;
}

export const filterValueProblem = (text: string): string | undefined =>
  Buffer.byteLength(text) > FILTER_VALUE_BYTES_MAX ? tooLong(FILTER_VALUE_BYTES_MAX) : undefined;

const tooLong = (bytesMax: number): string => `must have at most ${bytesMax} bytes`;
