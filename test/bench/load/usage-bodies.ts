/** Usage as a client sends it: batches of CloudEvents of about 350 bytes, each event with an id of its own. */

export const CREDIT_PRODUCT = {
  credit_product_id: 'tokens',
  name: 'AI tokens',
  unit: 'credit',
  meters: [
    { meter_id: 'input', event_type: 'llm.request', value_path: 'input_tokens', weight: '0.001' },
    { meter_id: 'output', event_type: 'llm.request', value_path: 'output_tokens', weight: '0.004' },
  ],
};

export const customerOf = (n: number): string => `cus_${n}`;

/** One usage event. */
export const usageEvent = (n: number, customer: string, time: string): string =>
  `{"specversion":"1.0","id":"req-${n.toString().padStart(10, '0')}","source":"https://gateway.example.com/eu-west-1","type":"llm.request","subject":"${customer}","time":"${time}","datacontenttype":"application/json","data":{"input_tokens":${1 + ((n * 7919) % 4096)},"output_tokens":${(n * 104729) % 512},"model":"code-large","region":"eu-west-1","cached":false}}`;

/** One batch. `pick` says which customer an event is for. */
export function batch(first: number, size: number, pick: (n: number) => number, time: string): string {
  let out = '';
  for (let n = first; n < first + size; n++) out += (out ? ',' : '[') + usageEvent(n, customerOf(pick(n)), time);
  return `${out}]`;
}

/** Which of so many customers an event is for: spread without a pattern that packing could profit from, by a multiplicative hash of its number. */
export const spread =
  (customers: number, hotShare = 0) =>
  (n: number): number =>
    (hotShare > 0 && (n * 2_654_435_761) % 1_000 < hotShare * 1_000 ? 0 : Math.imul(n, 0x9e3779b1) >>> 0) % customers;
