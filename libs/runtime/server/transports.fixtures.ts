/** Transports with a few small operations behind them, real servers on free loopback ports. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import {
  type AnswerPaymentNotification,
  type AnswerUsage,
  type Context,
  type Handlers,
  type RawUsage,
  readRequest,
} from '@drawdown/api/resources';
import { Refused } from '@drawdown/api/errors';
import { amount, formatAmount, ZERO } from '@drawdown/domain/amounts';
import { LogUnavailable } from '@drawdown/engine/event-store';
import { loadContract, type Message, type RequestOf, rpcNames } from '@drawdown/api/contract';
import { Transports, type TransportsOptions } from './transports';
import { Health } from './ops/health';
import { openLog } from './logging';

export const contract = loadContract();

const PROTO = join(__dirname, '../../../proto');
/** The services as a client in another language has them: from the proto files. */
const services = loadSync(
  readdirSync(join(PROTO, 'drawdown/v1')).map((file) => `drawdown/v1/${file}`),
  { includeDirs: [PROTO], keepCase: true, longs: String, enums: String, oneofs: true },
);

export function methodOf(rpc: string): MethodDefinition<object, object> {
  const service = services[`drawdown.v1.${contract.rpcs.get(rpc)?.service}`] as ServiceDefinition;
  const method = service[rpc];
  if (!method) throw new Error(`no rpc ${rpc}`);
  return method;
}

// The transports carry any message: these answer with as much of one as a test looks at.
type AnswerOnce = (request: Message, context: Context) => Promise<Message>;
type AnswerStream = (request: Message, context: Context) => AsyncIterable<Message>;

interface Seen {
  readonly request: Message;
  readonly context: Context;
}

export interface Demo {
  readonly transports: Transports;
  readonly options: TransportsOptions;
  readonly health: Health;
  /** What reached the operations, oldest first. */
  readonly seen: Seen[];
  readonly logged: string[];
  /** What PauseWallet throws; undefined: it succeeds. */
  failWith: Error | undefined;
  /** What PauseWallet waits for first. */
  beforePause: () => Promise<void>;
  /** Messages that WatchBalance sends. */
  watch: AnswerStream;
}

export async function openDemo(): Promise<Demo> {
  const seen: Seen[] = [];
  const logged: string[] = [];
  const keys = new Map<string, string>();
  const remember =
    (answer: AnswerOnce): AnswerOnce =>
    (request, context) => {
      seen.push({ request, context });
      return answer(request, context);
    };
  const handlers = {
    ...Object.fromEntries(rpcNames.map((name) => [name, remember(async () => ({}))])),
    CreateCustomer: remember(async (request, context) => {
      const customer = readRequest(request as RequestOf<'CreateCustomer'>, (from) => ({
        customer_id: from.customerId(),
        currency: from.currency(),
      }));
      if (context.key !== undefined && context.body !== undefined) {
        const before = keys.get(context.key);
        if (before !== undefined && before !== context.body) throw new Refused({ code: 'idempotency_conflict', key: context.key });
        if (before !== undefined) context.replayed();
        keys.set(context.key, context.body);
      }
      return { revision: 0, customer: { ...customer, created_at: '2026-01-01T00:00:00.000Z' } };
    }),
    GetCustomer: remember(async (request) => {
      throw new Refused({ code: 'customer_not_found', customerId: String(request['customer_id']) });
    }),
    TopUpCreditBalance: remember(async (request) => {
      const grant = readRequest(request as RequestOf<'TopUpCreditBalance'>, (from) => ({
        credit_product_id: from.slug('credit_product_id'),
        customer_id: from.customerId(),
        amount: from.amount('amount', { above: ZERO }),
        origin: from.word('origin', ['paid', 'free']),
        priority: from.integer('priority', 0, 255) ?? 100,
        expires_at: from.optionalInstant('expires_at'),
        metadata: from.metadata(),
      }));
      return {
        revision: 3,
        balance: {
          customer_id: grant.customer_id,
          credit_product_id: grant.credit_product_id,
          booked: formatAmount(grant.amount),
          status: 'open',
          revision: 3,
        },
        grant: { grant_id: 'g1', amount: formatAmount(grant.amount), origin: grant.origin, metadata: grant.metadata ?? {} },
      };
    }),
    DeductCredits: remember(async () => {
      throw new Refused({ code: 'insufficient_credits', available: amount('1.5'), requested: amount('2') });
    }),
    GetSettings: remember(async () => ({ revision: 7, as_of: '2026-01-01T00:00:00.000Z', settings: { enabled: true } })),
    PauseWallet: remember(async () => {
      await demo.beforePause();
      if (demo.failWith !== undefined) throw demo.failWith;
      return { revision: 1 };
    }),
    WatchBalance: (request: Message, context: Context) => {
      seen.push({ request, context });
      return demo.watch(request, context);
    },
  } as unknown as Handlers;
  const usage = async ({ body, contentType, headers }: RawUsage, context: Context) => {
    seen.push({ request: { body: body.toString('latin1'), contentType, ce: headers['ce-id'] }, context });
    const outcome = { index: 0, status: 'applied' };
    return contentType === 'application/cloudevents+json' ? { outcome } : { applied: 1, outcomes: [outcome] };
  };
  const paymentNotices: AnswerPaymentNotification = async (provider, { headers, body }, context) => {
    seen.push({ request: { provider, body: Buffer.from(body).toString('latin1'), headers }, context });
    if (headers['stripe-signature'] === 'down') throw new LogUnavailable('disk full');
    if (headers['stripe-signature'] !== 'good')
      throw new Refused({ code: 'invalid_payment_notification', problem: 'signature_wrong', detail: 'no signature fits' });
    return { outcome: 'credited' };
  };
  const health = new Health();
  const log = openLog('warn', { write: (line) => void logged.push(line) });
  const loopback = { host: '127.0.0.1', port: 0 };
  const options = {
    handlers,
    usage: usage as unknown as AnswerUsage,
    paymentNotices,
    http: loopback,
    grpc: loopback,
    insecure: false,
    reflection: true,
    health,
    log,
    contract,
  };
  const transports = await Transports.open(options);
  health.started();
  const demo: Demo = {
    transports,
    options,
    health,
    beforePause: async () => undefined,
    seen,
    logged,
    failWith: new LogUnavailable('disk full'),
    watch: async function* () {
      yield { revision: 1, balance: { booked: '1' } };
    },
  };
  return demo;
}

export const last = <T>(items: readonly T[]): T => {
  const item = items.at(-1);
  if (item === undefined) throw new Error('nothing was seen');
  return item;
};
