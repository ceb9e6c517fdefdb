/**
 * Rating: which meters select a usage event, what quantity they take from it, and how many credits of which product that is.
 * A product's share is rated whole or not at all: half a charge is never made.
 */
import { type Amount, amount, formatInstant, INTEGER_DIGITS_MAX, plus, timesHalfEven, ZERO } from '@drawdown/domain/amounts';
import { type Meter, type RatableProduct, type WalletUse, weightInForce } from '@drawdown/domain/catalog';
import type { RatedPart } from '@drawdown/domain/balance';
import { amountOfText, valueKey } from './decimal-text';
import { type JsonNode, JsonNumber, JsonObject, quoted } from './json-node';
import { reject, type Rejection } from './rejection-reasons';
import type { UsageEvent } from './usage-event';

/** What one usage event draws by the meters of one credit product; in two of these where they draw on the wallet in both ways. */
export interface RatedProduct {
  readonly creditProductId: string;
  /** Absent: the customer's balance of the product. Otherwise the credits are wallet credits. */
  readonly drawsOn?: WalletUse;
  /** One for each meter that selected the event, in the order of the catalog. */
  readonly parts: readonly RatedPart[];
  /** The sum of the parts. Zero is possible: usage that costs nothing is still recorded. */
  readonly credits: Amount;
  /** A meter of this product cannot rate the event: a customer who holds the product cannot be charged for it at all. */
  readonly rejection?: Rejection;
}

export type Rating = { readonly matched: readonly RatedProduct[] } | { readonly rejection: Rejection };

/** What rating reads of a usage event. */
type RatableUsage = Pick<UsageEvent, 'type' | 'usedAt' | 'data'>;

export const rate = (usage: RatableUsage, products: readonly RatableProduct[]): Rating => new RatingTable(products).rate(usage);

/** The meters of a catalog by event type. Immutable: make a new one when the catalog changes. */
export class RatingTable {
  private readonly byType = new Map<string, ProductMeters[]>();

  /** Of every product in it, whether or not a meter of today takes anything for it. */
  readonly productIds: readonly string[];

  constructor(products: readonly RatableProduct[]) {
    this.productIds = products.map(({ id }) => id);
    for (const { id, meters } of products) for (const meter of meters) this.add(id, meter);
  }

  rate(usage: RatableUsage): Rating {
    const products = this.byType.get(usage.type);
    if (!products)
      return reject('no_matching_meter', `no meter takes events of type ${quoted(usage.type)}; add one, or correct type`, 'type');
    const matched: RatedProduct[] = [];
    for (const product of products) {
      const rated = rateFor(product, usage);
      if (rated) matched.push(rated);
    }
    const first = matched[0];
    if (!first) return this.nothingInForce(usage);
    return first.rejection && matched.every(({ rejection }) => rejection) ? { rejection: first.rejection } : { matched };
  }

  private nothingInForce({ type, usedAt }: RatableUsage): Rating {
    const detail = `meters take events of type ${quoted(type)}, but none whose filters fit this data is in force at ${formatInstant(usedAt)}; correct data or time, or add a meter`;
    return reject('no_matching_meter', detail, 'data');
  }

  private add(creditProductId: string, meter: Meter): void {
    const products = this.byType.get(meter.eventType) ?? [];
    this.byType.set(meter.eventType, products);
    const { drawsOn } = meter;
    let product = products.find(({ key }) => key.creditProductId === creditProductId && key.drawsOn === drawsOn);
    if (!product) products.push((product = { key: { creditProductId, ...(drawsOn !== undefined && { drawsOn }) }, meters: [] }));
    product.meters.push(compiled(meter));
  }
}

function rateFor(product: ProductMeters, usage: RatableUsage): RatedProduct | undefined {
  const { key, meters, last } = product;
  if (last && meters.length === 1) {
    const only = meters[0]!;
    if (!selects(only, usage.data)) return undefined;
    if (rateBy(only, usage) === last.parts[0]) return last;
  }
  const parts: RatedPart[] = [];
  let credits = ZERO;
  for (const meter of meters) {
    if (!selects(meter, usage.data)) continue;
    const part = rateBy(meter, usage);
    if (!part) continue;
    if ('rejection' in part) return { ...key, parts: [], credits: ZERO, rejection: part.rejection };
    parts.push(part);
    credits = plus(credits, part.credits);
  }
  if (credits >= CREDITS_END)
    return { ...key, parts: [], credits: ZERO, ...outOfRange(`the credits of ${key.creditProductId}`, undefined) };
  if (parts.length === 0) return undefined;
  if (last && last.parts.length === parts.length && parts.every((part, i) => part === last.parts[i])) return last;
  product.last = { ...key, parts, credits };
  return product.last;
}

interface ProductMeters {
  readonly key: Pick<RatedProduct, 'creditProductId' | 'drawsOn'>;
  readonly meters: CompiledMeter[];
  /** The answer before: most usage is rated like the usage before it, and shares the objects of the answer. */
  last?: RatedProduct;
}

interface CompiledMeter {
  readonly meter: Meter;
  readonly filters: readonly CompiledFilter[];
  /** Absent: each event counts 1. */
  readonly path: readonly string[] | undefined;
  /** The answer before. */
  last?: RatedPart;
}

interface CompiledFilter {
  readonly path: readonly string[];
  readonly equals: string;
  /** The value of `equals` where it is a number. */
  readonly number: string | undefined;
}

const compiled = (meter: Meter): CompiledMeter => ({
  meter,
  filters: meter.filters.map(({ path, equals }) => ({ path: path.split('.'), equals, number: valueKey(equals) })),
  path: meter.quantity.kind === 'count' ? undefined : meter.quantity.path.split('.'),
});

function selects({ filters }: CompiledMeter, data: JsonObject): boolean {
  for (const filter of filters) if (!fits(filter, valueAt(data, filter.path))) return false;
  return true;
}

/** Text equals text, a number its value however it is written, `true` and `false` their names. Nothing else is ever equal. */
function fits({ equals, number }: CompiledFilter, found: JsonNode | undefined): boolean {
  if (typeof found === 'string') return found === equals;
  if (found instanceof JsonNumber) return number !== undefined && (found.text === equals || valueKey(found.text) === number);
  return typeof found === 'boolean' && String(found) === equals;
}

function valueAt(data: JsonObject, path: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = data;
  for (const name of path) {
    if (!(node instanceof JsonObject)) return undefined;
    node = node.get(name);
  }
  return node;
}

const ONE = amount('1');
/** The first amount that has too many digits to be written down. */
const CREDITS_END = amount(`1${'0'.repeat(INTEGER_DIGITS_MAX)}`, INTEGER_DIGITS_MAX + 1);

/** Undefined when the meter is not in force at the time of the usage. */
function rateBy(compiledMeter: CompiledMeter, { data, usedAt }: RatableUsage): RatedPart | { readonly rejection: Rejection } | undefined {
  const { meter, path, last } = compiledMeter;
  const inForce = weightInForce(meter, usedAt);
  if (!inForce) return undefined;
  const quantity = path ? quantityAt(data, path) : ONE;
  if (typeof quantity !== 'bigint') return quantity;
  if (last && last.quantity === quantity && last.weightVersion === inForce.version) return last;
  const credits = timesHalfEven(quantity, inForce.weight);
  if (credits >= CREDITS_END) return outOfRange(`the credits of meter ${meter.id}`, path);
  compiledMeter.last = { meter: meter.id, quantity, weight: inForce.weight, weightVersion: inForce.version, credits };
  return compiledMeter.last;
}

function quantityAt(data: JsonObject, path: readonly string[]): Amount | { readonly rejection: Rejection } {
  const field = fieldOf(path);
  const found = valueAt(data, path);
  if (found == null) return reject('quantity_missing', `${field} is missing; send the quantity as a number`, field);
  const read = found instanceof JsonNumber ? amountOfText(found.text) : typeof found === 'string' ? amountOfText(found) : 'not_a_number';
  switch (read) {
    case 'not_a_number':
      return reject('quantity_not_a_number', `${field} must be a number or a decimal string such as "12.5"`, field);
    case 'negative':
      return reject('quantity_negative', `${field} must not be below zero; usage only ever adds`, field);
    case 'too_many_digits':
      return reject(
        'quantity_too_many_digits',
        `${field} must have at most 9 digits after the point; round it where it is measured`,
        field,
      );
    case 'out_of_range':
      return outOfRange(field, path);
  }
  return read;
}

const fieldOf = (path: readonly string[]): string => `data.${path.join('.')}`;

const outOfRange = (what: string, path: readonly string[] | undefined): { readonly rejection: Rejection } =>
  reject(
    'number_out_of_range',
    `${what} must have at most ${INTEGER_DIGITS_MAX} digits before the point; correct the quantity`,
    path ? fieldOf(path) : 'data',
  );
