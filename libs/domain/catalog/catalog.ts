/** The aggregate `creditProduct`: a unit, the meters that consume it with their weights, and default limits. Pure. */
import { type Instant, ZERO } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse } from '@drawdown/domain/decider';
import { limitsProblem } from '@drawdown/domain/balance';
import type { CreditProductCommand, CreditProductRefusal, MeterRequest } from './catalog.commands';
import { type CreditProductEvent, creditProductEvents } from './catalog.events';
import {
  type CreditProduct,
  creditProductState,
  EVENT_TYPE_BYTES_MAX,
  FILTERS_MAX,
  filterValueProblem,
  type Meter,
  METERS_MAX,
  NAME_BYTES_MAX,
  nameProblem,
  pathProblem,
  UNIT_BYTES_MAX,
  WEIGHTS_MAX,
} from './credit-product';

type Answer = Decision<CreditProductEvent, CreditProductRefusal>;
type Command<T extends CreditProductCommand['type']> = Extract<CreditProductCommand, { type: T }>;

function decide(command: CreditProductCommand, product: CreditProduct): Answer {
  if (command.type === 'CreateCreditProduct') {
    return exists(product) ? refuse({ code: 'credit_product_exists', creditProductId: product.id }) : create(command);
  }
  if (!exists(product)) return refuse({ code: 'credit_product_not_found' });
  switch (command.type) {
    case 'AddMeter':
      return addMeter(command, product);
    case 'RetireMeter':
      return retireMeter(command, product);
    case 'SetWeight':
      return setWeight(command, product);
    case 'SetLimits': {
      const wrong = limitsProblem(command.limits);
      return wrong ? refuse(wrong) : accept({ type: 'CreditProductLimitsSet', at: command.at, limits: command.limits });
    }
    case 'RenameCreditProduct': {
      const { at, name } = command;
      const wrong = nameProblem(name, NAME_BYTES_MAX);
      if (wrong !== undefined) return refuse({ code: 'invalid_name', detail: wrong });
      return accept({ type: 'CreditProductRenamed', at, name });
    }
  }
}

const exists = (product: CreditProduct): boolean => product.id !== '';

function create(command: Command<'CreateCreditProduct'>): Answer {
  const { at, id, name, unit, limits } = command;
  const wrongName = nameProblem(name, NAME_BYTES_MAX);
  if (wrongName !== undefined) return refuse({ code: 'invalid_name', detail: wrongName });
  const wrongUnit = nameProblem(unit, UNIT_BYTES_MAX);
  if (wrongUnit !== undefined) return refuse({ code: 'invalid_unit', detail: wrongUnit });
  const meters: Meter[] = [];
  for (const request of command.meters) {
    const wrong = meterProblem(request, meters);
    if (wrong) return refuse(wrong);
    meters.push(newMeter(request));
  }
  const wrong = limitsProblem(limits);
  return wrong ? refuse(wrong) : accept({ type: 'CreditProductCreated', at, product: { id, name, unit, meters, limits } });
}

function addMeter(command: Command<'AddMeter'>, product: CreditProduct): Answer {
  const wrong = meterProblem(command.meter, product.meters);
  return wrong ? refuse(wrong) : accept({ type: 'MeterAdded', at: command.at, meter: newMeter(command.meter) });
}

function retireMeter(command: Command<'RetireMeter'>, product: CreditProduct): Answer {
  const { at, meterId } = command;
  const meter = product.meters.find(({ id }) => id === meterId);
  if (!meter) return refuse({ code: 'meter_not_found', meterId });
  if (meter.retiredAt !== undefined) return refuse({ code: 'meter_retired', meterId, retiredAt: meter.retiredAt });
  return accept({ type: 'MeterRetired', at, meterId, effectiveAt: command.effectiveAt ?? at });
}

function setWeight(command: Command<'SetWeight'>, product: CreditProduct): Answer {
  const { at, meterId, weight } = command;
  const effectiveAt: Instant = command.effectiveAt ?? at;
  const meter = product.meters.find(({ id }) => id === meterId);
  if (!meter) return refuse({ code: 'meter_not_found', meterId });
  // A weight that begins before the retirement still rates usage from before it.
  if (meter.retiredAt !== undefined && effectiveAt >= meter.retiredAt)
    return refuse({ code: 'meter_retired', meterId, retiredAt: meter.retiredAt });
  if (meter.weights.length >= WEIGHTS_MAX) return refuse({ code: 'too_many_weights', meterId, max: WEIGHTS_MAX });
  if (weight < ZERO) return refuse({ code: 'weight_negative', meterId, weight });
  const version = meter.weights.length + 1;
  return accept({ type: 'MeterWeightSet', at, meterId, weight: { version, weight, effectiveAt } });
}

function meterProblem(request: MeterRequest, existing: readonly Meter[]): CreditProductRefusal | undefined {
  const { id: meterId, eventType, weight, filters, quantity } = request;
  if (existing.some(({ id }) => id === meterId)) return { code: 'meter_exists', meterId };
  if (existing.length >= METERS_MAX) return { code: 'too_many_meters', max: METERS_MAX };
  const { drawsOn = 'credit_balance' } = request;
  if (existing.some((other) => (other.drawsOn === undefined) !== (drawsOn === 'credit_balance')))
    return { code: 'mixed_meters', meterId, drawsOn };
  const wrongType = nameProblem(eventType, EVENT_TYPE_BYTES_MAX);
  if (wrongType !== undefined) return { code: 'invalid_event_type', meterId, detail: wrongType };
  if (filters.length > FILTERS_MAX) return { code: 'too_many_filters', meterId, max: FILTERS_MAX };
  for (const { path } of quantity.kind === 'value' ? [...filters, quantity] : filters) {
    const detail = pathProblem(path);
    if (detail !== undefined) return { code: 'invalid_path', meterId, path, detail };
  }
  for (const { path, equals } of filters) {
    const detail = filterValueProblem(equals);
    if (detail !== undefined) return { code: 'invalid_filter_value', meterId, path, detail };
  }
  return weight < ZERO ? { code: 'weight_negative', meterId, weight } : undefined;
}

const newMeter = ({ id, eventType, filters, quantity, weight, effectiveAt, drawsOn = 'credit_balance' }: MeterRequest): Meter => ({
  id,
  eventType,
  filters,
  quantity,
  weights: [{ version: 1, weight, ...(effectiveAt !== undefined && { effectiveAt }) }],
  ...(drawsOn !== 'credit_balance' && { drawsOn }),
});

function evolve(product: CreditProduct, event: CreditProductEvent): CreditProduct {
  switch (event.type) {
    case 'CreditProductCreated':
      return event.product;
    case 'MeterAdded':
      return { ...product, meters: [...product.meters, event.meter] };
    case 'MeterRetired':
      return changed(product, event.meterId, (meter) => ({ ...meter, retiredAt: event.effectiveAt }));
    case 'MeterWeightSet':
      return changed(product, event.meterId, (meter) => ({ ...meter, weights: [...meter.weights, event.weight] }));
    case 'CreditProductLimitsSet':
      return { ...product, limits: event.limits };
    case 'CreditProductRenamed':
      return { ...product, name: event.name };
  }
}

const changed = (product: CreditProduct, meterId: string, change: (meter: Meter) => Meter): CreditProduct => ({
  ...product,
  meters: product.meters.map((meter) => (meter.id === meterId ? change(meter) : meter)),
});

interface CreditProductTypes {
  readonly command: CreditProductCommand;
  readonly state: CreditProduct;
  readonly event: CreditProductEvent;
  readonly refusal: CreditProductRefusal;
}

export const creditProduct: Aggregate<CreditProductTypes> = {
  category: 'creditProduct',
  decider: { initial: { id: '', name: '', unit: '', meters: [], limits: [] }, decide, evolve },
  events: creditProductEvents,
  state: creditProductState,
  stateVersion: 1,
};
