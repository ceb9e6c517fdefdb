/** How each kind of thing looks on a terminal. */
import type { Message } from '@drawdown/api/contract';
import { figure, flag, items, text, texts, within } from './fields';
import { card, type Column, table } from './layout';

const column = (title: string, path: string): Column<Message> => ({ title, cell: (row) => text(row, path) });
const figures = (title: string, path: string): Column<Message> => ({
  title,
  cell: (row) => figure(row, path),
  figures: true,
});
const more = (answer: Message): string =>
  text(answer, 'next_page_token') ? `\nThere is more: --page-token ${text(answer, 'next_page_token')}` : '';

export const lineOf = (limit: Message): string => {
  const id = text(limit, 'limit_id');
  return text(limit, 'absolute') ? `${id} at ${text(limit, 'absolute')}` : `${id} at ${text(limit, 'percent_of_last_top_up')}%`;
};

const measureOf = (balance: Message): string => text(balance, 'currency') || text(balance, 'unit');
const ownerOf = (balance: Message): string =>
  `${text(balance, 'customer_id')}, ${text(balance, 'credit_product_id') || 'wallet'}${text(balance, 'name') ? ` (${text(balance, 'name')})` : ''}`;

/** Figures that are zero and say nothing by it are left out. */
const unlessZero = (value: string): string => (value === '0' ? '' : value);

export function balanceCard(balance: Message): string {
  const limits = items(balance, 'limits').map((limit) => {
    const threshold = text(limit, 'threshold');
    const line = lineOf(within(limit, 'limit'));
    return `${line}${line.endsWith('%') && threshold ? ` (${threshold})` : ''}${flag(limit, 'reached') ? ', reached' : ''}`;
  });
  return card([
    ['balance', ownerOf(balance)],
    ['status', text(balance, 'status')],
    ['available', `${figure(balance, 'available')} ${measureOf(balance)}`.trim()],
    ['booked', figure(balance, 'booked')],
    ['held', unlessZero(figure(balance, 'held'))],
    ['pending', unlessZero(figure(balance, 'pending'))],
    ['unbilled', unlessZero(figure(balance, 'unbilled'))],
    ['projected', unlessZero(figure(balance, 'unbilled')) && figure(balance, 'projected')],
    ['consumed', figure(balance, 'consumed')],
    ['uncovered', unlessZero(figure(balance, 'uncovered'))],
    ['credits', text(balance, 'credit_equivalent')],
    ['limits', limits.join('; ')],
    ['revision', text(balance, 'revision') || '0'],
    ['as of', text(balance, 'as_of')],
  ]);
}

export const balancesTable = (balances: readonly Message[]): string =>
  table(
    [
      { title: 'BALANCE', cell: (row) => text(row, 'credit_product_id') || 'wallet' },
      column('STATUS', 'status'),
      figures('AVAILABLE', 'available'),
      figures('HELD', 'held'),
      figures('CONSUMED', 'consumed'),
      figures('UNCOVERED', 'uncovered'),
      { title: 'MEASURE', cell: measureOf },
    ],
    balances,
    'The customer has no balance.',
  );

export const grantsTable = (balance: Message): string =>
  table(
    [
      column('GRANT', 'grant_id'),
      column('ORIGIN', 'origin'),
      figures('REMAINING', 'remaining'),
      figures('OF', 'amount'),
      figures('PRIORITY', 'priority'),
      { title: 'EFFECTIVE', cell: (row) => text(row, 'effective_at') || 'always' },
      { title: 'EXPIRES', cell: (row) => text(row, 'expires_at') || 'never' },
    ],
    items(balance, 'grants'),
    'No grant has value.',
  );

export const holdCard = (answer: Message): string => {
  const hold = within(answer, 'hold');
  const shown = card([
    ['hold', text(hold, 'hold_id')],
    ['held', figure(hold, 'amount')],
    ['released', text(answer, 'released')],
    ['expires', text(hold, 'expires_at')],
  ]);
  return `${shown}\n\n${balanceCard(within(answer, 'balance'))}`.trimStart();
};

export const movementsTable = (answer: Message): string =>
  table(
    [
      figures('REVISION', 'revision'),
      column('AT', 'recorded_at'),
      column('WHAT', 'type'),
      figures('AMOUNT', 'amount'),
      figures('UNCOVERED', 'uncovered'),
      figures('HELD', 'held'),
      figures('AVAILABLE', 'available'),
    ],
    items(answer, 'movements'),
    'Nothing has happened.',
  ) + more(answer);

export const customerCard = (customer: Message): string =>
  card([
    ['customer', text(customer, 'customer_id')],
    ['currency', text(customer, 'currency')],
    ['created', text(customer, 'created_at')],
  ]);

export const customersTable = (answer: Message): string =>
  table(
    [column('CUSTOMER', 'customer_id'), column('CURRENCY', 'currency'), column('CREATED', 'created_at')],
    items(answer, 'customers'),
    'There are no customers.',
  ) + more(answer);

export function productCard(product: Message): string {
  const head = card([
    ['credit product', text(product, 'credit_product_id')],
    ['name', text(product, 'name')],
    ['unit', text(product, 'unit')],
    ['limits', items(product, 'limits').map(lineOf).join('; ')],
  ]);
  const meters = table(
    [
      column('METER', 'meter_id'),
      column('EVENT TYPE', 'event_type'),
      {
        title: 'WHERE',
        cell: (meter) =>
          items(meter, 'filters')
            .map((filter) => `${text(filter, 'path')}=${text(filter, 'equals')}`)
            .join(' ') || 'all',
      },
      { title: 'QUANTITY', cell: (meter) => text(meter, 'value_path') || 'count' },
      { title: 'WEIGHT', cell: (meter) => text(items(meter, 'weights').at(-1) ?? {}, 'weight') || '0', figures: true },
      { title: 'DRAWS ON', cell: (meter) => text(meter, 'draws_on').replaceAll('_', ' ') },
      { title: 'RETIRED', cell: (meter) => text(meter, 'retired_at') },
    ],
    items(product, 'meters'),
    'No meters: no usage draws on it yet.',
  );
  return `${head}\n\n${meters}`;
}

export const productsTable = (answer: Message): string =>
  table(
    [
      column('CREDIT PRODUCT', 'credit_product_id'),
      column('NAME', 'name'),
      column('UNIT', 'unit'),
      { title: 'METERS', cell: (product) => String(items(product, 'meters').length), figures: true },
    ],
    items(answer, 'credit_products'),
    'There are no credit products.',
  ) + more(answer);

export const endpointCard = (answer: Message): string => {
  const endpoint = within(answer, 'endpoint');
  return card([
    ['endpoint', text(endpoint, 'endpoint_id')],
    ['url', text(endpoint, 'url')],
    ['types', texts(endpoint, 'event_types').join(' ') || 'all'],
    ['status', text(endpoint, 'status')],
    ['why', text(endpoint, 'disabled_reason')],
    ['secret', text(answer, 'secret') && `${text(answer, 'secret')}   (keep it: it is not shown again)`],
  ]);
};

export const endpointsTable = (answer: Message): string =>
  table(
    [
      column('ENDPOINT', 'endpoint_id'),
      column('STATUS', 'status'),
      column('URL', 'url'),
      { title: 'TYPES', cell: (row) => texts(row, 'event_types').join(' ') || 'all' },
    ],
    items(answer, 'endpoints'),
    'There are no webhook endpoints.',
  ) + more(answer);

const lastAttempt = (delivery: Message): Message => items(delivery, 'attempts').at(-1) ?? {};

export const deliveriesTable = (answer: Message): string =>
  table(
    [
      column('WEBHOOK', 'webhook_id'),
      column('TYPE', 'event_type'),
      column('STATUS', 'status'),
      { title: 'ATTEMPTS', cell: (row) => String(items(row, 'attempts').length), figures: true },
      { title: 'LAST', cell: (row) => text(lastAttempt(row), 'error') || text(lastAttempt(row), 'status_code') },
      column('NEXT', 'next_attempt_at'),
    ],
    items(answer, 'deliveries'),
    'Nothing was sent to it.',
  ) + more(answer);

export const rejectedTable = (answer: Message): string =>
  table(
    [
      column('REJECTION', 'rejection_id'),
      column('AT', 'rejected_at'),
      column('STATUS', 'status'),
      column('REASON', 'reason'),
      column('CUSTOMER', 'customer_id'),
      column('ID', 'id'),
    ],
    items(answer, 'rejected_usage'),
    'No usage is rejected.',
  ) + more(answer);

export const rejectedCard = (rejected: Message): string => {
  const original = Buffer.from(text(rejected, 'original'), 'base64').toString('utf8');
  const head = card([
    ['rejection', text(rejected, 'rejection_id')],
    ['status', text(rejected, 'status')],
    ['reason', text(rejected, 'reason')],
    ['detail', text(rejected, 'detail')],
    ['source', text(rejected, 'source')],
    ['id', text(rejected, 'id')],
    ['customer', text(rejected, 'customer_id')],
    ['came by', text(rejected, 'received_from')],
    ['at', text(rejected, 'rejected_at')],
    ['replayed', text(rejected, 'replayed_at')],
    ['original', original],
  ]);
  return head;
};

/** It is durable, and what becomes of it is decided behind the queue. */
function queuedLine(name: string, outcome: Message): string {
  const customer = text(outcome, 'customer_id');
  const where =
    customer === '' ? 'drawdown rejected list' : `drawdown balance get ${customer}, or drawdown rejected list --customer ${customer}`;
  const reason = text(outcome, 'reason');
  const malformed = reason === '' ? '' : `\n  it will be rejected: ${reason}: ${text(outcome, 'detail')}`;
  return `queued  ${name}${malformed}\n  what became of it shows shortly: ${where}`;
}

export const outcomeLine = (outcome: Message): string => {
  const status = text(outcome, 'status');
  const name = `${text(outcome, 'source')} ${text(outcome, 'id')}`.trim();
  if (status === 'queued') return queuedLine(name, outcome);
  if (status !== 'rejected') return `${status}  ${name}`.trim();
  return `${status}  ${name}\n  ${text(outcome, 'reason')}: ${text(outcome, 'detail')}\n  kept as ${text(outcome, 'rejection_id')}`;
};
