/** What happens to a credit product. Type names and field names are stored forever: add, never rename. */
import { shape } from '@drawdown/domain/decider';
import { limit } from '@drawdown/domain/balance';
import { creditProductState, meter, weightVersion } from './credit-product';

const at = shape.instant;

export const creditProductEvents = {
  CreditProductCreated: shape.record({ at, product: creditProductState }),
  MeterAdded: shape.record({ at, meter }),
  MeterRetired: shape.record({ at, meterId: shape.text, effectiveAt: shape.instant }),
  MeterWeightSet: shape.record({ at, meterId: shape.text, weight: weightVersion }),
  CreditProductLimitsSet: shape.record({ at, limits: shape.list(limit) }),
  CreditProductRenamed: shape.record({ at, name: shape.text }),
} as const;

export type CreditProductEvent = {
  [T in keyof typeof creditProductEvents]: { readonly type: T } & shape.TypeOf<(typeof creditProductEvents)[T]>;
}[keyof typeof creditProductEvents];
