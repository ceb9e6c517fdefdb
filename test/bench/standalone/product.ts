/** The credit product of the benchmarks, made in this process. */
import { amount, type Instant } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { streams } from '@drawdown/engine/event-store';
import type { ApiParts } from '@drawdown/api/resources';
import { CREDIT_PRODUCT } from '../load/usage-bodies';

const { credit_product_id: id, name, unit, meters } = CREDIT_PRODUCT;

export const addProduct = ({ ledger }: Pick<ApiParts, 'ledger'>): Promise<unknown> =>
  ledger.execute(creditProduct, streams.creditProduct(id), {
    type: 'CreateCreditProduct',
    at: Date.now() as Instant,
    id,
    name,
    unit,
    meters: meters.map(({ meter_id, event_type, value_path, weight }) => ({
      id: meter_id,
      eventType: event_type,
      filters: [],
      quantity: { kind: 'value' as const, path: value_path },
      weight: amount(weight),
    })),
    limits: [],
  });
