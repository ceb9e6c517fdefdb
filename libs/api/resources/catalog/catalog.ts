/** The catalog: credit products, their meters and the weights of the meters. */
import type { CreditProduct as CreditProductMessage, Meter as MeterMessage, NewMeter, ResponseOf, Sent } from '@drawdown/api/contract';
import assert from 'node:assert/strict';
import { formatAmount, formatInstant, type Instant, ZERO } from '@drawdown/domain/amounts';
import {
  creditProduct,
  type CreditProduct,
  type CreditProductCommand,
  type DrawsOn,
  EVENT_TYPE_BYTES_MAX,
  FILTER_VALUE_BYTES_MAX,
  type Meter,
  type MeterRequest,
  NAME_BYTES_MAX,
  PATH_BYTES_MAX,
  type Quantity,
  UNIT_BYTES_MAX,
} from '@drawdown/domain/catalog';
import { streams } from '@drawdown/engine/event-store';
import { limitMessage, readLimits, time } from '../balances/balance-message';
import { carryOut, readFresh } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { type Fields, readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import { listDocuments, stateIn } from '../request/pages';
import type { ApiParts } from '../parts';
import { readAtLeast } from '../request/read-at-least';

type CatalogHandlers = Pick<
  Handlers,
  | 'CreateCreditProduct'
  | 'GetCreditProduct'
  | 'ListCreditProducts'
  | 'AddMeter'
  | 'RetireMeter'
  | 'SetMeterWeight'
  | 'SetCreditProductLimits'
>;

export const catalogOperations = (parts: ApiParts): CatalogHandlers => ({
  CreateCreditProduct: changing(parts, (from) => {
    const id = from.slug('credit_product_id');
    const product = {
      id,
      name: from.text('name', NAME_BYTES_MAX),
      unit: from.text('unit', UNIT_BYTES_MAX),
      meters: from.list('meters', readMeter),
      limits: readLimits(from),
    };
    return { id, command: (at) => ({ type: 'CreateCreditProduct', at, ...product }) };
  }),

  AddMeter: changing(parts, (from) => {
    const id = from.slug('credit_product_id');
    const meter = from.within('meter', readMeter);
    if (!meter) from.violation('meter', 'is missing', 'send the meter to add');
    return {
      id,
      command: (at) => {
        assert(meter, 'a request with a violation is never carried out');
        return { type: 'AddMeter', at, meter };
      },
    };
  }),

  RetireMeter: changing(parts, (from) => {
    const change = { meterId: from.slug('meter_id'), ...effectiveAt(from) };
    return { id: from.slug('credit_product_id'), command: (at) => ({ type: 'RetireMeter', at, ...change }) };
  }),

  SetMeterWeight: changing(parts, (from) => {
    const change = { meterId: from.slug('meter_id'), weight: from.amount('weight', { atLeast: ZERO }), ...effectiveAt(from) };
    return { id: from.slug('credit_product_id'), command: (at) => ({ type: 'SetWeight', at, ...change }) };
  }),

  SetCreditProductLimits: changing(parts, (from) => {
    const limits = readLimits(from);
    return { id: from.slug('credit_product_id'), command: (at) => ({ type: 'SetLimits', at, limits }) };
  }),

  async GetCreditProduct(request, context) {
    const { id, wanted } = readRequest(request, (from) => ({ id: from.slug('credit_product_id'), wanted: from.revision('min_revision') }));
    await readAtLeast(parts.ledger, creditProduct, streams.creditProduct(id), wanted, context);
    const { state, revision } = await readFresh(parts.ledger, creditProduct, streams.creditProduct(id), (known) => {
      if (known.revision < 0) throw new Refused({ code: 'credit_product_not_found' });
      return known;
    });
    return { revision, as_of: formatInstant(parts.clock()), credit_product: productMessage(state) };
  },

  async ListCreditProducts(request) {
    const page = readRequest(request, (from) => from.page());
    const { items, next } = await listDocuments(parts, page, {
      prefix: `${creditProduct.category}-`,
      show: async (document) => productMessage(await stateIn(parts, creditProduct, document)),
    });
    return { credit_products: items, next_page_token: next, as_of: formatInstant(parts.clock()) };
  },
});

interface Change {
  readonly id: string;
  readonly command: (at: Instant) => CreditProductCommand;
}

const changing =
  <Request extends object>(parts: ApiParts, read: (from: Fields<Request>) => Change) =>
  async (request: Request, context: Context): Promise<ResponseOf<'AddMeter'>> => {
    const { id, command } = readRequest(request, read);
    const { state, revision } = await carryOut(parts, context, creditProduct, streams.creditProduct(id), command);
    return { revision, credit_product: productMessage(state) };
  };

function effectiveAt(from: Fields<{ readonly effective_at?: string | undefined }>): { readonly effectiveAt?: Instant } {
  const at = from.optionalInstant('effective_at');
  return at === undefined ? {} : { effectiveAt: at };
}

const DRAWS_ON: readonly DrawsOn[] = ['credit_balance', 'wallet_immediate', 'wallet_on_invoice'];

const readMeter = (from: Fields<Sent<NewMeter>>): MeterRequest => ({
  id: from.slug('meter_id'),
  eventType: from.text('event_type', EVENT_TYPE_BYTES_MAX),
  filters: from.list('filters', (filter) => ({
    path: filter.text('path', PATH_BYTES_MAX),
    // An empty value can be looked for as well.
    equals: filter.optionalText('equals', FILTER_VALUE_BYTES_MAX) ?? '',
  })),
  quantity: readQuantity(from),
  weight: from.amount('weight', { atLeast: ZERO }),
  ...effectiveAt(from),
  drawsOn: from.optionalWord('draws_on', DRAWS_ON) ?? 'credit_balance',
});

function readQuantity(from: Fields<Sent<NewMeter>>): Quantity {
  if (from.has('value_path')) return { kind: 'value', path: from.text('value_path', PATH_BYTES_MAX) };
  if (!from.flag('count')) from.violation('', 'measures nothing', 'send either count: true or value_path');
  return { kind: 'count' };
}

const productMessage = ({ id, name, unit, meters, limits }: CreditProduct): CreditProductMessage => ({
  credit_product_id: id,
  name,
  unit,
  meters: meters.map(meterMessage),
  limits: limits.map(limitMessage),
});

const meterMessage = ({ id, eventType, filters, quantity, weights, retiredAt, drawsOn }: Meter): MeterMessage => ({
  meter_id: id,
  event_type: eventType,
  filters: filters.map(({ path, equals }) => ({ path, equals })),
  ...(quantity.kind === 'count' ? { count: true } : { value_path: quantity.path }),
  weights: weights.map(({ version, weight, effectiveAt: from }) => ({ version, weight: formatAmount(weight), effective_at: time(from) })),
  retired_at: time(retiredAt),
  draws_on: drawsOn ?? 'credit_balance',
});
