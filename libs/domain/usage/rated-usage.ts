/**
 * What parsing and rating found of a usage event, as text: it travels in the header `rated` of a record beside the event itself, so
 * that whoever applies it need not parse and rate again. The text stands in a topic and may outlive the program that wrote it:
 *
 * - Names are for ever. What a reader of version 1 may pass over can be added; anything else raises the version.
 * - Readers are replaced before writers: a text of a version that the reader does not know is not legal to it.
 * - Nothing is believed because we wrote it. Every field is judged again, and credits are worked out again, for it is money.
 *
 * Version 2 is version 1 with `drawsOn` beside a product whose meters draw on the wallet. A reader of version 1 must not pass over it,
 * for it would draw on a credit balance; so a text without it goes on as version 1.
 *
 * Left out is what follows from the rest: the moment from the time, a product's credits from its parts, and the data, which nobody
 * reads after rating.
 */
import { type Amount, amount, formatAmount, INTEGER_DIGITS_MAX, parseInstant, plus, timesHalfEven, ZERO } from '@drawdown/domain/amounts';
import { METERS_MAX, type WalletUse } from '@drawdown/domain/catalog';
import type { RatedPart } from '@drawdown/domain/balance';
import { creditProductIdProblem, customerIdProblem, meterIdProblem, textProblem } from './ids';
import { JsonObject, quoted } from './json-node';
import type { RatedProduct, Rating } from './rating';
import { isRejectionReason, type Rejection } from './rejection-reasons';
import { ID_BYTES_MAX, type ParsedUsage, SOURCE_BYTES_MAX, TYPE_BYTES_MAX, type UsageEvent } from './usage-event';

const VERSION = 1;
const VERSION_WITH_WALLET = 2;
/** Characters of the sentence of a rejection, and of the field it names: many times what rating writes. */
const DETAIL_LENGTH_MAX = 8_192;
const FIELD_LENGTH_MAX = 1_024;
const BODY_HASH = /^[0-9a-f]{16}$/;
const CREDITS_END = amount(`1${'0'.repeat(INTEGER_DIGITS_MAX)}`, INTEGER_DIGITS_MAX + 1);

interface RatedUsage {
  /** Always a usage event. Its `data` is empty. */
  readonly parsed: Extract<ParsedUsage, { usage: unknown }>;
  readonly rating: Rating;
}

/** JSON, with decimal strings for amounts and no white space: about 300 bytes for one meter. */
export function writeRated(usage: UsageEvent, rating: Rating): string {
  const { source, id, type, subject, time, bodyHash } = usage;
  const found =
    'matched' in rating ? `"matched":[${rating.matched.map(productText).join(',')}]` : `"rejection":${rejectionText(rating.rejection)}`;
  const version = 'matched' in rating && rating.matched.some(({ drawsOn }) => drawsOn) ? VERSION_WITH_WALLET : VERSION;
  return `{"v":${version},"source":${quoted(source)},"id":${quoted(id)},"type":${quoted(type)},"subject":${quoted(subject)},"time":${quoted(time)},"bodyHash":"${bodyHash}",${found}}`;
}

/** Undefined: not legal, or of a version that this program does not know. Never throws. */
export function readRated(rated: string): RatedUsage | undefined {
  try {
    const fields = objectIn(JSON.parse(rated));
    if (fields.v !== VERSION && fields.v !== VERSION_WITH_WALLET) return undefined;
    return { parsed: { usage: usageIn(fields) }, rating: ratingIn(fields, fields.v === VERSION_WITH_WALLET) };
  } catch {
    return undefined;
  }
}

const productText = ({ creditProductId, drawsOn, parts, rejection }: RatedProduct): string => {
  const product = drawsOn === undefined ? quoted(creditProductId) : `${quoted(creditProductId)},"drawsOn":"${drawsOn}"`;
  return rejection
    ? `{"product":${product},"rejection":${rejectionText(rejection)}}`
    : `{"product":${product},"parts":[${parts.map(partText).join(',')}]}`;
};

const partText = ({ meter, quantity, weight, weightVersion, credits }: RatedPart): string =>
  `{"meter":${quoted(meter)},"quantity":"${formatAmount(quantity)}","weight":"${formatAmount(weight)}","weightVersion":${weightVersion},"credits":"${formatAmount(credits)}"}`;

const rejectionText = ({ reason, detail, field }: Rejection): string =>
  `{"reason":"${reason}","detail":${quoted(detail)}${field === undefined ? '' : `,"field":${quoted(field)}`}}`;

/** Thrown within this file only. */
const notLegal = new Error('not legal');
const must = (holds: boolean): void => {
  if (!holds) throw notLegal;
};

type Fields = { readonly [name: string]: unknown };
function objectIn(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notLegal;
  return value as Fields;
}
function textIn(value: unknown): string {
  if (typeof value !== 'string') throw notLegal;
  return value;
}
function listIn(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw notLegal;
  return value;
}
function idIn(value: unknown, bytesMax: number): string {
  const found = textIn(value);
  must(textProblem(found, bytesMax) === undefined);
  return found;
}

const NO_DATA = new JsonObject([], []);

function usageIn({ source, id, type, subject, time, bodyHash }: Fields): UsageEvent {
  const givenTime = textIn(time);
  const usedAt = parseInstant(givenTime);
  const customerId = textIn(subject);
  const hash = textIn(bodyHash);
  must(customerIdProblem(customerId) === undefined && BODY_HASH.test(hash));
  if (usedAt === undefined) throw notLegal;
  return {
    source: idIn(source, SOURCE_BYTES_MAX),
    id: idIn(id, ID_BYTES_MAX),
    type: idIn(type, TYPE_BYTES_MAX),
    subject: customerId,
    time: givenTime,
    usedAt,
    data: NO_DATA,
    bodyHash: hash,
  };
}

function ratingIn({ matched, rejection }: Fields, withWallet: boolean): Rating {
  must((matched === undefined) !== (rejection === undefined));
  if (rejection !== undefined) return { rejection: rejectionIn(rejection) };
  const products = listIn(matched).map((product) => productIn(product, withWallet));
  must(products.length > 0 && areDistinct(products));
  return { matched: products };
}

/** Each product once; twice only where its meters draw on the wallet in both ways. */
function areDistinct(products: readonly RatedProduct[]): boolean {
  if (products.length === 1) return true;
  const ways = products.map(({ creditProductId, drawsOn = '' }) => `${creditProductId} ${drawsOn}`);
  const own = new Set(products.flatMap(({ creditProductId, drawsOn }) => (drawsOn === undefined ? [creditProductId] : [])));
  return (
    new Set(ways).size === ways.length &&
    products.every(({ creditProductId, drawsOn }) => drawsOn === undefined || !own.has(creditProductId))
  );
}

function productIn(value: unknown, withWallet: boolean): RatedProduct {
  const { product, drawsOn, parts: given, rejection } = objectIn(value);
  const creditProductId = textIn(product);
  must(drawsOn === undefined || (withWallet && isWalletUse(drawsOn)));
  const identity = { creditProductId, ...(isWalletUse(drawsOn) && { drawsOn }) };
  must(creditProductIdProblem(creditProductId) === undefined && (given === undefined) !== (rejection === undefined));
  if (rejection !== undefined) return { ...identity, parts: [], credits: ZERO, rejection: rejectionIn(rejection) };
  const parts = listIn(given).map(partIn);
  let credits = ZERO;
  for (const part of parts) credits = plus(credits, part.credits);
  must(parts.length > 0 && parts.length <= METERS_MAX && credits < CREDITS_END);
  return { ...identity, parts, credits };
}

const isWalletUse = (value: unknown): value is WalletUse => value === 'wallet_immediate' || value === 'wallet_on_invoice';

function partIn(value: unknown): RatedPart {
  const { meter, quantity: quantityText, weight: weightText, weightVersion, credits: creditsText } = objectIn(value);
  const meterId = textIn(meter);
  const [quantity, weight, credits] = [amountIn(quantityText), amountIn(weightText), amountIn(creditsText)];
  must(
    meterIdProblem(meterId) === undefined && typeof weightVersion === 'number' && Number.isSafeInteger(weightVersion) && weightVersion > 0,
  );
  must(timesHalfEven(quantity, weight) === credits);
  return { meter: meterId, quantity, weight, weightVersion: weightVersion as number, credits };
}

function amountIn(value: unknown): Amount {
  const found = amount(textIn(value));
  must(found >= ZERO);
  return found;
}

function rejectionIn(value: unknown): Rejection {
  const { reason: code, detail, field } = objectIn(value);
  const reason = textIn(code);
  if (!isRejectionReason(reason)) throw notLegal;
  const rejection = { reason, detail: shortText(detail, DETAIL_LENGTH_MAX) };
  return field === undefined ? rejection : { ...rejection, field: shortText(field, FIELD_LENGTH_MAX) };
}

/** Of a rejection: it may hold whatever a path of the catalog holds. */
function shortText(value: unknown, lengthMax: number): string {
  const found = textIn(value);
  must(found.length <= lengthMax);
  return found;
}
