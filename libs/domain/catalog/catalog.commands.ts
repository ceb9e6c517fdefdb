/** What can be asked of a credit product, and every way it can be refused. Times arrive in the command. */
import type { Amount, Instant } from '@drawdown/domain/amounts';
import type { Limit, LimitsRefusal } from '@drawdown/domain/balance';
import type { DrawsOn, Filter, Quantity } from './credit-product';

export interface MeterRequest {
  readonly id: string;
  readonly eventType: string;
  readonly filters: readonly Filter[];
  readonly quantity: Quantity;
  readonly weight: Amount;
  /** Absent: the first weight is in force since ever. */
  readonly effectiveAt?: Instant;
  /** Default: the credit balance of its product. */
  readonly drawsOn?: DrawsOn;
}

export type CreditProductCommand = { readonly at: Instant } & (
  | {
      readonly type: 'CreateCreditProduct';
      readonly id: string;
      readonly name: string;
      readonly unit: string;
      readonly meters: readonly MeterRequest[];
      /** Copied by every new credit balance; a later change never reaches one that exists. */
      readonly limits: readonly Limit[];
    }
  | { readonly type: 'AddMeter'; readonly meter: MeterRequest }
  /** `effectiveAt`: default `at`. */
  | { readonly type: 'RetireMeter'; readonly meterId: string; readonly effectiveAt?: Instant }
  /** `effectiveAt`: default `at`; in the past it rates late usage only, never again what was rated. */
  | { readonly type: 'SetWeight'; readonly meterId: string; readonly weight: Amount; readonly effectiveAt?: Instant }
  | { readonly type: 'SetLimits'; readonly limits: readonly Limit[] }
  | { readonly type: 'RenameCreditProduct'; readonly name: string }
);

/** In order of precedence. */
export type CreditProductRefusal =
  | { readonly code: 'credit_product_not_found' }
  | { readonly code: 'credit_product_exists'; readonly creditProductId: string }
  | { readonly code: 'invalid_name'; readonly detail: string }
  | { readonly code: 'invalid_unit'; readonly detail: string }
  | { readonly code: 'meter_not_found'; readonly meterId: string }
  | { readonly code: 'meter_exists'; readonly meterId: string }
  /** `retiredAt`: the meter's retirement, at or before the moment that the command is about. */
  | { readonly code: 'meter_retired'; readonly meterId: string; readonly retiredAt: Instant }
  | { readonly code: 'too_many_meters'; readonly max: number }
  /** Of a product's meters, all draw on its credit balance or all on the wallet: its unit is one or the other. */
  | { readonly code: 'mixed_meters'; readonly meterId: string; readonly drawsOn: DrawsOn }
  | { readonly code: 'invalid_event_type'; readonly meterId: string; readonly detail: string }
  | { readonly code: 'too_many_filters'; readonly meterId: string; readonly max: number }
  | { readonly code: 'invalid_path'; readonly meterId: string; readonly path: string; readonly detail: string }
  | { readonly code: 'invalid_filter_value'; readonly meterId: string; readonly path: string; readonly detail: string }
  | { readonly code: 'too_many_weights'; readonly meterId: string; readonly max: number }
  | { readonly code: 'weight_negative'; readonly meterId: string; readonly weight: Amount }
  | LimitsRefusal;
