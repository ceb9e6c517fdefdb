/** The standalone service as a process of its own, on an empty folder, for a benchmark. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Method } from '../support/clients/http-client';
import { CREDIT_PRODUCT, customerOf } from './usage-bodies';

interface Service {
  readonly pid: number;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly opsUrl: string;
  readonly call: (method: Method, path: string, body?: object | string, contentType?: string) => Promise<unknown>;
  stop(): Promise<void>;
}

const MAIN = join(__dirname, '../../apps/standalone/src/main.js');

export async function startService(): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-bench-'));
  const child: ChildProcess = spawn(process.execPath, ['--max-semi-space-size=64', MAIN], {
    env: {
      ...process.env,
      DATA_DIR: folder,
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'info',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
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
    pid: child.pid!,
    httpPort: Number(new URL(ready.http).port),
    grpcPort: Number(ready.grpc.split(':').at(-1)),
    opsUrl: ready.ops,
    call,
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
