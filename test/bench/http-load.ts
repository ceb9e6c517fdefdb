/**
 * Sends usage batches over HTTP as fast as they are answered: a process of its own, raw sockets, so that it costs little beside
 * the service. Arguments: port, events a batch, connections, customers, hot share (0..1 of traffic to customer 0), seconds of a
 * window, windows, first id. Prints one JSON line.
 */
import { createConnection, type Socket } from 'node:net';
import { batch, spread } from './usage-bodies';

const [port, size, connections, customers, hotShare, windowSeconds, windows, firstId] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

let next = firstId;
const latencies: number[] = [];
const perWindow: number[] = [];
let events = 0;
let running = true;
const time = new Date().toISOString();
const pick = spread(customers, hotShare);

function request(): Buffer {
  const body = batch(next, size, pick, time);
  next += size;
  return Buffer.from(
    `POST /v1/usage HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cloudevents-batch+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** One connection with one request in flight; the next is prepared while the answer is awaited. */
function connect(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    let prepared = request();
    let sentAt = 0;
    let head = '';
    let missing = -1;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(prepared);
      prepared = request();
    };
    socket
      .on('connect', send)
      .on('error', reject)
      .on('close', () => resolve());
    socket.on('data', (chunk) => {
      if (missing < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`answered ${head.slice(0, 400)}`));
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
        missing = length - (head.length - end - 4);
        head = '';
      } else missing -= chunk.length;
      if (missing > 0) return;
      missing = -1;
      events += size;
      latencies.push(performance.now() - sentAt);
      if (running) send();
      else socket.end();
    });
  });
}

async function main(): Promise<void> {
  const clients = Promise.all(Array.from({ length: connections }, connect));
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await Promise.race([pause(windowSeconds * 1_000), clients]); // not counted: warming up
  latencies.length = 0;
  for (let i = 0; i < windows; i++) {
    const before = events;
    const began = performance.now();
    await Promise.race([pause(windowSeconds * 1_000), clients]);
    perWindow.push(((events - before) * 1_000) / (performance.now() - began));
  }
  running = false;
  await clients;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  const usage = process.cpuUsage();
  console.log(JSON.stringify({ perWindow, p50Ms: at(0.5), p99Ms: at(0.99), next, clientCpuMicros: (usage.user + usage.system) / events }));
}

void main();
