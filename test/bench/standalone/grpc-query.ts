/**
 * A balance asked for over gRPC, against a bare grpc-js server that answers the same bytes. Loaded by h2load (Debian:
 * nghttp2-client), because a client in Node would measure itself.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { median, type Result } from '../measure/figures';
import { usedBy } from '../measure/processes';
import { setUp, startService } from './service';
import { customerOf } from '../load/usage-bodies';

const run = promisify(execFile);
const WINDOWS = 5;
const REQUESTS = 20_000;
const CLIENTS = 4;
const STREAMS = 16;
const METHOD = '/drawdown.v1.BalanceService/GetBalance';

/** GetBalanceRequest { customer_id: 1, credit_product_id: 2 }, framed as gRPC sends it. */
function framedRequest(customerId: string, creditProductId: string): Buffer {
  const field = (tag: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([(tag << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)]);
  const message = Buffer.concat([field(1, customerId), field(2, creditProductId)]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

async function h2load(port: number, body: string): Promise<number> {
  const args = [
    '-n',
    String(REQUESTS),
    '-c',
    String(CLIENTS),
    '-m',
    String(STREAMS),
    '-d',
    body,
    '-H',
    'content-type: application/grpc',
    '-H',
    'te: trailers',
    `http://127.0.0.1:${port}${METHOD}`,
  ];
  const { stdout } = await run('h2load', args).catch((fault: NodeJS.ErrnoException) => {
    throw fault.code === 'ENOENT' ? new Error('h2load is missing: install nghttp2-client (Debian) and run again') : fault;
  });
  const failed = /(\d+) failed/.exec(stdout)?.[1];
  if (failed !== '0' || !new RegExp(`${REQUESTS} 2xx`).test(stdout)) throw new Error(`not every request was answered:\n${stdout}`);
  return Number(/([\d.]+) req\/s/.exec(stdout)![1]);
}

async function measured(
  pid: number,
  port: number,
  body: string,
): Promise<{ readonly rates: readonly number[]; readonly cpuMicros: number }> {
  await h2load(port, body); // not counted: warming up
  const rates: number[] = [];
  const cpu = usedBy([pid]).cpuMicros;
  for (let i = 0; i < WINDOWS; i++) rates.push(await h2load(port, body));
  return { rates, cpuMicros: (usedBy([pid]).cpuMicros - cpu) / (WINDOWS * REQUESTS) };
}

export async function* grpcQuery(): AsyncGenerator<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-grpc-'));
  const body = join(folder, 'request.bin');
  writeFileSync(body, framedRequest(customerOf(0), 'tokens'));
  const service = await startService();
  const echo = spawn(process.execPath, [join(__dirname, 'grpc-echo.js'), String(service.grpcPort), body], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await setUp(service, 10);
    const [line] = (await once(createInterface({ input: echo.stdout }), 'line')) as [string];
    const port = line.split(' ')[0];
    const bare = await measured(echo.pid!, Number(port), body);
    const real = await measured(service.pid, service.grpcPort, body);
    const result = (name: string, { rates, cpuMicros }: typeof bare, ratio: number, note: string): Result => ({
      name,
      unit: 'queries',
      perSecond: median(rates),
      windows: rates,
      cpuMicros,
      ratio,
      cpuRatio: cpuMicros / bare.cpuMicros,
      note,
    });
    yield* [
      result('bare grpc-js server answering the same bytes', bare, 1, 'the bare loop of the next row'),
      result(
        'balance query over gRPC',
        real,
        median(real.rates) / median(bare.rates),
        `h2load, ${CLIENTS} connections x ${STREAMS} streams`,
      ),
    ];
  } finally {
    echo.kill();
    await service.stop();
    rmSync(folder, { recursive: true });
  }
}
