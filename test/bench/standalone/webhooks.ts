/**
 * Webhooks with persisted attempts: usage of many customers becomes one debit for each, and each debit goes to several endpoints on
 * this machine, signed, every attempt in the log. The next usage is sent when what is still to be delivered falls below a bound.
 */
import { join } from 'node:path';
import { Child } from '../../support/services/child';
import { figuresAt, sumOf } from '../../support/clients/metrics';
import { pace, until } from '../../support/waiting';
import { setUp, startService } from './service';
import { BATCH_TYPE } from '../../support/clients/usage';
import { cpuMeter, median, type Result } from '../measure/figures';
import { batch } from '../load/usage-bodies';

const ENDPOINTS = 10;
const CUSTOMERS = 1_000;
/** Deliveries that are asked for and not made yet. */
const AHEAD = 10_000;
const WINDOWS = 5;
const WINDOW_MS = 4_000;
const WARM_UP_MS = 5_000;
const LOOK_EVERY_MS = 50;
const SETTLES_WITHIN_MS = 120_000;

export interface Webhooks {
  /** Where it was measured. */
  readonly name: string;
  readonly call: (method: 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;
  /** Resolves when the batch has been applied: what is still waiting with it might be packed into the same debits. */
  readonly use: (batch: string, events: number) => Promise<unknown>;
  /** Base URL of the metrics of whoever sends. */
  readonly ops: string;
  readonly pids: Readonly<Record<string, number>>;
  /** Those of the processes that are ours. */
  readonly ours: readonly string[];
  readonly firstId: number;
}

export async function webhooks({ name, call, use, ops, pids, ours, firstId }: Webhooks): Promise<Result> {
  const sink = new Child('the receiver', { program: process.execPath, args: [join(__dirname, 'webhook-sink.js')] });
  try {
    const port = await until('the receiver', () => /listening on (\d+)/.exec(sink.stdout)?.[1]);
    const endpoints = await Promise.all(
      Array.from({ length: ENDPOINTS }, (_, i) =>
        call('POST', '/v1/webhook-endpoints', { url: `http://127.0.0.1:${port}/${i}`, event_types: ['credit_balance.debited'] }),
      ),
    );
    const delivered = async (): Promise<number> => sumOf(await figuresAt(ops), 'drawdown_webhook_attempts_total', { outcome: 'delivered' });
    const before = await delivered();
    let [asked, done, nextId] = [0, 0, firstId];
    const during = async (ms: number): Promise<number> => {
      const from = done;
      const began = performance.now();
      while (performance.now() - began < ms) {
        if (asked - done < AHEAD) {
          await use(
            batch(nextId, CUSTOMERS, (n) => n % CUSTOMERS, new Date().toISOString()),
            CUSTOMERS,
          );
          nextId += CUSTOMERS;
          asked += CUSTOMERS * ENDPOINTS;
        }
        await pace(LOOK_EVERY_MS);
        done = (await delivered()) - before;
      }
      return ((done - from) * 1_000) / (performance.now() - began);
    };
    await during(WARM_UP_MS); // not counted
    const cpu = cpuMeter({ ...pids, receiver: sink.pid });
    const counted = done;
    const perWindow: number[] = [];
    for (let i = 0; i < WINDOWS; i++) perWindow.push(await during(WINDOW_MS));
    const count = done - counted;
    const cpuOf = Object.fromEntries(Object.entries(cpu()).map(([process, micros]) => [process, micros / count]));
    await until('all deliveries', async () => (await delivered()) - before >= asked, SETTLES_WITHIN_MS);
    for (const { endpoint } of endpoints as { endpoint: { endpoint_id: string } }[])
      await call('DELETE', `/v1/webhook-endpoints/${endpoint.endpoint_id}`);
    return {
      name: `webhooks with persisted attempts, ${name}, ${ENDPOINTS} endpoints`,
      unit: 'deliveries',
      perSecond: median(perWindow),
      windows: perWindow,
      cpuMicros: ours.reduce((sum, process) => sum + (cpuOf[process] ?? 0), 0),
      cpuOf,
    };
  } finally {
    sink.kill('SIGKILL');
    await sink.end();
  }
}

/** On the standalone service. */
export async function* standaloneWebhooks(): AsyncGenerator<Result> {
  const service = await startService();
  try {
    await setUp(service, CUSTOMERS);
    const use: Webhooks['use'] = (batch) => service.call('POST', '/v1/usage', batch, BATCH_TYPE);
    yield await webhooks({
      name: 'standalone',
      call: service.call,
      use,
      ops: service.opsUrl,
      pids: { standalone: service.pid },
      ours: ['standalone'],
      firstId: 0,
    });
  } finally {
    await service.stop();
  }
}
