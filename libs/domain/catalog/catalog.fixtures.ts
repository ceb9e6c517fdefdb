/** A small language for tests of the catalog. One fixed instant; the test gives everything else. */
import { amount, type Instant, instant } from '@drawdown/domain/amounts';
import { creditProduct } from './catalog';
import type { CreditProductCommand, MeterRequest } from './catalog.commands';
import type { CreditProductEvent } from './catalog.events';
import type { CreditProduct, Meter } from './credit-product';

export const noon = instant('2024-03-01T12:00:00Z');
export const at = noon;

export const meterRequest = (id: string, changes: Partial<MeterRequest> = {}): MeterRequest => ({
  id,
  eventType: 'llm.request',
  filters: [],
  quantity: { kind: 'count' },
  weight: amount('1'),
  ...changes,
});

export const meterOf = (id: string, changes: Partial<Meter> = {}): Meter => ({
  id,
  eventType: 'llm.request',
  filters: [],
  quantity: { kind: 'count' },
  weights: [{ version: 1, weight: amount('1') }],
  ...changes,
});

export const productOf = (changes: Partial<CreditProduct> = {}): CreditProduct => ({
  id: 'tokens',
  name: 'Tokens',
  unit: 'token',
  meters: [],
  limits: [],
  ...changes,
});

export const create = (changes: Partial<Extract<CreditProductCommand, { type: 'CreateCreditProduct' }>> = {}): CreditProductCommand => ({
  type: 'CreateCreditProduct',
  at,
  id: 'tokens',
  name: 'Tokens',
  unit: 'token',
  meters: [],
  limits: [],
  ...changes,
});

export const created = (...meters: readonly Meter[]): CreditProductEvent => ({
  type: 'CreditProductCreated',
  at,
  product: productOf({ meters }),
});

export const addMeter = (meter: MeterRequest): CreditProductCommand => ({ type: 'AddMeter', at, meter });
export const meterAdded = (meter: Meter): CreditProductEvent => ({ type: 'MeterAdded', at, meter });

export const retire = (meterId: string, effectiveAt?: Instant): CreditProductCommand => ({
  type: 'RetireMeter',
  at,
  meterId,
  ...(effectiveAt !== undefined && { effectiveAt }),
});
export const retired = (meterId: string, effectiveAt = at): CreditProductEvent => ({
  type: 'MeterRetired',
  at,
  meterId,
  effectiveAt,
});

export const setWeight = (meterId: string, weight: string, effectiveAt?: Instant): CreditProductCommand => ({
  type: 'SetWeight',
  at,
  meterId,
  weight: amount(weight),
  ...(effectiveAt !== undefined && { effectiveAt }),
});
export const weightSet = (meterId: string, version: number, weight: string, effectiveAt = at): CreditProductEvent => ({
  type: 'MeterWeightSet',
  at,
  meterId,
  weight: { version, weight: amount(weight), effectiveAt },
});

export const { decider } = creditProduct;
