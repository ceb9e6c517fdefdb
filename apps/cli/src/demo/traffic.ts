/**
 * Made-up usage, the same for the same seed: for the demo, for tests and for benchmarks. What it must come to is worked out in
 * books.ts, which shares no code with the ledger.
 */
import type { Holding, ProductId } from './holdings';

export interface UsageFact {
  readonly id: string;
  readonly type: string;
  readonly customer: string;
  readonly product: ProductId;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly data: Readonly<Record<string, string | number>>;
}

interface TrafficOptions {
  readonly seed: number;
  readonly events: number;
  /** Who uses what; no one else appears. */
  readonly holdings: readonly Holding[];
  /** Milliseconds since 1970 of the last event; the first is up to `SPAN_MS` before. */
  readonly until: number;
}

export const SOURCE = 'demo-gateway';
const SPAN_MS = 3_600_000;

/** Shares in percent of each kind of usage; a product that nobody holds gets none. */
const SHARES: readonly (readonly [ProductId, number])[] = [
  ['api-calls', 50],
  ['ai-tokens', 35],
  ['messages', 15],
];

export function* traffic({ seed, events, holdings, until }: TrafficOptions): Generator<UsageFact> {
  const below = chance(seed);
  const shares = SHARES.filter(([product]) => holdings.some((holding) => holding.product === product));
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  for (let i = 0; i < events; i++) {
    let drawn = below(total);
    const [product] = shares.find(([, share]) => (drawn -= share) < 0) ?? ['api-calls'];
    const holders = holdings.filter((holding) => holding.product === product);
    const { customer } = holders[below(holders.length)] ?? { customer: '' };
    const at = until - Math.floor((SPAN_MS * (events - 1 - i)) / events);
    yield { id: `use-${seed}-${String(i).padStart(7, '0')}`, customer, product, at, ...usageOf(product, below) };
  }
}

function usageOf(product: ProductId, below: (bound: number) => number): Pick<UsageFact, 'type' | 'data'> {
  switch (product) {
    case 'api-calls':
      return { type: 'api.request', data: { path: `/v1/items/${below(1_000)}`, ms: 1 + below(400) } };
    case 'ai-tokens':
      return {
        type: 'llm.completion',
        data: { model: 'm-1', input_tokens: 200 + below(5_800), output_tokens: 10 + below(790) },
      };
    case 'messages':
      return {
        type: 'message.sent',
        data: below(4) === 0 ? { channel: 'sms', segments: 1 + below(3) } : { channel: 'email', segments: 0 },
      };
  }
}

/** CloudEvents 1.0, as JSON text. */
export const eventText = ({ id, type, customer, at, data }: UsageFact): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source: SOURCE,
    type,
    subject: customer,
    time: new Date(at).toISOString(),
    data,
  });

/** Whole numbers from 0 to below a bound, by the mulberry32 generator: 32-bit integers only, so alike on every machine. */
function chance(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
