/** Usage in HTTP batches of 100 -> durable -> queryable, on the standalone service. Uniform over customers, and with a hot one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cpuMicrosOf, median, type Result } from './figures';
import { setUp, startService } from './service';

const BATCH = 100;
const CONNECTIONS = 32;
const WINDOW_SECONDS = 3;
const WINDOWS = 5;
const CUSTOMERS = 1_000;

interface Load {
  readonly perWindow: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly next: number;
  readonly clientCpuMicros: number;
}

async function load(port: number, customers: number, hotShare: number, firstId: number): Promise<Load> {
  const args = [port, BATCH, CONNECTIONS, customers, hotShare, WINDOW_SECONDS, WINDOWS, firstId].map(String);
  const child = spawn(process.execPath, [join(__dirname, 'http-load.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await text(child.stdout)) as Load;
}

export async function intake(bare: Result): Promise<readonly Result[]> {
  const service = await startService();
  try {
    await setUp(service, CUSTOMERS);
    const results: Result[] = [];
    let firstId = 0;
    for (const [name, hotShare] of [
      [`usage over HTTP, batches of ${BATCH}, ${CONNECTIONS} in flight, ${CUSTOMERS} customers`, 0],
      ['the same, half of it on one customer', 0.5],
    ] as const) {
      const cpu = cpuMicrosOf(service.pid);
      const { perWindow, p50Ms, p99Ms, next, clientCpuMicros } = await load(service.httpPort, CUSTOMERS, hotShare, firstId);
      const perSecond = median(perWindow);
      results.push({
        name,
        unit: 'usage events',
        perSecond,
        windows: perWindow,
        p50Ms,
        p99Ms,
        cpuMicros: (cpuMicrosOf(service.pid) - cpu) / (next - firstId),
        ratio: perSecond / bare.perSecond,
        note: `client ${clientCpuMicros.toFixed(1)} us an event beside it`,
      });
      firstId = next;
    }
    const [uniform, hot] = results as [Result, Result];
    return [uniform, { ...hot, note: `${(hot.perSecond / uniform.perSecond).toFixed(2)}x of uniform; ${hot.note}` }];
  } finally {
    await service.stop();
  }
}
