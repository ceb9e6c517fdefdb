/**
 * What an engineer writes in an afternoon instead of Drawdown: usage over HTTP into two tables of PostgreSQL. It promises the same
 * about usage: an answer comes after the commit, a usage event counts once, and a balance is never negative. It has one balance a
 * customer and product. It has no grants, holds, limits, webhooks, hash chain or corrections, and does not notice that a known id came
 * with another body.
 *
 * Arguments: the connection string, and connections of the pool. It prints the port that it listens on.
 */
import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { CREDIT_PRODUCT } from '../load/usage-bodies';

const [connectionString = '', connections = ''] = process.argv.slice(2);
const BODY_BYTES_MAX = 16 * 1_024 * 1_024;
const APPLY = 'SELECT status FROM apply_usage($1, $2, $3, $4, $5, $6, $7)';
/** Another batch with the same new event, on another customer, was committed first. The second look finds it. */
const UNIQUE_VIOLATION = '23505';

interface UsageEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const BILLIONTHS = 1_000_000_000;
const meters = CREDIT_PRODUCT.meters.map(({ meter_id, event_type, value_path, weight }) => ({
  id: meter_id,
  eventType: event_type,
  path: value_path,
  weight: BigInt(Math.round(Number(weight) * BILLIONTHS)),
}));

interface Rated {
  readonly amount: bigint;
  readonly quantities: Readonly<Record<string, number>>;
}

function rate({ type, data }: UsageEvent): Rated {
  let amount = 0n;
  const quantities: Record<string, number> = {};
  for (const meter of meters) {
    const quantity = data[meter.path];
    if (meter.eventType !== type || !isCount(quantity)) continue;
    quantities[meter.id] = quantity;
    amount += BigInt(quantity) * meter.weight;
  }
  return { amount, quantities };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isUsage = ({ source, id, type, subject, time, data }: Partial<UsageEvent>): boolean =>
  [source, id, type, subject].every(isText) && !Number.isNaN(Date.parse(time ?? '')) && typeof data === 'object';

const pool = new Pool({ connectionString, max: Number(connections) });

async function apply(events: readonly UsageEvent[]): Promise<readonly string[]> {
  const columns: readonly [string[], string[], string[], string[], string[], string[]] = [[], [], [], [], [], []];
  for (const event of events) {
    const { amount, quantities } = rate(event);
    columns[0].push(event.source);
    columns[1].push(event.id);
    columns[2].push(event.subject);
    columns[3].push(event.time);
    columns[4].push(JSON.stringify(quantities));
    columns[5].push(amount.toString());
  }
  const [sources, ids, customers, times, quantities, amounts] = columns;
  const values = [sources, ids, customers, CREDIT_PRODUCT.credit_product_id, times, quantities, amounts];
  const ask = (): Promise<{ readonly rows: readonly string[][] }> =>
    pool.query<string[]>({ name: 'apply', text: APPLY, values, rowMode: 'array' });
  const { rows } = await ask().catch((fault: { readonly code?: string }) => {
    if (fault.code === UNIQUE_VIOLATION) return ask();
    throw fault;
  });
  return rows.map(([status]) => status ?? '');
}

function answer(events: readonly UsageEvent[], statuses: readonly string[], receivedAt: Date): object {
  const counts: Record<string, number> = { applied: 0, duplicate: 0, rejected: 0 };
  const outcomes = events.map(({ id, source, subject }, index) => {
    const status = statuses[index] ?? '';
    counts[status] = (counts[status] ?? 0) + 1;
    return { index, id, source, customer_id: subject, status };
  });
  return { ...counts, outcomes, as_of: receivedAt.toISOString() };
}

async function main(): Promise<void> {
  const server = fastify({ bodyLimit: BODY_BYTES_MAX });
  const json = (_: unknown, body: string | Buffer, done: (error: Error | null, parsed?: unknown) => void): void => {
    try {
      done(null, JSON.parse(String(body)));
    } catch (fault) {
      done(fault instanceof Error ? fault : new Error(String(fault)));
    }
  };
  for (const kind of ['cloudevents-batch+json', 'cloudevents+json'])
    server.addContentTypeParser(`application/${kind}`, { parseAs: 'string' }, json);
  server.post<{ Body: UsageEvent | UsageEvent[] }>('/v1/usage', async ({ body }, reply) => {
    const receivedAt = new Date();
    const events = Array.isArray(body) ? body : [body];
    if (events.length === 0 || !events.every(isUsage)) return reply.code(400).send({ problem: 'is not usage' });
    return answer(events, await apply(events), receivedAt);
  });
  server.get<{ Params: { customer: string } }>('/v1/customers/:customer/balance', async ({ params }, reply) => {
    const { rows } = await pool.query<{ available: string; uncovered: string; revision: string }>(
      'SELECT available, uncovered, revision FROM balances WHERE customer_id = $1 AND credit_product_id = $2',
      [params.customer, CREDIT_PRODUCT.credit_product_id],
    );
    return rows[0] ?? reply.code(404).send({ problem: 'is not known' });
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  process.stdout.write(`listening on ${(server.server.address() as AddressInfo).port}\n`);
}

void main();
