import { amount, instant } from '@drawdown/domain/amounts';
import { readEvent, writeEvent } from '@drawdown/domain/decider';
import { creditProduct } from './catalog';
import type { CreditProductEvent } from './catalog.events';
import { at, meterAdded, meterOf, noon, productOf, retired, weightSet } from './catalog.fixtures';

/** Stored names are forever: whoever changes one of these texts breaks every log that exists. */
const golden: readonly (readonly [CreditProductEvent, string])[] = [
  [
    {
      type: 'CreditProductCreated',
      at: instant('2024-03-01T12:00:00Z'),
      product: productOf({
        meters: [
          meterOf('input', {
            filters: [{ path: 'model', equals: 'code-1' }],
            quantity: { kind: 'value', path: 'tokens.input' },
            weights: [{ version: 1, weight: amount('0.001'), effectiveAt: noon }],
          }),
        ],
        limits: [{ id: 'low', kind: 'absolute', value: amount('50') }],
      }),
    },
    '{"at":"2024-03-01T12:00:00.000Z","product":{"id":"tokens","limits":[{"id":"low","kind":"absolute","value":"50"}],"meters":[{"eventType":"llm.request","filters":[{"equals":"code-1","path":"model"}],"id":"input","quantity":{"kind":"value","path":"tokens.input"},"weights":[{"effectiveAt":"2024-03-01T12:00:00.000Z","version":1,"weight":"0.001"}]}],"name":"Tokens","unit":"token"}}',
  ],
  [
    meterAdded(meterOf('calls')),
    '{"at":"2024-03-01T12:00:00.000Z","meter":{"eventType":"llm.request","filters":[],"id":"calls","quantity":{"kind":"count"},"weights":[{"version":1,"weight":"1"}]}}',
  ],
  [
    meterAdded(meterOf('calls', { drawsOn: 'wallet_immediate' })),
    '{"at":"2024-03-01T12:00:00.000Z","meter":{"drawsOn":"wallet_immediate","eventType":"llm.request","filters":[],"id":"calls","quantity":{"kind":"count"},"weights":[{"version":1,"weight":"1"}]}}',
  ],
  [
    meterAdded(meterOf('calls', { drawsOn: 'wallet_on_invoice' })),
    '{"at":"2024-03-01T12:00:00.000Z","meter":{"drawsOn":"wallet_on_invoice","eventType":"llm.request","filters":[],"id":"calls","quantity":{"kind":"count"},"weights":[{"version":1,"weight":"1"}]}}',
  ],
  [retired('calls'), '{"at":"2024-03-01T12:00:00.000Z","effectiveAt":"2024-03-01T12:00:00.000Z","meterId":"calls"}'],
  [
    weightSet('calls', 2, '0.5'),
    '{"at":"2024-03-01T12:00:00.000Z","meterId":"calls","weight":{"effectiveAt":"2024-03-01T12:00:00.000Z","version":2,"weight":"0.5"}}',
  ],
  [
    {
      type: 'CreditProductLimitsSet',
      at,
      limits: [{ id: 'low', kind: 'percent_of_last_top_up', value: amount('12.5') }],
    },
    '{"at":"2024-03-01T12:00:00.000Z","limits":[{"id":"low","kind":"percent_of_last_top_up","value":"12.5"}]}',
  ],
  [{ type: 'CreditProductRenamed', at, name: 'Größe' }, '{"at":"2024-03-01T12:00:00.000Z","name":"Größe"}'],
];

describe('the stored events', () => {
  it.each(golden.map(([event, text]) => [event.type, event, text] as const))('%s is written and read as ever', (_, event, text) => {
    expect(writeEvent(creditProduct, event)).toBe(text);
    expect(readEvent(creditProduct, event.type, text)).toEqual(event);
  });
  it('have a golden text each', () => {
    expect([...new Set(golden.map(([event]) => event.type))].sort()).toEqual(Object.keys(creditProduct.events).sort());
  });
});
