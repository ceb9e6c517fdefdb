/** The standalone service as a process of its own, on a folder of its own, for a benchmark. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { tieToParent } from '../../../infra/local/child-lifecycle';
import type { Method } from '../../support/clients/http-client';
import { CREDIT_PRODUCT, customerOf } from '../load/usage-bodies';
import type { UsageSystem } from '../load/usage-load';
import { allocatedBytes, temporaryFolder } from '../measure/files';
import type { Population } from './population';
import type { ProbeAnswer, ProbeQuestion } from './probe';

export interface Service extends UsageSystem {
  readonly pid: number;
  readonly grpcPort: number;
  readonly opsUrl: string;
  readonly call: (method: Method, path: string, body?: object | string, contentType?: string) => Promise<unknown>;
  /** Only of a service that was started with the probe. */
  readonly ask: (question: ProbeQuestion) => Promise<ProbeAnswer>;
}

interface ServiceOptions {
  /** Filled in before the service starts. */
  readonly population?: Population;
  readonly probe?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const MAIN = join(__dirname, '../../../apps/standalone/src/main.js');
const NODE_ARGS = ['--max-semi-space-size=64'];
/** Derived state is written out within a second. */
const WRITES_OUT_WITHIN_MS = 1_500;

export async function startService({ population, probe = false, env = {} }: ServiceOptions = {}): Promise<Service> {
  const folder = temporaryFolder('drawdown-bench');
  if (population) await run(process.execPath, [...NODE_ARGS, join(__dirname, 'seed.js'), folder, JSON.stringify(population)]);
  const args = [...NODE_ARGS, ...(probe ? ['--require', join(__dirname, 'probe.js')] : []), MAIN];
  const tied = tieToParent({ program: process.execPath, args });
  const child: ChildProcess = spawn(tied.program, tied.args, {
    env: {
      ...process.env,
      DATA_DIR: folder,
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'info',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', ...(probe ? (['ipc'] as const) : [])],
  });
  const ready = await new Promise<{ http: string; grpc: string; ops: string }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const entry = JSON.parse(line) as { msg?: string; http: string; grpc: string; ops: string };
      if (entry.msg === 'ready') resolve(entry);
    });
  });
  const call = async (method: Method, path: string, body?: object | string, contentType = 'application/json'): Promise<unknown> => {
    const answer = await fetch(`${ready.http}${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': contentType } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    name: 'Drawdown',
    pid: child.pid!,
    roots: [child.pid!],
    httpPort: Number(new URL(ready.http).port),
    grpcPort: Number(ready.grpc.split(':').at(-1)),
    opsUrl: ready.ops,
    call,
    ask: async (question) => {
      const answered = once(child, 'message');
      child.send(question);
      return ((await answered) as [ProbeAnswer])[0];
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, WRITES_OUT_WITHIN_MS)),
    keptBytes: async () => allocatedBytes(folder),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SETUP_AT_ONCE = 64;

/** A product with two meters, and so many customers with credits that nothing goes uncovered. */
export async function setUp(service: Pick<Service, 'call'>, customers: number): Promise<void> {
  await service.call('POST', '/v1/credit-products', CREDIT_PRODUCT);
  for (let from = 0; from < customers; from += SETUP_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(SETUP_AT_ONCE, customers - from) }, async (_, i) => {
        const customer_id = customerOf(from + i);
        await service.call('POST', '/v1/customers', { customer_id, currency: 'EUR' });
        await service.call('POST', `/v1/customers/${customer_id}/credit-balances`, {
          credit_product_id: CREDIT_PRODUCT.credit_product_id,
          starting_balance: '1000000000',
        });
      }),
    );
}
